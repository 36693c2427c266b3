from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _fynlo_credit_invoice(self):
        """Post the credit note of one refund of an invoiced order.

        It reverses the invoice and is settled with what is open of it, and with the refund's
        payments. It is not sent to anybody.
        """
        self.check_access("write")
        # Who may give money back was checked; he books no invoices of his own.
        refund_sudo = self.sudo().with_company(self.company_id)._fynlo_own_write()
        if not refund_sudo.account_move:
            refund_sudo.with_context(generate_pdf=False)._generate_pos_order_invoice()

    def _prepare_invoice_vals(self):
        """Of a refund, credit in the invoice's journal if the store has lost its own."""
        vals = super()._prepare_invoice_vals()
        vals["journal_id"] = vals["journal_id"] or self.refunded_order_id.account_move.journal_id.id
        return vals
