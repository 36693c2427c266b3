from uuid import uuid5

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Command

from ..engine.money import from_minor, to_minor
from ..exceptions import ApprovalRequiredError, TipTooLateError


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_tip_limit = fields.Float(
        "Largest Tip Below a Supervisor",
        default=50.0,
        help="After the payment, in percent of what was bought. 0 is no limit.",
    )

    _fynlo_tip_limit_positive = models.Constraint(
        "CHECK (fynlo_tip_limit >= 0)", "A limit is not negative."
    )


class FynloOrderTip(models.AbstractModel):
    """Sets the tip of a sale that is paid: its line and its payment change together.

    As in Odoo a card pays it, on the slip that the guest has signed: cash that comes later is no
    payment of the order.
    """

    _name = "fynlo.order.tip"
    _description = "Fynlo tip after the payment"

    @api.model
    def _fynlo_tip_order(self, uuid, command):
        """Apply an ``OrderTip`` and return the ``pos.order`` (one record).

        :raise IllegalTransitionError: the order is not finished
        :raise TipTooLateError: its session is closed, it is invoiced or was given back
        :raise InvalidFieldsError: the store takes no such tips; no payment that could bear it
        :raise ApprovalRequiredError: more than the store lets the role book
        """
        order = self.env["pos.order"]._fynlo_lock_order(uuid)
        if self._fynlo_is_done(order, command):
            return order
        order = self.env["pos.order"]._fynlo_lock_order(uuid, command.version)
        order._fynlo_check_step("tip")
        order = order._fynlo_own_write()  # its lines and payments change with it
        self._fynlo_check_time(order)
        # The product of tips is a setting of the store, which is the principal's.
        product_sudo = order.config_id.sudo().tip_product_id
        if not (order.config_id.set_tip_after_payment and product_sudo):
            raise _fault("amount", "not_allowed", "The store takes no tips after the payment.")
        before = to_minor(order.tip_amount, order.currency_id)
        self._fynlo_check_limit(order, command.amount, before)
        payment = self._fynlo_payment(order, command)
        line = self._fynlo_line(order, product_sudo, command)
        more = self._fynlo_change_line(order, line, command.amount)
        self._fynlo_change_payment(payment, more)
        self._fynlo_finish(order, command, before, payment)
        return order

    def _fynlo_is_done(self, order, command):
        """Tell whether the same command was applied before, from another till.

        A till that was paired anew sends again what it is not sure of; by then another tip may be
        right.

        :raise IdempotencyConflictError: it was another amount
        """
        steps = order.fynlo_step_ids.filtered(lambda step: step.step == "tip")
        known = [step.details for step in steps if step.details["tip"] == str(command.id)]
        if any(facts["amount_minor"] != command.amount for facts in known):
            raise IdempotencyConflictError()
        return bool(known)

    def _fynlo_check_time(self, order):
        if order.account_move:
            raise TipTooLateError(details={"reason": "invoiced"})
        session = order.session_id
        if self.env["pos.session"]._fynlo_hold_current(order.config_id) != session:
            raise TipTooLateError(details={"reason": "session_closed"})
        if order.is_refund or order._fynlo_refund_orders():
            raise TipTooLateError(details={"reason": "refunded"})

    def _fynlo_check_limit(self, order, amount, before):
        """Refuse a slip of the pen: far more on top than guests give."""
        limit = order.config_id.fynlo_tip_limit
        goods = to_minor(order.amount_total, order.currency_id) - before
        is_bound = limit and not principal_of(self.env).is_at_least("supervisor")
        if is_bound and amount * 100 > goods * limit:
            details = {"role": "supervisor", "limit": int(goods * limit / 100)}
            raise ApprovalRequiredError(details=details)

    def _fynlo_payment(self, order, command):
        """Return the payment that bears the tip: the one that is named, or the first by card."""
        cards = order.payment_ids.filtered(lambda each: each._fynlo_takes_tip_later())
        if command.payment_id is None:
            payment = cards.sorted("id")[:1]
        else:
            payment = cards.filtered(lambda each: each.uuid == str(command.payment_id))
            if not payment and str(command.payment_id) not in order.payment_ids.mapped("uuid"):
                raise _fault("paymentId", "unknown_reference", "There is no such id.")
        if not payment:
            raise _fault("paymentId", "not_allowed", "Only a card pays a tip later.")
        return payment

    def _fynlo_line(self, order, product, command):
        """Return the order's line of its tip, a new one if it has none."""
        line = order.lines.filtered(
            lambda each: each.fynlo_kind == "tip" or each.product_id.id == product.id
        )[:1]
        if line:
            return line
        taxes = product.taxes_id._filter_taxes_by_company(order.company_id)
        vals = {
            "uuid": str(uuid5(command.id, "tip")),
            "name": f"{order.name}/{len(order.lines) + 1}",
            "company_id": order.company_id.id,
            "product_id": product.id,
            "full_product_name": product.display_name,
            "qty": 1.0,
            "price_unit": 0.0,
            "price_subtotal": 0.0,
            "price_subtotal_incl": 0.0,
            "price_type": "manual",
            "tax_ids": [Command.set(taxes.ids)],
            "fynlo_kind": "tip",
        }
        order._fynlo_own_write().lines = [Command.create(vals)]
        order._compute_total_cost_in_real_time()
        return order.lines.sorted("id")[-1]

    def _fynlo_change_line(self, order, line, amount):
        """Price the line; return what the order costs more for it, in minor units.

        Odoo's engine books the order as a whole at the closing: so it is counted as a whole.
        """
        currency = order.currency_id
        before = order._fynlo_line_shares()
        line.write({"price_unit": from_minor(amount, currency), "qty": 1.0, "discount": 0.0})
        after = order._fynlo_line_shares()
        line.write({
            "price_subtotal": from_minor(after[line].excluded, currency),
            "price_subtotal_incl": from_minor(after[line].total, currency),
        })  # fmt: skip
        more = {
            name: sum(getattr(share, name) for share in after.values())
            - sum(getattr(share, name) for share in before.values())
            for name in ("total", "tax")
        }
        own = order._fynlo_own_write()
        own.write({
            f"amount_{name}": currency.round(order[f"amount_{name}"] + from_minor(minor, currency))
            for name, minor in more.items()
        })  # fmt: skip
        own.fynlo_taxes = False
        own.fynlo_taxes = order._fynlo_tax_lines()
        return more["total"]

    def _fynlo_change_payment(self, payment, more):
        currency = payment.currency_id
        amount = currency.round(payment.amount + from_minor(more, currency))
        if amount < 0:
            raise _fault("amount", "too_small", "The payment was not that much.")
        payment.amount = amount

    def _fynlo_finish(self, order, command, before, payment):
        currency = order.currency_id
        vals = {
            "is_tipped": True,
            "tip_amount": from_minor(command.amount, currency),
            "amount_paid": currency.round(sum(order.payment_ids.mapped("amount"))),
        }
        amounts = {"amount_minor": command.amount, "before_minor": before}
        facts = {"tip": str(command.id), "payment": payment.uuid, **amounts}
        order._fynlo_take_step("tip", vals, reason=command.reason, details=facts)
        self.env["fynlo.audit"]._fynlo_log("order.tip", order, amounts)


def _fault(field, code, message):
    return InvalidFieldsError(errors=[{"field": field, "code": code, "message": message}])
