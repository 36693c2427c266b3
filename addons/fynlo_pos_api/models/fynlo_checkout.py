from dataclasses import dataclass
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.tools import SQL

from .. import metrics
from ..engine.choices import FieldFaults
from ..engine.tenders import check_tenders, settle
from ..exceptions import (
    DeviceRequiredError,
    OverpaidError,
    PaymentReferenceUsedError,
    PriceChangedError,
)
from ..schemas.quotes import QuoteView
from .fynlo_pricing import OFFLINE_AFTER

#: How far back an offline sale may lie, and how far a till's clock may be ahead.
OLDEST_SALE = timedelta(days=7)
CLOCK_SKEW = timedelta(minutes=2)


@dataclass(frozen=True)
class Sale:
    """A sale that can be written.

    :ivar command: the ``OrderCreate``
    :ivar cart: its ``PricedCart``
    :ivar vals: all values of the order
    :ivar parents: ``{uuid of a combo's item: uuid of the combo's line}``
    :ivar is_late: it was made while the till was offline
    """

    command: object
    cart: object
    vals: dict
    parents: dict
    is_late: bool


class FynloCheckout(models.AbstractModel):
    """Sells: from the body of a till to an order with its payments, in one transaction."""

    _name = "fynlo.checkout"
    _description = "Fynlo checkout"

    @api.model
    def _fynlo_quote(self, cart):
        """Return the priced cart of a ``QuoteRequest``. Writes nothing.

        :raise PriceChangedError: the till showed another total
        """
        store = self._fynlo_store()
        book = self.env["fynlo.price.book"]._fynlo_open(store)
        priced = self.env["fynlo.pricing"]._fynlo_price_cart(cart, store, book)
        if self._fynlo_difference(cart, priced):
            raise self._fynlo_price_changed(cart, priced)
        return priced

    @api.model
    def _fynlo_sell(self, command):
        """Book an ``OrderCreate`` and return the ``pos.order`` (one record).

        Payments that cover it make it a finished sale; without them it stays open.

        :raise SessionNotOpenError: the store has no open session
        :raise DeviceRequiredError: the caller is not on a paired till
        :raise PriceChangedError: the till showed another total, and was online
        :raise OverpaidError: more is paid than is owed, and not handed over in cash
        :raise OutOfStockError: the store is strict and has not got so many
        :raise PaymentReferenceUsedError: a terminal receipt has paid an order before
        :raise SlotFullError: its slot has no room; offline sales are booked anyhow
        """
        if not principal_of(self.env).device_id:
            raise DeviceRequiredError()
        store = self._fynlo_store()
        if booked := self._fynlo_find_booked(command, store):
            return booked
        self._fynlo_check_instant(command)
        book = self.env["fynlo.price.book"]._fynlo_open(store)  # early: it warms Odoo's cache
        session = self.env["pos.session"]._fynlo_hold_current(store)
        sale = self._fynlo_prepare_sale(command, store, book, session)
        order = self.env["pos.order"]._fynlo_create_order(sale.vals, sale.parents)
        self._fynlo_follow_sale(order, sale)
        self.env["fynlo.price.book"]._fynlo_keep_warm(book, "sell")
        return order

    @api.model
    def _fynlo_prepare_sale(self, command, store, book, session):
        """Return the :class:`Sale` of an ``OrderCreate``: checked, priced, not yet written.

        What may be written is a turn at the shelf of a strict store, a reservation that is used.

        :param book: the store's open ``PriceBook``
        :param session: the store's session, held
        """
        occurred_at = self._fynlo_check_instant(command)
        table = self._fynlo_table(command, store)
        cart = self.env["fynlo.pricing"]._fynlo_price_cart(command, store, book, occurred_at)
        difference = self._fynlo_difference(command, cart)
        if difference:
            self._fynlo_accept_difference(command, cart, difference, occurred_at)
        is_late = fields.Datetime.now() - to_odoo_datetime(occurred_at) > OFFLINE_AFTER
        settlement = self._fynlo_settle(command, cart, session)
        self.env["fynlo.stock.gate"]._fynlo_pass_sale(command, cart, store, is_late)
        builder = self.env["fynlo.order.values"]
        vals = builder._fynlo_order_values(command, cart, settlement, session, table, occurred_at)
        vals["fynlo_price_difference"] = difference
        partner = self.env["res.partner"].browse(cart.partner_id or [])
        vals |= self._fynlo_handover_values(command, partner)
        if not is_late:
            self._fynlo_check_identification(book.terms[cart.order_type], vals, partner)
        return Sale(command, cart, vals, builder._fynlo_parents(cart), is_late)

    @api.model
    def _fynlo_follow_sale(self, order, sale):
        """Do what follows a new ``pos.order``: slot, kitchen, logs."""
        command, cart = sale.command, sale.cart
        if cart.book.is_foreign_currency and order.state == "paid":
            order._compute_total_cost_in_real_time()
        if command.scheduled_at:
            order._fynlo_take_slot(sale.is_late)
        order._fynlo_open_in_kitchen(command.lines)
        if order.fynlo_price_difference:
            self._fynlo_log_difference(order, cart, command)
        self._fynlo_log_withdrawn(order, cart)
        order._fynlo_log_comps(line for line in command.lines if line.comp_reason)
        self.env.cr.postcommit.add(metrics.orders.labels(order.fynlo_state).inc)

    def _fynlo_store(self):
        return self.env["pos.config"].browse(principal_of(self.env).store_id)

    def _fynlo_check_instant(self, command):
        """Return the aware instant of the sale; a clock a little ahead is set right."""
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        occurred_at = command.occurred_at or now
        oldest = self.env.context.get("fynlo_oldest_sale", OLDEST_SALE)
        if not now - oldest <= occurred_at <= now + CLOCK_SKEW:
            message = f"The sale lies in the future or more than {oldest.days} days back."
            error = {"field": "occurredAt", "code": "out_of_range", "message": message}
            raise InvalidFieldsError(errors=[error])
        return min(occurred_at, now)

    def _fynlo_table(self, command, store):
        table = self.env["restaurant.table"]._fynlo_resolve(command.table_id, "tableId")
        if table and table.floor_id not in store.floor_ids:
            error = {"field": "tableId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return table

    def _fynlo_difference(self, command, cart):
        """Return what the till showed less what the server computed, in the currency."""
        if command.stated_total is None:
            return 0.0
        stated = cart.book.currency.from_minor(command.stated_total)
        return cart.book.currency.round(stated - cart.total)

    def _fynlo_price_changed(self, command, cart):
        document = QuoteView.of(cart).model_dump(mode="json", by_alias=True)
        return PriceChangedError(details={"statedTotal": command.stated_total, "cart": document})

    def _fynlo_accept_difference(self, command, cart, difference, occurred_at):
        """Let the guest have paid what he was shown, if that was while the till was offline.

        Prices change by less than themselves: what differs by more was never on a price list.
        """
        age = fields.Datetime.now() - to_odoo_datetime(occurred_at)
        if age <= OFFLINE_AFTER or abs(difference) > abs(cart.total):
            raise self._fynlo_price_changed(command, cart)
        self.env["fynlo.pricing"]._fynlo_add_difference(cart, difference)

    def _fynlo_log_difference(self, order, cart, command):
        self.env["fynlo.audit"]._fynlo_log(
            "order.price_difference",
            order,
            {
                "stated_minor": command.stated_total,
                "difference_minor": cart.book.currency.to_minor(order.fynlo_price_difference),
            },
        )

    def _fynlo_find_booked(self, command, store):
        """Return the order of that id if the store has it already, from another till; or ``None``.

        A till that was paired anew sends again what it is not sure of.

        :raise IdempotencyConflictError: that id was used for another sale
        """
        query = "SELECT id FROM pos_order WHERE uuid = %s AND config_id = %s"
        rows = self.env.execute_query(SQL(query, str(command.id), store.id))
        if not rows:
            return None
        order = self.env["pos.order"].browse(rows[0][0])
        order.check_access("read")
        lines = {(line.uuid, line.qty) for line in order.lines}
        asked_lines = {(str(line.id), float(line.quantity)) for line in command.lines}
        asked_payments = {str(payment.id) for payment in command.payments}
        if asked_lines <= lines and asked_payments <= set(order.payment_ids.mapped("uuid")):
            return order
        raise IdempotencyConflictError(details={"reference": order.pos_reference})

    def _fynlo_log_withdrawn(self, order, cart):
        """Note what was sold offline although it had been withdrawn by the time it came."""
        now = fields.Datetime.now()
        withdrawn = [
            line.product.uuid
            for line in cart.lines
            if (line.parent is None and line.kind == "item" and not line.product.is_sold)
            or cart.book.is_out(line.product.uuid, now)
        ]
        if withdrawn:
            facts = {"product_ids": withdrawn}
            self.env["fynlo.audit"]._fynlo_log("order.withdrawn_products", order, facts)

    def _fynlo_settle(self, command, cart, session):
        faults = FieldFaults()
        has_customer = bool(command.customer_id)
        tenders = self._fynlo_check_tenders(command.payments, cart.book, has_customer, faults)
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
        settlement = settle(cart, tenders)
        if settlement.paid > settlement.due and not settlement.is_covered:
            raise OverpaidError(details={"due": cart.book.currency.to_minor(settlement.due)})
        self._fynlo_check_references(tenders, session)
        return settlement

    @api.model
    def _fynlo_check_tenders(self, payments, book, has_customer, faults):
        """Return what a till took by itself as tenders; what is wrong is noted in ``faults``."""
        return check_tenders(payments, book, has_customer, faults)

    def _fynlo_check_references(self, tenders, session):
        """Refuse a reference that was used in the session; two at once meet the unique index."""
        for tender in tenders:
            if tender.reference:
                domain = [("payment_method_id", "=", tender.method.id)]
                domain.append(("session_id", "=", session.id))
                domain.append(("fynlo_reference", "=", tender.reference))
                if self.env["pos.payment"].sudo().search_count(domain, limit=1):
                    raise PaymentReferenceUsedError(details={"reference": tender.reference})
