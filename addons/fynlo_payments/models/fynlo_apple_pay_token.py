from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..exceptions import ApplePayTokenUsedError


class FynloApplePayToken(models.Model):
    """A token that was used: a second use of it meets this row. Holds nothing of the card."""

    _name = "fynlo.apple.pay.token"
    _description = "Used Apple Pay token"
    _order = "id desc"
    _rec_name = "transaction_ref"

    transaction_ref = fields.Char("Apple's Transaction", required=True, readonly=True)
    payment_uuid = fields.Char("Payment", required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True, groups="base.group_system")
    merchant_id = fields.Many2one(
        "fynlo.apple.pay.merchant", required=True, readonly=True, ondelete="restrict", index=True
    )
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    order_id = fields.Many2one("pos.order", readonly=True, ondelete="set null")
    signed_at = fields.Datetime("Signed by Apple", required=True, readonly=True)
    used_at = fields.Datetime(required=True, readonly=True)

    _transaction_unique = models.UniqueIndex("(transaction_ref)")
    _payment_unique = models.UniqueIndex("(payment_uuid)")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A token that was used is remembered for good."))

    @api.model
    def _fynlo_use(self, merchant_sudo, order, payment_uuid, request_hash, token, signed_at):
        """Write down that a payment of an order uses a token.

        :raise ApplePayTokenUsedError: another payment has used it
        """
        query = """INSERT INTO fynlo_apple_pay_token
                   (transaction_ref, payment_uuid, request_hash, merchant_id, config_id, company_id,
                    order_id, signed_at, used_at)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                   ON CONFLICT DO NOTHING RETURNING id"""
        values = (token.transaction_id, str(payment_uuid), request_hash, merchant_sudo.id)
        values += (order.config_id.id, order.company_id.id, order.id)
        values += (signed_at.replace(tzinfo=None), fields.Datetime.now())
        if not self.env.execute_query(SQL(query, *values)):
            raise ApplePayTokenUsedError()
