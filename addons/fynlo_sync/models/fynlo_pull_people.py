"""Readers of customers and employees."""

from odoo import api, models
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.schemas.employees import EmployeeSummary
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext

from ..schemas import people_rows as rows
from ..schemas.sync_row import to_millis, to_text

_CUSTOMERS = """
SELECT partner.fynlo_uuid AS id, partner.ref, partner.is_company, partner.fynlo_status,
    partner.fynlo_segment, partner.fynlo_tier, partner.name, partner.fynlo_first_name,
    partner.fynlo_last_name, partner.email, partner.phone, partner.comment, partner.create_date,
    partner.fynlo_last_visit_at, partner.fynlo_total_spent::float AS total_spent,
    partner.fynlo_order_count, partner.fynlo_version, ARRAY(
        SELECT COALESCE(tag.name ->> %(lang)s, tag.name ->> 'en_US')
        FROM res_partner_res_partner_category_rel rel
        JOIN res_partner_category tag ON tag.id = rel.category_id
        WHERE rel.partner_id = partner.id ORDER BY 1) AS tags
FROM res_partner partner WHERE partner.id = ANY(%(ids)s)
"""


class FynloPullCustomers(models.AbstractModel):
    _name = "fynlo.pull.customers"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of customers"

    @api.model
    def _fynlo_sight(self, store, sights):
        """Those that the record rules show to the user."""
        domain = Domain("fynlo_is_customer", "=", True) & Domain("active", "=", True)
        return self.env["res.partner"]._fynlo_customers()._search(domain).select()

    @api.model
    def _fynlo_rows(self, store, ids):
        currency = store.company_id.currency_id
        self.env.cr.execute(SQL(_CUSTOMERS, ids=ids, lang=store.env.lang))
        return [_customer_row(facts, currency) for facts in self.env.cr.dictfetchall()]


def _customer_row(facts, currency):
    note = facts["comment"] and html2plaintext(facts["comment"]).strip()
    return rows.CustomerRow.model_construct(
        id=facts["id"],
        number=facts["ref"] or None,
        type="business" if facts["is_company"] else "individual",
        status=facts["fynlo_status"],
        segment=facts["fynlo_segment"] or None,
        tier=facts["fynlo_tier"] or None,
        name=facts["name"] or "",
        first_name=facts["fynlo_first_name"] or None,
        last_name=facts["fynlo_last_name"] or None,
        email=facts["email"] or None,
        phone=facts["phone"] or None,
        tags=to_text(facts["tags"]),
        note=note or None,
        created_at=to_millis(facts["create_date"]),
        last_visit_at=to_millis(facts["fynlo_last_visit_at"]),
        total_spent=to_minor(facts["total_spent"] or 0.0, currency),
        order_count=facts["fynlo_order_count"] or 0,
        currency=currency.name,
        version=facts["fynlo_version"],
    )


class FynloPullEmployees(models.AbstractModel):
    _name = "fynlo.pull.employees"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of employees"

    @api.model
    def _fynlo_sight(self, store, sights):
        """Those who may sign in at the store: what its tills show anyway."""
        domain = self.env["hr.employee"]._fynlo_store_domain() & Domain("active", "=", True)
        return self.env["hr.employee"].sudo()._search(domain).select()

    @api.model
    def _fynlo_rows(self, store, ids):
        employees_sudo = store.env["hr.employee"].browse(ids)
        views = map(EmployeeSummary.of, employees_sudo)
        return [
            rows.EmployeeRow.model_construct(
                id=str(view.id),
                name=view.name,
                role=view.role,
                job=view.job,
                has_pin=view.has_pin,
            )
            for view in views
        ]
