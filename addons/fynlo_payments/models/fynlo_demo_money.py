from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ..demo import money


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make what a manager sees of the money: disputes, payouts, compared days."""
        store, *secrets = super()._fynlo_load()
        rules = self.env["fynlo.refund.rule"].with_context(active_test=False)
        rules._fynlo_make_defaults(store.company_id)
        rules.search(
            [("company_id", "=", store.company_id.id), ("kind", "in", money.RULES)]
        ).active = True
        provider = self.env.ref("payment.payment_provider_stripe")
        shared = {"provider_id": provider.id, "currency_id": store.company_id.currency_id.id}
        self._load_disputes(shared)
        self._load_payouts(shared)
        self._load_days(shared)
        return store, *secrets

    def _load_disputes(self, shared):
        now = fields.Datetime.now()
        for ref, state, amount, reason, due in money.DISPUTES:
            days = {"evidence_due": now + timedelta(due), "opened_at": now + timedelta(due - 14)}
            vals = {"gateway_ref": ref, "state": state, "amount": amount, "reason": reason}
            dispute, is_new = self._record("fynlo.payment.dispute", ref, shared | vals | days)
            if is_new:
                dispute._fynlo_remind()

    def _load_payouts(self, shared):
        now = fields.Datetime.now()
        for ref, state, amount, arrives, failure in money.PAYOUTS:
            when = now + timedelta(arrives)
            vals = {"gateway_ref": ref, "state": state, "amount": amount, "failure": failure}
            vals |= {"arrival_date": when.date(), "sent_at": when - timedelta(2)}
            self._record("fynlo.payment.payout", ref, shared | vals)

    def _load_days(self, shared):
        today, now = fields.Date.today(), fields.Datetime.now()
        for back, amount, fees, count in money.DAYS:
            sides = dict.fromkeys(("gateway", "operations", "booked", "journal"), amount)
            vals = {"state": "balanced", "fees": fees, "count": count, "checked_at": now}
            vals["date"] = today - timedelta(back)
            day = f"day {back}"
            self._record("fynlo.payment.reconciliation", day, shared | vals | sides)
        back, amount = money.STRAY
        line = {"cause": "unknown_here", "gateway_ref": "pi_demo_stray", "gateway": amount}
        vals = {"state": "different", "gateway": amount, "difference": amount, "count": 1,
                "fees": 0.98, "checked_at": now, "date": today - timedelta(back),
                "line_ids": [Command.create(line)]}  # fmt: skip
        day, is_new = self._record("fynlo.payment.reconciliation", f"day {back}", shared | vals)
        if is_new:
            day._fynlo_tell()
