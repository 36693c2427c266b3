from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError

from ..engine.order_life import DRAFT, find_next
from ..engine.ticket_life import FOLLOWING_STEPS, find_order_state

#: A sale that is told later than this was made while the till was offline: it has been eaten.
LATEST_TO_COOK = timedelta(minutes=15)


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_kitchen_count = fields.Integer(
        "Kitchen Changes",
        readonly=True,
        copy=False,
        help="How often the kitchen's part of the order has changed; 0: it was never sent.",
    )
    fynlo_ticket_ids = fields.One2many(
        "fynlo.kitchen.ticket", "order_id", "Kitchen Tickets", readonly=True
    )

    @api.model
    def _fynlo_send_order(self, uuid, command):
        """Tell the kitchen what is new, changed or cancelled on an order; return it.

        Whoever sends what was sent makes nothing. A sale that is paid may be sent too.

        :param command: an ``OrderSend``
        :raise IllegalTransitionError: it is parked, cancelled, or its session was closed
        :raise InvalidFieldsError: the order has no such course
        """
        order = self._fynlo_lock_order(uuid, command.version)
        if order.state != "paid":
            order._fynlo_check_step("send")
        order._fynlo_fire_courses(command.courses)
        tickets_sudo = self.env["fynlo.kitchen"]._fynlo_cook(order)
        if order.state == "draft" and (tickets_sudo or order.fynlo_state == DRAFT):
            details = {"tickets": tickets_sudo.mapped("number")}
            order._fynlo_take_step("send", reason=command.reason, details=details)
        order._fynlo_follow_kitchen()
        return order

    def _fynlo_open_in_kitchen(self, lines):
        """Put the ``CartLine`` of a new order into their courses; a finished sale is cooked."""
        self._fynlo_assign_courses(lines)
        if self.state == "paid":
            self._fynlo_cook_sold(self.date_order)

    def _fynlo_cook_sold(self, sold_at=None):
        """Tell the kitchen what it does not know of a sale that has just been finished.

        :param sold_at: naive UTC instant of the sale, ``None`` for now
        """
        if sold_at is None or fields.Datetime.now() - sold_at <= LATEST_TO_COOK:
            self._fynlo_fire_courses(None)
            self.env["fynlo.kitchen"]._fynlo_cook(self)

    def _fynlo_tell_kitchen(self):
        """Tell the kitchen at once what is not wanted any more; new things wait for a send.

        Its screens also show at once what else has changed: table, guest, note.
        """
        if self.fynlo_kitchen_count:
            self.env["fynlo.kitchen"]._fynlo_cook(self, only_stops=True)
            self._fynlo_follow_kitchen()
            self.env["fynlo.kitchen"]._fynlo_notify(self.config_id)

    def _fynlo_follow_kitchen(self):
        """Bring an open order to the state that its items in the kitchen have."""
        if self.state != "draft" or not self.fynlo_kitchen_count:
            return
        items_sudo = self.env["fynlo.kitchen"]._fynlo_known_items(self)
        state = find_order_state(items_sudo.mapped("state"))
        step = FOLLOWING_STEPS.get(state)
        if step and state != self.fynlo_state and find_next(step, self.fynlo_state):
            self._fynlo_take_step(step)

    def _fynlo_resume_step(self):
        """Return the step that takes up a parked order: where it was parked."""
        return "resume" if self.fynlo_kitchen_count else "release"

    def _fynlo_sent_by_line(self):
        """Return ``{uuid of a line: how many of it the kitchen has}`` of one order.

        A dish that two stations make is sent once; of a combo the item that was sent most counts.
        """
        sent = defaultdict(float)
        for item in self.env["fynlo.kitchen"]._fynlo_known_items(self):
            if item.kind == "new":
                sent[item._fynlo_key(), item.station_id] += item._fynlo_live() / item.per_line
        by_line = {}
        for (key, _station), quantity in sent.items():
            by_line[key[0]] = max(quantity, by_line.get(key[0], 0.0))
        return by_line

    # --- Courses

    def _fynlo_assign_courses(self, lines):
        """Put lines into the courses that a body names.

        :param lines: ``CartLine`` or ``LinePatch``; those that name no course stay where they are
        """
        asked = {str(line.id): line.course for line in lines if "course" in line.model_fields_set}
        if not asked:
            return
        by_number = {course.index: course for course in self.course_ids.sorted("id", reverse=True)}
        for number in sorted({number for number in asked.values() if number} - by_number.keys()):
            course = self.env["restaurant.order.course"].create(
                {"order_id": self.id, "index": number}
            )
            by_number[number] = course
        for line in self.lines:
            if line.uuid in asked and not line.combo_parent_id:
                line.course_id = by_number.get(asked[line.uuid])

    def _fynlo_fire_courses(self, numbers):
        """Let the kitchen have courses.

        :param numbers: which; ``None`` fires the first if none was fired before
        :raise InvalidFieldsError: the order has no such course
        """
        courses = self.lines.course_id.sorted("index")
        if numbers is None:
            asked = self.env["restaurant.order.course"]
            if not any(courses.mapped("fired")):
                asked = courses[:1]
        else:
            known = set(courses.mapped("index"))
            error = {"code": "unknown_reference", "message": "The order has no such course."}
            errors = [
                {"field": f"courses.{position}", **error}
                for position, number in enumerate(numbers)
                if number not in known
            ]
            if errors:
                raise InvalidFieldsError(errors=errors)
            asked = courses.filtered(lambda course: course.index in numbers)
        for course in asked.filtered(lambda course: not course.fired):  # Odoo's write wants one
            course.fired = True


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    fynlo_sent_quantity = fields.Float(
        "Sent", compute="_compute_fynlo_sent_quantity", digits=(16, 6)
    )

    @api.depends("qty", "order_id.fynlo_kitchen_count")  # it counts every change of the tickets
    def _compute_fynlo_sent_quantity(self):
        for order, lines in self.grouped("order_id").items():
            sent = order._fynlo_sent_by_line()
            for line in lines:
                main = line.combo_parent_id or line
                per_line = line.qty / main.qty if main.qty else 1.0
                line.fynlo_sent_quantity = round(sent.get(main.uuid, 0.0) * per_line, 6)

    def _fynlo_is_sent(self):
        """Tell whether the kitchen has any of these lines: then it costs food to take them off."""
        return any(line.fynlo_sent_quantity > 0 for line in self)
