from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

#: What binds the people on the tills. Odoo lets everybody who sells write to a store's row.
_LIMIT_FIELDS = frozenset(
    (
        "amount_authorized_diff",
        "fynlo_comp_role",
        "fynlo_is_strict_stock",
        "fynlo_max_discount_cashier",
        "fynlo_max_discount_supervisor",
        "fynlo_no_sale_role",
        "fynlo_order_seq_id",
        "fynlo_outage_role",
        "fynlo_refund_limit",
        "fynlo_refund_role",
        "fynlo_service_min_guests",
        "fynlo_service_percent",
        "fynlo_service_product_id",
        "fynlo_session_role",
        "fynlo_void_role",
        "set_maximum_difference",
    )
)


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_max_discount_cashier = fields.Float(
        "Highest Discount of a Cashier (%)",
        default=10,
        help="On a line, from a Fynlo device. Managers may give any discount.",
    )
    fynlo_max_discount_supervisor = fields.Float("Highest Discount of a Supervisor (%)", default=50)

    def write(self, vals):
        """Nobody lifts the limits that he works under."""
        is_bound = not (self.env.su or self.env.user.has_group("point_of_sale.group_pos_manager"))
        if is_bound and _LIMIT_FIELDS & set(vals):
            raise AccessError(self.env._("Only a manager changes the limits of a store."))
        return super().write(vals)

    @api.constrains("fynlo_max_discount_cashier", "fynlo_max_discount_supervisor")
    def _check_fynlo_max_discount(self):
        for config in self:
            limits = (config.fynlo_max_discount_cashier, config.fynlo_max_discount_supervisor)
            if not all(0 <= limit <= 100 for limit in limits):
                raise ValidationError(self.env._("A discount limit lies between 0 and 100 %."))
