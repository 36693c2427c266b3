from datetime import timedelta

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import FynloError, IdempotencyConflictError
from odoo.addons.fynlo_base.http.errors import is_outage
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.exceptions import SessionNotOpenError
from odoo.addons.fynlo_pos_api.schemas.carts import OrderCreate
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..engine.push_batch import CREATED, DELETED
from ..engine.push_outcome import APPLIED, DUPLICATE, REJECTED, Outcome
from ..schemas.push_rows import is_own_line, load, order_document

#: Orders of one ``create()``: if one of them breaks it, these are booked one by one.
_BATCH = 100
#: How far back a pushed sale may lie: a queue that was forgotten, a store that is shut all winter.
#: What says more than that is a clock that was never set.
_OLDEST_SALE = timedelta(days=366)
#: A new order in one of these states has more to it than its booking.
_FURTHER = ("sent", "held", "cancelled")


class FynloPushOrders(models.AbstractModel):
    """Books what tills have done with orders: new ones together, changes one by one."""

    _name = "fynlo.push.orders"
    _description = "Fynlo push of orders"

    @api.model
    def _fynlo_book(self, aggregates, desk):
        """Book aggregates; return an :class:`Outcome` for each, in any order."""
        known = self._fynlo_known(aggregates)
        fresh, others = [], []
        for each in aggregates:
            is_fresh = each.id not in known and _is_plain(each)
            (fresh if is_fresh else others).append(each)
        outcomes = []
        for start in range(0, len(fresh), _BATCH):
            outcomes += self._fynlo_book_fresh(fresh[start : start + _BATCH], desk)
        attempt = self.env["fynlo.push.desk"]._fynlo_attempt
        outcomes += [attempt(each, self._fynlo_book_one, each, desk) for each in others]
        return outcomes

    def _fynlo_known(self, aggregates):
        """Return ``{id: (database id, store, device)}`` of the orders that are there."""
        query = """SELECT uuid, id, config_id, fynlo_device_id FROM pos_order
                   WHERE uuid = ANY(%s)"""
        ids = [each.id for each in aggregates]
        rows = self.env.execute_query(SQL(query, ids)) if ids else ()
        return {uuid: facts for uuid, *facts in rows}

    # --- New orders

    def _fynlo_book_fresh(self, aggregates, desk):
        service = self.env["fynlo.push.desk"]
        outcomes, commands = [], []
        for each in aggregates:
            try:
                service._fynlo_check_rows(each)
                commands.append((each, self._fynlo_read_sale(each, desk)))
            except FynloError as error:
                outcomes.append(service._fynlo_refuse(each, error))
        if not commands:
            return outcomes
        booked = self._fynlo_sell_together([command for _each, command in commands])
        for (each, command), order in zip(commands, booked, strict=True):
            if isinstance(order, FynloError) and not _is_card_alone(order):
                outcomes.append(service._fynlo_refuse(each, order))
            elif order is None or isinstance(order, FynloError):
                outcomes.append(service._fynlo_attempt(each, self._fynlo_sell, each, command))
            else:
                outcomes.append(self._fynlo_booked(each, command, order))
        return outcomes

    def _fynlo_sell_together(self, commands):
        """Return what ``_fynlo_sell_many`` does; all ``None`` if they cannot be booked so."""
        checkout = self._fynlo_checkout()
        try:
            with self.env.cr.savepoint():
                return checkout._fynlo_sell_many(commands)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except SessionNotOpenError as error:
            return [error] * len(commands)
        except Exception as error:  # which of them it was shows when each is booked by itself
            if is_outage(error):
                raise
            return [None] * len(commands)

    def _fynlo_checkout(self):
        return self.env["fynlo.checkout"].with_context(fynlo_oldest_sale=_OLDEST_SALE)

    def _fynlo_read_sale(self, aggregate, desk):
        lines = [each.row for each in aggregate.parts_of("orderLines") if is_own_line(each.row)]
        payments = [each.row for each in aggregate.parts_of("payments")]
        document = order_document(aggregate.root.row, lines, payments, desk.offset_ms)
        guest_id, guests = document.get("customerId"), self.env["fynlo.push.customers"]
        if isinstance(guest_id, str) and guests._fynlo_is_erased(guest_id.lower()):
            # Who was erased since is nobody's guest: that must not keep the sale from the books.
            del document["customerId"]
        return load(OrderCreate, document)

    def _fynlo_sell(self, aggregate, command):
        """Book one new order. A card that only a gateway takes is left out and stays unpaid."""
        checkout = self._fynlo_checkout()
        refused = []
        try:
            order = checkout._fynlo_sell(command)
        except FynloError as error:
            if not _is_card_alone(error):
                raise
            numbers = {int(each["field"].split(".")[1]) for each in error.errors}
            kept = [each for n, each in enumerate(command.payments) if n not in numbers]
            refused = [str(each.id) for n, each in enumerate(command.payments) if n in numbers]
            order = checkout._fynlo_sell(command.model_copy(update={"payments": kept}))
        outcome = self._fynlo_booked(aggregate, command, order)
        if refused:
            outcome.refused = [each for each in aggregate.parts if each.id in refused]
            outcome.code = "needs_gateway"
            outcome.message = "The order is open: a gateway has to take the card."
        return outcome

    def _fynlo_booked(self, aggregate, command, order):
        outcome = Outcome(aggregate, APPLIED)
        outcome.is_changed = bool(order.fynlo_price_difference)
        for each in aggregate.parts_of("orderLines"):
            if not is_own_line(each.row) and each.kind == CREATED:
                # The server has made lines of its own for it.
                outcome.buried.add((each.collection, each.id))
                outcome.is_changed = True
        return outcome

    # --- Orders that are there, or have more to them

    def _fynlo_book_one(self, aggregate, desk):
        found = self._fynlo_known([aggregate]).get(aggregate.id)
        self.env["fynlo.sync.past"]._fynlo_time(desk.instant_of(aggregate))
        merger = self.env["fynlo.push.order_edit"]
        if found is None:
            return self._fynlo_book_absent(aggregate, desk, merger)
        order_id, store_id, device_id = found
        if store_id != principal_of(self.env).store_id:
            return self._fynlo_stranger(aggregate)
        order = self.env["pos.order"].browse(order_id)
        # Without lines it is what a till has changed since: it knows of them that they have come.
        is_sale = aggregate.root and aggregate.root.kind == CREATED
        is_sale = is_sale and aggregate.parts_of("orderLines")
        if is_sale and (order.state != "draft" or device_id != desk.device.id):
            return self._fynlo_compare(aggregate, order, desk)
        return merger._fynlo_edit(aggregate, order, desk)

    def _fynlo_book_absent(self, aggregate, desk, merger):
        """Book an order that the server does not have."""
        root = aggregate.root
        if root and root.kind == DELETED:
            return Outcome(aggregate, DUPLICATE)
        if root is None:
            if all(each.kind == DELETED for each in aggregate.parts):
                return Outcome(aggregate, DUPLICATE)
            message = "There is no such order."
            error = {"field": "orderId", "code": "unknown_reference", "message": message}
            return Outcome(aggregate, REJECTED, "invalid_fields", message, [error])
        outcome = self._fynlo_sell(aggregate, self._fynlo_read_sale(aggregate, desk))
        order = self.env["pos.order"]._fynlo_lock_order(aggregate.id)
        merger._fynlo_follow_state(order, root.row.get("state"), aggregate)
        return outcome

    def _fynlo_compare(self, aggregate, order, desk):
        """An order with that id is there: the same, which the till gets back, or another one."""
        command = self._fynlo_read_sale(aggregate, desk)
        checkout = self.env["fynlo.checkout"]
        try:
            checkout._fynlo_find_booked(command, checkout._fynlo_store())
        except IdempotencyConflictError:
            return self._fynlo_stranger(aggregate)
        outcome = Outcome(aggregate, DUPLICATE)
        self.env["fynlo.push.order_edit"]._fynlo_tell_anew(outcome, order)
        return outcome

    def _fynlo_stranger(self, aggregate):
        facts = {"collection": "orders", "id": aggregate.id}
        self.env["fynlo.audit"]._fynlo_log("sync.idempotency_conflict", None, facts)
        code = IdempotencyConflictError.code
        return Outcome(aggregate, REJECTED, code, IdempotencyConflictError.message)


def _is_plain(aggregate):
    """Tell whether an aggregate is a new order and nothing more."""
    root = aggregate.root
    if not root or root.kind == DELETED or root.row.get("state") in _FURTHER:
        return False
    return all(each.kind != DELETED for each in aggregate.parts)


def _is_card_alone(error):
    return bool(error.errors) and all(each["code"] == "needs_gateway" for each in error.errors)
