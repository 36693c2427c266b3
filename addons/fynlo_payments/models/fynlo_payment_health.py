from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..engine.holds import NOTICE

#: So long an operation may be open and an event wait before somebody should look.
_PATIENCE_S = 120
_COUNTS = """
    SELECT
        (SELECT count(*) FROM fynlo_payment_operation o
         JOIN payment_transaction t ON t.id = o.transaction_id
         WHERE t.provider_id = %(provider)s AND o.state IN ('prepared', 'unknown')),
        (SELECT COALESCE(EXTRACT(EPOCH FROM %(now)s - min(o.create_date)), 0)
         FROM fynlo_payment_operation o JOIN payment_transaction t ON t.id = o.transaction_id
         WHERE t.provider_id = %(provider)s AND o.state IN ('prepared', 'unknown')),
        (SELECT count(*) FROM payment_transaction WHERE provider_id = %(provider)s
         AND fynlo_order_id IS NOT NULL AND fynlo_booked_at IS NULL AND fynlo_state = 'succeeded'),
        (SELECT count(*) FROM payment_transaction WHERE provider_id = %(provider)s
         AND fynlo_state = 'authorized' AND fynlo_expires_at <= %(soon)s),
        (SELECT count(*) FROM fynlo_payment_event WHERE provider_id = %(provider)s
         AND processed_at IS NULL),
        (SELECT max(created_at) FROM fynlo_payment_event WHERE provider_id = %(provider)s),
        (SELECT count(*) FROM fynlo_payment_dispute WHERE provider_id = %(provider)s
         AND state = 'needs_response'),
        (SELECT max(date) FROM fynlo_payment_reconciliation WHERE provider_id = %(provider)s),
        (SELECT count(*) FROM fynlo_payment_reconciliation WHERE provider_id = %(provider)s
         AND state = 'different')
"""
_NAMES = (
    "open_operations", "oldest_open_s", "not_booked", "expiring", "waiting_events", "last_event_at",
    "open_disputes", "reconciled_until", "different_days",
)  # fmt: skip


class FynloPaymentHealth(models.AbstractModel):
    """Tells how the payments of a store are."""

    _name = "fynlo.payment.health"
    _description = "Fynlo payment health"

    @api.model
    def _fynlo_read_health(self):
        """Return ``(status, [facts])`` of the gateways of the principal's store.

        Counts and times alone: no amount, no key.
        """
        store = self.env["pos.config"].browse(principal_of(self.env).store_id)
        # Who sells may not read gateways; the store is his own.
        providers_sudo = store.sudo().payment_method_ids.fynlo_provider_id
        providers_sudo = providers_sudo.filtered(lambda each: each.state in ("enabled", "test"))
        found = [self._fynlo_facts(provider_sudo) for provider_sudo in providers_sudo]
        if not found:
            return "not_configured", found
        return "degraded" if any(map(_is_degraded, found)) else "ok", found

    def _fynlo_facts(self, provider_sudo):
        self.env.flush_all()
        now = fields.Datetime.now()
        query = SQL(_COUNTS, provider=provider_sudo.id, now=now, soon=now + NOTICE)
        [row] = self.env.execute_query(query)
        facts = dict(zip(_NAMES, row, strict=True))
        return {
            **facts,
            "oldest_open_s": int(facts["oldest_open_s"]),
            "name": provider_sudo.name,
            "is_test": provider_sudo.state == "test",
            "has_key": provider_sudo._fynlo_has_key(),
            "has_webhook_secret": provider_sudo._fynlo_has_events(),
        }


def _is_degraded(facts):
    is_set_up = facts["has_key"] and facts["has_webhook_secret"]
    is_late = facts["oldest_open_s"] > _PATIENCE_S
    return not is_set_up or is_late or facts["not_booked"] or facts["different_days"]
