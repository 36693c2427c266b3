from odoo import api, fields, models
from odoo.tools import SQL


class FynloCustomerAlias(models.Model):
    """An id that a customer had before he was merged into another."""

    _name = "fynlo.customer.alias"
    _description = "Former id of a customer"
    _rec_name = "uuid"

    uuid = fields.Char("Former ID", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="cascade"
    )

    _uuid_unique = models.UniqueIndex("(uuid)")

    @api.model
    def _fynlo_heir_id(self, uuid):
        """Return the database id of the contact that now stands for ``uuid``, or ``None``.

        Whether the user may see him is the caller's to check.
        """
        query = "SELECT partner_id FROM fynlo_customer_alias WHERE uuid = %s"
        rows = self.env.execute_query(SQL(query, str(uuid)))
        return rows[0][0] if rows else None
