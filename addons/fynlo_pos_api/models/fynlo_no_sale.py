from odoo import fields, models


class FynloNoSale(models.Model):
    """The drawer was opened without a sale: by whom, where, when, why. Never changed."""

    _name = "fynlo.no.sale"
    _inherit = "fynlo.uuid.mixin"
    _description = "Drawer opened without a sale"
    _order = "id desc"
    _rec_name = "reason"

    session_id = fields.Many2one(
        "pos.session", required=True, readonly=True, index=True, ondelete="cascade"
    )
    config_id = fields.Many2one(
        "pos.config", "Store", related="session_id.config_id", store=True, index=True
    )
    shift_id = fields.Many2one(
        "fynlo.drawer.shift", "Drawer Shift", readonly=True, index="btree_not_null"
    )
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", readonly=True)
    reason = fields.Char(required=True, readonly=True)
