from collections import defaultdict
from datetime import datetime, timedelta, timezone
from itertools import chain

from odoo import api, models
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.fields import Domain

from ..engine.outcome import GIVEN
from ..engine.reconciliation import Item, key_of

#: How long booking a payment takes at most.
_MOMENT = timedelta(minutes=5)


class FynloPaymentSheet(models.AbstractModel):
    """Gathers what each side has of the movements of one provider's day."""

    _name = "fynlo.payment.sheet"
    _description = "Fynlo sheet of a day's payments"

    @api.model
    def _fynlo_fill(self, provider, begin, end, entries):
        """Return ``{res.currency: (items, fees)}`` of a day; fees in minor units.

        :param provider: one ``payment.provider``, sudoed
        :param begin: seconds since 1970; ``end`` is the first that belongs to the next day
        :param entries: of the gateway's books, some before and after the day too
        """
        day = [each for each in entries if begin <= each["created"] < end]
        other_days = {key_of(each) for each in entries} - {key_of(each) for each in day}
        items, fees = defaultdict(dict), defaultdict(int)
        for entry in day:
            currency = self.env["res.currency"]._fynlo_named(entry["currency"])
            fees[currency] += entry["fee"]
            sheet = items[currency]  # a day of fees alone is a day
            if key := key_of(entry):
                sheet.setdefault(key, Item(key)).gateway += entry["amount"]
        known = {key for sheet in items.values() for key in sheet}
        span = (_naive(begin), _naive(end))
        moves = (self._fynlo_payments, self._fynlo_till_refunds, self._fynlo_refunds)
        for currency, item in chain(*(move(provider, span, known) for move in moves)):
            if item.key in other_days:
                continue
            mine = items[currency].setdefault(item.key, Item(item.key))
            item.gateway = mine.gateway
            items[currency][item.key] = item
        booked_alone = self._fynlo_booked_alone(provider, span)
        for currency, item in chain(booked_alone, self._fynlo_sessions(provider, span)):
            items[currency][item.key] = item
        return {
            currency: (list(sheet.values()), fees[currency]) for currency, sheet in items.items()
        }

    def _fynlo_payments(self, provider, span, known):
        """Return ``[(currency, Item)]`` of what was taken in a time, or is ``known`` by its id."""
        domain = Domain("provider_id", "=", provider.id) & Domain("state", "=", "done")
        domain &= Domain("operation", "!=", "refund")
        domain &= Domain("provider_reference", "in", list(known)) | _within(
            "last_state_change", span
        )
        payments = self.env["payment.transaction"].sudo().search(domain)
        at_tills = payments.filtered("fynlo_order_id")
        ids = [uuid for each in at_tills for uuid in each._fynlo_booking_uuids()]
        paid = self._fynlo_pos_payments(ids)
        for payment in payments:
            key = payment.provider_reference or payment.reference
            if payment in at_tills:
                item = Item(key, operations=payment.fynlo_captured_minor)
                own, spare = (paid.get(uuid) for uuid in payment._fynlo_booking_uuids())
                is_own = own and own.payment_method_id == payment.fynlo_method_id
                _book(item, spare or (own if is_own else None))
            else:
                item = self._fynlo_web_item(key, payment)
            item.about = {"transaction_id": payment.id, "order_id": payment.fynlo_order_id.id}
            yield payment.currency_id, item

    def _fynlo_web_item(self, key, payment):
        """Return the item of a payment or refund of the web shop: Odoo books it by itself."""
        amount = to_minor(payment.amount, payment.currency_id)
        posted = payment.payment_id.move_id.state == "posted" or payment.payment_id.state == "paid"
        return Item(key, operations=amount, booked=amount, journal=amount if posted else 0)

    def _fynlo_till_refunds(self, provider, span, known):
        """Return ``[(currency, Item)]`` of what tills gave back in a time, or is ``known``."""
        domain = Domain("transaction_id.provider_id", "=", provider.id)
        domain &= Domain("kind", "=", "refund") & Domain("state", "in", GIVEN)
        domain &= Domain("gateway_ref", "in", list(known)) | _within("write_date", span)
        operations = self.env["fynlo.payment.operation"].sudo().search(domain)
        paid = self._fynlo_pos_payments(operations.mapped("fynlo_uuid"))
        for operation in operations:
            item = Item(operation.gateway_ref, operations=-operation.amount_minor)
            _book(item, paid.get(operation.fynlo_uuid))
            item.about = {
                "transaction_id": operation.transaction_id.id, "order_id": operation.order_id.id
            }  # fmt: skip
            yield operation.currency_id, item

    def _fynlo_refunds(self, provider, span, known):
        """Return ``[(currency, Item)]`` of refunds of the web shop, likewise."""
        domain = Domain("provider_id", "=", provider.id) & Domain("state", "=", "done")
        domain &= Domain("operation", "=", "refund")
        domain &= Domain("provider_reference", "in", list(known)) | _within(
            "last_state_change", span
        )
        for refund in self.env["payment.transaction"].sudo().search(domain):
            item = self._fynlo_web_item(refund.provider_reference, refund)
            item.about = {"transaction_id": refund.id}
            yield refund.currency_id, item

    def _fynlo_pos_payments(self, uuids):
        """Return ``{id: pos.payment}``, sudoed."""
        found = self.env["pos.payment"].sudo().search([("uuid", "in", uuids)])
        return {payment.uuid: payment for payment in found}

    def _fynlo_methods(self, provider):
        methods = self.env["pos.payment.method"].sudo().with_context(active_test=False)
        return methods.search([("fynlo_provider_id", "=", provider.id)])

    def _fynlo_booked_alone(self, provider, span):
        """Return ``[(currency, Item)]`` of card payments of orders that no gateway was asked for.

        Odoo's own till books what its cashier says, and so does a till of ours that only notes.
        """
        domain = Domain("payment_method_id", "in", self._fynlo_methods(provider).ids)
        payments = self.env["pos.payment"].sudo().search(domain & _within("payment_date", span))
        uuids = payments.mapped("uuid")
        asked = set()
        for model in ("payment.transaction", "fynlo.payment.operation"):
            found = self.env[model].sudo().search([("fynlo_uuid", "in", uuids)])
            asked |= set(found.mapped("fynlo_uuid"))
        asked |= self._fynlo_spare_ids(provider, span)
        for payment in payments.filtered(lambda each: each.uuid not in asked):
            order = payment.pos_order_id
            item = Item(f"{order.name} {payment.uuid}", about={"order_id": order.id})
            _book(item, payment)
            yield payment.currency_id, item

    def _fynlo_spare_ids(self, provider, span):
        """Return the ids under which payments of a time are booked whose own was taken."""
        domain = Domain("provider_id", "=", provider.id) & Domain("fynlo_booked_at", "!=", False)
        # The order's payment is written a moment later, maybe past midnight.
        begin, end = span
        domain &= _within("fynlo_booked_at", (begin - _MOMENT, end))
        payments = self.env["payment.transaction"].sudo().search(domain)
        return {payment._fynlo_booking_uuids()[1] for payment in payments}

    def _fynlo_sessions(self, provider, span):
        """Return ``[(currency, Item)]`` of sessions closed in a time whose journals differ."""
        methods = self._fynlo_methods(provider)
        domain = Domain("state", "=", "closed") & _within("stop_at", span)
        sessions = self.env["pos.session"].sudo().search(
            domain & Domain("config_id.payment_method_ids", "in", methods.ids)
        )  # fmt: skip
        for session in sessions:
            for method in methods:
                missing = self._fynlo_posted(session, method) - self._fynlo_paid(session, method)
                if missing:
                    about = {"session_id": session.id}
                    key = f"{session.name} {method.name}"
                    yield session.currency_id, Item(key, journal=missing, about=about)

    def _fynlo_paid(self, session, method):
        domain = [("session_id", "=", session.id), ("payment_method_id", "=", method.id)]
        [(total,)] = self.env["pos.payment"].sudo()._read_group(domain, [], ["amount:sum"])
        return to_minor(total or 0.0, session.currency_id)

    def _fynlo_posted(self, session, method):
        """Return what the journal entries of a session have of a method."""
        payments = self.env["account.payment"].sudo().search(
            [("pos_session_id", "=", session.id), ("pos_payment_method_id", "=", method.id)]
        )  # fmt: skip
        posted = payments.filtered(lambda each: each.move_id.state == "posted")
        signed = (
            each.amount if each.payment_type == "inbound" else -each.amount for each in posted
        )
        return to_minor(sum(signed), session.currency_id)


def _book(item, payment):
    """Add what an order has of an item, and whether a journal has it by now."""
    if not payment:
        return
    item.booked = to_minor(payment.amount, payment.currency_id)
    # A closed session's journals are compared as a whole: one entry has many payments.
    side = "journal" if payment.session_id.state == "closed" else "unposted"
    setattr(item, side, item.booked)


def _within(field, span):
    begin, end = span
    return Domain(field, ">=", begin) & Domain(field, "<", end)


def _naive(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
