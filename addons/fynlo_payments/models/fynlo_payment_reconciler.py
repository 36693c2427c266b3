import logging
from datetime import datetime, time, timedelta
from functools import partial

import pytz
from odoo import api, models
from odoo.addons.fynlo_base.http.later import Later, carry_out

_logger = logging.getLogger(__name__)

#: Days that are looked at again: sessions close late, and gateways book late.
_BACK = 3
#: What the gateway counts to the day before or after is no difference of this one.
_MARGIN_S = 3600


class FynloPaymentReconciler(models.AbstractModel):
    """Compares days; asks the gateway with no transaction open."""

    _name = "fynlo.payment.reconciler"
    _description = "Fynlo reconciler"

    @api.model
    def _fynlo_cron_reconcile(self):
        """Compare yesterday, the days before it that did not add up, and what managers ask for.

        What breaks one day does not keep the others.
        """
        # A job of the server's own, for all companies.
        providers_sudo = self.env["payment.provider"].sudo().search(
            [("code", "=", "stripe"), ("state", "in", ["enabled", "test"])]
        )  # fmt: skip
        for provider_sudo in providers_sudo.filtered("stripe_secret_key"):
            for date in self._fynlo_days(provider_sudo):
                try:
                    self._fynlo_run_day(provider_sudo, date)
                except Exception:
                    self.env.cr.rollback()
                    self.env.invalidate_all()
                    _logger.exception("A day of payments could not be compared.")

    def _fynlo_days(self, provider_sudo):
        """Return the dates to compare, the oldest first."""
        today = datetime.now(company_zone(provider_sudo.company_id)).date()
        days_sudo = self.env["fynlo.payment.reconciliation"].sudo()
        known_sudo = days_sudo.search([("provider_id", "=", provider_sudo.id)])
        asked = set(known_sudo.filtered("is_due").mapped("date"))
        done = known_sudo.filtered(lambda day: day.state == "balanced" and not day.unposted)
        recent = {today - timedelta(days=back) for back in range(1, _BACK + 1)}
        left = recent - (set(done.mapped("date")) - {today - timedelta(days=1)})
        return sorted(asked | left)

    @api.model
    def _fynlo_run_day(self, provider_sudo, date):
        """Compare one day of a provider, sudoed; commits before it calls.

        :return: the reconciliations, sudoed; empty if the gateway does not answer
        """
        begin, end = day_bounds(company_zone(provider_sudo.company_id), date)
        read = provider_sudo._fynlo_books().list_entries
        call = partial(read, begin - _MARGIN_S, end + _MARGIN_S)
        keep = partial(self._fynlo_keep, provider_sudo, date, begin, end)
        return carry_out(self.env, Later(call=call, steps=(keep,)))

    def _fynlo_keep(self, provider_sudo, date, begin, end, outcome):
        days_sudo = self.env["fynlo.payment.reconciliation"].sudo()
        if outcome.kind != "answered":
            return days_sudo
        sheets = self.env["fynlo.payment.sheet"]._fynlo_fill(
            provider_sudo, begin, end, outcome.values["entries"]
        )
        for currency, (items, fees) in sheets.items():
            days_sudo |= days_sudo._fynlo_keep(provider_sudo, date, currency, items, fees)
        return days_sudo


def company_zone(company):
    """Return the time zone in which one company, sudoed, counts its days."""
    return pytz.timezone(company.partner_id.tz or company.resource_calendar_id.tz or "UTC")


def day_bounds(zone, date):
    """Return when a day begins there and when the next does, in seconds since 1970."""
    return tuple(
        int(zone.localize(datetime.combine(day, time.min)).timestamp())
        for day in (date, date + timedelta(days=1))
    )
