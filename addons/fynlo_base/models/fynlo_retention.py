from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..engine.retention import ENDED_SESSIONS, STORED_ANSWERS


class FynloRetention(models.Model):
    """How long one company keeps what helps for a while only.

    Daily jobs (``_gc_*``) drop the rest. The audit trail, orders and what they are booked by are
    never dropped.
    """

    _name = "fynlo.retention"
    _description = "Retention"
    _order = "company_id"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    stored_answers_days = fields.Integer(
        "Stored Answers",
        default=STORED_ANSWERS.default,
        required=True,
        help="Days. A till that sends again what it is not sure of gets the first answer.",
    )
    ended_sessions_days = fields.Integer(
        "Ended Sessions", default=ENDED_SESSIONS.default, required=True, help="Days. Sign-ins."
    )

    _company_unique = models.UniqueIndex("(company_id)", "A company has one retention policy.")
    _stored_answers = models.Constraint(
        STORED_ANSWERS.check("stored_answers_days"), STORED_ANSWERS.message
    )
    _ended_sessions = models.Constraint(
        ENDED_SESSIONS.check("ended_sessions_days"), ENDED_SESSIONS.message
    )

    def init(self):
        """Give a policy to companies that were there before."""
        query = """SELECT id FROM res_company
                   WHERE id NOT IN (SELECT company_id FROM fynlo_retention)"""
        found = self.env.execute_query(SQL(query))
        self.create([{"company_id": company_id} for (company_id,) in found])

    def write(self, vals):
        """It holds in all stores of a company: who serves only some of them cannot change it."""
        if not self.env.su and self.env.user.sudo().fynlo_store_ids:
            raise AccessError(self.env._("Only who serves all stores changes this."))
        return super().write(vals)

    @api.model
    def _fynlo_of(self, company):
        """Return the policy of one company (one record)."""
        return self.search([("company_id", "=", company.id)])

    @api.model
    def _fynlo_limits(self, term):
        """Return ``[(company, instant)]``: what is older may go. For jobs, which act for all.

        :param term: name of a field of the policy
        """
        now = fields.Datetime.now()
        policies_sudo = self.sudo().search([("company_id", "!=", False)])
        return [(each.company_id, now - timedelta(days=each[term])) for each in policies_sudo]


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Give each company its policy."""
        companies = super().create(vals_list)
        # Whoever may make companies need not be a manager of ours.
        policies_sudo = self.env["fynlo.retention"].sudo()
        policies_sudo.create([{"company_id": company.id} for company in companies])
        return companies
