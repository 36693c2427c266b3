from uuid import NAMESPACE_URL, uuid5

from odoo import fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor

from ..demo.checks import CHECKS
from .fynlo_fraud_review import DENIED
from .payment_transaction import ODOO_STATES


class FynloDemo(models.AbstractModel):
    """Card payments without a gateway behind them: something to look at in the review."""

    _inherit = "fynlo.demo"

    def _fynlo_load(self):
        """Judge some payments, too."""
        store, *secrets = super()._fynlo_load()
        for check in CHECKS:
            self._load_check(store, *check)
        return store, *secrets

    def _load_check(self, store, name, amount, state, decision, review, card, reasons):
        payment, is_new = self._load_payment(store, name, amount, state)
        if not is_new:
            return
        operation = self.env["fynlo.payment.operation"].create(
            {"fynlo_uuid": payment.fynlo_uuid, "transaction_id": payment.id, "kind": "create",
             "config_id": store.id, "state": state, "amount_minor": amount,
             "code": DENIED if decision == "deny" else False}
        )  # fmt: skip
        vals = {
            "operation_id": operation.id,
            "transaction_id": payment.id,
            "company_id": store.company_id.id,
            "config_id": store.id,
            "created_at": fields.Datetime.now(),
            "amount_minor": amount,
            "decision": decision,
            "score": sum(reason["points"] for reason in reasons),
            "reasons": list(reasons),
            "review_state": review,
            **card,
        }
        if review in ("approved", "declined"):
            vals |= {"reviewer_id": self.env.uid, "reviewed_at": fields.Datetime.now()}
        self.env["fynlo.fraud.check"].create(vals)

    def _load_payment(self, store, name, amount, state):
        company = store.company_id
        vals = {
            "provider_id": self.env.ref("payment.payment_provider_stripe").id,
            "payment_method_id": self.env.ref("payment.payment_method_card").id,
            "reference": f"FYN-DEMO-{name}",
            "amount": from_minor(amount, company.currency_id),
            "currency_id": company.currency_id.id,
            "partner_id": company.partner_id.id,
            "state": ODOO_STATES[state],
            "is_post_processed": True,
            "fynlo_uuid": str(uuid5(NAMESPACE_URL, f"fynlo-demo-{name}")),
            "fynlo_state": state,
            "fynlo_captured_minor": amount if state == "succeeded" else 0,
            "fynlo_booked_at": fields.Datetime.now() if state == "succeeded" else False,
            "fynlo_config_id": store.id,
            "fynlo_channel": "online",
        }
        return self._record("payment.transaction", name, vals)
