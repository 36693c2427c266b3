import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.fields import Domain
from odoo.tools import SQL

from .fynlo_payment_operation import LEASE_S, NOTHING_THERE
from .payment_transaction import CANCELLABLE

_logger = logging.getLogger(__name__)

_MOST = 100

#: States of a cancellation after which there is nothing to cancel, or which is still asked for.
_OVER = ("waiting", "prepared", "unknown", "canceled")
_CANCEL = Domain("kind", "=", "cancel")

_CLAIM = """
    UPDATE fynlo_payment_operation SET attempts = attempts + 1,
        next_try_at = %(now)s + make_interval(secs => LEAST(%(lease)s * attempts, 300))
    WHERE id = (
        SELECT operation.id FROM fynlo_payment_operation AS operation
        JOIN payment_transaction AS payment ON payment.id = operation.transaction_id
        WHERE operation.state IN ('prepared', 'unknown') AND operation.next_try_at <= %(now)s
            AND payment.provider_id != ALL(%(away)s)
        ORDER BY operation.next_try_at LIMIT 1 FOR UPDATE OF operation SKIP LOCKED)
    RETURNING id
"""


class FynloPaymentJanitor(models.AbstractModel):
    """Finds out how operations have ended that nobody knows of: a line broke, a process died."""

    _name = "fynlo.payment.janitor"
    _description = "Fynlo payment janitor"

    @api.model
    def _fynlo_cron_settle(self):
        """Settle what is open, let go of what is in vain, and book what was taken.

        Each in transactions of its own. A gateway that does not answer is asked once: the others,
        and what is waiting for it, need not wait for its silence.
        """
        self._fynlo_let_go()
        away = []
        for _ in range(_MOST):
            operation_sudo = self._fynlo_claim(away)
            if not operation_sudo:
                break
            provider_id = operation_sudo.transaction_id.provider_id.id
            outcome = self._fynlo_guarded(partial(self._fynlo_settle, operation_sudo))
            if outcome and outcome.is_away:
                away.append(provider_id)
        self._fynlo_go_on_with_splits()
        self._fynlo_book_left()

    @api.model
    def _fynlo_wake(self):
        """Let the background job run soon: a till waits for what it finds out."""
        # Whoever cancels a payment may not run jobs; this one runs every minute anyhow.
        self.env.ref("fynlo_payments.ir_cron_fynlo_payment_janitor").sudo()._trigger()

    def _fynlo_go_on_with_splits(self):
        """Take split payments on that nobody drives; once what their cards did is known."""
        for _ in range(_MOST):
            split_sudo = self.env["fynlo.payment.split"]._fynlo_claim()
            if not split_sudo:
                break
            self._fynlo_guarded(split_sudo._fynlo_carry_on)

    def _fynlo_claim(self, away):
        """Return an operation that is due, sudoed, for this process alone; or none."""
        query = SQL(_CLAIM, now=fields.Datetime.now(), lease=LEASE_S, away=away)
        rows = run_with_retry(self.env, partial(self.env.execute_query, query))
        self.env.cr.commit()
        self.env.invalidate_all()
        return self.env["fynlo.payment.operation"].sudo().browse([id_ for (id_,) in rows])

    def _fynlo_settle(self, operation_sudo):
        """Ask how one operation has ended, write it down and book it; return the outcome."""

        def record(outcome):
            operation_sudo._fynlo_record(outcome)
            return outcome

        def book(outcome):
            operation_sudo.transaction_id._fynlo_book()
            return outcome

        call = operation_sudo._fynlo_make_question()
        return carry_out(self.env, Later(call=call, steps=(record, book)))

    def _fynlo_let_go(self):
        """Cancel at the gateway what could still charge a guest of an order that is over.

        And what has come there after its cancellation had found nothing.
        """
        domain = Domain("fynlo_state", "in", CANCELLABLE) & Domain(
            "provider_reference", "!=", False
        )
        in_vain = _CANCEL & Domain("code", "=", NOTHING_THERE)
        is_over = Domain("fynlo_order_id.state", "!=", "draft")
        domain &= is_over | Domain("fynlo_operation_ids", "any", in_vain)
        over = _CANCEL & Domain("state", "in", _OVER) & Domain("code", "!=", NOTHING_THERE)
        domain &= ~Domain("fynlo_operation_ids", "any", over)
        payments_sudo = self.env["payment.transaction"].sudo().search(domain, limit=_MOST)
        for payment_sudo in payments_sudo.filtered(lambda each: not _is_resting(each)):
            self._fynlo_guarded(partial(self._fynlo_prepare_cancel, payment_sudo))

    def _fynlo_prepare_cancel(self, payment_sudo):
        def prepare():
            payment_sudo._fynlo_lock_payment()
            if not payment_sudo._fynlo_is_busy():
                operations_sudo = self.env["fynlo.payment.operation"].sudo()
                operations_sudo._fynlo_prepare(payment_sudo, "cancel", {})._fynlo_make_due()

        run_with_retry(self.env, prepare)
        self.env.cr.commit()

    def _fynlo_book_left(self):
        """Book payments that a process has left between the gateway and the books."""
        now = fields.Datetime.now()
        domain = Domain("fynlo_state", "=", "succeeded") & Domain("fynlo_order_id", "!=", False)
        domain &= Domain("fynlo_booked_at", "=", False)
        domain &= Domain("fynlo_booking_at", "=", False) | Domain("fynlo_booking_at", "<=", now)
        payments_sudo = self.env["payment.transaction"].sudo().search(domain, limit=_MOST)
        for payment_sudo in payments_sudo:
            if not self._fynlo_guarded(partial(self._fynlo_book, payment_sudo)):
                later = partial(payment_sudo._fynlo_postpone, "internal_error")
                self._fynlo_guarded(partial(self._fynlo_commit_after, later))

    def _fynlo_book(self, payment_sudo):
        self._fynlo_commit_after(payment_sudo._fynlo_book)
        return True

    def _fynlo_commit_after(self, function):
        run_with_retry(self.env, function)
        self.env.cr.commit()

    def _fynlo_guarded(self, function):
        """Return what ``function`` does; what breaks one case does not keep the others."""
        try:
            return function()
        except Exception:
            self.env.cr.rollback()
            self.env.invalidate_all()
            _logger.exception("A payment could not be settled; it is tried again.")
            return None


def _is_resting(payment_sudo):
    """Tell whether a cancellation was refused a moment ago: each time it waits twice as long."""
    refused = payment_sudo.fynlo_operation_ids.filtered(
        lambda each: (each.kind, each.state) == ("cancel", "failed")
    )
    last = max(refused.mapped("write_date"), default=None)
    pause = timedelta(minutes=min(2 ** len(refused), 60))
    return bool(last and last > fields.Datetime.now() - pause)
