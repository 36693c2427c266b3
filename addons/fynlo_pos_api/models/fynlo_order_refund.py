from dataclasses import dataclass
from uuid import uuid5

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError

from ..engine.choices import FieldFaults, check_quantity
from ..engine.money import from_minor, to_minor
from ..engine.refund import Share, allocate, divide
from ..engine.tenders import Settlement, Tender, check_tenders
from ..exceptions import IllegalTransitionError, RefundTooLargeError


@dataclass(frozen=True)
class RefundItem:
    """What comes back of one line; ``quantity`` 0 is money alone."""

    line: models.Model
    quantity: float
    share: Share
    restock: bool = True


class FynloOrderRefund(models.AbstractModel):
    """Gives money back for a finished sale: a sale of its own with negative quantities.

    Each line gives back its own money and taxes in proportion, and the last of it what is left:
    the parts of a sale add up to the sale, to the cent and tax by tax.
    """

    _name = "fynlo.order.refund"
    _description = "Fynlo refund of an order"

    @api.model
    def _fynlo_refund_order(self, uuid, command):
        """Apply a ``RefundCreate`` and return the refund (one ``pos.order``).

        Of an open order, its payments are given back; that returns the order itself. Where a
        gateway has to give money back first, it is a ``Later`` that ends with either.

        :raise IllegalTransitionError: the order is cancelled, or is a refund itself
        :raise RefundTooLargeError: more than is left of what was sold
        :raise ApprovalRequiredError: the store wants a higher role for it
        :raise SessionNotOpenError: the store has no open session
        """
        return self._fynlo_begin_refund(uuid, command)

    @api.model
    def _fynlo_begin_refund(self, uuid, command):
        """Do what :meth:`_fynlo_refund_order` tells; its answer may not be an order yet."""
        order = self.env["pos.order"]._fynlo_lock_order(uuid)
        if done := self._fynlo_find_done(order, command):
            return done
        if order.state == "draft":
            return self._fynlo_give_back(order, command)
        if order.is_refund:
            raise IllegalTransitionError(details={"state": order.fynlo_state, "allowed": []})
        order._fynlo_check_step("refund")
        session = self.env["pos.session"]._fynlo_hold_current(order.config_id)
        left = self._fynlo_left(order)
        items = self._fynlo_plan(order, left, command)
        amount = sum(item.share.total for item in items)
        settlement = self._fynlo_settle(order, command, amount, _total(left), session)
        self._fynlo_check_right(order, amount, command, settlement)
        if later := self._fynlo_ask_gateway(order, command, settlement):
            return later
        refund = self._fynlo_create_refund(order, command, items, settlement, session)
        self._fynlo_note_refund(order, command, refund, amount, _total(left))
        return refund

    def _fynlo_note_refund(self, order, command, refund, amount, left):
        details = {"refund": refund.uuid, "amount_minor": amount}
        vals = {"fynlo_is_money_back": amount == left}
        order._fynlo_take_step("refund", vals, reason=command.reason, details=details)
        self.env["fynlo.audit"]._fynlo_log(
            "order.refund", order, {"reason": command.reason, **details}
        )

    def _fynlo_create_refund(self, order, command, items, settlement, session):
        values = self.env["fynlo.refund.values"]
        vals, parents = values._fynlo_refund_values(order, command, items, settlement, session)
        refund = self.env["pos.order"]._fynlo_create_order(vals, parents)
        refund._compute_total_cost_in_real_time()
        if refund.to_invoice:
            refund._fynlo_credit_invoice()
        return refund

    def _fynlo_find_done(self, order, command):
        """Return what the same command has made before, from another till; or nothing.

        A till that was paired anew sends again what it is not sure of.
        """
        if refund := order._fynlo_refund_orders().filtered(
            lambda each: each.uuid == str(command.id)
        ):
            return refund
        methods = order.payment_ids.payment_method_id
        made = {_payment_uuid(command, method.fynlo_uuid) for method in methods}
        made |= {str(payment.id) for payment in command.payments}
        is_done = order.state == "draft" and made & set(order.payment_ids.mapped("uuid"))
        return order if is_done else order.browse()

    def _fynlo_give_back(self, order, command):
        """Give payments of an open order back; it stays open, and owes more."""
        order._fynlo_check_step("give back")
        if command.lines:
            message = "Nothing is sold yet: take the lines off, and give back an amount or all."
            error = {"field": "lines", "code": "not_allowed", "message": message}
            raise InvalidFieldsError(errors=[error])
        session = order._fynlo_join_session()
        paid = to_minor(order.amount_paid, order.currency_id)
        amount = paid if command.all else command.amount
        if not 0 < amount <= paid:
            raise RefundTooLargeError(details={"refundable": paid})
        settlement = self._fynlo_settle(order, command, amount, paid, session)
        self._fynlo_check_right(order, amount, command, settlement)
        if later := self._fynlo_ask_gateway(order, command, settlement):
            return later
        self.env["fynlo.order.payment"]._fynlo_book(order, settlement, "give back", command.reason)
        facts = {"reason": command.reason, "amount_minor": amount}
        self.env["fynlo.audit"]._fynlo_log("order.give_back", order, facts)
        return order

    # --- What comes back

    def _fynlo_plan(self, order, left, command):
        """Return the ``RefundItem`` of each line concerned."""
        if command.all:
            items = self._fynlo_all_items(order, left, command.restock)
        elif command.amount is not None:
            items = self._fynlo_items_worth(left, command.amount)
        else:
            items = self._fynlo_named_items(order, left, command.lines)
        # A rebate on the whole is a line below zero: the goods alone may cost more than was paid.
        if not items or not 0 <= sum(item.share.total for item in items) <= _total(left):
            raise RefundTooLargeError(details={"refundable": _total(left)})
        return items

    def _fynlo_left(self, order):
        """Return ``{line: Share}`` of what was sold and not given back."""
        left = order._fynlo_line_shares()
        refunds = order._fynlo_refund_orders()
        for line, share in refunds._fynlo_line_shares().items():
            origin = line.refunded_orderline_id
            if origin in left:
                # Goods that were exchanged for dearer ones lie in a sale, below zero there.
                is_refund = line.order_id.amount_total < 0
                left[origin] = left[origin].less(share if is_refund else share.negated())
        return left

    def _fynlo_all_items(self, order, left, restock):
        items = [
            RefundItem(line, line.qty - line.refunded_qty, left[line], restock)
            for line in order.lines.sorted("id")
            if line.qty > 0
        ]
        return [item for item in items if item.quantity > 0 or item.share.total]

    def _fynlo_items_worth(self, left, amount):
        """Spread an amount over all lines in proportion to what is left of them."""
        if amount > _total(left):
            raise RefundTooLargeError(details={"refundable": _total(left)})
        lines = sorted((line for line in left if left[line].total), key=lambda line: line.id)
        parts = divide(amount, [left[line].total for line in lines])
        return [
            RefundItem(line, 0.0, left[line].part(part))
            for line, part in zip(lines, parts, strict=True)
            if part
        ]

    def _fynlo_named_items(self, order, left, wanted):
        lines = {line.uuid: line for line in order.lines if not line.combo_parent_id}
        items, faults, excess = [], FieldFaults(), FieldFaults()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for index, each in enumerate(wanted):
            if each.quantity is not None:
                check_quantity(each.quantity, digits, f"lines.{index}.quantity", faults)
            line = lines.get(str(each.line_id))
            if line is None:
                message = "The order has no such line; a combo comes back by its own line."
                faults.add(f"lines.{index}.lineId", "unknown_reference", message)
            elif each.quantity is None:
                items += self._fynlo_money_off(line, left, each, index, excess)
            else:
                items += self._fynlo_goods(line, left, each, index, excess)
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
        if excess.errors:
            raise RefundTooLargeError(errors=excess.errors)
        return items

    def _fynlo_goods(self, line, left, wanted, index, excess):
        quantity, remaining = float(wanted.quantity), line.qty - line.refunded_qty
        if round(quantity - remaining, 6) > 0:
            message = f"At most {max(remaining, 0):g} can come back."
            excess.add(f"lines.{index}.quantity", "too_large", message)
            return
        for each in line + line.combo_line_ids.sorted("id"):
            # A combo's items come back as many as belong to the combos that do.
            present = each.qty - each.refunded_qty
            count = min(round(quantity * each.qty / line.qty, 6), present)
            if count > 0:
                share = left[each].part_for(count, present)
                yield RefundItem(each, count, share, wanted.restock)

    def _fynlo_money_off(self, line, left, wanted, index, excess):
        lines = [line, *line.combo_line_ids.sorted("id")]
        weights = [left[each].total for each in lines]
        if wanted.amount > sum(weights):
            message = f"At most {max(sum(weights), 0)} can be given back."
            excess.add(f"lines.{index}.amount", "too_large", message)
            return
        for each, part in zip(lines, divide(wanted.amount, weights), strict=True):
            if part:
                yield RefundItem(each, 0.0, left[each].part(part))

    # --- How it is paid

    def _fynlo_settle(self, order, command, amount, left, session):
        """Return the ``Settlement`` of a refund; its amounts are below zero."""
        book = self.env["fynlo.price.book"]._fynlo_open(order.config_id)
        paid = order._fynlo_paid_by_method()
        due = allocate(amount, left, paid, _coins_of(book))
        tenders = [
            (_payment_uuid(command, method.uuid), method, part, None)
            for method, part in due.items()
        ]
        if command.payments:
            tenders = self._fynlo_named_tenders(order, command.payments, book, sum(due.values()))
        currency = order.currency_id
        tenders = tuple(
            Tender(
                uuid, method, -from_minor(part, currency), -from_minor(part, currency), reference
            )
            for uuid, method, part, reference in tenders
        )
        total = currency.round(sum(tender.amount for tender in tenders))
        self.env["fynlo.checkout"]._fynlo_check_references(tenders, session)
        settlement = Settlement(tenders, total, total, is_covered=True)
        is_named = bool(command.payments)
        if is_named and order.state == "draft" and self._fynlo_is_other_way(order, settlement):
            # Were it cancelled then, nothing would book the exchange.
            message = "Of an open order money goes back the way it came."
            error = {"field": "payments", "code": "not_allowed", "message": message}
            raise InvalidFieldsError(errors=[error])
        return settlement

    def _fynlo_named_tenders(self, order, payments, book, due):
        """Return the payments that a body names as ``(id, method, minor units, reference)``."""
        faults = FieldFaults()
        checked = check_tenders(payments, book, bool(order.partner_id), faults)
        amounts = [payment.amount for payment in payments]
        tenders = [
            (tender.uuid, tender.method, amount, tender.reference)
            for tender, amount in zip(checked, amounts, strict=not faults.errors)
        ]
        if not faults.errors and sum(part for _uuid, _method, part, _ref in tenders) != due:
            faults.add("payments", "wrong_sum", f"They add up to another sum than {due}.")
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
        return tenders


def _payment_uuid(command, method_uuid):
    """Return the id of the payment that a command makes by itself: the same command, the same."""
    return str(uuid5(command.id, method_uuid))


def _total(left):
    return max(sum(share.total for share in left.values()), 0)


def _coins_of(book):
    """Return the function that rounds an amount of cash, in minor units, to coins that exist."""
    if not book.cash_rounding:
        return lambda amount: amount
    to_minor, from_minor = book.currency.to_minor, book.currency.from_minor
    return lambda amount: to_minor(book.cash_rounding.round(from_minor(amount)))
