from odoo import api, fields, models


class FynloCashCount(models.Model):
    """What somebody found in the drawer, and what was expected there at that moment.

    A count is never changed: a new one takes its place. The session closes on its last.
    """

    _name = "fynlo.cash.count"
    _inherit = "fynlo.uuid.mixin"
    _description = "Cash count"
    _order = "id desc"
    _rec_name = "create_date"

    session_id = fields.Many2one(
        "pos.session", required=True, readonly=True, index=True, ondelete="cascade"
    )
    device_id = fields.Many2one("fynlo.device", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    currency_id = fields.Many2one(related="session_id.currency_id")
    counted = fields.Monetary(required=True, readonly=True)
    expected = fields.Monetary(required=True, readonly=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    denominations = fields.Json(readonly=True, help="Coins and notes: value in minor units, pieces")
    note = fields.Text(readonly=True)

    @api.depends("counted", "expected")
    def _compute_difference(self):
        for count in self:
            count.difference = count.counted - count.expected
