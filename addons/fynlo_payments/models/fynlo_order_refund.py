from uuid import UUID, uuid5

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import then
from odoo.addons.fynlo_base.principal import STAFF_RANK, principal_of
from odoo.addons.fynlo_base.server_mark import is_marked
from odoo.addons.fynlo_pos_api.engine.money import from_minor, to_minor
from odoo.addons.fynlo_pos_api.exceptions import ApprovalRequiredError, RefundTooLargeError
from odoo.addons.fynlo_pos_api.schemas.refunds import RefundPayment

from ..engine.refund_rules import RefundFacts, find_reasons
from ..exceptions import ApprovalInvalidError, RefundPendingError

#: Context of a booking whose money the gateways have given back.
GIVEN_BACK = "fynlo_refund_given"
_DAY_S = 24 * 3600


class FynloOrderRefund(models.AbstractModel):
    """What one person may not refund alone, and what a gateway has to give back first."""

    _inherit = "fynlo.order.refund"

    @api.model
    def _fynlo_refund_order(self, uuid, command):
        """Refund; money that came over a gateway goes back over it before it is booked.

        :raise PaymentBusyError: another refund of the order is under way, or a transaction that
            may still give back what it has booked
        :raise RefundPendingError: the gateway has not answered; the same command asks again
        """
        return then(super()._fynlo_refund_order(uuid, command), self._fynlo_tell)

    @api.model
    def _fynlo_begin_refund(self, uuid, command):
        """Refund; return the order, or a ``Later`` of the ``fynlo.payment.refund`` (sudoed)."""
        if is_marked(self.env, GIVEN_BACK):
            return super()._fynlo_begin_refund(uuid, command)
        order = self.env["pos.order"]._fynlo_lock_order(uuid)
        refunds = self.env["fynlo.payment.refund"]
        if known_sudo := refunds._fynlo_find_twin(command):
            return known_sudo._fynlo_go_on()
        refunds._fynlo_check_none_open(order)
        if order.state == "draft":
            self.env["fynlo.payment.split"]._fynlo_check_none_booked(order)
        return super()._fynlo_begin_refund(uuid, command)

    def _fynlo_tell(self, refund):
        """Return the order of a refund that is booked."""
        if refund._name == "pos.order":
            return refund
        if not refund.refund_order_id:
            raise RefundPendingError(details={"refundId": refund.fynlo_uuid})
        return self.env["pos.order"].browse(refund.refund_order_id.id)

    # --- Who may

    @api.model
    def _fynlo_check_right(self, order, amount, command, settlement):
        """Ask for a second person where the principal may not refund so much alone.

        :raise ApprovalRequiredError: ``details`` have the reasons, and what ``POST /approvals``
            takes
        :raise ApprovalInvalidError: the token is not good for this
        """
        if is_marked(self.env, GIVEN_BACK):
            return  # it was allowed when it was asked for
        reasons = self._fynlo_reasons(order, amount, command, settlement)
        if not reasons:
            return
        role = max((each["role"] for each in reasons), key=STAFF_RANK.index)
        # Nobody approves below a supervisor, whoever may refund alone.
        role = max(role, "supervisor", key=STAFF_RANK.index)
        asked = {"operation": "order_refund", "subjectId": order.uuid, "amount": amount}
        details = {"role": role, "reasons": reasons, **asked}
        if command.approval_token is None:
            raise ApprovalRequiredError(details=details)
        try:
            self.env["fynlo.approval"]._fynlo_spend(
                command.approval_token, "order_refund", order.uuid, amount, role, command.id
            )
        except ApprovalInvalidError:
            raise ApprovalInvalidError(details=details) from None

    @api.model
    def _fynlo_reasons(self, order, amount, command, settlement):
        """Add the rules of the company and the store."""
        reasons = super()._fynlo_reasons(order, amount, command, settlement)
        currency = order.currency_id
        principal = principal_of(self.env)
        age = fields.Datetime.now() - order.date_order
        so_far = from_minor(amount, currency) + order._fynlo_given_back()
        facts = RefundFacts(
            so_far=to_minor(so_far, currency),
            total=to_minor(order.amount_total, currency),
            age_days=age.total_seconds() / _DAY_S,
            is_same_cashier=bool(principal.employee_id)
            and order.employee_id.id == principal.employee_id,
            has_receipt=command.with_receipt,
        )
        rules = self.env["fynlo.refund.rule"]._fynlo_rules(order.config_id, currency)
        return reasons + find_reasons(facts, rules)

    # --- Over the gateway

    @api.model
    def _fynlo_ask_gateway(self, order, command, settlement):
        """Return a ``Later`` where a gateway has taken what goes back."""
        if is_marked(self.env, GIVEN_BACK):
            return None
        parts, others = self._fynlo_split(order, command, settlement)
        if not parts:
            return None
        order._fynlo_touch_money()
        booked = command.model_copy(update={"payments": others})
        refund_sudo = self.env["fynlo.payment.refund"]._fynlo_open(order, booked, parts, command)
        return refund_sudo._fynlo_carry_out(refund_sudo.operation_ids.sorted("id"))

    def _fynlo_split(self, order, command, settlement):
        """Return ``(parts, others)``: what goes back over gateways, and otherwise.

        :return: parts as ``_fynlo_open`` takes them; others are ``RefundPayment``
        :raise RefundTooLargeError: more than the cards were charged
        """
        payments_sudo = self.env["payment.transaction"]._fynlo_refundable_of(order)
        paid = {each.id: minor for each, minor in order._fynlo_paid_by_method().items()}
        parts, others = [], []
        for tender in settlement.tenders:
            rest = -to_minor(tender.amount, order.currency_id)
            own_sudo = payments_sudo.filtered(
                lambda each, tender=tender: each.fynlo_method_id.id == tender.method.id
            )
            charged = sum(each._fynlo_refundable() for each in own_sudo)
            outside = paid.get(tender.method.id, 0) - charged
            named = own_sudo.filtered(
                lambda each, tender=tender: _part_id(command, each) == str(tender.uuid)
            )
            for payment_sudo in named or own_sudo:
                part = min(rest, payment_sudo._fynlo_refundable())
                parts.append((payment_sudo, part, _part_id(command, payment_sudo)))
                rest -= part
            # The store's own method; who refunds may not read its gateway.
            method_sudo = self.env["pos.payment.method"].sudo().browse(tender.method.id)
            is_charged = bool(own_sudo) or method_sudo._fynlo_is_over_gateway()
            if is_charged and rest > (0 if named else max(outside, 0)):
                raise RefundTooLargeError(details={"refundable": charged})
            if rest:
                others.append(_other(tender, rest))
        parts = [part for part in parts if part[1]]
        for payment_sudo, minor, _uuid in parts:
            is_partial = minor < payment_sudo.fynlo_captured_minor
            payment_sudo.provider_id._fynlo_check_refund(is_partial)
        return parts, others


def _part_id(command, payment):
    """Return the id of what a command asks of one payment: the same command, the same."""
    return str(uuid5(command.id, payment.fynlo_uuid))


def _other(tender, minor):
    return RefundPayment.model_construct(
        id=UUID(str(tender.uuid)),
        method=UUID(tender.method.uuid),
        amount=minor,
        reference=tender.reference,
    )
