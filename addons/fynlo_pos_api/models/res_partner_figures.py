from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """What a customer has bought at the tills.

    The columns serve lists and are up to a minute old; what is shown of one customer is exact.
    """

    _inherit = "res.partner"

    # No Monetary: the currency of a contact is computed, and a pivot adds up stored ones only.
    fynlo_total_spent = fields.Float(
        "Total Spent",
        digits=(16, 3),
        default=0.0,
        readonly=True,
        copy=False,
        aggregator="sum",
        help="Paid at the tills of the customer's company less what was refunded, with taxes.",
    )
    fynlo_last_visit_at = fields.Datetime("Last Visit", readonly=True, copy=False)
    fynlo_order_count = fields.Integer("Orders at the Tills", readonly=True, copy=False)
    fynlo_spent_now = fields.Float(digits=(16, 3), compute="_compute_fynlo_figures_now")
    fynlo_visited_now = fields.Datetime(compute="_compute_fynlo_figures_now")
    fynlo_orders_now = fields.Integer(compute="_compute_fynlo_figures_now")

    @api.depends("fynlo_total_spent", "fynlo_last_visit_at", "fynlo_order_count")
    def _compute_fynlo_figures_now(self):
        """Count those again for whom an order has changed since the last background run."""
        changed = self.browse(self._fynlo_find_changed())
        query = self.env["fynlo.customer.change"]._fynlo_figures_query
        rows = self.env.execute_query(query(changed.ids)) if changed else []
        fresh = {owner_id: figures for owner_id, *figures in rows}
        for partner in self:
            stored = partner.fynlo_total_spent, partner.fynlo_last_visit_at
            figures = fresh.get(partner.id, (*stored, partner.fynlo_order_count))
            partner.fynlo_spent_now = float(figures[0] or 0.0)
            partner.fynlo_visited_now, partner.fynlo_orders_now = figures[1:]

    def _fynlo_find_changed(self):
        if not self.ids:
            return []
        self.env["pos.order"].flush_model()
        query = """SELECT partner_id FROM fynlo_customer_change WHERE partner_id IN %s
                   UNION SELECT member.parent_id FROM res_partner AS member
                   JOIN fynlo_customer_change AS change ON change.partner_id = member.id
                   WHERE member.parent_id IN %s AND member.type <> 'contact'"""
        ids = tuple(self.ids)
        return [id_ for (id_,) in self.env.execute_query(SQL(query, ids, ids))]

    @api.model
    def _fynlo_owner_ids(self, partner_ids):
        """Return the ids of the customers that these contacts are, or are addresses of."""
        query = """SELECT DISTINCT CASE WHEN type <> 'contact' AND parent_id IS NOT NULL
                                   THEN parent_id ELSE id END
                   FROM res_partner WHERE id IN %s"""
        return [id_ for (id_,) in self.env.execute_query(SQL(query, tuple(partner_ids)))]

    def action_fynlo_orders(self):
        """Button of the form: what the customer has bought at the tills."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("point_of_sale.action_pos_pos_form")
        return {**action, "domain": [("partner_id", "child_of", self.id)], "context": {}}
