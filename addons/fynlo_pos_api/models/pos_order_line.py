from odoo import fields, models

from ..engine.money import to_minor

LINE_KINDS = [
    ("item", "Item"),
    ("tip", "Tip"),
    ("service_charge", "Service Charge"),
    ("difference", "Price Difference"),
]


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    fynlo_kind = fields.Selection(LINE_KINDS, "Kind", default="item", readonly=True)
    fynlo_seat = fields.Integer("Seat", help="Number of the guest's seat; 0 for none.")
    fynlo_comp_reason = fields.Char("Given for Free", readonly=True, help="Why nobody pays for it")


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_is_service_waived = fields.Boolean("Without Service Charge", readonly=True, copy=False)

    def _fynlo_log_comps(self, wanted):
        """Write into the audit trail which lines of one order were given for free.

        :param wanted: the lines of the body that ask for it
        """
        reasons = {str(line.id): line.comp_reason for line in wanted}
        if not reasons:
            return
        lines = self.lines.filtered(lambda line: line.uuid in reasons)
        comps = [
            {
                "line": line.uuid,
                "product": line.product_id.fynlo_uuid,
                "reason": reasons[line.uuid],
                "price_minor": to_minor(line.price_unit * line.qty, self.currency_id),
            }
            for line in lines
        ]
        self.env["fynlo.audit"]._fynlo_log("order.comp", self, {"lines": comps})
