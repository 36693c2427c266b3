from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .fynlo_kitchen import SUBCHANNEL

#: Told to whoever listens to a store when something there has become scarce.
NOTIFICATION = "fynlo.low_stock"


class FynloStockThreshold(models.Model):
    """From how many on a product is scarce in a store, and who is told so, once."""

    _name = "fynlo.stock.threshold"
    _inherit = "fynlo.store.mixin"
    _description = "Low stock threshold"
    _order = "config_id, product_id, id"
    _rec_name = "product_id"

    config_id = fields.Many2one(
        "pos.config", "Store", required=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_storable", "=", True), ("available_in_pos", "=", True)],
    )
    minimum = fields.Float(
        "Scarce From", required=True, digits="Product Unit", help="So many are left, or fewer."
    )
    user_id = fields.Many2one(
        "res.users", "Who Is Told", help="Gets an activity on the product, once until it is back."
    )
    low_since = fields.Datetime("Scarce Since", readonly=True, copy=False)
    available = fields.Float(compute="_compute_available", digits="Product Unit")

    _place_unique = models.UniqueIndex(
        "(config_id, product_id)", "The store has a threshold for this product."
    )
    _minimum_positive = models.Constraint("CHECK (minimum >= 0)", "A threshold is not negative.")

    @api.constrains("config_id", "product_id")
    def _check_company(self):
        for threshold in self.sudo():
            company = threshold.product_id.company_id
            if company and company != threshold.config_id.company_id:
                raise ValidationError(self.env._("The product belongs to another company."))

    @api.depends("config_id", "product_id")
    def _compute_available(self):
        for store, thresholds in self.grouped("config_id").items():
            levels = thresholds.product_id._fynlo_stock_levels(store)
            for threshold in thresholds:
                level = levels.get(threshold.product_id.id)
                threshold.available = level.available if level else 0.0

    @api.model
    def _fynlo_scarce_products(self, store):
        """Return the products that are scarce in a store now (``product.product``).

        :param store: one ``pos.config``
        """
        # What is scarce is no secret to those who may read the stock.
        thresholds_sudo = self.sudo().search([("config_id", "=", store.id)])
        found = thresholds_sudo.filtered(lambda each: each._fynlo_is_low()).product_id
        return found.with_env(self.env)

    def _fynlo_is_low(self):
        return self.product_id.uom_id.compare(self.available, self.minimum) <= 0

    @api.model
    def _fynlo_cron_tell(self):
        """Tell once what has become scarce since the last run; forget what is there again."""
        thresholds = self.search([("config_id.active", "=", True)])
        low = thresholds.filtered(lambda each: each._fynlo_is_low())
        (thresholds - low).filtered("low_since").low_since = False
        for threshold in low.filtered(lambda each: not each.low_since):
            threshold.low_since = fields.Datetime.now()
            threshold._fynlo_tell()

    def _fynlo_tell(self):
        store, product = self.config_id, self.product_id
        payload = {"store": store.fynlo_uuid, "productId": product.fynlo_uuid}
        payload |= {"available": self.available, "minimum": self.minimum}
        self.env["bus.bus"]._sendone((store, SUBCHANNEL), NOTIFICATION, payload)
        if self.user_id:
            summary = self.env._(
                "%(product)s: %(count)g left in %(store)s",
                product=product.display_name,
                count=self.available,
                store=store.name,
            )
            product.product_tmpl_id.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.user_id.id, summary=summary
            )
