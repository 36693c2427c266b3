"""What of this addon a path can name, for the test that nothing of a stranger is told."""

from uuid import uuid4


def make_subjects(shop):
    """Return ``{part of a path: public id}`` of one store.

    :param shop: ``Subjects`` of ``fynlo_pos_api``
    """
    env, uuid = shop.env, str(uuid4())
    provider = env.ref("payment.payment_provider_stripe")
    env["payment.transaction"].create({
        "provider_id": provider.copy({"company_id": shop.company.id}).id,
        "payment_method_id": env.ref("payment.payment_method_card").id,
        "reference": f"FYN-{uuid}", "amount": 1.0, "currency_id": shop.company.currency_id.id,
        "partner_id": shop.company.partner_id.id, "fynlo_uuid": uuid, "fynlo_state": "declined",
        "fynlo_order_id": shop.order.id, "fynlo_config_id": shop.store.id,
        "fynlo_channel": "online",
    })  # fmt: skip
    reader = env["fynlo.terminal.reader"].create({
        "name": "Counter", "config_id": shop.store.id, "company_id": shop.company.id,
        "provider_id": provider.id, "reader_ref": f"tmr_{uuid}",
    })  # fmt: skip
    refund = env["fynlo.payment.refund"].create({
        "order_id": shop.order.id, "config_id": shop.store.id, "amount_minor": 1,
        "currency_id": shop.company.currency_id.id, "reason": "cold", "request_hash": "-",
        "state": "refused",
    })  # fmt: skip
    split = env["fynlo.payment.split"].create(
        {"order_id": shop.order.id, "config_id": shop.store.id, "state": "canceled"}
    )
    return {
        "intents": uuid,
        "payments": uuid,
        "readers": reader.fynlo_uuid,
        "refunds": refund.fynlo_uuid,
        "transactions": split.fynlo_uuid,
    }
