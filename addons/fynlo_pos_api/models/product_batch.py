from odoo import api, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.constrains("company_id")
    def _check_barcode_uniqueness(self):
        """Check all variants at once; Odoo asks the database for each product."""
        self.product_variant_ids._check_barcode_uniqueness()

    def _fynlo_skip_pictures(self):
        """Do so for the variants as well."""
        super()._fynlo_skip_pictures()
        self.product_variant_ids._fynlo_skip_pictures()

    def write(self, vals):
        """Leave out what a new variant of a batch says of its product: no properties, again."""
        is_empty = vals == {"product_properties": {}} and self._fynlo_in_batch() is not None
        if is_empty and not any(product.product_properties for product in self):
            return True
        return super().write(vals)


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_remaining_moves(self):
        """Look for no stock of products that are new; Odoo does, to value it."""
        return {} if self._fynlo_in_batch() is not None else super()._get_remaining_moves()
