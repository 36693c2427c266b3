from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.schemas.carts import OrderPaymentCreate
from odoo.addons.fynlo_pos_api.schemas.order_edits import OrderPatch
from odoo.fields import Datetime

from ..engine.merge import merge
from ..engine.push_batch import CREATED, DELETED
from ..engine.push_outcome import APPLIED, DUPLICATE, Outcome
from ..engine.push_rules import rule_of
from ..schemas.push_rows import is_own_line, line_document, load, payment_document, to_instant
from ..schemas.sync_row import to_millis

#: Numbers that WatermelonDB has where nothing is.
_ZERO = ("guestCount", "tip", "seat", "discountPercent", "quantity")
#: No number of an order is as large; the rest is the schema's to check.
_LIMIT = 10**12


class FynloPushOrderEdit(models.AbstractModel):
    """Merges what a till has changed on an open order into what others have made of it."""

    _name = "fynlo.push.order_edit"
    _description = "Fynlo push of changes on orders"

    @api.model
    def _fynlo_edit(self, aggregate, order, desk):
        """Change one ``pos.order`` by an aggregate; return the :class:`Outcome`."""
        order = order._fynlo_lock_order(aggregate.id)
        outcome = Outcome(aggregate, DUPLICATE)
        if order.state != "draft":
            return self._fynlo_finished(outcome, order, desk)
        if aggregate.root and aggregate.root.kind == DELETED:
            return self._fynlo_end(outcome, order, desk)
        document = self._fynlo_header(outcome, order, desk)
        lines = self._fynlo_lines(outcome, order, desk)
        if document or lines:
            patch = load(OrderPatch, {**document, "lines": lines})
            self.env["fynlo.order.edit"]._fynlo_edit_order(order.uuid, patch)
            self._fynlo_set_applied(outcome)
        self._fynlo_pay(outcome, order)
        state = self._fynlo_new_state(aggregate, order, desk)
        if state == "cancelled" and order.state == "draft":
            return self._fynlo_end(outcome, order, desk)
        self._fynlo_follow_state(order, state, aggregate)
        return outcome

    def _fynlo_set_applied(self, outcome):
        if outcome.status == DUPLICATE:
            outcome.status = APPLIED

    # --- What it says of the order itself

    def _fynlo_header(self, outcome, order, desk):
        """Return the document of the merged header: what is to be written."""
        change = outcome.aggregate.root
        if change is None:
            return {}
        theirs = self.env["fynlo.push.desk"]._fynlo_read_row("orders", order)
        merged = self._fynlo_merge(outcome, change, order, theirs, desk, order.id)
        return _header_document(merged.values)

    def _fynlo_merge_columns(self, change, order, theirs, desk, row_id):
        """Return ``{name: Column}`` of an order or of one of its lines, for a merge."""
        told = {name: _normalise(name, value) for name, value in change.row.items()}
        told = type(change)(change.collection, change.id, change.kind, told)
        seen = {
            name: _normalise(name, value) for name, value in theirs.items() if name not in _DERIVED
        }

        def to_wire(column, was):
            return self._fynlo_to_wire(order, column, was)

        return self.env["fynlo.push.desk"]._fynlo_columns(desk, told, seen, row_id, to_wire)

    def _fynlo_merge(self, outcome, change, order, theirs, desk, row_id):
        desk_service = self.env["fynlo.push.desk"]
        columns = self._fynlo_merge_columns(change, order, theirs, desk, row_id)
        _check_numbers(columns)
        rules = rule_of(change.collection).columns
        merged = merge(columns, rules, desk.instant_of(outcome.aggregate))
        desk_service._fynlo_close_merge(
            outcome, change, columns, merged, row_id, desk, order.pos_reference
        )
        return merged

    def _fynlo_to_wire(self, order, column, was):
        """Return an earlier value, JSON of PostgreSQL, as it is on the wire."""
        if column in ("tableId", "customerId"):
            model = "restaurant.table" if column == "tableId" else "res.partner"
            # What the order named before was told to the till then.
            record_sudo = self.env[model].sudo().browse(was or []).exists()
            return record_sudo.fynlo_uuid or None
        if column == "tip":
            return to_minor(float(was or 0), order.currency_id)
        if column == "scheduledAt":
            return to_millis(Datetime.to_datetime(was.replace("T", " ")[:19])) if was else None
        if column in _ZERO:
            return float(was or 0)
        return was or None

    # --- Its lines

    def _fynlo_lines(self, outcome, order, desk):
        """Return documents of the ``LinePatch`` that the till's lines make."""
        known = {line.uuid: line for line in order.lines}
        documents = []
        for change in outcome.aggregate.parts_of("orderLines"):
            line = known.get(change.id)
            if change.kind == DELETED:
                documents += self._fynlo_removal(outcome, change, line, desk)
            elif line is not None:
                documents += self._fynlo_line_patch(outcome, change, order, line, desk)
            elif is_own_line(change.row):
                documents += self._fynlo_new_line(outcome, change, desk)
            elif change.kind == CREATED:
                outcome.buried.add((change.collection, change.id))
                outcome.is_changed = True
        return documents

    def _fynlo_new_line(self, outcome, change, desk):
        """A line that is not there is new, or somebody has removed what the till has edited."""
        if change.kind == CREATED or desk.sight.since is None:
            return [line_document(change.row)]
        columns = [("deleted", False, True, change.row, "server")]
        blame = self._fynlo_blame_line(change, None, desk)
        self._fynlo_note(outcome, "deletion", change, columns, blame)
        outcome.buried.add((change.collection, change.id))
        return []

    def _fynlo_line_patch(self, outcome, change, order, line, desk):
        if not is_own_line(change.row) or line.combo_parent_id:
            outcome.touched.add((change.collection, line.id))
            return []
        theirs = self.env["fynlo.push.desk"]._fynlo_read_row("orderLines", line)
        merged = self._fynlo_merge(outcome, change, order, theirs, desk, line.id)
        if not merged.values:
            return []
        return [_line_patch(change.id, merged.values)]

    def _fynlo_removal(self, outcome, change, line, desk):
        """Remove a line, unless somebody has changed it since the till saw it."""
        if line is None:
            return []
        if line.combo_parent_id:
            outcome.touched.add((change.collection, line.id))
            outcome.is_changed = True
            return []
        sight, table = desk.sight, rule_of(change.collection).table
        past = self.env["fynlo.sync.past"]
        if sight.since is None or past._fynlo_changes(sight, table, line.id):
            columns = [("deleted", False, False, True, "server")]
            blame = self._fynlo_blame_line(change, line.id, desk)
            self._fynlo_note(outcome, "deletion", change, columns, blame)
            outcome.touched.add((change.collection, line.id))
            return []
        return [{"id": change.id, "quantity": 0}]

    def _fynlo_blame_line(self, change, line_id, desk):
        service = self.env["fynlo.push.desk"]
        return service._fynlo_blame(change.collection, change.id, line_id, desk.sight)

    # --- Its payments

    def _fynlo_pay(self, outcome, order):
        """Take new payments; one that is there is never changed."""
        known = {payment.uuid: payment for payment in order.payment_ids}
        for change in outcome.aggregate.parts_of("payments"):
            payment = known.get(change.id)
            if payment is not None:
                self._fynlo_restore(outcome, change, payment)
            elif change.kind != DELETED:
                command = load(OrderPaymentCreate, payment_document(change.row))
                self.env["fynlo.order.payment"]._fynlo_pay_order(order.uuid, command)
                self._fynlo_set_applied(outcome)

    def _fynlo_restore(self, outcome, change, payment):
        amount = change.row.get("amount")
        booked = to_minor(payment.amount - payment.fynlo_change, payment.currency_id)
        if change.kind == DELETED or amount not in (None, booked):
            outcome.touched.add((change.collection, payment.id))
            outcome.is_changed = True

    # --- What a manager has decided

    @api.model
    def _fynlo_overwrite(self, conflict, values):
        """Write what a till has sent, as one conflict was decided: ``{column: value}``."""
        document = _header_document(values)
        if conflict.collection == "orderLines":
            document = {"lines": [_line_patch(conflict.subject, values)]}
        self._fynlo_patch(conflict, document)

    @api.model
    def _fynlo_delete(self, conflict):
        """Remove the line or cancel the order, as one conflict was decided."""
        if conflict.collection == "orders":
            self._fynlo_cancel(self.env["pos.order"]._fynlo_lock_order(conflict.subject))
            return
        self._fynlo_patch(conflict, {"lines": [{"id": conflict.subject, "quantity": 0}]})

    @api.model
    def _fynlo_add_again(self, conflict, row):
        """Add the line that somebody had removed, as the till has it."""
        self._fynlo_patch(conflict, {"lines": [line_document(row)]})

    def _fynlo_patch(self, conflict, document):
        patch = load(OrderPatch, document)
        self.env["fynlo.order.edit"]._fynlo_edit_order(conflict.order_uuid, patch)


#: What follows from the rest; an old figure of it says nothing.
_DERIVED = ("state",)


def _normalise(name, value):
    if value == "":
        return None
    if name in _ZERO and value is None:
        return 0
    return value


def _check_numbers(columns):
    for name in _ZERO:
        if name in columns and not _is_number(columns[name].mine):
            error = {"field": name, "code": "invalid", "message": "A number is needed."}
            raise InvalidFieldsError(errors=[error])


def _is_number(value):
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and abs(value) < _LIMIT


def _line_patch(uuid, values):
    document = {"id": uuid, **values}
    if "quantity" in document:
        document["quantity"] = max(0, round(document["quantity"], 6))
    if "seat" in document:
        document["seat"] = document["seat"] or None
    return document


def _header_document(values):
    document = dict(values)
    if "scheduledAt" in document:
        millis = document["scheduledAt"]
        document["scheduledAt"] = to_instant(millis) if millis else None
    for name in ("guestCount", "tip"):
        if name in document:
            document[name] = document[name] or 0
    return document
