from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's own merging, by its wizard or by ours, keeps what the tills know of a customer."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep the newer word for each channel: Odoo would drop all that meet one there."""
        for source in src_partners:
            self._fynlo_merge_preferences(source, dst_partner)
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _log_merge_operation(self, src_partners, dst_partner):
        """Remember the ids that tills may still send."""
        super()._log_merge_operation(src_partners, dst_partner)
        # Whoever may merge contacts may merge what belongs to them.
        aliases_sudo = self.env["fynlo.customer.alias"].sudo()
        sources = src_partners.filtered("fynlo_is_customer")
        aliases_sudo.create(
            [{"uuid": each.fynlo_uuid, "partner_id": dst_partner.id} for each in sources]
        )

    def _fynlo_merge_preferences(self, source, target):
        target_sudo, source_sudo = target.sudo(), source.sudo()
        said = {(row.channel, row.purpose): row for row in target_sudo.fynlo_preference_ids}
        for row in source_sudo.fynlo_preference_ids:
            present = said.get((row.channel, row.purpose))
            if present and present.decided_at >= row.decided_at:
                row.unlink()
                continue
            if present:
                present.unlink()
                self.env.flush_all()  # there is one row for each channel and purpose
            row.partner_id = target_sudo
