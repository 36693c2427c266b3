import logging
import time
from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import ask_at_once, carry_out
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

#: How long a run of the background job goes on; Odoo ends jobs after two minutes.
_RUN_S = 45
#: How many gateways are asked at once. All of them may be slow: one after another would take
#: longer than a job may.
_AT_ONCE = 8


class FynloPaymentEvent(models.Model):
    """The background job that applies events.

    Several gateways are asked at once, as most of the time is waiting for answers. What they have
    told is written one event after another, each in transactions of its own.
    """

    _inherit = "fynlo.payment.event"

    @api.model
    def _fynlo_cron_apply(self):
        """Apply what has come in, the oldest first.

        What cannot be applied now does not keep the events after it.
        """
        payments, began = self.env["payment.transaction"], fields.Datetime.now()
        last_id, away, end = 0, set(), time.monotonic() + _RUN_S
        while time.monotonic() < end:
            events_sudo = self._fynlo_next(last_id, away)
            if not events_sudo:
                break
            events_sudo._fynlo_apply_in_waves(away)
            if not last_id:
                payments._fynlo_post_soon(began, began + timedelta(seconds=_RUN_S))
            last_id = events_sudo[-1].id
        else:  # there may be more: another run goes on with them
            self.env.ref("fynlo_payments.ir_cron_fynlo_payment_events")._trigger()
            self.env.cr.commit()
        if last_id:
            payments._fynlo_post_soon(began)

    def _fynlo_next(self, last_id, away):
        """Return the first events after ``last_id`` that are due, sudoed; none of ``away``."""
        domain = Domain("processed_at", "=", False) & Domain("id", ">", last_id)
        domain &= Domain("next_try_at", "<=", fields.Datetime.now())
        domain &= Domain("provider_id", "not in", list(away))
        return self.sudo().search(domain, order="id", limit=_AT_ONCE)

    def _fynlo_apply_in_waves(self, away):
        """Apply these events, sudoed; those about the same thing one after another.

        If it changed in between, the older answer would be written after the newer one.

        :param away: ids of providers that give no answer; those that are found out are added
        """
        waves, seen = defaultdict(self.browse), defaultdict(int)
        for event in self:
            subject = event.object_ref or event.intent_ref or event.event_id
            waves[seen[subject]] |= event
            seen[subject] += 1
        for wave in waves.values():
            wave.filtered(lambda each: each.provider_id.id not in away)._fynlo_apply(away)

    def _fynlo_apply(self, away):
        """Apply these events, sudoed, of different things; ``away`` as above."""
        planned = self._fynlo_plan_all(away)
        asked = ask_at_once(self.env, [plan for _, plan in planned])
        for (event, _), plan in zip(planned, asked, strict=True):
            outcome = event._fynlo_guarded(partial(carry_out, self.env, plan))
            if outcome and outcome.is_away:
                away.add(event.provider_id.id)

    def _fynlo_plan_all(self, away):
        """Return ``[(event, Later)]`` of those of these events, sudoed, that ask."""
        try:
            plans = [(event, event._fynlo_plan()) for event in self]
            self.env.cr.flush()
        except Exception:
            self.env.cr.rollback()
            self.env.invalidate_all()
            if len(self) == 1:
                self._fynlo_fail()
            else:  # by themselves: one of them shall not keep the others
                for event in self:
                    event._fynlo_apply(away)
            return []
        return [(event, plan) for event, plan in plans if plan]

    def _fynlo_guarded(self, function):
        """Return ``function()``; an error postpones one event, sudoed, and returns ``None``."""
        try:
            return function()
        except Exception:
            self.env.cr.rollback()
            self.env.invalidate_all()
            self._fynlo_fail()
            return None

    def _fynlo_fail(self):
        """Note the error that is being handled, and try one event, sudoed, again later."""
        _logger.exception("An event could not be applied; it is tried again.")
        self._fynlo_postpone("internal_error")
        self.env.cr.commit()
