from odoo import api, fields, models

from ..engine.money import from_minor


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
    shift_id = fields.Many2one(
        "fynlo.drawer.shift",
        "Drawer Shift",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: all the cash of the session was counted.",
    )
    device_id = fields.Many2one("fynlo.device", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    currency_id = fields.Many2one(related="session_id.currency_id")
    counted = fields.Monetary(required=True, readonly=True)
    expected = fields.Monetary(required=True, readonly=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    denominations = fields.Json(readonly=True, help="Coins and notes: value in minor units, pieces")
    denominations_text = fields.Char("Coins and Notes", compute="_compute_denominations_text")
    note = fields.Text(readonly=True)

    @api.depends("denominations")
    def _compute_denominations_text(self):
        for count in self:
            count.denominations_text = ", ".join(
                f"{each['quantity']} × {count._fynlo_format(each['value'])}"
                for each in count.denominations or ()
            )

    def _fynlo_format(self, minor):
        return self.currency_id.format(from_minor(minor, self.currency_id))

    @api.depends("counted", "expected")
    def _compute_difference(self):
        for count in self:
            count.difference = count.counted - count.expected
