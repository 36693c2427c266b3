from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..engine.fraud import VELOCITIES, Facts

#: So many recent payments tell what is usual.
_MOST_USUAL = 500
_COUNT = """(SELECT count(*) FROM fynlo_fraud_check AS each
             WHERE %(whose)s AND each.created_at > %(since)s AND each.id <> %(own)s)"""
_WHOSE = {
    "by_card": "each.company_id = %s AND each.fingerprint = card.fingerprint",
    "by_customer": "each.partner_id = %s",
    "by_device": "each.device_id = %s",
    "by_employee": "each.employee_id = %s",
}
_PARTY = {"by_card": "company_id", "by_customer": "partner_id"}
_PARTY |= {"by_device": "device_id", "by_employee": "employee_id"}

_FACTS = """
    WITH card AS (
        SELECT COALESCE(%(fingerprint)s, known.fingerprint) AS fingerprint,
               COALESCE(%(country)s, known.card_country) AS country
        FROM (SELECT) AS nothing LEFT JOIN LATERAL (
            SELECT fingerprint, card_country FROM fynlo_fraud_check
            WHERE method_ref = %(method)s AND fingerprint IS NOT NULL
              AND company_id = %(company)s AND id <> %(own)s
            ORDER BY id DESC LIMIT 1) AS known ON TRUE
    ), recent AS (
        SELECT amount_minor FROM fynlo_fraud_check
        WHERE config_id = %(store)s AND created_at > %(usual_since)s AND decision <> 'deny'
          AND id <> %(own)s
        ORDER BY created_at DESC LIMIT %(most)s
    ), usual AS (
        SELECT count(*) AS usual_count,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY amount_minor) AS usual_median,
               percentile_cont(0.75) WITHIN GROUP (ORDER BY amount_minor) AS usual_upper
        FROM recent
    ), sold AS (
        SELECT sum(amount_total) FILTER (WHERE amount_total > 0) AS taken,
               -sum(amount_total) FILTER (WHERE amount_total < 0) AS given_back,
               count(*) FILTER (WHERE amount_total < 0) AS refund_count
        FROM pos_order
        WHERE employee_id = %(employee)s AND date_order > %(sold_since)s
          AND state IN ('paid', 'done')
    )
    SELECT %(by_card)s, %(by_customer)s, %(by_device)s, %(by_employee)s,
           usual_count, usual_median, usual_upper,
           (SELECT count(*) FROM fynlo_fraud_check AS each
            JOIN fynlo_payment_operation AS operation ON operation.id = each.operation_id
            WHERE each.company_id = %(company)s AND each.fingerprint = card.fingerprint
              AND each.amount_minor = %(amount)s AND each.created_at > %(twin_since)s
              AND each.order_id IS DISTINCT FROM %(order)s
              AND operation.state NOT IN ('declined', 'failed', 'canceled')),
           taken, given_back, refund_count, card.country
    FROM card, usual, sold
"""
_COLUMNS = ("by_card", "by_customer", "by_device", "by_employee", "usual_count", "usual_median")
_COLUMNS += ("usual_upper", "twins", "taken", "given_back", "refund_count", "card_country")


class FynloFraudCheck(models.Model):
    """What is known of a payment: one statement, however many rules there are."""

    _inherit = "fynlo.fraud.check"

    @api.model
    def _fynlo_find_facts(self, vals, rules, company):
        """Return the :class:`Facts` of a payment.

        :param vals: its parties, amount and card, as fields of a check; ``own`` is its row's id,
            if it has one
        :param rules: their windows say how far is looked back
        """
        self._fynlo_flush()
        [row] = self.env.execute_query(self._fynlo_question(vals, rules, company))
        told = {name: value for name, value in zip(_COLUMNS, row, strict=True) if value}
        return Facts(
            amount=vals["amount_minor"],
            home_country=company.country_id.code or "",
            risk_level=vals.get("risk_level") or "",
            **{name: _plain(value) for name, value in told.items()},
        )

    def _fynlo_flush(self):
        self.flush_model()
        self.env["pos.order"].flush_model(["employee_id", "date_order", "amount_total", "state"])
        self.env["fynlo.payment.operation"].flush_model(["state"])

    @api.model
    def _fynlo_question(self, vals, rules, company):
        """Return the one statement that tells all facts."""
        at, own = vals["created_at"], vals.get("own", 0)
        since = {rule.kind: at - timedelta(minutes=rule.window_min) for rule in rules}
        return SQL(
            _FACTS,
            **self._fynlo_counts(vals, since, at, own),
            fingerprint=vals.get("fingerprint") or None,
            country=vals.get("card_country") or None,
            method=vals.get("method_ref") or None,
            company=company.id,
            store=vals["config_id"],
            order=vals["order_id"] or None,
            employee=vals["employee_id"] or None,
            amount=vals["amount_minor"],
            own=own,
            most=_MOST_USUAL,
            usual_since=since.get("unusual_amount", at),
            sold_since=since.get("refund_ratio", at),
            twin_since=since.get("duplicate", at),
        )

    @api.model
    def _fynlo_counts(self, vals, since, at, own):
        """Return the sub-queries that count who has paid how often."""
        return {
            name: SQL(
                _COUNT,
                whose=SQL(_WHOSE[name], vals[_PARTY[name]] or None),
                since=since.get(kind, at),
                own=own,
            )
            for kind, name in VELOCITIES.items()
        }


class PosOrder(models.Model):
    _inherit = "pos.order"

    _fynlo_seller_idx = models.Index("(employee_id, date_order) WHERE employee_id IS NOT NULL")


def _plain(value):
    return value if isinstance(value, int | str) else float(value)
