from odoo import fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.addons.fynlo_pos_api.engine.tenders import Tender, method_entry
from odoo.tools import SQL

_SERVER_FIELDS = frozenset(("fynlo_money_count",))


class PosOrder(models.Model):
    """Card payments that are under way count as paid, and keep their order from being over."""

    _inherit = "pos.order"

    fynlo_money_count = fields.Integer(
        "Changes of Held Money",
        readonly=True,
        copy=False,
        help="Written whenever what is held for the order changes or is counted: who waited for "
        "the row has old figures, and must fail and run again.",
    )

    def _fynlo_touch_money(self):
        """Write one order before what is held for it changes, or is counted to charge the rest.

        A lock alone would not do: who waited for it goes on with what he saw before.
        """
        query = """UPDATE pos_order SET fynlo_money_count = COALESCE(fynlo_money_count, 0) + 1
                   WHERE id = %s"""
        self.env.cr.execute(SQL(query, self.id), log_exceptions=False)
        self.invalidate_recordset(["fynlo_money_count"])

    def _fynlo_held_tenders(self):
        """Return the tenders of card payments that may take money, or took it a moment ago."""
        held = super()._fynlo_held_tenders()
        if not self.fynlo_money_count:  # no such payment ever: the order need not ask for any
            return held
        payments_sudo = self.env["payment.transaction"]._fynlo_find_holding(self)
        held += self.env["fynlo.payment.tender"]._fynlo_held_tenders(self)
        return held + tuple(
            Tender(
                payment.fynlo_uuid,
                method_entry(payment.fynlo_method_id),
                amount := from_minor(payment._fynlo_held_minor(), self.currency_id),
                amount,
                None,
            )
            for payment in payments_sudo
        )

    def _fynlo_kept_shares(self):
        """Keep the shares that money is held for, too: it is booked on them."""
        kept_sudo = super()._fynlo_kept_shares()
        if not self.fynlo_money_count:
            return kept_sudo
        payments_sudo = self.env["payment.transaction"]._fynlo_find_holding(self)
        tenders_sudo = self.env["fynlo.payment.tender"]._fynlo_find_reserved(self)
        return kept_sudo | payments_sudo.fynlo_share_id | tenders_sudo.share_id

    def write(self, vals):
        """Keep an order open, in Odoo's own till too, while money is held for it."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        if vals.get("state", "draft") != "draft":
            for order in self.filtered(lambda each: each.state == "draft"):
                order._fynlo_check_nothing_held()
        return super().write(vals)
