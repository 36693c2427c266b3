from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime


class ProductTemplate(models.Model):
    _inherit = "product.template"

    fynlo_outage_count = fields.Integer("Sold Out In", compute="_compute_fynlo_outage_count")

    def _compute_fynlo_outage_count(self):
        groups = self.env["fynlo.product.outage"]._read_group(
            [("product_id", "in", self.product_variant_ids.ids), ("is_out", "=", True)],
            ["product_id"],
            ["config_id:array_agg"],
        )
        stores = {}
        for product, config_ids in groups:
            stores.setdefault(product.product_tmpl_id.id, set()).update(config_ids)
        for template in self:
            template.fynlo_outage_count = len(stores.get(template.id, ()))

    def action_fynlo_outages(self):
        """Button of the product's form: where it is sold out."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fynlo_pos_api.fynlo_product_outage_action"
        )
        action["domain"] = [("product_id", "in", self.product_variant_ids.ids)]
        action["context"] = {
            "search_default_is_out": True,
            "default_product_id": self.product_variant_ids[:1].id,
        }
        return action


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _fynlo_named_variants(self, uuid):
        """Return the active variants, sudoed, that an id names in the principal's company.

        A product's own id names all its variants, a variant's id that one.

        :raise NotFoundError: unknown, archived, or of another company: the same answer
        """
        # Cooks may not read products; the company is checked here, the role by the caller.
        products_sudo = self.sudo()
        domain = products_sudo._check_company_domain(principal_of(self.env).company_id)
        found = products_sudo.search([*domain, ("fynlo_uuid", "=", str(uuid))])
        if not found:
            found = products_sudo.search([*domain, ("product_tmpl_id.fynlo_uuid", "=", str(uuid))])
        if not found:
            raise NotFoundError()
        return found

    @api.model
    def _fynlo_set_availability(self, uuid, command):
        """Say that the principal's store has run out of a product, or has it again.

        :param uuid: public id of a product or of one of its variants
        :param command: an ``AvailabilityWrite``
        :return: ``(variants, outages)``, sudoed: what the id names, and what is out of it now
        :raise ForbiddenError: the store wants a higher role for it
        :raise InvalidFieldsError: ``until`` lies in the past
        :raise NotFoundError: unknown, archived, or of another company
        """
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        self.env["res.users"]._fynlo_require(store_sudo.fynlo_outage_role)
        products_sudo = self._fynlo_named_variants(uuid)
        outages = self.env["fynlo.product.outage"]
        if not command.available:
            until = _future(command.until)
            outages_sudo = outages._fynlo_begin(store_sudo, products_sudo, command.reason, until)
            return products_sudo, outages_sudo
        domain = [("config_id", "=", store_sudo.id), ("product_id", "in", products_sudo.ids)]
        outages_sudo = outages.sudo().search([*domain, ("is_out", "=", True)])
        outages_sudo.with_env(self.env)._fynlo_end()
        return products_sudo, outages_sudo.browse()


def _future(instant):
    if instant is None:
        return None
    until = to_odoo_datetime(instant)
    if until <= fields.Datetime.now():
        error = {"field": "until", "code": "out_of_range", "message": "It has to lie ahead."}
        raise InvalidFieldsError(errors=[error])
    return until
