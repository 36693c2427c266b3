from odoo import api, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError
from odoo.addons.fynlo_base.principal import principal_of

from ..clients.stripe_terminal import StripeTerminal
from ..exceptions import (
    GatewayRefusedError,
    GatewayUnavailableError,
    PaymentsNotConfiguredError,
    PaymentStateError,
    TerminalNotConfiguredError,
)


class FynloPaymentDesk(models.AbstractModel):
    """Card readers: who is asked, and what a reader may be asked for."""

    _inherit = "fynlo.payment.desk"

    @api.model
    def _fynlo_find_terminal(self):
        """Return ``(store, provider)`` of the principal's store, both sudoed.

        :raise PaymentsNotConfiguredError: no gateway with readers
        :raise TerminalNotConfiguredError: no location
        """
        # Tills may not read stores; this is their own.
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        provider_sudo = self._fynlo_find_method(store_sudo, "card_present").fynlo_provider_id
        if provider_sudo.code != "stripe":
            raise PaymentsNotConfiguredError()
        if not store_sudo.fynlo_terminal_location:
            raise TerminalNotConfiguredError()
        return store_sudo, provider_sudo

    @api.model
    def _fynlo_make_token_call(self):
        """Return ``(call, location)`` of a new connection token; the call touches no record."""
        store_sudo, provider_sudo = self._fynlo_find_terminal()
        location = store_sudo.fynlo_terminal_location
        terminal = StripeTerminal(provider_sudo._fynlo_account())
        return (lambda: terminal.create_token(location)), location

    @api.model
    def _fynlo_make_readers_call(self):
        """Return ``(call, keep)``: the readers of the store, and what writes them down.

        ``keep`` takes the outcome and returns ``(reader, its facts)`` of each, sudoed.
        """
        store_sudo, provider_sudo = self._fynlo_find_terminal()
        location = store_sudo.fynlo_terminal_location
        terminal = StripeTerminal(provider_sudo._fynlo_account())

        def keep(outcome):
            check_answer(outcome)
            told = self._fynlo_name_payments(outcome.values["readers"])
            readers = self.env["fynlo.terminal.reader"]
            kept_sudo = readers._fynlo_keep_readers(store_sudo, provider_sudo, told)
            facts = {each["ref"]: each for each in told}
            return [(reader_sudo, facts[reader_sudo.reader_ref]) for reader_sudo in kept_sudo]

        return (lambda: terminal.list_readers(location)), keep

    @api.model
    def _fynlo_make_stop_call(self, uuid):
        """Return ``(call, tell)`` that stop a reader; ``tell`` returns it, sudoed, and its facts.

        :raise NotFoundError: the store has no such reader
        """
        reader_sudo = self.env["fynlo.terminal.reader"]._fynlo_find_reader(uuid).sudo()
        terminal = StripeTerminal(reader_sudo.provider_id._fynlo_account())
        ref = reader_sudo.reader_ref

        def tell(outcome):
            check_answer(outcome)
            [facts] = self._fynlo_name_payments([outcome.values])
            return reader_sudo, facts

        return (lambda: terminal.cancel(ref)), tell

    def _fynlo_name_payments(self, told):
        """Return facts of readers with our ids of the payments, where they are of the store."""
        refs = [each["payment"] for each in told if each["payment"]]
        # A till that nobody is signed in on may not read payments; it learns their ids alone.
        payments_sudo = self.env["payment.transaction"].sudo().search(
            [("provider_reference", "in", refs), ("fynlo_uuid", "!=", False),
             ("fynlo_config_id", "=", principal_of(self.env).store_id)]
        )  # fmt: skip
        ids = {each.provider_reference: each.fynlo_uuid for each in payments_sudo}
        return [{**each, "payment": ids.get(each["payment"])} for each in told]

    @api.model
    def _fynlo_process(self, uuid, command):
        """Prepare that a reader asks for a card; return the operation, sudoed.

        After a timeout it is asked again with the same payment: Stripe charges one only once.

        :param command: a ``ReaderProcess``; the same one again returns the same operation
        :raise NotFoundError: the store has no such reader or payment
        :raise PaymentStateError: not a payment with a card that is present, or not in that state
        """
        reader = self.env["fynlo.terminal.reader"]._fynlo_find_reader(uuid)
        at_reader = self.with_context(fynlo_reader=reader.reader_ref)
        operation_sudo = at_reader._fynlo_continue(command.payment_id, "process", command)
        if operation_sudo.params["reader"] != reader.reader_ref:
            raise IdempotencyConflictError()
        return operation_sudo

    def _fynlo_params(self, payment_sudo, kind, command):
        if kind != "process":
            return super()._fynlo_params(payment_sudo, kind, command)
        state, channel = payment_sudo.fynlo_state, payment_sudo.fynlo_channel
        is_open = state in ("requires_action", "declined") and payment_sudo.provider_reference
        if channel != "card_present" or not is_open:
            raise PaymentStateError(details={"state": state, "channel": channel})
        return {"reader": self.env.context["fynlo_reader"]}


def check_answer(outcome):
    """Say so if a gateway gives no answer about a reader, or refuses.

    :raise GatewayUnavailableError: no answer
    :raise GatewayRefusedError: a refusal
    """
    if outcome.kind == "failed":
        raise GatewayRefusedError(details={"gatewayCode": outcome.code})
    if outcome.kind != "answered":
        raise GatewayUnavailableError()
