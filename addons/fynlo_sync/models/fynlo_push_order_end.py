from uuid import UUID, uuid5

from odoo import api, models
from odoo.addons.fynlo_pos_api.schemas.order_edits import OrderCancel, OrderHold, OrderSend

from ..engine.push_batch import DELETED
from ..engine.push_outcome import APPLIED, CONFLICT, DUPLICATE
from ..engine.push_rules import rule_of
from ..schemas.push_rows import is_own_line, load

_CANCEL_REASON = "Cancelled on the till"


class FynloPushOrderEdit(models.AbstractModel):
    """The steps of an order that a till has taken, and how an order ends."""

    _inherit = "fynlo.push.order_edit"

    # --- Its state

    def _fynlo_new_state(self, aggregate, order, desk):
        """Return the state that a till has given an order; ``None`` if it told what it had seen.

        A row is sent whole: what it says of the state may be as old as the till's last pull.
        """
        row = aggregate.root.row if aggregate.root else {}
        state, changed = row.get("state"), row.get("_changed")
        if isinstance(changed, str) and changed and "state" not in changed.split(","):
            return None
        if desk.sight.since is None:  # a draft is what nobody has touched
            return None if state == "draft" else state
        past = self.env["fynlo.sync.past"]
        others = past._fynlo_changes(desk.sight, rule_of("orders").table, order.id)
        seen = others["fynlo_state"][0] if "fynlo_state" in others else order.fynlo_state
        return None if state == seen else state

    @api.model
    def _fynlo_follow_state(self, order, state, aggregate):
        """Take the step that a till's ``state`` stands for, if the order is not there yet."""
        if order.state != "draft" or state in (None, order.fynlo_state):
            return
        step = {"id": str(uuid5(UUID(aggregate.id), aggregate.digest))}
        orders = self.env["pos.order"]
        if state == "cancelled":
            self._fynlo_cancel(order)
        elif state == "held":
            orders._fynlo_hold_order(order.uuid, load(OrderHold, step))
        elif state in ("draft", "sent"):
            if order.fynlo_state == "held":
                orders._fynlo_hold_order(order.uuid, load(OrderHold, {**step, "held": False}))
            if state == "sent" and order.fynlo_state == "draft":
                orders._fynlo_send_order(order.uuid, load(OrderSend, step))

    def _fynlo_cancel(self, order):
        step = {"id": order.uuid, "reason": _CANCEL_REASON}
        self.env["pos.order"]._fynlo_cancel_order(order.uuid, load(OrderCancel, step))

    # --- An order that one ends and another has changed

    def _fynlo_end(self, outcome, order, desk):
        """Cancel an order, unless somebody has changed it since the till saw it: he is asked."""
        desk_service = self.env["fynlo.push.desk"]
        if desk_service._fynlo_is_changed("orders", order.id, desk.sight) is False:
            self._fynlo_cancel(order)
            if outcome.status == DUPLICATE:
                outcome.status = APPLIED
            return outcome
        columns = [("deleted", False, False, True, "server")]
        blame = desk_service._fynlo_blame("orders", order.uuid, order.id, desk.sight)
        self._fynlo_note(outcome, "deletion", outcome.aggregate.root, columns, blame)
        self._fynlo_tell_anew(outcome, order)
        return outcome

    # --- An order that was finished meanwhile

    def _fynlo_finished(self, outcome, order, desk):
        """Book nothing on a finished order; what the till has done to it is not forgotten."""
        blame = self.env["fynlo.push.desk"]._fynlo_blame("orders", order.uuid, order.id, desk.sight)
        records = {order.uuid: order}
        records |= {each.uuid: each for part in (order.lines, order.payment_ids) for each in part}
        for change in outcome.aggregate.changes:
            record = records.get(change.id)
            columns = self._fynlo_too_late(change, record, order, desk)
            if columns:
                self._fynlo_note(outcome, "finished", change, columns, blame)
            if record is None and change.kind != DELETED:
                outcome.buried.add((change.collection, change.id))
        self._fynlo_tell_anew(outcome, order)
        return outcome

    def _fynlo_too_late(self, change, record, order, desk):
        """Return the columns of a conflict: what a till wants of an order that is finished.

        :param record: the order, its line or its payment; ``None`` if it is not there
        """
        if change.collection == "payments" and record:
            return []  # it is never changed
        if change.kind == DELETED or change.row.get("state") == "cancelled":
            is_asked = record and order.state != "cancel"
            return [("deleted", False, False, True, "server")] if is_asked else []
        if record is None:
            return [(name, None, None, value, "server") for name, value in _said(change.row)]
        if change.collection == "orderLines" and not is_own_line(change.row):
            return []
        theirs = self.env["fynlo.push.desk"]._fynlo_read_row(change.collection, record)
        columns = self._fynlo_merge_columns(change, order, theirs, desk, record.id)
        rules = rule_of(change.collection).columns
        return [
            (name, column.base, column.theirs, column.mine, "server")
            for name, column in columns.items()
            if name in rules and column.mine not in (column.base, column.theirs)
        ]

    def _fynlo_tell_anew(self, outcome, order):
        """Have the till get an order back with all that belongs to it."""
        outcome.touched.add(("orders", order.id))
        outcome.touched |= {("orderLines", line.id) for line in order.lines}
        outcome.touched |= {("payments", payment.id) for payment in order.payment_ids}
        outcome.is_changed = True

    def _fynlo_note(self, outcome, kind, change, columns, blame):
        order = self.env["pos.order"].search([("uuid", "=", outcome.aggregate.id)], limit=1)
        conflict = self.env["fynlo.sync.conflict"]._fynlo_record(
            kind, change, columns, subject_name=order.pos_reference,
            operation=outcome.aggregate.claim, order_uuid=order.uuid, **blame,
        )  # fmt: skip
        outcome.status, outcome.conflict_id = CONFLICT, conflict.fynlo_uuid
        outcome.is_changed = True


def _said(row):
    """Return ``(name, value)`` of what a row says; WatermelonDB has "" and 0 where nothing is."""
    return [
        (name, row[name])
        for name in sorted(row)
        if not name.startswith("_")
        and name not in ("id", "orderId")
        and row[name] not in (None, "", 0)
    ]
