from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime

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

#: A sale that comes later than this was made while the till was offline.
OFFLINE_AFTER = timedelta(minutes=2)
#: How far back an offline sale may lie, and how far a till's clock may be ahead.
OLDEST_SALE = timedelta(days=7)
CLOCK_SKEW = timedelta(minutes=2)


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
        :raise PaymentReferenceUsedError: a terminal receipt has paid an order before
        """
        if not principal_of(self.env).device_id:
            raise DeviceRequiredError()
        occurred_at = self._fynlo_check_instant(command)
        store = self._fynlo_store()
        book = self.env["fynlo.price.book"]._fynlo_open(store)  # first: it warms Odoo's cache
        session = self.env["pos.session"]._fynlo_hold_current(store)
        table = self._fynlo_table(command, store)
        cart = self.env["fynlo.pricing"]._fynlo_price_cart(command, store, book, occurred_at)
        difference = self._fynlo_difference(command, cart)
        if difference:
            self._fynlo_accept_difference(command, cart, difference, occurred_at)
        settlement = self._fynlo_settle(command, cart)
        builder = self.env["fynlo.order.values"]
        vals = builder._fynlo_order_values(command, cart, settlement, session, table, occurred_at)
        vals["fynlo_price_difference"] = difference
        order = self.env["pos.order"]._fynlo_create_order(vals, builder._fynlo_parents(cart))
        if book.is_foreign_currency and order.state == "paid":
            order._compute_total_cost_in_real_time()
        if difference:
            self._fynlo_log_difference(order, cart, command)
        self.env["fynlo.price.book"]._fynlo_keep_warm(book)
        self.env.cr.postcommit.add(metrics.orders.labels(order.fynlo_state).inc)
        return order

    def _fynlo_store(self):
        return self.env["pos.config"].browse(principal_of(self.env).store_id)

    def _fynlo_check_instant(self, command):
        """Return the aware instant of the sale; a clock a little ahead is set right."""
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        occurred_at = command.occurred_at or now
        if not now - OLDEST_SALE <= occurred_at <= now + CLOCK_SKEW:
            message = "The sale lies in the future or more than seven days back."
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
        """Let the guest have paid what he was shown, if that was while the till was offline."""
        age = fields.Datetime.now() - to_odoo_datetime(occurred_at)
        if age <= OFFLINE_AFTER:
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

    def _fynlo_settle(self, command, cart):
        faults = FieldFaults()
        tenders = check_tenders(command.payments, cart.book, bool(command.customer_id), faults)
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
        settlement = settle(cart, tenders)
        if settlement.paid > settlement.due and not settlement.is_covered:
            raise OverpaidError(details={"due": cart.book.currency.to_minor(settlement.due)})
        self._fynlo_check_references(tenders)
        return settlement

    def _fynlo_check_references(self, tenders):
        """Refuse a used reference by name; two at once meet the unique index."""
        for tender in tenders:
            if tender.reference:
                domain = [("payment_method_id", "=", tender.method.id)]
                domain.append(("fynlo_reference", "=", tender.reference))
                if self.env["pos.payment"].sudo().search_count(domain, limit=1):
                    raise PaymentReferenceUsedError(details={"reference": tender.reference})
