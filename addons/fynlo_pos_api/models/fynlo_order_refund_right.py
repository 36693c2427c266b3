from collections import Counter

from odoo import api, models
from odoo.addons.fynlo_base.principal import STAFF_RANK, principal_of

from ..engine.money import from_minor, to_minor
from ..exceptions import ApprovalRequiredError


class FynloOrderRefund(models.AbstractModel):
    """Who may refund, and what else has to happen before it is booked."""

    _inherit = "fynlo.order.refund"

    @api.model
    def _fynlo_check_right(self, order, amount, command, settlement):
        """Check that the principal may refund so much; who checks approvals overrides it.

        :param amount: what goes back now, in minor units
        :raise ApprovalRequiredError: ``details.role`` is who may, ``details.reasons`` say why
        """
        if reasons := self._fynlo_reasons(order, amount, command, settlement):
            role = max((each["role"] for each in reasons), key=STAFF_RANK.index)
            raise ApprovalRequiredError(details={"role": role, "reasons": reasons})

    @api.model
    def _fynlo_ask_gateway(self, order, command, settlement):
        """Return a ``Later`` if money goes back over a gateway before it is booked.

        ``None`` by itself: who takes payments over gateways extends it.
        """
        return None

    @api.model
    def _fynlo_reasons(self, order, amount, command, settlement):
        """Return why the principal may not refund that alone; see ``_fynlo_refund_reasons``."""
        so_far = from_minor(amount, order.currency_id) + order._fynlo_given_back()
        reasons = order.config_id._fynlo_refund_reasons(so_far)
        is_manager = principal_of(self.env).is_at_least("manager")
        is_named = bool(command.payments)
        if is_named and not is_manager and self._fynlo_is_other_way(order, settlement):
            reasons.append({"reason": "other_way", "role": "manager"})
        return reasons

    def _fynlo_is_other_way(self, order, settlement):
        """Tell whether money of one order goes back in another way than it came."""
        left = Counter({each.id: part for each, part in order._fynlo_paid_by_method().items()})
        for tender in settlement.tenders:
            left[tender.method.id] += to_minor(tender.amount, order.currency_id)
        return any(amount < 0 for amount in left.values())
