from odoo import api, fields, models

from ..engine.retention import (
    DELIVERED_EVENTS,
    IMPORT_FILES,
    IMPORTS,
    KITCHEN_TICKETS,
    TERMS,
    UNDELIVERED_EVENTS,
)


class FynloRetention(models.Model):
    _inherit = "fynlo.retention"

    kitchen_tickets_days = fields.Integer(
        "Kitchen Tickets",
        default=KITCHEN_TICKETS.default,
        required=True,
        help="Days. Figures of the kitchen's speed go with them; tickets of open bills stay.",
    )
    delivered_events_days = fields.Integer(
        "Delivered Events", default=DELIVERED_EVENTS.default, required=True, help="Days."
    )
    undelivered_events_days = fields.Integer(
        "Undelivered Events",
        default=UNDELIVERED_EVENTS.default,
        required=True,
        help="Days after the last attempt. Until then they can be sent again.",
    )
    import_files_days = fields.Integer(
        "Files of Dry Runs",
        default=IMPORT_FILES.default,
        required=True,
        help="Days. They hold personal data.",
    )
    imports_days = fields.Integer(
        "Imports",
        default=IMPORTS.default,
        required=True,
        help="Days. How an import ended, and its bad rows.",
    )

    _kitchen_tickets = models.Constraint(
        KITCHEN_TICKETS.check("kitchen_tickets_days"), KITCHEN_TICKETS.message
    )
    _delivered_events = models.Constraint(
        DELIVERED_EVENTS.check("delivered_events_days"), DELIVERED_EVENTS.message
    )
    _undelivered_events = models.Constraint(
        UNDELIVERED_EVENTS.check("undelivered_events_days"), UNDELIVERED_EVENTS.message
    )
    _import_files = models.Constraint(IMPORT_FILES.check("import_files_days"), IMPORT_FILES.message)
    _imports = models.Constraint(IMPORTS.check("imports_days"), IMPORTS.message)

    @api.model_create_multi
    def create(self, vals_list):
        """What the settings tell has another version."""
        policies = super().create(vals_list)
        policies.company_id._fynlo_count_profile()
        return policies

    def write(self, vals):
        """What the settings tell has another version."""
        result = super().write(vals)
        if not TERMS.keys().isdisjoint(vals):
            self.company_id._fynlo_count_profile()
        return result
