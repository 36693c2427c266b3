from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.exceptions import TipTooLateError
from odoo.addons.fynlo_pos_api.schemas.order_edits import OrderPatch


class FynloOrderTip(models.AbstractModel):
    _inherit = "fynlo.order.tip"

    def _fynlo_payment(self, order, command):
        """A card that a gateway has charged gives no more by our books alone."""
        payment = super()._fynlo_payment(order, command)
        # Who books tips need not see payments; whether it is one of a gateway is no secret.
        domain = [("fynlo_order_id", "=", order.id), ("fynlo_booked_at", "!=", False)]
        payments_sudo = self.env["payment.transaction"].sudo().search(domain)
        if any(payment.uuid in each._fynlo_booking_uuids() for each in payments_sudo):
            raise TipTooLateError(details={"reason": "charged"})
        return payment

    @api.model
    def _fynlo_check_open(self, order, minor, payment=None):
        """Check that an open order can take a tip with a payment.

        :param payment: the payment, sudoed, if it has begun already
        :raise InvalidFieldsError: the store takes none, or the bill is split into shares
        :raise ApprovalRequiredError: more than the store lets the role take
        """
        if not minor:
            return
        book = self.env["fynlo.price.book"]._fynlo_open(order.config_id)
        if order.fynlo_share_ids or not book.tip_product_uuid:
            message = "The store takes no tips, or the bill is split into shares."
            error = {"field": "tip", "code": "not_allowed", "message": message}
            raise InvalidFieldsError(errors=[error])
        self._fynlo_check_size(order, minor, payment)

    @api.model
    def _fynlo_check_size(self, order, minor, payment=None):
        """Check a tip on top of what one open order has, in minor units, against the limit.

        What cards are held for counts: each by itself may be little.

        :param payment: the payment of this tip, sudoed, if it has begun already
        :raise ApprovalRequiredError: more than the store lets the role take
        """
        before = to_minor(order.tip_amount, order.currency_id)
        held_sudo = self.env["payment.transaction"]._fynlo_find_holding(order)
        held = sum((held_sudo - payment if payment else held_sudo).mapped("fynlo_tip_minor"))
        self._fynlo_check_limit(order, before + held + minor, before)

    @api.model
    def _fynlo_add_to_open(self, order, minor):
        """Add a tip to what one open order has, in minor units; below zero it is taken off."""
        tip = to_minor(order.tip_amount, order.currency_id) + minor
        self.env["fynlo.order.edit"]._fynlo_rewrite(order, OrderPatch(tip=tip), "edit")
