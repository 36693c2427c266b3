from odoo import api, models
from odoo.addons.fynlo_base.models.fynlo_lockout import LockoutPolicy
from odoo.addons.fynlo_base.principal import principal_of

from ..exceptions import StoredValueUnknownError, StoredValueUnusableError

#: Wrong codes of one till: cashiers mistype a few a day, a thief has to try millions.
CODE_POLICY = LockoutPolicy(free_attempts=10, first_lock_s=60, longest_lock_s=3600)


class FynloStoredValue(models.AbstractModel):
    """Finds gift cards and eWallets for who sells."""

    _name = "fynlo.stored.value"
    _description = "Gift cards and eWallets"

    @api.model
    def _fynlo_read_balances(self, command):
        """Return ``[(method, card)]`` of what a ``BalanceQuery`` asks for, sudoed.

        :raise LockedOutError: too many wrong codes
        :raise NotFoundError: there is no such customer
        :raise StoredValueUnknownError: there is no such card
        :raise StoredValueUnusableError: there is, and it does not pay here now
        """
        # Tills may not read stores; this is their own.
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        methods_sudo = store_sudo.payment_method_ids.filtered("fynlo_program_id")
        if command.code is not None:
            card_sudo = self._fynlo_find_gift_card(command.code, store_sudo)
            method_sudo = methods_sudo.filtered(
                lambda each: each.fynlo_program_id == card_sudo.program_id
            )[:1]
            self._fynlo_check_usable(card_sudo, store_sudo, method_sudo)
            return [(method_sudo, card_sudo)]
        customer = self.env["res.partner"]._fynlo_find_customer(command.customer_id)
        found = []
        for method_sudo in methods_sudo.filtered(lambda each: each.fynlo_program_type == "ewallet"):
            card_sudo = self._fynlo_find_wallet(customer, method_sudo)
            if card_sudo and not card_sudo._fynlo_fault(store_sudo, method_sudo):
                found.append((method_sudo, card_sudo))
        return found

    @api.model
    def _fynlo_find_card(self, order, method_sudo, code):
        """Return the card, sudoed, that a tender of an order is paid with.

        :param code: of a gift card; an eWallet is the order's customer's
        :raise LockedOutError: too many wrong codes
        :raise StoredValueUnknownError: there is no such card
        :raise StoredValueUnusableError: there is, and it does not pay here now
        """
        store_sudo = order.config_id.sudo()
        if method_sudo.fynlo_program_type == "gift_card":
            card_sudo = self._fynlo_find_gift_card(code, store_sudo)
        else:
            card_sudo = self._fynlo_find_wallet(order.partner_id, method_sudo)
        if not card_sudo:
            raise StoredValueUnknownError()
        self._fynlo_check_usable(card_sudo, store_sudo, method_sudo)
        return card_sudo

    def _fynlo_find_gift_card(self, code, store_sudo):
        """Return the gift card with that code; a wrong one counts against who asks."""
        principal, lockouts = principal_of(self.env), self.env["fynlo.lockout"]
        gate = f"gift-card:{principal.device_id or f'user-{principal.user_id}'}"
        lockouts._fynlo_attempt(gate, CODE_POLICY)
        companies = [False, *store_sudo.company_id.parent_ids.ids]
        # Who sells may not read cards: found by its whole code, as a bearer shows it.
        cards_sudo = self.env["loyalty.card"].sudo().with_context(active_test=False)
        card_sudo = cards_sudo.search(
            [("code", "=", code), ("program_id.program_type", "=", "gift_card"),
             ("program_id.company_id", "in", companies)]
        )  # fmt: skip
        if not card_sudo:
            raise StoredValueUnknownError()
        lockouts._fynlo_forgive(gate, CODE_POLICY)
        return card_sudo

    def _fynlo_find_wallet(self, customer, method_sudo):
        """Return a customer's eWallet of a method, the fullest one; or none."""
        domain = [("program_id", "=", method_sudo.fynlo_program_id.id)]
        domain.append(("partner_id", "=", customer.id))
        # His order is on this till; who sells may not read cards.
        cards_sudo = self.env["loyalty.card"].sudo()
        return cards_sudo.search(domain, order="points DESC, id", limit=1)

    def _fynlo_check_usable(self, card_sudo, store_sudo, method_sudo):
        if reason := card_sudo._fynlo_fault(store_sudo, method_sudo):
            raise StoredValueUnusableError(details={"reason": reason})
