from odoo import api, fields, models, tools
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.tools import SQL

#: What receipts and ``GET /settings`` tell of the business.
_TOLD_FIELDS = frozenset((
    "city", "country_id", "email", "image_1920", "name", "phone", "state_id", "street", "street2",
    "tz", "vat", "website", "zip",
))  # fmt: skip


_SERVER_FIELDS = frozenset(("fynlo_profile_version",))


class ResCompany(models.Model):
    """The business: what its stores' settings tell of it has a version."""

    _inherit = "res.company"

    fynlo_profile_version = fields.Integer(
        default=1, readonly=True, copy=False, aggregator=None, export_string_translation=False
    )

    @api.model
    @tools.ormcache()
    def _fynlo_contacts(self):
        """Return ``{contact id: company id}`` of all companies."""
        companies_sudo = (
            self.sudo().with_context(active_test=False).search([("partner_id", "!=", False)])
        )
        return {company.partner_id.id: company.id for company in companies_sudo}

    def write(self, vals):
        """Another contact, currency or tax makes another version."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        result = super().write(vals)
        if not {"partner_id", "currency_id", "account_sale_tax_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()
            self._fynlo_count_profile()
        return result

    def _fynlo_count_profile(self):
        query = """UPDATE res_company SET fynlo_profile_version = fynlo_profile_version + 1
                   WHERE id = ANY(%s)"""
        self.env.cr.execute(SQL(query, list(self.ids)), log_exceptions=False)
        self.invalidate_recordset(["fynlo_profile_version"], flush=False)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """The address of a company is that of its contact, wherever it is edited."""
        result = super().write(vals)
        if not _TOLD_FIELDS.isdisjoint(vals):
            companies = self.env["res.company"]
            contacts = companies._fynlo_contacts()
            found = [contacts[id_] for id_ in self.ids if id_ in contacts]
            if found:
                companies.browse(found)._fynlo_count_profile()
        return result
