from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..engine import fraud

KINDS = [
    ("card_velocity", "The same card pays often"),
    ("customer_velocity", "The same customer pays often"),
    ("device_velocity", "The same till takes many payments"),
    ("employee_velocity", "The same employee takes many payments"),
    ("unusual_amount", "Far more than is usual in the store"),
    ("foreign_card", "A card of another country"),
    ("duplicate", "The same card pays the same amount again"),
    ("refund_ratio", "The employee gives back much of what he sells"),
    ("gateway_elevated", "The provider calls the risk elevated"),
    ("gateway_highest", "The provider calls the risk highest"),
]


class FynloFraudPolicy(models.Model):
    """From which score on a company's card payments are looked at, or not taken."""

    _name = "fynlo.fraud.policy"
    _description = "Fraud rules of a company"
    _order = "company_id"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    is_on = fields.Boolean("Judge Card Payments", default=True)
    review_from = fields.Integer(
        default=fraud.REVIEW_FROM, required=True,
        help="Score from which a manager is asked to look at a payment.",
    )  # fmt: skip
    deny_from = fields.Integer(
        default=fraud.DENY_FROM, required=True,
        help="Score from which a payment is not asked of the provider at all.",
    )  # fmt: skip
    rule_ids = fields.One2many("fynlo.fraud.rule", "policy_id", "Rules")

    _company_unique = models.UniqueIndex("(company_id)", "A company has one set of fraud rules.")
    _scores = models.Constraint(
        "CHECK (0 < review_from AND review_from <= deny_from)",
        "The scores are above zero, and a review comes before a denial.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Give each policy the rules of a new company."""
        policies = super().create(vals_list)
        rules = [
            {"policy_id": policy.id, "kind": rule.kind, "points": rule.points,
             "limit": rule.limit, "window_min": rule.window_min}
            for policy in policies for rule in fraud.DEFAULTS
        ]  # fmt: skip
        self.env["fynlo.fraud.rule"].create(rules)
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        """It holds in all stores of a company: who serves only some of them cannot change it."""
        self._fynlo_check_reach()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def _fynlo_check_reach(self):
        if not self.env.su and self.env.user.sudo().fynlo_store_ids:
            raise AccessError(self.env._("Only who serves all stores changes this."))

    @api.model
    def _fynlo_add_missing(self):
        """Give rules to companies that were there before the addon."""
        query = """SELECT id FROM res_company
                   WHERE id NOT IN (SELECT company_id FROM fynlo_fraud_policy)"""
        found = self.env.execute_query(SQL(query))
        self.create([{"company_id": company_id} for (company_id,) in found])

    @api.model
    @tools.ormcache("company_id")
    def _fynlo_rules_of(self, company_id):
        """Return ``(rules, review_from, deny_from)`` of a company; no rules if it wants none."""
        # Who sells may not read what a payment is judged by.
        policy_sudo = self.sudo().search([("company_id", "=", company_id)])
        rules = tuple(
            fraud.Rule(rule.kind, rule.points, rule.limit, rule.window_min)
            for rule in (policy_sudo.rule_ids if policy_sudo.is_on else ())
        )
        return rules, policy_sudo.review_from, policy_sudo.deny_from


class FynloFraudRule(models.Model):
    """One reason to be careful, and how much it counts."""

    _name = "fynlo.fraud.rule"
    _description = "Fraud rule"
    _order = "policy_id, points desc, id"
    _rec_name = "kind"

    policy_id = fields.Many2one(
        "fynlo.fraud.policy", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, "When", required=True, readonly=True)
    points = fields.Integer(required=True, help="What it adds to the score.")
    limit = fields.Integer(
        "More Than",
        help="Payments; of an amount, spreads above the store's median; of refunds, percent.",
    )
    unit = fields.Char(compute="_compute_unit")
    window_min = fields.Integer("Within (minutes)")

    _kind_unique = models.UniqueIndex("(policy_id, kind)", "This rule is there already.")
    _positive = models.Constraint(
        'CHECK (points BETWEEN 0 AND 1000 AND "limit" >= 0 AND window_min >= 0)',
        "Points are 0 to 1000; limits and times are not negative.",
    )

    @api.depends("kind")
    def _compute_unit(self):
        units = dict.fromkeys(fraud.VELOCITIES, self.env._("payments"))
        units["unusual_amount"] = self.env._("spreads above the median")
        units["refund_ratio"] = self.env._("% of the takings")
        for rule in self:
            rule.unit = units.get(rule.kind)

    def write(self, vals):
        """Whoever changes a rule changes it for all stores of the company."""
        self.policy_id._fynlo_check_reach()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Give each company its fraud rules."""
        companies = super().create(vals_list)
        # Whoever may make companies need not be a manager of ours.
        policies_sudo = self.env["fynlo.fraud.policy"].sudo()
        policies_sudo.create([{"company_id": company.id} for company in companies])
        return companies
