from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import fraud
from .minor_units import MinorUnits

#: What a gateway tells of a card: nothing that pays with it.
CARD_FIELDS = ("fingerprint", "card_country", "card_brand", "card_last4", "card_funding")
CARD_FIELDS += ("risk_level", "risk_score", "risk_message")


class FynloFraudCheck(models.Model):
    """What was thought of one attempt to pay by card, and why; only the server writes it.

    It is judged before the gateway is asked, by what is known then, and once more when the
    gateway has told which card it was.
    """

    _name = "fynlo.fraud.check"
    _description = "Payment check"
    _order = "id desc"
    _rec_name = "transaction_id"

    operation_id = fields.Many2one(
        "fynlo.payment.operation", required=True, readonly=True, ondelete="cascade"
    )
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", required=True, readonly=True, ondelete="cascade",
        index=True,
    )  # fmt: skip
    order_id = fields.Many2one("pos.order", readonly=True, ondelete="set null")
    payment_state = fields.Selection(related="transaction_id.fynlo_state")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True)
    created_at = fields.Datetime("Asked", required=True, readonly=True)
    amount_minor = MinorUnits("Amount (minor)", required=True, readonly=True)
    amount = fields.Monetary(related="transaction_id.amount")
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    method_ref = fields.Char("Payment Method at the Gateway", readonly=True)
    fingerprint = fields.Char("Card", readonly=True, help="The gateway's name for the card")
    card_country = fields.Char("Country", readonly=True)
    card_brand = fields.Char("Brand", readonly=True)
    card_last4 = fields.Char("Ends in", readonly=True)
    card_funding = fields.Char("Funding", readonly=True)
    risk_level = fields.Char("Provider's Risk Level", readonly=True)
    risk_score = fields.Integer("Provider's Risk Score", readonly=True, aggregator=None)
    risk_message = fields.Char("Provider's Reason", readonly=True)
    decision = fields.Selection(
        [("allow", "Allow"), ("review", "Review"), ("deny", "Deny")], required=True, readonly=True
    )
    score = fields.Integer(readonly=True, aggregator="avg")
    reasons = fields.Json("Rules That Hold", readonly=True)
    reasons_text = fields.Text("Reasons", compute="_compute_reasons_text")
    review_state = fields.Selection(
        [("open", "To Review"), ("approved", "Approved"), ("declined", "Declined")],
        "Review", readonly=True,
    )  # fmt: skip
    reviewer_id = fields.Many2one("res.users", "Reviewed By", readonly=True)
    reviewed_at = fields.Datetime("Reviewed", readonly=True)

    _operation_unique = models.UniqueIndex("(operation_id)")
    _card_idx = models.Index("(company_id, fingerprint, created_at) WHERE fingerprint IS NOT NULL")
    _method_idx = models.Index("(company_id, method_ref) WHERE fingerprint IS NOT NULL")
    _customer_idx = models.Index("(partner_id, created_at) WHERE partner_id IS NOT NULL")
    _device_idx = models.Index("(device_id, created_at)")
    _employee_idx = models.Index("(employee_id, created_at) WHERE employee_id IS NOT NULL")
    _store_idx = models.Index("(config_id, created_at)")
    _open_idx = models.Index("(transaction_id) WHERE review_state = 'open'")

    @api.depends("reasons")
    def _compute_reasons_text(self):
        kinds = dict(self.env["fynlo.fraud.rule"]._fields["kind"]._description_selection(self.env))
        for check in self:
            check.reasons_text = "\n".join(
                f"{kinds.get(each['rule'], each['rule'])}: {each['seen']} (+{each['points']})"
                for each in check.reasons or ()
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was thought of a payment is kept with it."))

    # --- Judging

    @api.model
    def _fynlo_judge(self, operation):
        """Judge one operation, sudoed, before the gateway is asked; return the check, sudoed."""
        payment, company = operation.transaction_id, operation.company_id
        customer = payment.partner_id
        vals = {
            "operation_id": operation.id,
            "transaction_id": payment.id,
            "order_id": payment.fynlo_order_id.id,
            "company_id": company.id,
            "config_id": operation.config_id.id,
            "created_at": fields.Datetime.now(),
            "amount_minor": operation.amount_minor,
            "partner_id": customer.id if customer != company.partner_id else False,
            "device_id": operation.device_id.id,
            "employee_id": operation.employee_id.id,
            "method_ref": (operation.params or {}).get("payment_method") or False,
        }
        verdict = self._fynlo_weigh(vals, company)
        # Nobody who sells writes what is thought of his payments.
        check_sudo = self.sudo().create({**vals, **_told(verdict, is_moved=False)})
        check_sudo._fynlo_tell()
        return check_sudo

    def _fynlo_learn(self, card, state):
        """Judge one check, sudoed, once more with what the gateway has told of the card.

        :param card: ``dict`` with some of ``CARD_FIELDS``
        :param state: the payment's state now; what has moved can only be looked at
        """
        facts = {name: card[name] for name in CARD_FIELDS if card.get(name)}
        if not facts or self.fingerprint and self.fingerprint == facts.get("fingerprint"):
            return
        vals = {
            **{name: self[name] for name in ("amount_minor", "created_at", "method_ref")},
            **{name: self[name].id for name in _PARTIES}, **facts, "own": self.id,
        }  # fmt: skip
        verdict = self._fynlo_weigh(vals, self.company_id)
        was_open = self.review_state
        self.write({**facts, **_told(verdict, state == "succeeded")})
        if state in ("declined", "failed", "canceled"):
            self.review_state = was_open  # nothing to hold or to give back
        self._fynlo_tell()

    @api.model
    def _fynlo_weigh(self, vals, company):
        rules, review_from, deny_from = self.env["fynlo.fraud.policy"]._fynlo_rules_of(company.id)
        if not rules:
            return fraud.Verdict("allow", 0)
        facts = self._fynlo_find_facts(vals, rules, company)
        return fraud.judge(facts, rules, review_from, deny_from)

    def _fynlo_tell(self):
        """Put into the trail what is not plainly allowed."""
        if self.decision == "allow":
            return
        facts = {"decision": self.decision, "score": self.score}
        facts["rules"] = [each["rule"] for each in self.reasons]
        self.env["fynlo.audit"]._fynlo_log("payment.judge", self.transaction_id, facts)


_PARTIES = ("config_id", "order_id", "partner_id", "device_id", "employee_id", "company_id")


def _told(verdict, is_moved):
    """Return the fields of a verdict; what has moved cannot be denied, only looked at."""
    decision = "review" if is_moved and verdict.decision == "deny" else verdict.decision
    return {
        "decision": decision,
        "score": verdict.score,
        "reasons": verdict.reasons,
        "review_state": "open" if decision == "review" else False,
    }
