from dataclasses import dataclass

from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.exceptions import AccessError

REASONS = [
    ("count", "Counted"),
    ("received", "Received"),
    ("returned", "Returned"),
    ("damaged", "Damaged"),
    ("expired", "Expired"),
    ("waste", "Waste"),
    ("theft", "Theft"),
    ("other", "Other"),
]
CONTEXT_KEY = "fynlo_adjustment"
_SERVER_FIELDS = frozenset(("fynlo_adjustment", "fynlo_employee_id", "fynlo_note", "fynlo_reason"))


@dataclass(frozen=True)
class Adjustment:
    """Why stock is corrected and by whom: what the API tells the moves through the context.

    ``key`` is the correction's id and the number of its line.
    """

    key: str
    reason: str
    note: str | None
    employee_id: int | None


class StockMove(models.Model):
    _inherit = "stock.move"

    fynlo_reason = fields.Selection(REASONS, "Reason", readonly=True, copy=False)
    fynlo_note = fields.Char("Note", readonly=True, copy=False)
    fynlo_employee_id = fields.Many2one(
        "hr.employee", "By", readonly=True, copy=False, index="btree_not_null"
    )
    fynlo_adjustment = fields.Char(readonly=True, copy=False)

    # Whoever sends a correction again, from whatever till, books it once.
    _fynlo_adjustment_unique = models.UniqueIndex(
        "(company_id, fynlo_adjustment) WHERE fynlo_adjustment IS NOT NULL",
        "This correction of stock is booked already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Only a correction over the API says why stock has moved."""
        is_own = self.env.su or isinstance(self.env.context.get(CONTEXT_KEY), Adjustment)
        if not is_own and any(vals.get(name) for vals in vals_list for name in _SERVER_FIELDS):
            raise AccessError(self.env._("Only the server sets this."))
        return super().create(vals_list)

    def write(self, vals):
        """Odoo lets everybody who sells write to a move: why and by whom stays as it was said."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        return super().write(vals)


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_inventory_move_values(self, *args, **kwargs):
        vals = super()._get_inventory_move_values(*args, **kwargs)
        cause = self.env.context.get(CONTEXT_KEY)
        if isinstance(cause, Adjustment):  # no web client can send one
            vals["fynlo_reason"], vals["fynlo_note"] = cause.reason, cause.note
            vals["fynlo_employee_id"], vals["fynlo_adjustment"] = cause.employee_id, cause.key
        return vals
