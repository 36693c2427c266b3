from odoo import api, models
from odoo.fields import Domain


class HrJob(models.Model):
    _name = "hr.job"
    _inherit = ["hr.job", "fynlo.uuid.mixin"]

    @api.model
    def _fynlo_page(self, query):
        """Return ``(jobs, total)``: a page of the company's jobs, by name.

        :param query: a ``PageQuery``
        """
        domain = Domain("company_id", "in", [False, self.env.company.id])
        offset = (query.page - 1) * query.limit
        jobs = self.search(domain, order="name, id", limit=query.limit, offset=offset)
        return jobs, self.search_count(domain)
