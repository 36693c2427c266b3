"""What a manager should look at: each kind of alert is one question."""

from datetime import timedelta

from odoo import fields

from .fynlo_lot_stock import OVER

#: A ticket that hangs longer is late, an open order that stands longer may be forgotten.
LATE_TICKET = timedelta(minutes=20)
OLD_ORDER = timedelta(hours=4)
#: A session that is open longer was not closed last night.
LONG_SESSION = timedelta(hours=20)


def find_alerts(store, since):
    """Return the alerts of one ``pos.config`` as ``[{"level", "text", "model", "domain"}]``.

    ``model`` and ``domain`` lead to the records; ``level`` is ``danger`` or ``warning``.

    :param since: naive UTC instant at which the store's day has begun
    """
    questions = (_late_tickets, _old_orders, _price_differences, _long_session, _waiting_stock)
    questions += (_expired_lots, _expiring_lots, _dead_webhooks)
    return [alert for ask in questions for alert in [ask(store, since)] if alert]


def _count(store, level, model, domain, text):
    count = store.env[model].search_count(domain)
    return count and {"level": level, "text": text(count), "model": model, "domain": domain}


def _ago(age):
    return fields.Datetime.to_string(fields.Datetime.now() - age)


def _late_tickets(store, _since):
    domain = [("config_id", "=", store.id), ("state", "in", ("new", "preparing"))]
    domain.append(("fired_at", "<", _ago(LATE_TICKET)))
    text = store.env._
    return _count(
        store, "danger", "fynlo.kitchen.ticket", domain,
        lambda count: text("Late kitchen tickets: %s", count),
    )  # fmt: skip


def _old_orders(store, _since):
    domain = [("config_id", "=", store.id), ("state", "=", "draft")]
    domain += [("date_order", "<", _ago(OLD_ORDER)), ("preset_time", "=", False)]
    text = store.env._
    return _count(
        store, "warning", "pos.order", domain,
        lambda count: text("Open for more than four hours: %s", count),
    )  # fmt: skip


def _price_differences(store, since):
    domain = [("config_id", "=", store.id), ("date_order", ">=", fields.Datetime.to_string(since))]
    # Not "!=": that would take in the orders that have no value at all.
    domain += ["|", ("fynlo_price_difference", "<", 0), ("fynlo_price_difference", ">", 0)]
    text = store.env._
    return _count(
        store, "warning", "pos.order", domain,
        lambda count: text("Offline sales with other prices today: %s", count),
    )  # fmt: skip


def _long_session(store, _since):
    domain = [("config_id", "=", store.id), ("state", "=", "opened")]
    domain.append(("start_at", "<", _ago(LONG_SESSION)))
    text = store.env._
    return _count(
        store, "warning", "pos.session", domain,
        lambda _count: text("The session was not closed last night"),
    )  # fmt: skip


def _waiting_stock(store, _since):
    domain = [("pos_session_id.config_id", "=", store.id)]
    domain.append(("state", "not in", ("done", "cancel")))
    text = store.env._
    if not store.env["stock.picking"].has_access("read"):
        return None
    return _count(
        store, "warning", "stock.picking", domain,
        lambda count: text("Sold goods that wait for their lots: %s", count),
    )  # fmt: skip


def _expired_lots(store, _since):
    domain = [("config_id", "=", store.id), ("alert", "in", OVER)]
    text = store.env._
    return _count(
        store, "danger", "fynlo.lot.stock", domain,
        lambda count: text("Lots that have to leave the shelf: %s", count),
    )  # fmt: skip


def _expiring_lots(store, _since):
    domain = [("config_id", "=", store.id), ("alert", "=", "soon")]
    text = store.env._
    return _count(
        store, "warning", "fynlo.lot.stock", domain,
        lambda count: text("Lots that expire soon: %s", count),
    )  # fmt: skip


def _dead_webhooks(store, _since):
    domain = [("state", "=", "dead"), ("webhook_id.company_id", "=", store.company_id.id)]
    domain.append(("webhook_id.config_id", "in", (store.id, False)))
    text = store.env._
    return _count(
        store, "warning", "fynlo.webhook.delivery", domain,
        lambda count: text("Webhook deliveries that were given up: %s", count),
    )  # fmt: skip
