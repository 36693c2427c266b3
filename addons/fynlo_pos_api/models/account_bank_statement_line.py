from odoo import fields, models


class AccountBankStatementLine(models.Model):
    """A cash move of a till is a statement line; these fields say what it was."""

    _inherit = "account.bank.statement.line"

    fynlo_uuid = fields.Char("Fynlo ID", readonly=True, copy=False, index="btree_not_null")
    fynlo_cash_type = fields.Selection(
        [("in", "Paid in"), ("out", "Paid out"), ("drop", "Cash drop")],
        "Cash Move",
        readonly=True,
        copy=False,
    )
    fynlo_reason = fields.Char("Reason", readonly=True, copy=False)
    fynlo_device_id = fields.Many2one(
        "fynlo.device", "Device", readonly=True, copy=False, index="btree_not_null"
    )
    fynlo_drawer_shift_id = fields.Many2one(
        "fynlo.drawer.shift", "Drawer Shift", readonly=True, copy=False, index="btree_not_null"
    )

    _fynlo_uuid_unique = models.Constraint(
        "UNIQUE(fynlo_uuid)", "Another cash move has this Fynlo ID."
    )
