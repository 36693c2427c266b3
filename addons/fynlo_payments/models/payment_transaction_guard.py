from odoo import api, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.exceptions import AccessError, UserError, ValidationError

#: What the till's payments go by. Odoo lets accountants and administrators write all of it.
_SERVER_FIELDS = frozenset(
    ("fynlo_capturable_minor", "fynlo_tender_id", "fynlo_tip_minor")
    + ("fynlo_activity_ids", "fynlo_alarm", "fynlo_expires_at")
    + ("fynlo_booked_at", "fynlo_booking_at", "fynlo_booking_error", "fynlo_booking_tries")
    + ("fynlo_captured_minor", "fynlo_change_count", "fynlo_channel", "fynlo_config_id")
    + ("fynlo_method_id", "fynlo_operation_ids", "fynlo_order_id", "fynlo_share_id")
    + ("fynlo_look_at", "fynlo_looks", "fynlo_state", "fynlo_uuid")
)
#: What a payment at a till is beside that.
_PAYMENT_FIELDS = frozenset(
    ("amount", "currency_id", "operation", "payment_method_id", "provider_id")
    + ("provider_reference", "reference", "source_transaction_id", "state", "token_id")
)


class PaymentTransaction(models.Model):
    """Payments of tills are moved by their operations alone, never by Odoo's own ways."""

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        """Let nobody but the server make a payment of a till."""
        if not self.env.su and any(vals.get(name) for vals in vals_list for name in _SERVER_FIELDS):
            raise AccessError(self.env._("Only the server sets this."))
        # A client's context stays with what Odoo makes as superuser for him.
        defaults = {f"default_{name}" for name in _SERVER_FIELDS} & self.env.context.keys()
        clean = self.with_context(**dict.fromkeys(defaults))
        return super(PaymentTransaction, clean).create(vals_list)

    def write(self, vals):
        """Keep hands off what payments of tills go by."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        check_server_fields(self.filtered("fynlo_uuid"), vals, _PAYMENT_FIELDS)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_tills(self):
        if any(payment.fynlo_uuid for payment in self):
            raise UserError(self.env._("What was paid at a till is kept for good."))

    # --- Odoo's own ways to the gateway, which have no idempotency key

    def _charge_with_token(self):
        self._fynlo_check_not_of_till()
        return super()._charge_with_token()

    def _capture(self, amount_to_capture=None):
        self._fynlo_check_not_of_till()
        return super()._capture(amount_to_capture=amount_to_capture)

    def _void(self, amount_to_void=None):
        self._fynlo_check_not_of_till()
        return super()._void(amount_to_void=amount_to_void)

    def _refund(self, amount_to_refund=None):
        self._fynlo_check_not_of_till()
        return super()._refund(amount_to_refund=amount_to_refund)

    def _create_child_transaction(self, amount, is_refund=False, **custom_create_values):
        """Neither Odoo's buttons nor its webhook make a refund of a till's payment.

        :raise ValidationError: what Odoo's webhook takes for an event that it need not apply
        """
        if self.fynlo_uuid:
            message = self.env._("The till captures, cancels and refunds this payment.")
            raise ValidationError(message)
        return super()._create_child_transaction(amount, is_refund, **custom_create_values)

    def _fynlo_check_not_of_till(self):
        if any(payment.fynlo_uuid for payment in self):
            raise UserError(self.env._("The till captures, cancels and refunds this payment."))

    # --- What Odoo's own webhook and pages tell: it comes by our own events, too

    def _extract_amount_data(self, payment_data):
        return None if self.fynlo_uuid else super()._extract_amount_data(payment_data)

    def _apply_updates(self, payment_data):
        return None if self.fynlo_uuid else super()._apply_updates(payment_data)

    def _tokenize(self, payment_data):
        return None if self.fynlo_uuid else super()._tokenize(payment_data)

    def _create_payment(self, **extra_create_values):
        """A payment at a till is booked with its session, not by itself."""
        if self.fynlo_order_id:
            return self.env["account.payment"]
        return super()._create_payment(**extra_create_values)
