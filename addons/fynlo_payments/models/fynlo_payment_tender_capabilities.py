from odoo import api, models


class FynloPaymentTender(models.Model):
    """Cards of a split are held before any is charged: not every gateway can do that."""

    _inherit = "fynlo.payment.tender"

    @api.model
    def _fynlo_check(self, order, tenders, book, faults):
        super()._fynlo_check(order, tenders, book, faults)
        # Who sells may not read methods' gateways; the store is his own.
        methods_sudo = order.config_id.sudo().payment_method_ids.grouped("fynlo_uuid")
        for tender in tenders:
            method_sudo = methods_sudo.get(str(tender.method))
            provider_sudo = method_sudo.fynlo_provider_id if method_sudo else None
            if provider_sudo and provider_sudo.state in ("enabled", "test") and tender.channel:
                provider_sudo._fynlo_check_capability("channels", tender.channel)
                provider_sudo._fynlo_check_capability("capture_methods", "manual")
