from odoo import fields, models
from odoo.addons.fynlo_pos_api.engine.money import to_minor

#: Fields of a merchant by what they ask a guest for, in Apple's words.
_ASKS = {
    "name": "asks_name",
    "email": "asks_email",
    "phone": "asks_phone",
    "postalAddress": "asks_address",
}


class FynloApplePayMerchant(models.Model):
    """What a merchant's payment sheet asks guests for beside the money; at first nothing."""

    _inherit = "fynlo.apple.pay.merchant"

    asks_name = fields.Boolean("Name", help="The given name is what an order is called out by.")
    asks_email = fields.Boolean("E-Mail", help="For the receipt.")
    asks_phone = fields.Boolean("Phone")
    asks_address = fields.Boolean(
        "Postal Address", help="For the bank's checks. This server does not keep it."
    )
    links_customer = fields.Boolean(
        "Find the Customer",
        help="An order without a customer gets the one who alone has the e-mail that the guest "
        "names. Anybody can name anybody's: leave it off where receipts show more than a name.",
    )
    delivery_product_id = fields.Many2one(
        "product.product",
        "Delivery Charge",
        domain="[('available_in_pos', '=', True), ('company_id', 'in', (False, company_id))]",
        help="What orders that are brought pay for it: the sheet tells it as their delivery.",
    )

    def _fynlo_asked(self):
        """Return what one merchant asks guests for, in Apple's words."""
        return {asked for asked, name in _ASKS.items() if self[name]}

    def _fynlo_asked_for(self, order):
        """Return what one merchant, sudoed, asks the guest of one order for: what it has not.

        Whom the till has named is not asked once more.
        """
        partner_sudo = order.partner_id.sudo()
        known = {
            "name": partner_sudo or order.floating_order_name,
            "email": partner_sudo.email or order.email,
            "phone": partner_sudo.phone or order.mobile,
            "postalAddress": partner_sudo.street,
        }
        return {asked for asked in self._fynlo_asked() if not known[asked]}

    def _fynlo_delivery_minor(self, order):
        """Return what one order pays for being brought, in minor units; may be 0."""
        lines = order.lines.filtered(lambda line: line.product_id == self.delivery_product_id)
        amount = sum(lines.mapped("price_subtotal_incl"))
        return to_minor(amount, order.currency_id)
