"""Card numbers stay out of what people type in the web client and in Odoo's own till.

A customer with one is refused. An order with one is kept and the number taken out: the till sends
it when the food is eaten, and nothing would be there to correct it.
"""

from odoo import api, models
from odoo.addons.fynlo_base.card_fields import refuse_cards, without_cards

_PARTNER = frozenset(
    ("name", "comment", "ref", "street", "street2", "city", "zip", "function", "company_name")
    + ("email", "phone", "website", "fynlo_first_name", "fynlo_last_name")
)
_ORDER = frozenset(
    ("floating_order_name", "general_customer_note", "internal_note", "email", "mobile")
    + ("last_order_preparation_change",)
)
_LINE = frozenset(("customer_note", "note", "notice", "full_product_name"))
#: Not the ids that terminals give: some are made of 16 digits, and refunds need them.
_PAYMENT = frozenset(("name", "card_no", "cardholder_name", "ticket"))


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse card numbers."""
        refuse_cards(vals_list, _PARTNER)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse card numbers."""
        refuse_cards([vals], _PARTNER)
        return super().write(vals)


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model_create_multi
    def create(self, vals_list):
        """Take card numbers out."""
        return super().create([without_cards(vals, _ORDER) for vals in vals_list])

    def write(self, vals):
        """Take card numbers out."""
        return super().write(without_cards(vals, _ORDER))


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Take card numbers out."""
        return super().create([without_cards(vals, _LINE) for vals in vals_list])

    def write(self, vals):
        """Take card numbers out."""
        return super().write(without_cards(vals, _LINE))


class PosPayment(models.Model):
    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        """Take card numbers out."""
        return super().create([without_cards(vals, _PAYMENT) for vals in vals_list])

    def write(self, vals):
        """Take card numbers out."""
        return super().write(without_cards(vals, _PAYMENT))
