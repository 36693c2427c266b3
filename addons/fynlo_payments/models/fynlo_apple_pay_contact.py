from odoo import api, models

from ..engine.apple_pay_contact import clean_contact, contact_fields, shipping
from ..engine.apple_pay_sheet import to_text


class FynloApplePay(models.AbstractModel):
    """The contact of a guest: what his sheet asks for, and what of it his order gets."""

    _inherit = "fynlo.apple.pay"

    def _fynlo_request_facts(self, order, merchant_sudo):
        """Tell the sheet, too, whom it asks for and how the order reaches the guest."""
        order_type, currency = order.fynlo_order_type, order.currency_id
        is_brought = order_type == "delivery"
        label = self.env._("Delivery") if is_brought else self.env._("Pick up")
        minor = merchant_sudo._fynlo_delivery_minor(order) if is_brought else 0
        amount = to_text(minor, currency.decimal_places)
        detail = "" if is_brought else order.config_id.sudo().name
        more = contact_fields(merchant_sudo._fynlo_asked_for(order), order_type)
        more |= shipping(order_type, label, detail, amount)
        return {**super()._fynlo_request_facts(order, merchant_sudo), "more": more}

    @api.model
    def _fynlo_begin(self, command, made=None):
        """Begin the payment of a token; see the method that this extends.

        What the guest has told of himself goes to his order when the payment is begun, once.
        """
        is_first = not self._fynlo_find_begun(command)
        operation_sudo = super()._fynlo_begin(command, made)
        if is_first:
            order = self.env["pos.order"]._fynlo_find_order(command.order_id)
            self._fynlo_keep_contact(order, command)
        return operation_sudo

    def _fynlo_keep_contact(self, order, command):
        merchant_sudo = self._fynlo_merchant()
        asked = merchant_sudo._fynlo_asked_for(order)
        told = clean_contact(command.billing_contact, asked)
        told |= clean_contact(command.shipping_contact, asked)
        if told:
            order._fynlo_take_contact(told, merchant_sudo.links_customer)
