from odoo import fields, models


class FynloOrderShare(models.Model):
    """A part of a bill that one guest pays. It divides what is owed, not the order."""

    _name = "fynlo.order.share"
    _description = "Share of a bill"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "order_id, number"
    _rec_name = "number"

    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    number = fields.Integer(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    payment_ids = fields.One2many("pos.payment", "fynlo_share_id", readonly=True)


class PosPayment(models.Model):
    _inherit = "pos.payment"

    fynlo_share_id = fields.Many2one(
        "fynlo.order.share",
        "Share of the Bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
