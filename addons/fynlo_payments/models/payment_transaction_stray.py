from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.addons.fynlo_pos_api.engine.money import from_minor

from .minor_units import MinorUnits

_SERVER_FIELDS = frozenset(("fynlo_stray_minor", "fynlo_stray_refunds"))


class PaymentTransaction(models.Model):
    """Money of a till's payment that somebody gave back in the gateway's dashboard.

    Nobody here has asked for it, so it is not booked: managers are told, and decide.
    """

    _inherit = "payment.transaction"

    fynlo_stray_refunds = fields.Json(readonly=True, copy=False)  # {id at the gateway: amount}
    fynlo_stray_minor = MinorUnits("Given Back Elsewhere (minor)", readonly=True, copy=False)
    fynlo_stray = fields.Monetary(
        "Given Back Elsewhere", compute="_compute_fynlo_stray",
        help="In the gateway's dashboard; no order and no journal has it",
    )  # fmt: skip

    @api.depends("fynlo_stray_minor", "currency_id")
    def _compute_fynlo_stray(self):
        for payment in self:
            payment.fynlo_stray = from_minor(payment.fynlo_stray_minor or 0, payment.currency_id)

    def write(self, vals):
        """What has gone back elsewhere is told by the gateway."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        return super().write(vals)

    def _fynlo_refundable(self):
        """What went back elsewhere cannot go back again."""
        return max(0, super()._fynlo_refundable() - (self.fynlo_stray_minor or 0))

    @api.model
    def _fynlo_follow_stray_refund(self, provider, values):
        """Note a refund that belongs to no operation, as the gateway tells it now.

        :param provider: one ``payment.provider``, sudoed
        :param values: of ``read_refund``
        """
        domain = [("provider_id", "=", provider.id), ("fynlo_uuid", "!=", False),
                  ("provider_reference", "=", values.get("intent") or "")]  # fmt: skip
        payment_sudo = self.sudo().search(domain, limit=1)
        if not payment_sudo or payment_sudo._fynlo_knows_refund(values.get("refund")):
            return
        payment_sudo._fynlo_lock_payment()
        payment_sudo.invalidate_recordset()
        known = payment_sudo.fynlo_stray_refunds or {}
        told = {ref: amount for ref, amount in known.items() if ref != values["ref"]}
        if values["state"] not in ("failed", "canceled"):
            told[values["ref"]] = values["amount"]
        if told == known:
            return
        payment_sudo.write({"fynlo_stray_refunds": told, "fynlo_stray_minor": sum(told.values())})
        payment_sudo._fynlo_tell_of_stray(values)

    def _fynlo_knows_refund(self, uuid):
        """Tell whether one payment, sudoed, has such an operation: it may not be answered yet."""
        return bool(uuid) and uuid in self.fynlo_operation_ids.mapped("fynlo_uuid")

    def _fynlo_tell_of_stray(self, values):
        """Write it into the audit log; give the managers of one payment, sudoed, an activity."""
        facts = {"amount_minor": values["amount"], "state": values["state"]}
        self.env["fynlo.audit"]._fynlo_log("payment.refund_elsewhere", self, facts)
        shown = self.currency_id.format(from_minor(values["amount"], self.currency_id))
        summary = self.env._("%s went back in the gateway's dashboard: no till knows why", shown)
        if values["state"] in ("failed", "canceled"):
            summary = self.env._("%s from the gateway's dashboard did not reach the guest", shown)
        for user in self._fynlo_managers():
            self.fynlo_order_id.session_id.activity_schedule(
                "mail.mail_activity_data_todo", fields.Date.today(), summary,
                self._fynlo_alarm_note("stray"), user_id=user.id,
            )  # fmt: skip
