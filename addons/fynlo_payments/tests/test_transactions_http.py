from uuid import uuid4

from odoo.tests import tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestTransactions(PaymentCase):
    """An order of two coffees (5.50) that several tenders pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till.store.write({"iface_tipproduct": True})
        cls.account = cls.env["pos.payment.method"].create(
            {"name": "Account", "split_transactions": True}
        )
        cls.add_method(cls.account)
        cls.guest = cls.env["res.partner"].create({"name": "Ida O'Brien", "customer_rank": 1})

    @classmethod
    def add_method(cls, method):
        cls.session.state = "closed"  # Odoo lets nobody while it is open
        cls.till.store.payment_method_ids |= method
        cls.session.state = "opened"

    def setUp(self):
        super().setUp()
        self.before = self.balance()
        lines = [self.line(self.coffee), self.line(self.coffee)]
        self.order = self.open_order(lines=lines, customerId=self.guest.fynlo_uuid)

    def balance(self):
        return self.peer.objects.balance().get("usd", 0)

    def taken(self):
        return self.balance() - self.before

    def tender(self, amount, kind=None, **extra):
        """Return a tender by card, or by the method ``kind``."""
        values = {"id": str(uuid4()), "amount": amount, **extra}
        if kind:
            return {**values, "method": kind.fynlo_uuid}
        values = {"channel": "online", "paymentMethod": "pm_card_visa", **values}
        return {**values, "method": self.card.fynlo_uuid}

    def transact(self, *tenders, **extra):
        self.sent = {"id": str(uuid4()), "orderId": self.order, "tenders": list(tenders), **extra}
        return self.post(self.sent, path="/payments/transactions")

    def again(self):
        return self.post(self.sent, path="/payments/transactions")

    def read(self):
        path = f"/payments/transactions/{self.sent['id']}"
        return self.assertSuccess(self.api("GET", path, token=self.token))

    def states(self, data):
        return [each["state"] for each in data["tenders"]]

    def test_five_tenders_pay_an_order(self):
        tenders = (
            self.tender(100, self.cash, tendered=500),
            self.tender(100, channel="card_present"),
            self.tender(100),
            self.tender(100, channel="apple_pay"),
            self.tender(150, self.account),
        )
        data = self.assertSuccess(self.transact(*tenders), 201)
        self.assertEqual((data["state"], self.states(data)), ("succeeded", ["succeeded"] * 5))
        told = self.read_order(self.order)
        self.assertEqual((told["state"], told["paymentState"]), ("completed", "paid"))
        self.assertEqual(
            sorted(each["amount"] for each in told["payments"]), [100, 100, 100, 100, 150]
        )
        self.assertEqual(self.taken(), 300)
        self.assertEqual(self.assertSuccess(self.again(), 201), data)
        self.assertEqual(self.read(), data)
        self.assertEqual(self.taken(), 300)
        self.sent["tenders"][0]["amount"] = 99
        self.assertFailure(self.again(), 409, "idempotency_conflict")

    def test_one_declined_card_undoes_all(self):
        tenders = (
            self.tender(150, self.cash),
            self.tender(200),
            self.tender(200, paymentMethod="pm_card_chargeDeclinedInsufficientFunds"),
        )
        envelope = self.assertFailure(self.transact(*tenders), 402, "card_declined")
        facts = {"state": "canceled", "reason": "card_declined", "tenderId": tenders[2]["id"]}
        facts["declineCode"] = "insufficient_funds"
        self.assertEqual(envelope["details"], facts)
        self.assertEqual(self.states(self.read()), ["canceled", "canceled", "canceled"])
        again = self.assertFailure(self.again(), 402, "card_declined")
        self.assertEqual(again["details"], facts)
        told = self.read_order(self.order)
        self.assertEqual((told["payments"], told["amountDue"], self.taken()), ([], 550, 0))
        [first, *_] = self.peer.objects.list("payment_intent", status="canceled")[-1:]
        self.assertEqual(first["amount"], 200)
        self.assertSuccess(self.transact(self.tender(550)), 201)

    def test_a_part_leaves_the_order_open(self):
        data = self.assertSuccess(self.transact(self.tender(100, self.cash), self.tender(150)), 201)
        self.assertEqual(data["state"], "succeeded")
        told = self.read_order(self.order)
        self.assertEqual((told["paymentState"], told["amountDue"]), ("partial", 300))

    def test_the_guest_has_to_act(self):
        waiting = self.tender(250, paymentMethod="pm_card_threeDSecure2Required")
        data = self.assertSuccess(
            self.transact(self.tender(300, self.cash, tendered=1000), waiting), 201
        )
        self.assertEqual(
            (data["state"], self.states(data)), ("requires_action", ["waiting", "requires_action"])
        )
        self.assertTrue(data["tenders"][1]["clientSecret"])
        # What is held is held for everybody else, another transaction too.
        held = self.post(self.payment(self.cash, 100), path=f"/orders/{self.order}/payments")
        self.assertEqual(self.assertFailure(held, 422, "overpaid")["details"], {"due": 0})
        sent = self.sent
        other = self.assertFailure(self.transact(self.tender(100)), 422, "amount_too_large")
        self.assertEqual(other["details"], {"due": 0})
        self.sent = sent
        self.assertEqual(self.assertSuccess(self.again(), 201), data)
        self.assertFailure(self.step(waiting["id"], "capture"), 409, "payment_busy")
        [intent] = self.peer.objects.list("payment_intent", status="requires_action")
        self.peer.objects.authenticate(intent["id"])
        data = self.assertSuccess(self.again(), 201)
        self.assertEqual((data["state"], self.taken()), ("succeeded", 250))
        self.assertEqual(self.read_order(self.order)["paymentState"], "paid")

    def test_the_guest_does_not_act(self):
        waiting = self.tender(250, paymentMethod="pm_card_threeDSecure2Required")
        self.assertSuccess(self.transact(self.tender(200), waiting), 201)
        self.assertSuccess(self.step(waiting["id"], "cancel"))
        envelope = self.assertFailure(self.again(), 409, "transaction_canceled")
        self.assertEqual(envelope["details"]["reason"], "canceled")
        self.assertEqual(self.states(self.read()), ["canceled", "canceled"])
        self.assertEqual((self.taken(), self.read_order(self.order)["amountDue"]), (0, 550))

    def test_tips(self):
        tenders = (self.tender(250, self.cash, tip=50, tendered=500), self.tender(300, tip=100))
        self.assertSuccess(self.transact(*tenders), 201)
        told = self.read_order(self.order)
        self.assertEqual((told["tip"], told["total"], told["paymentState"]), (150, 700, "paid"))
        self.assertEqual(sorted(each["amount"] for each in told["payments"]), [300, 400])
        self.assertEqual(self.taken(), 400)

    def test_all_that_is_wrong_is_told_and_nothing_asked(self):
        slip = self.env["pos.payment.method"].create(
            {"name": "Slip", "journal_id": self.card.journal_id.copy().id}
        )
        self.add_method(slip)
        asked = len(self.peer.requests)
        tenders = (
            self.tender(100, slip),
            self.tender(100, tendered=200),
            self.tender(100, channel=None),
            self.tender(100, self.cash, channel="online", share=str(uuid4())),
            self.tender(100, self.cash, tendered=99),
            self.tender(100, self.cash, tip=5, tendered=104),
            {**self.tender(100), "method": str(uuid4())},
        )
        fields = ["tenders.0.method", "tenders.1.tendered", "tenders.2.channel"]
        fields += ["tenders.3.channel", "tenders.3.share", "tenders.4.tendered"]
        fields += ["tenders.5.tendered", "tenders.6.method"]
        self.assertFailure(self.transact(*tenders), 422, "invalid_fields", fields)
        same = self.tender(100)
        self.assertFailure(self.transact(same, same), 422, "invalid_fields", ["tenders"])
        self.assertFailure(self.transact(), 422, "invalid_fields", ["tenders"])
        much = self.transact(self.tender(300, self.cash), self.tender(251))
        envelope = self.assertFailure(much, 422, "amount_too_large")
        self.assertEqual(envelope["details"], {"due": 550})
        self.order = self.open_order()
        nobody = self.transact(self.tender(100, self.account))
        self.assertFailure(nobody, 422, "invalid_fields", ["customerId"])
        self.assertEqual(len(self.peer.requests), asked)

    def test_cash_rounds_what_is_owed(self):
        rounding = self.env["account.cash.rounding"].create({
            "name": "Quarters", "rounding": 0.25, "strategy": "add_invoice_line",
            "profit_account_id": self.cash.journal_id.profit_account_id.id,
            "loss_account_id": self.cash.journal_id.loss_account_id.id,
        })  # fmt: skip
        self.env.cr.execute(
            "UPDATE pos_config SET cash_rounding = true, rounding_method = %s WHERE id = %s",
            [rounding.id, self.till.store.id],
        )
        self.env.invalidate_all()
        self.order = self.open_order(lines=[self.line(self.cake)])  # 4.40
        self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
        tenders = self.tender(250, self.cash), self.tender(200)
        data = self.assertSuccess(self.transact(*tenders), 201)
        self.assertEqual(data["state"], "processing")
        data = self.assertSuccess(self.again(), 201)
        self.assertEqual((data["state"], self.taken()), ("succeeded", 200))
        self.assertEqual(self.read_order(self.order)["paymentState"], "paid")
