from uuid import uuid4

from odoo.addons.fynlo_base.server_mark import SERVER_MARK
from odoo.addons.fynlo_pos_api.exceptions import PaymentUnderWayError
from odoo.tests import tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestHeldMoney(PaymentCase):
    """An order of two coffees (5.50), of which a card holds 3.00."""

    def setUp(self):
        super().setUp()
        self.order = self.open_order(lines=[self.line(self.coffee), self.line(self.coffee)])
        self.held = self.intent(self.order, amount=300, captureMethod="manual")
        self.assertSuccess(self.pay(self.held), 201)
        self.boss = self.token_for(self.max, self.corner_device)

    def act(self, step, path=None, **values):
        """Post a step of the order as a manager; return the response."""
        body = {"id": str(uuid4()), "reason": "changed", **values}
        return self.post(body, self.boss, path or f"/orders/{self.order}/{step}")

    def pay_cash(self, amount, **extra):
        body = self.payment(self.cash, amount, **extra)
        return self.post(body, path=f"/orders/{self.order}/payments")

    def edit(self, lines):
        path = f"/orders/{self.order}"
        return self.api("PATCH", path, {"lines": lines, "reason": "x"}, token=self.boss)

    def other_order(self):
        return self.open_order()

    def lines(self):
        return [each["id"] for each in self.read_order(self.order)["lines"]]

    def test_an_order_does_not_go_while_money_is_held_for_it(self):
        merge = {"path": f"/orders/{self.other_order()}/merge", "orderIds": [self.order]}
        for name, values in (("cancel", {}), ("complete", {}), ("merge", merge)):
            with self.subTest(name):
                envelope = self.assertFailure(self.act(name, **values), 409, "payment_under_way")
                facts = {"payments": [self.held["id"]], "amount": 300}
                self.assertEqual(envelope["details"], facts)
        self.assertSuccess(self.step(self.held["id"], "cancel"))
        self.assertSuccess(self.act("cancel"))

    def test_held_money_counts_as_paid(self):
        envelope = self.assertFailure(self.pay_cash(300), 422, "overpaid")
        self.assertEqual(envelope["details"], {"due": 250})
        [first, _second] = self.lines()
        less = self.edit([{"id": first, "quantity": 0}])
        self.assertFailure(less, 409, "order_has_payments")
        line = {"lineId": first, "quantity": 1, "id": str(uuid4())}
        split = self.act("split", orders=[{"id": str(uuid4()), "lines": [line]}])
        self.assertFailure(split, 409, "order_has_payments")
        parts = self.assertSuccess(self.act("split", parts=2))
        self.assertEqual([each["amount"] for each in parts["order"]["shares"]], [125, 125])

    def test_cash_leaves_an_order_open_until_the_card_is_captured(self):
        told = self.assertSuccess(self.pay_cash(250, tendered=300), 201)
        self.assertEqual((told["state"], told["paymentState"]), ("draft", "partial"))
        self.assertFailure(self.act("complete"), 409, "payment_under_way")
        self.assertSuccess(self.step(self.held["id"], "capture"))
        told = self.read_order(self.order)
        self.assertEqual((told["state"], told["paymentState"]), ("completed", "paid"))
        self.assertEqual(sorted(each["amount"] for each in told["payments"]), [250, 300])

    def test_a_capture_takes_no_more_than_is_owed_by_now(self):
        # Paid in Odoo's own till, which knows nothing of held money.
        order = self.order_of({"id": self.order}).with_context(fynlo_own_write=SERVER_MARK)
        order.amount_paid = 3.5
        envelope = self.assertFailure(
            self.step(self.held["id"], "capture"), 422, "amount_too_large"
        )
        self.assertEqual(envelope["details"], {"due": 200})
        data = self.assertSuccess(self.step(self.held["id"], "capture", amount=200))
        self.assertEqual(data["captured"], 200)

    def test_a_card_is_not_tried_again_for_an_order_that_is_over(self):
        order = self.open_order()
        declined = self.intent(order, method="pm_card_chargeDeclined")
        self.assertFailure(self.pay(declined), 402, "card_declined")
        body = self.payment(self.cash, 275)
        self.assertSuccess(self.post(body, path=f"/orders/{order}/payments"), 201)
        asked = len(self.peer.requests)
        again = self.step(declined["id"], "confirm", paymentMethod="pm_card_visa")
        self.assertFailure(again, 409, "illegal_transition")
        self.assertEqual(len(self.peer.requests), asked)

    def test_a_confirmation_asks_what_is_owed_by_now(self):
        order = self.open_order()
        declined = self.intent(order, method="pm_card_chargeDeclined")
        self.assertFailure(self.pay(declined), 402, "card_declined")
        body = self.payment(self.cash, 100)
        self.assertSuccess(self.post(body, path=f"/orders/{order}/payments"), 201)
        again = self.step(declined["id"], "confirm", paymentMethod="pm_card_visa")
        self.assertEqual(
            self.assertFailure(again, 422, "amount_too_large")["details"], {"due": 175}
        )

    def test_odoos_own_till_ends_no_such_order(self):
        order = self.order_of({"id": self.order})
        for state in ("cancel", "paid"):
            with self.subTest(state), self.assertRaises(PaymentUnderWayError):
                order.state = state

    def test_the_id_of_an_operation_belongs_to_its_payment(self):
        other = self.intent(self.order, amount=100, captureMethod="manual")
        self.assertSuccess(self.pay(other), 201)
        uuid = str(uuid4())
        self.assertSuccess(self.step(self.held["id"], "cancel", id=uuid))
        self.assertFailure(self.step(other["id"], "cancel", id=uuid), 409, "idempotency_conflict")
        read = self.api("GET", f"/payments/{other['id']}", token=self.token)
        self.assertEqual(self.assertSuccess(read)["state"], "authorized")

    def test_a_card_pays_a_share(self):
        order = self.open_order()
        body = {"id": str(uuid4()), "parts": 2}
        split = self.assertSuccess(self.post(body, path=f"/orders/{order}/split"))
        first, second = split["order"]["shares"]
        unknown = self.pay(self.intent(order, first["amount"], share=str(uuid4())))
        self.assertFailure(unknown, 422, "invalid_fields", ["share"])
        for share in (first, second):
            paid = self.pay(self.intent(order, share["amount"], share=share["id"]))
            self.assertSuccess(paid, 201)
        told = self.read_order(order)
        self.assertEqual(told["paymentState"], "paid")
        self.assertEqual([each["amountPaid"] for each in told["shares"]], [138, 137])

    def test_a_late_tip_takes_no_money_that_the_gateway_has_not(self):
        self.till.store.set_tip_after_payment = True
        order = self.open_order()
        self.assertSuccess(self.pay(self.intent(order)), 201)
        tip = self.post({"id": str(uuid4()), "amount": 50}, path=f"/orders/{order}/tip")
        envelope = self.assertFailure(tip, 409, "tip_too_late")
        self.assertEqual(envelope["details"], {"reason": "charged"})
        self.assertEqual(self.read_order(order)["total"], 275)
