from odoo import api, fields, models


class PosPayment(models.Model):
    _inherit = "pos.payment"

    fynlo_drawer_shift_id = fields.Many2one(
        "fynlo.drawer.shift", "Drawer Shift", readonly=True, copy=False, index="btree_not_null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Book each payment with the drawer shift of whoever takes it, whichever way it comes."""
        return super().create([self._fynlo_with_shift(vals) for vals in vals_list])

    def _fynlo_with_shift(self, vals):
        order = self.env["pos.order"].browse(vals.get("pos_order_id"))
        session = self.env["pos.session"].browse(vals.get("session_id")) or order.session_id
        if not session.fynlo_has_shifts:
            return {**vals, "fynlo_drawer_shift_id": False}
        shifts = self.env["fynlo.drawer.shift"]
        employee_id = vals.get("employee_id") or order.sudo().employee_id.id
        return {**vals, "fynlo_drawer_shift_id": shifts._fynlo_find_open(session, employee_id)}
