from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.refund_rules import RefundRule

KINDS = [
    ("amount", "More Than an Amount"),
    ("share", "More Than a Share of the Sale"),
    ("age", "An Old Sale"),
    ("same_cashier", "One's Own Sale"),
    ("no_receipt", "No Receipt"),
]
_ALONE = [("supervisor", "Supervisors"), ("manager", "Managers"), ("owner", "Owners")]
_APPROVERS = [("supervisor", "Supervisor"), ("manager", "Manager"), ("owner", "Owner")]
#: What a company begins with: kind, who may alone, who approves, more. Those that are switched off
#: are for shops whose cashiers may refund.
_DEFAULTS = (
    ("share", "supervisor", "supervisor", {"percent": 50.0, "active": False}),
    ("age", "manager", "manager", {"days": 30}),
    ("same_cashier", "supervisor", "supervisor", {"active": False}),
    ("no_receipt", "supervisor", "supervisor", {}),
)


class FynloRefundRule(models.Model):
    """When a refund wants a second person's PIN, beside the role that the store lets refund.

    A store's own rules of a kind take the place of its company's.
    """

    _name = "fynlo.refund.rule"
    _description = "Refund rule"
    _inherit = "fynlo.store.mixin"
    _order = "company_id, config_id, kind, id"
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
        ondelete="cascade",
    )  # fmt: skip
    config_id = fields.Many2one(
        "pos.config", "Store", index=True, ondelete="cascade", check_company=True,
        help="Empty for all stores of the company.",
    )  # fmt: skip
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, "When", required=True, default="amount")
    amount = fields.Monetary("Above", help="Of one sale, earlier refunds included")
    percent = fields.Float("Percent of the Sale", help="Earlier refunds included")
    days = fields.Integer("Days since the Sale", aggregator=None)
    alone_role = fields.Selection(
        _ALONE, "May Do It Alone", required=True, default="supervisor",
        help="They and those above them need nobody's PIN.",
    )  # fmt: skip
    approver_role = fields.Selection(
        _APPROVERS, "Who Approves", required=True, default="supervisor",
        help="Or above. It is always another person than the one who refunds.",
    )  # fmt: skip

    _limits = models.Constraint(
        "CHECK (amount >= 0 AND days >= 0 AND percent BETWEEN 0 AND 100)",
        "An amount and days are not negative, and a share is between 0 and 100 %.",
    )

    @api.constrains("config_id", "company_id")
    def _check_store(self):
        for rule in self.filtered("config_id"):
            if rule.config_id.company_id != rule.company_id:
                raise ValidationError(self.env._("The store belongs to another company."))

    @api.depends("kind", "config_id")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            store = rule.config_id.name or self.env._("All stores")
            rule.display_name = f"{names.get(rule.kind, '')} ({store})"

    @api.model
    def _fynlo_make_defaults(self, companies=None):
        """Give companies without any rule, by default all, those that suit most shops."""
        groups = self.with_context(active_test=False)._read_group([], ["company_id"])
        known = {company.id for (company,) in groups}
        without = self.env["res.company"].search([("id", "not in", list(known))])
        self.create([
            {"company_id": company.id, "kind": kind, "alone_role": alone,
             "approver_role": approver, **more}
            for company in (without if companies is None else companies & without)
            for kind, alone, approver, more in _DEFAULTS
        ])  # fmt: skip

    @api.model
    def _fynlo_rules(self, store, currency):
        """Return the ``RefundRule`` that bind the principal in one store.

        :param currency: of the sale; the limits are those of its store
        """
        domain = Domain("company_id", "=", store.company_id.id)
        domain &= Domain("config_id", "in", [False, store.id])
        # Who refunds may not read what binds him; the store is his own.
        rules_sudo = self.sudo().search(domain)
        own_kinds = set(rules_sudo.filtered("config_id").mapped("kind"))
        principal = principal_of(self.env)
        return [
            RefundRule(rule.kind, rule._fynlo_limit(currency), rule.approver_role)
            for rule in rules_sudo
            if (rule.config_id or rule.kind not in own_kinds)
            and not principal.is_at_least(rule.alone_role)
        ]

    def _fynlo_limit(self, currency):
        if self.kind == "amount":
            return to_minor(self.amount, currency)
        return {"share": self.percent, "age": self.days}.get(self.kind, 0)


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """A new company begins with the usual rules."""
        companies = super().create(vals_list)
        # Who makes companies need not be allowed to set rules of tills.
        self.env["fynlo.refund.rule"].sudo()._fynlo_make_defaults(companies)
        return companies
