from odoo import api, fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor

from .fynlo_payment_dispute import in_words, to_odoo_time

STATES = [
    ("pending", "Pending"),
    ("in_transit", "On Its Way"),
    ("paid", "Arrived"),
    ("failed", "Failed"),
    ("canceled", "Cancelled"),
]


class FynloPaymentPayout(models.Model):
    """Money that a gateway sends to the company's bank."""

    _name = "fynlo.payment.payout"
    _description = "Payout"
    _inherit = ["fynlo.payment.alert", "fynlo.uuid.mixin"]
    _order = "arrival_date desc, id desc"
    _rec_name = "gateway_ref"

    gateway_ref = fields.Char("Gateway Reference", required=True, readonly=True)
    provider_id = fields.Many2one("payment.provider", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="provider_id.company_id", store=True, precompute=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, index=True, tracking=True, group_expand=True
    )
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    arrival_date = fields.Date("Arrives", readonly=True, index=True)
    failure = fields.Char("Failed Because", readonly=True)

    _ref_unique = models.Constraint(
        "UNIQUE(provider_id, gateway_ref)", "This payout is known already."
    )

    @api.model
    def _fynlo_follow(self, provider, values):
        """Bring a payout to where the gateway tells that it is now; return it (sudoed).

        :param provider: one ``payment.provider``, sudoed
        :param values: of ``StripeBooks.read_payout``
        """
        currency = self.env["res.currency"]._fynlo_named(values["currency"])
        arrival = to_odoo_time(values["arrival"])
        vals = {
            "state": values["state"] if values["state"] in dict(STATES) else "pending",
            "amount": from_minor(values["amount"], currency),
            "currency_id": currency.id,
            "sent_at": to_odoo_time(values["created"]),
            "arrival_date": arrival and arrival.date(),
            "failure": in_words(values["failure"]),
        }
        key = {"provider_id": provider.id, "gateway_ref": values["ref"]}
        found = self.sudo().search([(name, "=", value) for name, value in key.items()])
        if found:
            found.write(vals)
        else:
            found = self.sudo().create({**vals, **key})
        if found.state == "failed":
            shown = found.currency_id.format(found.amount)
            summary = self.env._("A payout of %s has failed", shown)
            found._fynlo_alert(summary, fields.Date.today(), found.failure or "")
        else:
            found._fynlo_calm()
        return found
