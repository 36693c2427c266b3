from uuid import UUID

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, PayloadTooLargeError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.exceptions import DeviceRequiredError
from odoo.tools import SQL

from ..engine.push_batch import GONE, PARTS, group, read_changes
from ..engine.push_outcome import BLOCKED, CONFLICT, DUPLICATE, REJECTED, Outcome
from ..engine.push_rules import READ_ONLY, rule_of
from ..schemas.push import FieldFault, PushResult, PushView
from .fynlo_sync_op import SETTLED

#: Rows of one push: some seconds of work.
MAX_RECORDS = 500
#: Collections whose rows are booked one by one and never changed.
_ENTRIES = ("cashMovements", "stockMoves")


class FynloPush(models.AbstractModel):
    """Books what tills have done while nobody heard them, each aggregate for itself.

    All of a push is one transaction. What cannot be booked is rolled back to where it began, kept
    in ``fynlo.sync.op``, and does not hold up the rest.
    """

    _name = "fynlo.push"
    _description = "Fynlo push"

    @api.model
    def _fynlo_push(self, query, body):
        """Book the changes of a ``PushBody`` and return the ``PushView``.

        :raise DeviceRequiredError: the caller is not on a paired till
        :raise InvalidFieldsError: the query names another till
        :raise PayloadTooLargeError: more than ``MAX_RECORDS`` rows
        """
        device = self._fynlo_device(query)
        changes, nameless = read_changes(body.tables())
        if len(changes) + len(nameless) > MAX_RECORDS:
            raise PayloadTooLargeError(
                f"Send at most {MAX_RECORDS} records at once.",
                details={"limitRecords": MAX_RECORDS},
            )
        offset_ms = device._fynlo_note_push(query)
        desk = self.env["fynlo.push.desk"]._fynlo_open(query, device, offset_ms)
        aggregates = group(changes, self._fynlo_orders_of(changes))
        outcomes = self._fynlo_book(aggregates, desk)
        outcomes += [
            Outcome.refused_change(change, "invalid_fields", "A UUID is needed as id.")
            for change in nameless
        ]
        device._fynlo_note_queue(query, sum(len(outcome.dirty) for outcome in outcomes))
        return _view(outcomes, offset_ms if query.device_time is not None else None)

    @api.model
    def _fynlo_book(self, aggregates, desk):
        """Book aggregates; return an :class:`Outcome` for each.

        :param desk: the ``Desk`` of the push
        """
        outcomes, todo = self._fynlo_recall(aggregates, desk)
        self.env["fynlo.push.desk"]._fynlo_touch(outcomes)
        return outcomes + self._fynlo_carry_out(todo, desk)

    @api.model
    def _fynlo_carry_out(self, todo, desk):
        """Book claimed operations, ``{operation: aggregate}``; return an ``Outcome`` for each."""
        done = self._fynlo_act(todo.values(), desk)
        self._fynlo_settle(todo, done, desk)
        return done

    @api.model
    def _fynlo_act(self, aggregates, desk):
        """Book aggregates, customers first; return an ``Outcome`` for each, in any order."""
        self.env["fynlo.change"]._fynlo_sign(desk.device.id)
        customers = [each for each in aggregates if each.collection == "customers"]
        orders = [each for each in aggregates if each.collection == "orders"]
        entries = [each for each in aggregates if each.collection in _ENTRIES]
        done = self.env["fynlo.push.customers"]._fynlo_book(customers, desk)
        bad = {each.id for each, outcome in zip(customers, done, strict=True) if outcome.is_bad}
        blocked = [each for each in orders if _customer_of(each) in bad]
        attempt = self.env["fynlo.push.desk"]._fynlo_attempt
        done += [attempt(each, Outcome, each, BLOCKED, "parent_rejected") for each in blocked]
        free = [each for each in orders if each not in blocked]
        done += self.env["fynlo.push.orders"]._fynlo_book(free, desk)
        return done + self.env["fynlo.push.entries"]._fynlo_book(entries)

    def _fynlo_recall(self, aggregates, desk):
        """Claim the operations; return outcomes, and ``{operation: aggregate}`` of the others."""
        wanted, outcomes = {}, []
        for each in aggregates:
            if rule_of(each.collection).kind == READ_ONLY:
                each.fault = each.fault or "read_only"
            operation = each.operation(desk.device.fynlo_uuid, desk.base)
            if operation in wanted:
                each.fault = each.fault or "repeated_id"
            if each.fault:
                outcomes.append(self._fynlo_excuse(each))
            else:
                wanted[operation] = each
                each.claim = operation
        known = self.env["fynlo.sync.op"]._fynlo_claim(
            {name: (each.collection, each.id, each.digest) for name, each in wanted.items()}
        )
        todo = {}
        for operation, each in wanted.items():
            if outcome := self._fynlo_answer(each, known[operation], desk):
                outcomes.append(outcome)
            else:
                todo[operation] = each
        return outcomes, todo

    def _fynlo_answer(self, aggregate, facts, desk):
        """Return the ``Outcome`` of an operation that needs no booking, ``None`` of others."""
        digest, state, _code, device_id = facts
        is_other = digest != aggregate.digest and state in SETTLED
        if is_other or device_id != desk.device.id:
            return self._fynlo_refuse_twin(aggregate, aggregate.claim)
        if state == "replaced":
            return Outcome(aggregate, REJECTED, "superseded")
        return self._fynlo_repeat(aggregate, state) if state in SETTLED else None

    @api.model
    def _fynlo_excuse(self, aggregate):
        """Return the ``Outcome`` of an aggregate that has a fault: nothing is tried."""
        if aggregate.fault == GONE:
            return Outcome(aggregate, DUPLICATE)
        return Outcome(aggregate, REJECTED, aggregate.fault)

    def _fynlo_repeat(self, aggregate, state):
        """Give the answer that was given before."""
        if state != CONFLICT:
            return Outcome(aggregate, DUPLICATE)
        # The till that made a conflict may be told its id; only managers read it.
        conflict_sudo = self.env["fynlo.sync.conflict"].sudo()
        found = conflict_sudo.search([("operation", "=", aggregate.claim)], limit=1)
        return Outcome(aggregate, CONFLICT, conflict_id=found.fynlo_uuid or None)

    def _fynlo_refuse_twin(self, aggregate, operation):
        """Another change came under this id before: say so, and note it for the owner."""
        facts = {"operation": operation, "collection": aggregate.collection, "id": aggregate.id}
        self.env["fynlo.audit"]._fynlo_log("sync.idempotency_conflict", None, facts)
        return Outcome(aggregate, REJECTED, "idempotency_conflict")

    @api.model
    def _fynlo_settle(self, todo, done, desk):
        """Write what has become of operations, ``{operation: aggregate}``."""
        by_id = {(each.aggregate.collection, each.aggregate.id): each for each in done}
        rows = []
        for operation, each in todo.items():
            outcome = by_id[each.collection, each.id]
            state = "applied" if outcome.status == DUPLICATE else outcome.status
            body = {"changes": each.document(), "offsetMs": desk.offset_ms}
            if state in SETTLED or outcome.is_unkept:
                body = None
            facts = (outcome.code, _reason(outcome), outcome.errors or None, body, each.digest)
            rows.append((operation, state, *facts))
        told = [[change.id for change in each.changes] for each in todo.values()]
        self.env["fynlo.sync.op"]._fynlo_finish(rows, told)
        self.env["fynlo.push.desk"]._fynlo_touch(done)

    def _fynlo_device(self, query):
        principal = principal_of(self.env)
        if not principal.device_id:
            raise DeviceRequiredError()
        # A till may know itself; cashiers may not read devices.
        device_sudo = self.env["fynlo.device"].sudo().browse(principal.device_id)
        if query.device and query.device != UUID(device_sudo.fynlo_uuid):
            message = "It is not the till that asks."
            error = {"field": "device", "code": "unknown_reference", "message": message}
            raise InvalidFieldsError(errors=[error])
        return device_sudo

    def _fynlo_orders_of(self, changes):
        """Return ``{id of a line or payment: id of its order}`` of those that are there."""
        ids = [each.id for each in changes if each.collection in PARTS]
        if not ids:
            return {}
        query = """SELECT part.uuid, sold.uuid FROM (
                       SELECT uuid, order_id FROM pos_order_line WHERE uuid = ANY(%(ids)s)
                       UNION ALL
                       SELECT uuid, pos_order_id FROM pos_payment WHERE uuid = ANY(%(ids)s)
                   ) part JOIN pos_order sold ON sold.id = part.order_id
                   WHERE sold.config_id = %(store_id)s"""
        store_id = principal_of(self.env).store_id
        return dict(self.env.execute_query(SQL(query, ids=ids, store_id=store_id)))


def _customer_of(aggregate):
    told = aggregate.root.row.get("customerId") if aggregate.root else None
    return told.lower() if isinstance(told, str) else None


def _reason(outcome):
    """Return why it was not booked, for people: what is wrong with which field."""
    faults = [f"{each['field']}: {each['message']}" for each in outcome.errors]
    return " ".join(faults) or outcome.message


def _view(outcomes, offset_ms):
    rejected = {}
    for outcome in outcomes:
        for change in outcome.dirty:
            rejected.setdefault(change.collection, []).append(change.told_id or change.id)
    return PushView(
        experimental_rejected_ids=rejected,
        resync=any(outcome.is_changed or outcome.renamed for outcome in outcomes),
        clock_offset_ms=offset_ms,
        results=[_result(outcome) for outcome in outcomes],
    )


def _result(outcome):
    return PushResult(
        collection=outcome.aggregate.collection,
        id=outcome.aggregate.id,
        status=outcome.status,
        code=outcome.code,
        message=outcome.message,
        errors=[FieldFault(**each) for each in outcome.errors],
        conflict_id=outcome.conflict_id,
    )
