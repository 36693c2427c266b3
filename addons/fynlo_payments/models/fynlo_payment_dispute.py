from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.addons.fynlo_pos_api.engine.money import from_minor

STATES = [
    ("needs_response", "Needs an Answer"),
    ("under_review", "Under Review"),
    ("won", "Won"),
    ("lost", "Lost"),
]
#: Stripe's words; its warnings are enquiries, at which no money has moved yet.
#: Source: https://docs.stripe.com/api/disputes/object#dispute_object-status
_STATE_OF = {
    "needs_response": "needs_response",
    "warning_needs_response": "needs_response",
    "under_review": "under_review",
    "warning_under_review": "under_review",
    "won": "won",
    "warning_closed": "won",
    "prevented": "won",
    "lost": "lost",
}
_SERVER_FIELDS = frozenset((
    "amount", "currency_id", "evidence_due", "gateway_ref", "is_enquiry", "opened_at",
    "provider_id", "reason", "state", "transaction_id",
))  # fmt: skip


class FynloPaymentDispute(models.Model):
    """A guest takes money back by his bank; the company may answer until a day."""

    _name = "fynlo.payment.dispute"
    _description = "Dispute"
    _inherit = ["fynlo.payment.alert", "fynlo.uuid.mixin"]
    _order = "evidence_due, id desc"
    _rec_name = "gateway_ref"

    gateway_ref = fields.Char("Gateway Reference", required=True, readonly=True)
    provider_id = fields.Many2one("payment.provider", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="provider_id.company_id", store=True, precompute=True)
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, index="btree_not_null"
    )
    order_id = fields.Many2one(related="transaction_id.fynlo_order_id", string="Order")
    config_id = fields.Many2one(
        related="transaction_id.fynlo_config_id", store=True, string="Store"
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, index=True, tracking=True, group_expand=True
    )
    is_enquiry = fields.Boolean("Enquiry", readonly=True, help="No money has been taken back yet.")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    reason = fields.Char(readonly=True)
    evidence_due = fields.Datetime("Answer until", readonly=True, index=True)
    opened_at = fields.Datetime("Opened", readonly=True)
    note = fields.Html("Notes")

    _ref_unique = models.Constraint(
        "UNIQUE(provider_id, gateway_ref)", "This dispute is known already."
    )

    def write(self, vals):
        """Managers keep notes; what the gateway has told stays as it is."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        return super().write(vals)

    @api.model
    def _fynlo_follow(self, provider, values):
        """Bring a dispute to where the gateway tells that it is now; return it (sudoed).

        Called for every event of it, in any order, as often as they come.

        :param provider: one ``payment.provider``, sudoed
        :param values: of ``StripeBooks.read_dispute``
        """
        vals = self._fynlo_values(provider, values)
        key = {"provider_id": provider.id, "gateway_ref": values["ref"]}
        found = self.sudo().search([(name, "=", value) for name, value in key.items()])
        if found:
            found.write(
                {name: value for name, value in vals.items() if _differs(found, name, value)}
            )
        else:
            found = self.sudo().create({**vals, **key})
            facts = {"amount_minor": values["amount"], "reason": values["reason"]}
            self.env["fynlo.audit"]._fynlo_log("payment.dispute", found, facts)
        found._fynlo_remind()
        return found

    def _fynlo_values(self, provider, values):
        currency = self.env["res.currency"]._fynlo_named(values["currency"])
        payment = self.env["payment.transaction"]._fynlo_of_intent(provider, values["intent"])
        return {
            "state": _STATE_OF.get(values["state"], "needs_response"),
            "is_enquiry": values["state"].startswith("warning_"),
            "transaction_id": payment.id,
            "amount": from_minor(values["amount"], currency),
            "currency_id": currency.id,
            "reason": in_words(values["reason"]),
            "evidence_due": to_odoo_time(values["due"]),
            "opened_at": to_odoo_time(values["created"]),
        }

    def _fynlo_remind(self):
        if self.state != "needs_response":
            self._fynlo_calm()
            return
        due = (self.evidence_due or fields.Datetime.now()).date()
        summary = self.env._("Answer the dispute: %s", self.currency_id.format(self.amount))
        self._fynlo_alert(summary, due)


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.model
    def _fynlo_named(self, code):
        """Return the currency that a gateway names (``usd``); active or not."""
        found = self.with_context(active_test=False).search([("name", "=", code.upper())], limit=1)
        return found or self.env.company.currency_id


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model
    def _fynlo_of_intent(self, provider, intent):
        """Return the payment, sudoed, with a gateway's id; empty if there is none here."""
        if not intent:
            return self.sudo().browse()
        domain = [("provider_id", "=", provider.id), ("provider_reference", "=", intent)]
        return self.sudo().search([*domain, ("operation", "!=", "refund")], limit=1)


def to_odoo_time(seconds):
    """Return seconds since 1970 as Odoo stores a time, ``False`` for none."""
    if seconds is None:
        return False
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def in_words(code):
    """Return a gateway's code (``product_not_received``) for people, ``False`` for none."""
    return code.replace("_", " ").capitalize() if code else False


def _differs(record, name, value):
    field = record._fields[name]
    return field.convert_to_cache(value, record) != field.convert_to_cache(record[name], record)
