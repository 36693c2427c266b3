from odoo import api, fields, models


class FynloSyncOp(models.Model):
    """What was sent and why it is not booked, in words."""

    _inherit = "fynlo.sync.op"

    table_name = fields.Char("Kind of Record", compute="_compute_words")
    what = fields.Text(compute="_compute_words", help="What the till sent, until booked")
    reason = fields.Text("Why", compute="_compute_words")

    @api.depends_context("lang", "tz", "uid")
    @api.depends("collection", "body", "faults", "message")
    def _compute_words(self):
        words = self.env["fynlo.sync.words"]
        for operation in self:
            currency = operation.config_id.currency_id
            operation.table_name = words._fynlo_table(operation.collection)
            faults = words._fynlo_faults(operation.faults)
            operation.reason = faults or operation.message or ""
            tables = (operation.body or {}).get("changes", {})
            operation.what = "\n".join(
                line
                for collection, rows in tables.items()
                for row in rows["created"] + rows["updated"]
                if (line := words._fynlo_row(collection, row, currency))
            )
