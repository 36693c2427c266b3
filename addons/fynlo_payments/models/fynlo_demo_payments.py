from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.addons.fynlo_pos_api.engine.money import from_minor

from ..demo import payments
from .payment_transaction import ODOO_STATES


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make card payments too, of an evening that is over: no gateway is ever asked.

        The provider has no real keys, so no method goes through it; who has some links it.
        """
        store, *secrets = super()._fynlo_load()
        vals = {"name": "Stripe (demo)", "code": "stripe", "company_id": store.company_id.id}
        vals |= {"stripe_publishable_key": "pk_test_demo", "stripe_secret_key": "sk_test_demo"}
        provider, is_new = self._record("payment.provider", "stripe", {**vals, "state": "test"})
        if is_new:
            session = self._load_last_evening(store)
            for card in payments.CARDS:
                self._load_card(provider, self._load_order(session, card[0]), *card)
            self._load_split(provider, session)
            self._load_refunds(session)
            self._load_events(provider)
        return store, *secrets

    def _load_last_evening(self, store):
        session = self.env["pos.session"].create({"config_id": store.id})
        evening = fields.Datetime.now() - timedelta(days=1)
        session.write({
            "name": f"{store.name}/Demo", "state": "closed", "start_at": evening,
            "stop_at": evening,
        })  # fmt: skip
        return session

    def _load_order(self, session, minor):
        amount = from_minor(minor, session.currency_id)
        nothing = dict.fromkeys(("amount_tax", "amount_paid", "amount_return"), 0)
        order = self.env["pos.order"].create({
            "uuid": make_uuid7(), "name": f"{session.name}/{len(session.order_ids) + 1:04d}",
            "session_id": session.id, "config_id": session.config_id.id,
            "company_id": session.company_id.id, "date_order": session.start_at, "lines": [],
            "employee_id": self._load_cashier().id,
            "amount_total": amount, **nothing,
        })  # fmt: skip
        order.state = "cancel"
        return order

    def _load_cashier(self):
        return self._record("hr.employee", payments.CASHIER, {"name": payments.CASHIER})[0]

    def _load_card(self, provider, order, minor, channel, state, operations):
        method = order.config_id.payment_method_ids.filtered(lambda each: each.type == "bank")[:1]
        uuid = make_uuid7()
        payment = self.env["payment.transaction"].create({
            "provider_id": provider.id, "reference": f"DEMO-{uuid[-8:]}",
            "payment_method_id": self.env.ref("payment.payment_method_card").id,
            "amount": from_minor(minor, order.currency_id), "currency_id": order.currency_id.id,
            "partner_id": order.company_id.partner_id.id, "operation": "online_direct",
            "fynlo_uuid": uuid, "fynlo_order_id": order.id, "fynlo_channel": channel,
            "fynlo_config_id": order.config_id.id, "fynlo_method_id": method.id,
            "fynlo_state": state, "state": ODOO_STATES[state],
        })  # fmt: skip
        for kind, ended, code in operations:
            prepare = self.env["fynlo.payment.operation"]._fynlo_prepare
            facts = {"state": ended, "code": code, "employee_id": self._load_cashier().id}
            prepare(payment, kind, {}, **facts)
        return payment

    def _load_split(self, provider, session):
        cards = payments.SPLIT_CARDS
        order = self._load_order(session, payments.SPLIT_CASH + sum(card[0] for card in cards))
        split = self.env["fynlo.payment.split"].create({
            "order_id": order.id, "config_id": order.config_id.id, "state": "canceled",
            "code": "card_declined", "employee_id": self._load_cashier().id,
        })  # fmt: skip
        cash = order.config_id.payment_method_ids.filtered("is_cash_count")[:1]
        shared = {"split_id": split.id, "state": "released"}
        self.env["fynlo.payment.tender"].create(
            {
                **shared,
                "sequence": 1,
                "kind": "cash",
                "method_id": cash.id,
                "amount_minor": payments.SPLIT_CASH,
            }
        )
        for number, card in enumerate(cards, start=2):
            payment = self._load_card(provider, order, *card)
            tender = self.env["fynlo.payment.tender"].create({
                **shared, "sequence": number, "kind": "card", "amount_minor": card[0],
                "method_id": payment.fynlo_method_id.id, "channel": card[1],
                "transaction_id": payment.id,
            })  # fmt: skip
            payment.fynlo_tender_id = split.failed_tender_id = tender

    def _load_refunds(self, session):
        for minor, reason, state in payments.REFUNDS:
            order = self._load_order(session, minor)
            self.env["fynlo.payment.refund"].create({
                "fynlo_uuid": make_uuid7(), "order_id": order.id, "amount_minor": minor,
                "config_id": order.config_id.id, "currency_id": order.currency_id.id,
                "reason": reason, "request_hash": "demo", "state": state,
                "employee_id": order.employee_id.id, "booked_at": session.stop_at,
            })  # fmt: skip

    def _load_events(self, provider):
        now = fields.Datetime.now()
        for number, (kind, ref) in enumerate(payments.EVENTS):
            self.env["fynlo.payment.event"].create({
                "event_id": f"evt_demo_{number}", "provider_id": provider.id, "type": kind,
                "intent_ref": ref, "created_at": now, "processed_at": now,
            })  # fmt: skip
