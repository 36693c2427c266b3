from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    fynlo_provider_id = fields.Many2one(
        "payment.provider",
        "Gateway",
        domain="[('code', 'in', ('stripe', 'paypal', 'authorize', 'square')),"
        " ('company_id', '=', company_id)]",
        help="Payments of this method go through this provider; the till never sees a card.",
    )

    @api.constrains("fynlo_provider_id", "journal_id", "company_id")
    def _check_fynlo_provider(self):
        for method in self.filtered("fynlo_provider_id"):
            if method.type != "bank":
                raise ValidationError(self.env._("A gateway needs a method with a bank journal."))
            if method.fynlo_provider_id.sudo().company_id != method.company_id:
                raise ValidationError(self.env._("The gateway belongs to another company."))

    def _fynlo_is_over_gateway(self):
        """Tell whether a gateway takes payments by one method, sudoed.

        A provider that is switched off takes none: the till's card reader stands by itself then.
        """
        return self.fynlo_provider_id.state in ("enabled", "test")
