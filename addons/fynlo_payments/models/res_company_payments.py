from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fynlo_payments_user_id = fields.Many2one(
        "res.users", "Answers for Payments",
        domain="[('company_ids', 'in', id), ('share', '=', False)]",
        help="Gets the activities of disputes, payouts that failed and days that do not add up.",
    )  # fmt: skip

    def _fynlo_payments_contact(self):
        """Return the user (one record, sudoed) whom one company's payments concern."""
        # In the background, for the company's own alarms.
        company_sudo = self.sudo()
        if company_sudo.fynlo_payments_user_id:
            return company_sudo.fynlo_payments_user_id
        managers_sudo = self.env.ref("fynlo_base.group_fynlo_manager").sudo().all_user_ids
        managers_sudo = managers_sudo.filtered(
            lambda user: (
                self in user.company_ids
                and not (user.share or user.fynlo_technical or user.fynlo_store_ids)
            )
        )
        return managers_sudo.sorted("id")[:1] or self.env.ref("base.user_admin").sudo()
