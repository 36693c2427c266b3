from functools import partial

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import to_minor

from ..clients import apple_pay as client
from ..engine.apple_pay_sheet import make_items, make_request
from ..exceptions import AmountTooLargeError, ApplePayUnreachableError


class FynloApplePay(models.AbstractModel):
    """What a till needs of this server before a guest pays by Apple Pay."""

    _name = "fynlo.apple.pay"
    _description = "Fynlo Apple Pay"

    @api.model
    def _fynlo_prepare_session(self, command):
        """Return the function that asks Apple for a merchant session; it touches no record.

        :param command: a ``ApplePaySessionCreate``
        :raise ApplePayNotConfiguredError: no merchant, or no valid identity certificate
        :raise InvalidFieldsError: the URL is none of Apple's, or the domain none of the merchant's
        """
        merchant_sudo = self._fynlo_merchant()
        domain = command.domain.lower()
        faults = []
        try:
            client.check_url(command.validation_url)
        except client.BadValidationUrl:
            faults.append(_fault("validationUrl", "bad_url", "This is no address of Apple's."))
        if domain not in merchant_sudo.domain_ids.mapped("name"):
            faults.append(_fault("domain", "unknown_domain", "The merchant has no such domain."))
        if faults:
            raise InvalidFieldsError(errors=faults)
        document = {
            "merchantIdentifier": merchant_sudo.identifier,
            "displayName": merchant_sudo.name,
            "initiative": "web",
            "initiativeContext": domain,
        }
        identity = merchant_sudo._fynlo_identity()
        return partial(client.ask_session, command.validation_url, document, identity)

    @api.model
    def _fynlo_read_session(self, session):
        """Return Apple's document of a :class:`Session` (a dict).

        :raise ApplePayUnreachableError: there is none
        """
        if session.error:
            raise ApplePayUnreachableError(details={"reason": session.error})
        return session.document

    @api.model
    def _fynlo_make_sheet(self, command):
        """Return a payment sheet of an order (a dict as ``ApplePaySheetView`` has it).

        :param command: a ``ApplePaySheetCreate``
        :raise AmountTooLargeError: more than is owed
        :raise ApplePayNotConfiguredError: no merchant
        :raise IllegalTransitionError: the order is finished or cancelled
        """
        order = self.env["pos.order"]._fynlo_find_order(command.order_id)
        order._fynlo_check_step("pay")
        merchant_sudo = self._fynlo_merchant()
        amount = self._fynlo_amount(order, command.amount)
        items = self._fynlo_items(order, amount, command.tip)
        facts = self._fynlo_request_facts(order, merchant_sudo)
        sheet = {"order_id": order.uuid, "amount": amount, "tip": command.tip}
        sheet["payment_request"] = make_request(facts, items, amount + command.tip)
        return {**sheet, "currency": facts["currency"]}

    def _fynlo_request_facts(self, order, merchant_sudo):
        """Return the facts of an order that a payment request is made of."""
        return {
            "order_uuid": order.uuid,
            "merchant": merchant_sudo.identifier,
            "name": merchant_sudo.name,
            "country": merchant_sudo.country_id.code,
            "currency": order.currency_id.name,
            "digits": order.currency_id.decimal_places,
            "networks": merchant_sudo._fynlo_networks(),
        }

    def _fynlo_items(self, order, amount, tip):
        """Return ``(label, minor)`` of each line of a sheet: in all ``amount`` and the tip."""
        currency = order.currency_id
        lines = [
            (_label(line), minor)
            for line in order.lines
            if (minor := to_minor(line.price_subtotal_incl, currency))
        ]
        total = to_minor(order.amount_total, currency)
        items = make_items(lines, total, amount, self.env._("Paid otherwise"))
        return [*items, (self.env._("Tip"), tip)] if tip else items

    def _fynlo_merchant(self):
        """Return the merchant of the principal's store, sudoed."""
        merchants = self.env["fynlo.apple.pay.merchant"]
        return merchants._fynlo_find_merchant(principal_of(self.env).company_id)

    def _fynlo_amount(self, order, amount):
        """Return ``amount`` if so much is owed, or all that is when it is ``None``."""
        due = self.env["payment.transaction"]._fynlo_due_minor(order)
        wanted = due if amount is None else amount
        if not 0 < wanted <= due:
            raise AmountTooLargeError(details={"due": max(due, 0)})
        return wanted


def _label(line):
    name = line.full_product_name or line.product_id.display_name
    return name if line.qty == 1 else f"{line.qty:g} × {name}"


def _fault(field, code, message):
    return {"field": field, "code": code, "message": message}
