from odoo import fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor, to_minor
from odoo.tools import SQL

from ..exceptions import StoredValueTooLowError

_SHOWN = 4


class LoyaltyCard(models.Model):
    """A gift card or an eWallet: its points are money that was paid before."""

    _inherit = "loyalty.card"

    def _fynlo_masked(self):
        """Return how one card is shown: whoever has all of its code has its money."""
        return f"\u2026{self.code[-_SHOWN:]}"

    def _fynlo_balance(self):
        """Return what one card has, in minor units; never below zero."""
        return max(to_minor(self.points, self.currency_id), 0)

    def _fynlo_lock(self):
        """Lock cards, sudoed, until the commit; who has to wait fails and runs again."""
        query = "SELECT id FROM loyalty_card WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
        self.env.cr.execute(SQL(query, self.ids), log_exceptions=False)
        self.invalidate_recordset(["points"])

    def _fynlo_take(self, minor, source):
        """Take minor units from one card, sudoed and locked.

        :param source: the record that it pays, for the card's history
        :raise StoredValueTooLowError: it has less
        """
        balance = self._fynlo_balance()
        if minor > balance:
            raise StoredValueTooLowError(details={"balance": balance})
        self._fynlo_move(-minor, source)

    def _fynlo_give(self, minor, source):
        """Give minor units back to one card, sudoed and locked; one that is archived reopens."""
        if not self.active:
            self.active = True
        self._fynlo_move(minor, source)

    def _fynlo_move(self, minor, source):
        amount = from_minor(minor, self.currency_id)
        points = from_minor(to_minor(self.points, self.currency_id) + minor, self.currency_id)
        # The history tells it; customers get no mail because of a till.
        self.with_context(loyalty_no_mail=True, tracking_disable=True).points = points
        self.env["loyalty.history"].create({
            "card_id": self.id,
            "description": source._fynlo_card_words(is_back=minor > 0),
            "used": max(-amount, 0.0),
            "issued": max(amount, 0.0),
            "order_model": source._name,
            "order_id": source.id,
        })  # fmt: skip

    def _fynlo_fault(self, store, method):
        """Return why one card, sudoed, does not pay in a store by a method of it; or nothing."""
        program, today = self.program_id, fields.Date.context_today(self)
        stores = program.pos_config_ids
        faults = {
            "inactive": not (self.active and program.active),
            "expired": any(day and day < today for day in (self.expiration_date, program.date_to)),
            "too_early": program.date_from and program.date_from > today,
            "other_store": not program.pos_ok or (stores and store not in stores),
            "other_method": program != method.fynlo_program_id or not program.is_payment_program,
            "currency": program.currency_id != store.currency_id,
        }
        return next((reason for reason, is_so in faults.items() if is_so), None)
