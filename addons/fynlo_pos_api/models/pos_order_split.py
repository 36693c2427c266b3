from odoo import fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.money import from_minor
from ..exceptions import ApprovalRequiredError


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_split_from_id = fields.Many2one(
        "pos.order", "Split From", readonly=True, copy=False, index="btree_not_null"
    )
    fynlo_merged_into_id = fields.Many2one(
        "pos.order", "Merged Into", readonly=True, copy=False, index="btree_not_null"
    )
    fynlo_party_size = fields.Integer(
        "Guests of the Party", readonly=True, copy=False, help="Before its bill was split"
    )
    fynlo_share_ids = fields.One2many("fynlo.order.share", "order_id", "Shares", readonly=True)

    def _fynlo_check_taking_off(self, command):
        """Check that the principal may take off what an ``OrderPatch`` takes off a sent order.

        :raise ApprovalRequiredError: the kitchen has it, and the store wants a higher role
        """
        if not self.fynlo_kitchen_count:
            return
        asked = {str(line.id): line.quantity for line in command.lines if line.quantity is not None}
        lines = self.lines.filtered(lambda line: line.uuid in asked)
        taken = lines.filtered(lambda line: float(asked[line.uuid]) < line.fynlo_sent_quantity)
        role = self.config_id.fynlo_void_role
        if taken and not principal_of(self.env).is_at_least(role):
            raise ApprovalRequiredError(details={"role": role})
        if taken:
            facts = {"reason": command.reason, "lines": taken.mapped("uuid")}
            self.env["fynlo.audit"]._fynlo_log("order.void_lines", self, facts)

    # --- Shares of what is owed

    def _fynlo_share_out(self, amounts):
        """Divide what is owed on one order into shares; those nobody has paid on are replaced.

        :param amounts: minor units, which add up to what is owed
        """
        self._fynlo_drop_shares()
        taken = max(self.fynlo_share_ids.mapped("number"), default=0)
        # Who may split the order was checked; nobody but the server writes shares.
        self.env["fynlo.order.share"].sudo().create(
            [
                {
                    "order_id": self.id,
                    "number": number,
                    "amount": from_minor(amount, self.currency_id),
                }
                for number, amount in enumerate(amounts, start=taken + 1)
            ]
        )

    def _fynlo_drop_shares(self):
        """Remove the shares that nobody has paid on: something else is owed now."""
        # Who may change the order was checked; nobody but the server writes shares.
        shares_sudo = self.fynlo_share_ids.sudo()
        (shares_sudo - self._fynlo_kept_shares()).unlink()

    def _fynlo_kept_shares(self):
        """Return the shares of one order, sudoed, that somebody has paid on."""
        return self.fynlo_share_ids.sudo().filtered("payment_ids")

    def _fynlo_find_share(self, uuid):
        """Return the order's share with that id, none for ``None``.

        :raise InvalidFieldsError: the order has no such share
        """
        if uuid is None:
            return self.env["fynlo.order.share"]
        found = self.fynlo_share_ids.filtered(lambda share: share.fynlo_uuid == str(uuid))
        if not found:
            error = {"field": "share", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return found

    # --- Lines that go to another order

    def _fynlo_move_lines(self, target, moves):
        """Bring lines of one order to another, with what the kitchen has of them.

        Totals are not counted anew here.

        :param moves: ``(line, uuid it has on the target, quantity)``; ``None`` is all of it. The
            line of a combo brings its items.
        """
        source, target = self._fynlo_own_write(), target._fynlo_own_write()
        facts = [(line.uuid, uuid, quantity) for line, uuid, quantity in moves]
        for line, uuid, quantity in moves:
            own_line = line.with_env(source.env)
            moved = own_line + own_line.combo_line_ids
            if quantity is not None:
                moved = own_line._fynlo_split_off(uuid, quantity)
            course = target._fynlo_course_like(line.course_id)
            moved.write({"order_id": target.id, "course_id": course.id})
        self.env["fynlo.kitchen"]._fynlo_move_lines(source, target, facts)

    def _fynlo_course_like(self, course):
        """Return the order's course with the number of another order's, made if it has none."""
        if not course:
            return course
        found = self.course_ids.filtered(lambda each: each.index == course.index)
        vals = {"order_id": self.id, "index": course.index, "fired": course.fired}
        return found[:1] or course.create({**vals, "fired_date": course.fired_date})


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _fynlo_split_off(self, uuid, quantity):
        """Make a line of its own from ``quantity`` of this one; return it, with a combo's items."""
        ratio = quantity / self.qty
        part = self._fynlo_copy_part({"uuid": uuid, "qty": quantity})
        for item in self.combo_line_ids.sorted("id"):
            vals = {"qty": round(item.qty * ratio, 6), "combo_parent_id": part.id}
            part |= item._fynlo_copy_part(vals)
            item.qty = round(item.qty - vals["qty"], 6)
        self.qty = round(self.qty - quantity, 6)
        return part

    def _fynlo_copy_part(self, vals):
        words = [
            fields.Command.create(
                {
                    "custom_product_template_attribute_value_id": (
                        each.custom_product_template_attribute_value_id.id
                    ),
                    "custom_value": each.custom_value,
                }
            )
            for each in self.custom_attribute_value_ids
        ]
        return self.copy({"name": self.name, "custom_attribute_value_ids": words, **vals})
