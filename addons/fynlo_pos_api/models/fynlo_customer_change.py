from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

#: Customers whose figures one transaction writes: a fraction of a second.
BATCH_CUSTOMERS = 500

#: What a contact has bought. An address of his is he himself; a refund takes back.
FIGURES = """
    SELECT owner.id,
           COALESCE(sum(sale.amount_total / COALESCE(NULLIF(sale.currency_rate, 0), 1)), 0)
               AS spent,
           max(sale.date_order) FILTER (WHERE sale.is_refund IS NOT TRUE) AS visited_at,
           count(sale.id) FILTER (WHERE sale.is_refund IS NOT TRUE) AS orders
    FROM res_partner AS owner
    JOIN res_company AS home ON home.id = COALESCE(owner.company_id, %(company_id)s)
    JOIN res_partner AS member
      ON member.id = owner.id OR (member.parent_id = owner.id AND member.type <> 'contact')
    LEFT JOIN (pos_order AS sale JOIN res_company AS shop ON shop.id = sale.company_id)
      ON sale.partner_id = member.id AND sale.state IN ('paid', 'done')
     AND shop.currency_id = home.currency_id
    WHERE owner.id IN %(ids)s
    GROUP BY owner.id
"""


class FynloCustomerChange(models.Model):
    """Contacts for whom an order has changed and whose figures are not counted again yet.

    A trigger adds a row in the order's transaction. Rows are only added and taken away, so that
    tills that sell to the same customer never wait for each other.
    """

    _name = "fynlo.customer.change"
    _description = "Fynlo customer to count again"
    _log_access = False

    partner_id = fields.Integer(required=True, readonly=True, index=True)

    def init(self):
        """Note every change of an order that can change its customer's figures."""
        found = self.env.execute_query(
            SQL("SELECT 1 FROM pg_trigger WHERE tgname = 'fynlo_customer_note'")
        )
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION fynlo_customer_note() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' AND OLD.partner_id IS NOT NULL THEN
                    INSERT INTO fynlo_customer_change (partner_id) VALUES (OLD.partner_id);
                END IF;
                IF TG_OP <> 'DELETE' AND NEW.partner_id IS NOT NULL
                   AND (TG_OP = 'INSERT' OR NEW.partner_id IS DISTINCT FROM OLD.partner_id) THEN
                    INSERT INTO fynlo_customer_change (partner_id) VALUES (NEW.partner_id);
                END IF;
                RETURN NULL;
            END $$;
            DROP TRIGGER IF EXISTS fynlo_customer_note ON pos_order;
            CREATE TRIGGER fynlo_customer_note AFTER INSERT OR DELETE OR UPDATE OF
                partner_id, state, amount_total, currency_rate, date_order, is_refund
            ON pos_order FOR EACH ROW EXECUTE FUNCTION fynlo_customer_note()
            """
        )
        if not found:  # of what was sold before, nothing is counted yet
            self.env.cr.execute(
                """INSERT INTO fynlo_customer_change (partner_id)
                   SELECT DISTINCT partner_id FROM pos_order WHERE partner_id IS NOT NULL"""
            )

    @api.model
    def _fynlo_drop_trigger(self):
        """Take the trigger away when the module is removed."""
        self.env.cr.execute("DROP FUNCTION IF EXISTS fynlo_customer_note() CASCADE")

    @api.model
    def _fynlo_cron_count(self):
        """Count the figures of the customers whose orders have changed, batch by batch."""
        while counted := self._fynlo_try_counting():
            if not self.env["ir.cron"]._commit_progress(counted):
                return

    def _fynlo_try_counting(self):
        """Count one batch; return how many rows it took, 0 if it has to wait."""
        try:
            return self._fynlo_count_batch()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody edits one of these customers: the next run takes them.
            self.env.cr.rollback()
            return 0

    @api.model
    def _fynlo_count_batch(self):
        """Take the oldest rows and write the figures of their customers; return how many rows.

        Figures are counted from the orders themselves, never added up: what a batch has seen
        twice, or another worker at the same time, changes nothing.
        """
        self.env.flush_all()
        query = """DELETE FROM fynlo_customer_change WHERE id IN (
                       SELECT id FROM fynlo_customer_change ORDER BY id
                       LIMIT %s FOR UPDATE SKIP LOCKED)
                   RETURNING partner_id"""
        taken = self.env.execute_query(SQL(query, BATCH_CUSTOMERS))
        if taken:
            self._fynlo_write_figures({partner_id for (partner_id,) in taken})
        return len(taken)

    @api.model
    def _fynlo_write_figures(self, partner_ids):
        """Count and store the figures of contacts; who has bought is a customer."""
        owner_ids = self.env["res.partner"]._fynlo_owner_ids(partner_ids)
        if not owner_ids:
            return
        query = """UPDATE res_partner AS partner
                   SET fynlo_total_spent = round(figures.spent, 6),
                       fynlo_last_visit_at = figures.visited_at,
                       fynlo_order_count = figures.orders,
                       fynlo_is_customer = partner.fynlo_is_customer IS TRUE
                           OR (figures.orders > 0 AND partner.fynlo_erased_at IS NULL)
                   FROM (%s) AS figures WHERE partner.id = figures.id"""
        self.env.cr.execute(SQL(query, self._fynlo_figures_query(owner_ids)), log_exceptions=False)
        self.env["res.partner"].invalidate_model(
            ["fynlo_total_spent", "fynlo_last_visit_at", "fynlo_order_count", "fynlo_is_customer"]
        )

    @api.model
    def _fynlo_figures_query(self, owner_ids):
        """Return the query of ``(id, spent, visited_at, orders)`` of these customers."""
        main_id = self.env.ref("base.main_company").id
        return SQL(FIGURES, company_id=main_id, ids=tuple(owner_ids))
