import hashlib
import json

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError, IdempotencyConflictError
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal, principal_of
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.addons.fynlo_pos_api.exceptions import DeviceRequiredError

from ..exceptions import (
    AmountTooLargeError,
    PaymentBusyError,
    PaymentsNotConfiguredError,
    PaymentStateError,
)


class FynloPaymentDesk(models.AbstractModel):
    """Prepares what a gateway is asked; the kernel's ``http.later`` asks once that is committed."""

    _name = "fynlo.payment.desk"
    _description = "Fynlo payment desk"

    @api.model
    def _fynlo_begin(self, command):
        """Prepare a payment of an order; return its operation, sudoed.

        :param command: an ``IntentCreate``; the same one again returns the same operation
        :raise AmountTooLargeError: more than is owed and not being paid
        :raise IdempotencyConflictError: the id belongs to another payment
        :raise IllegalTransitionError: the order is finished or cancelled
        :raise InvalidFieldsError: the order has no such share
        :raise PaymentsNotConfiguredError: no gateway
        """
        known_sudo = self._fynlo_find_twin("create", command)
        if known_sudo:
            return known_sudo
        principal = principal_of(self.env)
        if not principal.device_id:
            raise DeviceRequiredError()
        self._fynlo_check_unused([command.id])
        order = self._fynlo_hold_order(command.order_id)
        method_sudo = self._fynlo_find_method(order.config_id, command.channel)
        nothing = self.env["payment.transaction"]
        self._fynlo_check_amount(command.amount, nothing._fynlo_due_minor(order))
        self.env["fynlo.order.tip"]._fynlo_check_open(order, command.tip)
        payment_sudo = self._fynlo_make_payment(order, method_sudo, command)
        return self._fynlo_prepare(
            payment_sudo, "create", command, self._fynlo_intent(payment_sudo, command)
        )

    @api.model
    def _fynlo_continue(self, uuid, kind, command):
        """Prepare the next operation of a payment; return it, sudoed.

        A cancellation waits for what has begun the payment, if that is open.

        :param kind: ``confirm``, ``capture`` or ``cancel``
        :param command: its body; the same one again returns the same operation
        :raise AmountTooLargeError: more than was authorised, or is owed by now
        :raise IllegalTransitionError: its order is finished or cancelled
        :raise PaymentStateError: not in its present state
        :raise PaymentBusyError: another operation is under way, or its transaction captures it
        """
        payment = self.env["payment.transaction"]._fynlo_find_payment(uuid)
        known_sudo = self._fynlo_find_twin(kind, command, payment)
        if known_sudo:
            return known_sudo
        # The user may see this payment; what is done to it is written by the server alone.
        payment_sudo = payment.sudo()
        payment_sudo._fynlo_lock_payment()
        if kind == "cancel" and payment_sudo._fynlo_may_give_up():
            return self._fynlo_give_up(payment_sudo, command)
        if payment_sudo._fynlo_is_taken_up(kind):
            raise PaymentBusyError()
        params = self._fynlo_params(payment_sudo, kind, command)
        if kind != "cancel":  # the order may have changed since the guest was asked
            order = self._fynlo_hold_order(payment_sudo.fynlo_order_id.uuid)
            amount = payment_sudo._fynlo_held_minor()
            if "amount" in params:
                amount = params["amount"] - params["tip"]
                self.env["fynlo.order.tip"]._fynlo_check_open(order, params["tip"], payment_sudo)
            self._fynlo_check_amount(amount, payment_sudo._fynlo_due_minor(order))
        return self._fynlo_prepare(payment_sudo, kind, command, params)

    # --- Checks

    def _fynlo_find_twin(self, kind, command, payment=None):
        """Return the operation with the id of a body, sudoed, or an empty recordset.

        One that is open is asked for again; what one has taken is booked, if it was not.

        :raise IdempotencyConflictError: the id belongs to something else
        """
        operations_sudo = self.env["fynlo.payment.operation"].sudo()
        found_sudo = operations_sudo.search([("fynlo_uuid", "=", str(command.id))])
        if not found_sudo:
            return found_sudo
        same_store = found_sudo.config_id.id == principal_of(self.env).store_id
        same_payment = not payment or found_sudo.transaction_id.id == payment.id
        same = (found_sudo.kind, found_sudo.request_hash) == (kind, hash_command(command))
        if not (same_store and same_payment and same):
            raise IdempotencyConflictError()
        found_sudo.transaction_id._fynlo_book()
        return found_sudo._fynlo_repeat()

    @api.model
    def _fynlo_check_unused(self, ids):
        """Check that nothing is booked under ids of new payments.

        :raise IdempotencyConflictError: one of them is a payment of an order, in any store
        """
        # Ids are unique in the whole database; that one is taken is all that is told.
        payments_sudo, uuids = self.env["pos.payment"].sudo(), [str(each) for each in ids]
        if payments_sudo.search_count([("uuid", "in", uuids)], limit=1):
            raise IdempotencyConflictError()

    def _fynlo_hold_order(self, uuid):
        """Return the order with that id, which can be paid and whose money nobody else counts."""
        order = self.env["pos.order"]._fynlo_lock_order(uuid)
        order._fynlo_touch_money()
        order._fynlo_check_step("pay")
        order._fynlo_join_session()
        return order

    def _fynlo_find_method(self, store, channel):
        """Return the method of a store that a payment of that channel is booked on, sudoed."""
        methods_sudo = self._fynlo_find_methods(store, channel)
        if not methods_sudo:
            raise PaymentsNotConfiguredError()
        return methods_sudo[0]

    def _fynlo_find_methods(self, store, _channel):
        """Return the methods of a store with a gateway for that channel, sudoed, maybe none."""
        # Who sells may not read methods' gateways; the store is his own.
        return store.sudo().payment_method_ids.filtered(
            lambda method: method._fynlo_is_over_gateway()
        )

    def _fynlo_check_amount(self, amount, due):
        if amount > due:
            raise AmountTooLargeError(details={"due": max(due, 0)})

    @api.model
    def _fynlo_env_of(self, store, employee_sudo, device):
        """Return the environment of who has asked for something, for the books to name.

        Who has left the house, or lost his role, is followed by the company's technical cashier.

        :param employee_sudo: may be empty
        """
        try:
            user, role = employee_sudo._fynlo_acting_user() if employee_sudo else (None, None)
        except ForbiddenError:
            user, role = None, None
        company = store.company_id
        if not user:
            user, role = company._fynlo_technical_user("cashier"), "cashier"
        principal = Principal(
            user_id=user.id,
            company_id=company.id,
            role=role,
            session="",
            store_ids=(store.id,),
            store_id=store.id,
            device_id=device.id,
            employee_id=employee_sudo.id or None,
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": company.ids}
        return self.env(user=user.id, su=False, context=context)

    # --- What is asked

    def _fynlo_intent(self, payment_sudo, command):
        """Return what a gateway is asked for; each client has its own words for it."""
        params = {
            "amount": command.amount + command.tip,
            "currency": payment_sudo.currency_id.name,
            "channel": command.channel,
            "capture_method": command.capture_method,
            "reference": payment_sudo.reference,
            "metadata": {
                "fynlo_payment": payment_sudo.fynlo_uuid,
                "fynlo_order": payment_sudo.fynlo_order_id.uuid,
            },
        }
        if command.payment_method:
            params["payment_method"] = command.payment_method
        return params

    def _fynlo_params(self, payment_sudo, kind, command):
        """Return what a gateway is asked for after that.

        :raise PaymentStateError: not in the payment's present state
        :raise AmountTooLargeError: more than was authorised
        """
        allowed = {
            "confirm": ("requires_action", "declined"),
            "capture": ("authorized",),
            "cancel": ("requires_action", "authorized", "declined"),
        }
        state = payment_sudo.fynlo_state
        if state not in allowed[kind] or not payment_sudo.provider_reference:
            raise PaymentStateError(details={"state": state})
        if kind == "capture":
            return self._fynlo_capture_params(payment_sudo, command)
        if kind == "confirm":
            return {"payment_method": command.payment_method} if command.payment_method else {}
        return {}

    def _fynlo_capture_params(self, payment_sudo, command):
        held = payment_sudo._fynlo_held_minor()
        amount = _check_within(command.amount, held)
        tip = payment_sudo.fynlo_tip_minor if command.tip is None else command.tip
        most = max(held + payment_sudo.fynlo_tip_minor, payment_sudo.fynlo_capturable_minor)
        if amount + tip > most:
            raise AmountTooLargeError(details={"due": amount, "maximumTip": most - amount})
        return {"amount": amount + tip, "tip": tip, "currency": payment_sudo.currency_id.name}

    # --- Writing

    def _fynlo_make_payment(self, order, method_sudo, command):
        principal = principal_of(self.env)
        company = order.company_id
        number = f"FYN-{order.pos_reference or order.name}-{command.id}"
        # Cashiers create no payments in Odoo by hand; this one is of their own open order.
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": method_sudo.fynlo_provider_id.id,
                    "payment_method_id": self.env.ref("payment.payment_method_card").id,
                    "reference": number,
                    "amount": from_minor(command.amount + command.tip, order.currency_id),
                    "fynlo_tip_minor": command.tip,
                    "currency_id": order.currency_id.id,
                    "partner_id": (order.partner_id or company.sudo().partner_id).id,
                    "operation": "online_direct",
                    "fynlo_uuid": str(command.id),
                    "fynlo_order_id": order.id,
                    "fynlo_config_id": principal.store_id,
                    "fynlo_method_id": method_sudo.id,
                    "fynlo_share_id": order._fynlo_find_share(command.share).id,
                    "fynlo_channel": command.channel,
                    "fynlo_state": "unknown",
                }
            )
        )

    def _fynlo_give_up(self, payment_sudo, command):
        """Remember that one payment, sudoed, is to be cancelled once it is known how it is."""
        operation_sudo = self._fynlo_prepare(payment_sudo, "cancel", command, {}, state="waiting")
        open_sudo = payment_sudo.fynlo_operation_ids.filtered(lambda each: each.state == "unknown")
        if open_sudo:  # else who asks for it is still at it
            open_sudo._fynlo_make_due()
            self.env["fynlo.payment.janitor"]._fynlo_wake()
        return operation_sudo

    def _fynlo_prepare(self, payment_sudo, kind, command, params, **vals):
        principal = principal_of(self.env)
        return self.env["fynlo.payment.operation"]._fynlo_prepare(
            payment_sudo,
            kind,
            params,
            fynlo_uuid=str(command.id),
            request_hash=hash_command(command),
            employee_id=principal.employee_id,
            device_id=principal.device_id,
            **vals,
        )


def hash_command(command):
    """Return what tells whether two bodies are the same."""
    document = command.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _check_within(amount, most):
    if amount is not None and amount > most:
        raise AmountTooLargeError(details={"due": most})
    return most if amount is None else amount
