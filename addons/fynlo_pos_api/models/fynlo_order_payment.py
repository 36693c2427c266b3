from dataclasses import dataclass, replace

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.book import PriceBook
from ..engine.choices import FieldFaults
from ..engine.money import to_minor
from ..engine.tenders import Tender, method_entry, settle
from ..exceptions import DeviceRequiredError, OverpaidError


@dataclass(frozen=True)
class _Bill:
    """What :func:`settle` needs of an order."""

    book: PriceBook
    total: float


class FynloOrderPayment(models.AbstractModel):
    """Takes payments for an open order; the one that covers it finishes the sale."""

    _name = "fynlo.order.payment"
    _description = "Fynlo payments of an open order"

    @api.model
    def _fynlo_pay_order(self, uuid, command):
        """Take one payment and return the ``pos.order`` (one record).

        :param command: an ``OrderPaymentCreate``
        :raise IllegalTransitionError: the order is finished or cancelled
        :raise OverpaidError: more is paid than is owed, and not handed over in cash
        :raise PaymentReferenceUsedError: a terminal receipt has paid an order before
        """
        order, session, book = self._fynlo_hold_order(uuid)
        tenders = self._fynlo_check(command, order, book, session)
        return self._fynlo_take(order, tenders, book, command.share)

    @api.model
    def _fynlo_take_charged(self, uuid, tender, share):
        """Take one payment whose money is there already; return the ``pos.order`` (one record).

        Its method may have left the store since.

        :param tender: a ``Tender``
        :param share: id of the share that it pays, or ``None``
        :raise IllegalTransitionError: the order is finished or cancelled
        :raise OverpaidError: more is paid than is owed
        :raise PaymentReferenceUsedError: the reference has paid an order before
        """
        order, session, book = self._fynlo_hold_order(uuid)
        self.env["fynlo.checkout"]._fynlo_check_references((tender,), session)
        return self._fynlo_take(order, (tender,), book, share)

    def _fynlo_hold_order(self, uuid):
        """Return an order that can be paid, locked, its session and its store's book."""
        if not principal_of(self.env).device_id:
            raise DeviceRequiredError()
        order = self.env["pos.order"]._fynlo_lock_order(uuid)
        order._fynlo_check_step("pay")
        session = order._fynlo_join_session()
        return order, session, self.env["fynlo.price.book"]._fynlo_open(order.config_id)

    def _fynlo_take(self, order, tenders, book, share_id):
        settlement = self._fynlo_settle_order(order, tenders)
        if settlement.paid > settlement.due and not settlement.is_covered:
            owed = settlement.due - (settlement.paid - tenders[0].amount)
            raise OverpaidError(details={"due": book.currency.to_minor(owed)})
        share = order._fynlo_find_share(share_id)
        self._fynlo_book(order, replace(settlement, tenders=tenders), share=share)
        if settlement.is_covered and not order._fynlo_held_tenders():
            order._fynlo_finish(book)
        self.env["fynlo.price.book"]._fynlo_keep_warm(book, "pay")
        return order

    def _fynlo_check(self, command, order, book, session):
        faults = FieldFaults()
        desk = self.env["fynlo.checkout"]
        tenders = desk._fynlo_check_tenders([command], book, bool(order.partner_id), faults)
        if faults.errors:
            for error in faults.errors:
                error["field"] = error["field"].removeprefix("payments.0.")
            raise InvalidFieldsError(errors=faults.errors)
        desk._fynlo_check_references(tenders, session)
        return tenders

    @api.model
    def _fynlo_settle_order(self, order, tenders):
        """Return the ``Settlement`` of an order with the payments it has and ``tenders``.

        What is held for it is among the payments it has.
        """
        book = self.env["fynlo.price.book"]._fynlo_open(order.config_id)
        # Grouped with their change; of the web till too, whose methods the store may have lost.
        paid = order.payment_ids.grouped("payment_method_id")
        before = tuple(
            Tender("", method_entry(method), amount, amount, None)
            for method, payments in paid.items()
            for amount in [sum(payments.mapped("amount"))]
        )
        before += order._fynlo_held_tenders()
        return settle(_Bill(book, order.amount_total), before + tenders)

    @api.model
    def _fynlo_book(self, order, settlement, step="pay", reason=None, share=None):
        """Write new payments of an open order, and what it has been paid, as one step.

        :param settlement: the new payments alone; below zero they are given back
        :param share: the ``fynlo.order.share`` that they pay, if any
        """
        currency = order.currency_id
        shared = {
            "company_id": order.company_id.id,
            "session_id": order.session_id.id,
            "employee_id": principal_of(self.env).employee_id,
            "date_order": fields.Datetime.now(),
            "amount_return": currency.round(settlement.change),
        }
        for payment in self.env["fynlo.order.values"]._fynlo_payment_values(settlement, shared):
            facts = {"pos_order_id": order.id, "fynlo_share_id": share.id if share else False}
            order._fynlo_own_write().add_payment({**payment, **facts})
        change = currency.round(order.amount_return + settlement.change)
        payments = [
            {"payment": tender.uuid, "amount_minor": to_minor(tender.amount, currency)}
            for tender in settlement.tenders
        ]
        order._fynlo_take_step(step, {"amount_return": change}, reason, {"payments": payments})
