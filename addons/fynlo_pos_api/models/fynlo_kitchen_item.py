from odoo import api, fields, models

from ..engine.ticket_life import TICKET_STATES


class FynloKitchenItem(models.Model):
    """One row of a ticket. What an order's line was sent is known from these and nothing else."""

    _name = "fynlo.kitchen.item"
    _description = "Item of a kitchen ticket"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "id"

    ticket_id = fields.Many2one(
        "fynlo.kitchen.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(related="ticket_id.kind", store=True, precompute=True)
    station_id = fields.Many2one(related="ticket_id.station_id", store=True, precompute=True)
    config_id = fields.Many2one(related="ticket_id.config_id", store=True, precompute=True)
    fired_at = fields.Datetime(related="ticket_id.fired_at", store=True, precompute=True)
    # The order that pays for it: another than the ticket's once a bill was split or merged.
    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    line_uuid = fields.Char(required=True, readonly=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    quantity = fields.Float(required=True, readonly=True, digits=(16, 6), aggregator="sum")
    cancelled_quantity = fields.Float("Cancelled", readonly=True, digits=(16, 6))
    per_line = fields.Float(
        default=1.0, readonly=True, digits=(16, 6), help="Pieces in one of its line: of a combo"
    )
    modifiers = fields.Json(readonly=True)
    note = fields.Char(readonly=True)
    order_note = fields.Char(readonly=True, help="What the order said when it was sent")
    allergens = fields.Char(readonly=True)
    state = fields.Selection(
        list(TICKET_STATES.items()), default="new", required=True, readonly=True
    )
    started_at = fields.Datetime(readonly=True)
    ready_at = fields.Datetime(readonly=True)
    served_at = fields.Datetime(readonly=True)
    preparation_min = fields.Float(
        "Preparation (min)",
        compute="_compute_preparation_min",
        store=True,
        precompute=True,
        aggregator="avg",
    )

    _line_idx = models.Index("(order_id, line_uuid)")

    @api.depends("ready_at")
    def _compute_preparation_min(self):
        for item in self:
            took = item.ready_at and item.ready_at - item.fired_at
            item.preparation_min = took.total_seconds() / 60 if took else False

    def _fynlo_live(self):
        """Pieces of one item that somebody still wants."""
        return round(self.quantity - self.cancelled_quantity, 6)

    def _fynlo_key(self):
        """Return what tells dishes apart, as ``ticket_diff`` compares them."""
        return self.line_uuid, self.product_id.id, tuple(self.modifiers or ())
