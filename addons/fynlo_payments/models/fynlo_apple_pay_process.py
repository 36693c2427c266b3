import hashlib
import json
from datetime import datetime, timezone
from functools import partial

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.settings import is_on

from ..engine import apple_pay_root
from ..engine.apple_pay_decrypt import read_sealed_amount
from ..engine.apple_pay_keys import merchant_hash
from ..engine.apple_pay_signature import TokenRefused
from ..engine.apple_pay_token import check_token, read_token
from ..exceptions import ApplePayTokenError, GatewayRefusedError
from ..schemas.payments import IntentCreate


class FynloApplePay(models.AbstractModel):
    _inherit = "fynlo.apple.pay"

    @api.model
    def _fynlo_take_token(self, command):
        """Check a token and write down that it is used by a payment.

        The same command again finds its own mark, however old the token is by then.

        :param command: an ``ApplePayProcess``
        :return: the function by which Stripe makes a payment method of the token, ``None`` where
            that is not needed: the till has one, or the payment is begun already
        :raise ApplePayNotConfiguredError: no merchant
        :raise ApplePayTokenError: ``details.reason`` names the check that fails
        :raise ApplePayTokenUsedError: another payment has used it
        :raise IdempotencyConflictError: the id came before with another body
        """
        merchant_sudo = self._fynlo_merchant()
        if not self._fynlo_is_taken(command):
            order = self.env["pos.order"]._fynlo_find_order(command.order_id)
            token, signed_at = self._fynlo_check_token(merchant_sudo, order, command)
            self.env["fynlo.apple.pay.token"]._fynlo_use(
                merchant_sudo, order, command.id, _hash(command), token, signed_at
            )
        if command.payment_method or self._fynlo_find_begun(command):
            return None
        if not is_on("apple_pay_pk_token"):
            fault = {"field": "paymentMethod", "code": "missing", "message": "Field required"}
            raise InvalidFieldsError(errors=[fault])
        gateway = merchant_sudo.provider_id._fynlo_gateway()
        return partial(gateway.create_wallet_method, _stripe_values(command.token), str(command.id))

    @api.model
    def _fynlo_begin(self, command, made=None):
        """Begin the payment of a token that is taken; return its operation, sudoed.

        :param made: :class:`Outcome` of what :meth:`_fynlo_take_token` returned
        :raise GatewayRefusedError: Stripe made no payment method of it; nothing was charged
        """
        begun_sudo = self._fynlo_find_begun(command)
        if made and made.kind != "answered" and not begun_sudo:
            raise GatewayRefusedError(details={"gatewayCode": made.code})
        method = made.values["ref"] if made else command.payment_method
        intent = IntentCreate.model_construct(
            id=command.id,
            order_id=command.order_id,
            amount=command.amount,
            tip=command.tip,
            channel="apple_pay",
            capture_method=command.capture_method,
            share=command.share,
            # What it began with: Stripe's answer to the same question is another one some day.
            payment_method=begun_sudo.params["payment_method"] if begun_sudo else method,
        )
        return self.env["fynlo.payment.desk"]._fynlo_begin(intent)

    def _fynlo_is_taken(self, command):
        """Tell whether this very command has taken its token before."""
        uses_sudo = self.env["fynlo.apple.pay.token"].sudo()
        found_sudo = uses_sudo.search([("payment_uuid", "=", str(command.id))], limit=1)
        if not found_sudo:
            return False
        same_store = found_sudo.config_id.id == principal_of(self.env).store_id
        if not (same_store and found_sudo.request_hash == _hash(command)):
            raise IdempotencyConflictError()
        return True

    def _fynlo_find_begun(self, command):
        """Return the operation of a taken token, sudoed; empty while there is none."""
        if not self._fynlo_is_taken(command):
            return self.env["fynlo.payment.operation"]
        operations_sudo = self.env["fynlo.payment.operation"].sudo()
        return operations_sudo.search([("fynlo_uuid", "=", str(command.id))], limit=1)

    def _fynlo_check_token(self, merchant_sudo, order, command):
        """Return the :class:`Token` of a command and the time when Apple has signed it."""
        try:
            token = read_token(command.token.payment_data)
            named = command.token.transaction_identifier
            if named and named.lower() != token.transaction_id:
                raise TokenRefused("transaction_id")
            key_sudo = merchant_sudo._fynlo_find_key(token.public_key_hash)
            if not key_sudo:
                raise TokenRefused("public_key_hash")
            root, now = apple_pay_root.apple_root(), datetime.now(timezone.utc)
            signed_at = check_token(token, order.uuid, root, now)
            if is_on("apple_pay_decrypt") and key_sudo.key_place == "here":
                self._fynlo_check_amount(token, key_sudo, order, command.amount + command.tip)
        except TokenRefused as error:
            raise ApplePayTokenError(details={"reason": error.reason}) from error
        return token, signed_at

    def _fynlo_check_amount(self, token, key_sudo, order, amount):
        """Check that the guest has agreed to just this amount, where this server may look."""
        hashed = merchant_hash(key_sudo.merchant_id.identifier)
        sealed = read_sealed_amount(token, key_sudo._fynlo_open_key(), hashed)
        if sealed.currency_number != order.currency_id.iso_numeric:
            raise TokenRefused("currency")
        if sealed.amount != amount:
            raise TokenRefused("amount")


def _hash(command):
    document = command.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _stripe_values(token):
    """Return a token as Stripe's own SDK for iOS sends it."""
    data = token.payment_data.model_dump(mode="json", by_alias=True, exclude_none=True)
    values = {"pk_token": json.dumps(data)}
    if token.payment_method:
        values["pk_token_instrument_name"] = token.payment_method.display_name
        values["pk_token_payment_network"] = token.payment_method.network
    if token.transaction_identifier:
        values["pk_token_transaction_id"] = token.transaction_identifier
    return values
