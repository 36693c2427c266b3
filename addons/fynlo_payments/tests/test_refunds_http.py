from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..clients.stripe_gateway import StripeGateway
from ..engine.outcome import Outcome
from .books import BooksCase


@tagged("post_install", "-at_install")
class TestCardRefunds(BooksCase):
    """A coffee (2.75) that a card has paid over the gateway; Sue refunds."""

    def setUp(self):
        super().setUp()
        self.order = self.open_order()
        self.payment = self.intent(self.order)
        self.assertSuccess(self.pay(self.payment), 201)
        self.supervisor = self.token_for(self.sue, self.corner_device)
        self.before = self.balance()

    def balance(self):
        return self.peer.objects.balance()["usd"]

    def given(self):
        """Return what the gateway has given back since the payment."""
        return self.before - self.balance()

    def body(self, lines=None, payments=(), **extra):
        """Return the body of an order, or of a refund if it has a ``reason``."""
        if "reason" in extra:
            return {"id": str(uuid4()), **extra}
        return super().body(lines, payments, **extra)

    def refund(self, token=None, body=None, **values):
        """Refund the payment."""
        body = body or {"id": str(uuid4()), "reason": "cold", **values}
        path = f"/payments/{self.payment['id']}/refunds"
        return self.post(body, token or self.supervisor, path)

    def refund_order(self, body=None, **values):
        """Refund the order."""
        body = body or {"id": str(uuid4()), "reason": "cold", **(values or {"all": True})}
        return self.post(body, self.supervisor, f"/orders/{self.order}/refunds")

    def paid_back(self):
        """Return what the order's refunds have booked, by method."""
        self.env.invalidate_all()
        order = self.env["pos.order"].search([("uuid", "=", self.order)])
        payments = order._fynlo_refund_orders().payment_ids
        return {each.payment_method_id.name: round(each.amount * 100) for each in payments}

    def test_a_payment_goes_back_and_is_booked(self):
        data = self.assertSuccess(self.refund(), 201)
        self.assertEqual((data["state"], data["amount"], data["booked"]), ("succeeded", 275, True))
        self.assertEqual(
            [(each["paymentId"], each["state"]) for each in data["payments"]],
            [(self.payment["id"], "succeeded")],
        )
        self.assertEqual((self.given(), self.paid_back()), (275, {"Card": -275}))
        told = self.read_order(self.order)
        self.assertEqual(told["paymentState"], "refunded")
        self.assertEqual(told["refunds"][0]["id"], data["refundOrderId"])
        path = f"/refunds/{data['id']}"
        self.assertEqual(self.assertSuccess(self.api("GET", path, token=self.token)), data)
        stranger = self.token_for(self.sue, self.device)
        self.assertFailure(self.api("GET", path, token=stranger), 404, "not_found")

    def test_parts_add_up_and_never_to_more(self):
        self.assertSuccess(self.refund(amount=100), 201)
        self.assertEqual(self.read_order(self.order)["paymentState"], "partially_refunded")
        envelope = self.assertFailure(self.refund(amount=176), 422, "refund_too_large")
        self.assertEqual(envelope["details"], {"refundable": 175})
        self.assertSuccess(self.refund(), 201)
        self.assertEqual(self.given(), 275)
        self.assertFailure(self.refund(), 422, "refund_too_large")
        goods = self.assertSuccess(self.refund_order(), 201)  # the cup comes back, for nothing
        self.assertEqual((goods["total"], goods["payments"], self.given()), (0, [], 275))

    def test_the_same_id_again_gives_nothing_more(self):
        body = {"id": str(uuid4()), "reason": "cold", "amount": 100}
        first = self.assertSuccess(self.refund(body=body), 201)
        self.assertEqual(self.assertSuccess(self.refund(body=body), 201), first)
        self.assertEqual(self.given(), 100)
        self.assertFailure(self.refund(body={**body, "amount": 50}), 409, "idempotency_conflict")

    def test_a_lost_answer_is_found_by_asking_again(self):
        self.peer.fail("POST /v1/refunds$", "drop_after", times=3)
        body = {"id": str(uuid4()), "reason": "cold"}
        data = self.assertSuccess(self.refund(body=body), 201)
        self.assertEqual((data["state"], data["booked"]), ("unknown", False))
        self.assertEqual((self.given(), self.paid_back()), (275, {}))
        path = f"/payments/{self.payment['id']}"
        told = self.assertSuccess(self.api("GET", path, token=self.token))
        self.assertEqual((told["state"], told["captured"]), ("succeeded", 275))
        busy = self.assertFailure(self.refund_order(), 409, "payment_busy")
        self.assertEqual(busy["details"], {"refundId": body["id"]})
        data = self.assertSuccess(self.refund(body=body), 201)
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
        self.assertEqual((self.given(), self.paid_back()), (275, {"Card": -275}))

    def lose(self, kind):
        """Ask for a refund whose answer is lost; return its body and its operation."""
        body = {"id": str(uuid4()), "reason": "cold"}
        self.peer.fail("POST /v1/refunds$", kind, times=3)
        self.assertEqual(self.assertSuccess(self.refund(body=body), 201)["state"], "unknown")
        self.peer.faults.clear()
        refund = self.env["fynlo.payment.refund"].search([("fynlo_uuid", "=", body["id"])])
        return body, refund.operation_ids

    def posts(self):
        return len([1 for each in self.peer.requests if each[:2] == ("POST", "/v1/refunds")])

    def age(self, operation, **hours):
        """Let an operation be as old as that."""
        for name, number in hours.items():
            query = "UPDATE fynlo_payment_operation SET %s = %s WHERE id = %s"
            at = fields.Datetime.now() - timedelta(hours=number)
            self.env.cr.execute(SQL(query, SQL.identifier(name), at, operation.id))
        self.env.invalidate_all()

    def test_another_account_gives_nothing_back(self):
        body, operation = self.lose("drop_after")
        key, asked = self.provider.stripe_secret_key, self.posts()
        self.provider.stripe_secret_key = "sk_test_other"
        self.assertEqual(self.assertSuccess(self.refund(body=body), 201)["state"], "unknown")
        self.age(operation, asked_at=2)
        absent = patch.object(StripeGateway, "find_refund", lambda *_: Outcome("absent"))
        with absent:  # and its word on it is not believed
            operation._fynlo_record(operation._fynlo_make_question()())
        self.assertEqual((operation.state, self.posts()), ("unknown", asked))
        self.provider.stripe_secret_key = key
        self.assertEqual(self.assertSuccess(self.refund(body=body), 201)["state"], "succeeded")
        self.assertEqual((self.given(), self.paid_back()), (275, {"Card": -275}))

    def test_a_key_that_is_forgotten_is_not_asked_with(self):
        body, operation = self.lose("drop_after")
        asked = self.posts()
        self.age(operation, create_date=24, asked_at=24)
        self.assertEqual(self.assertSuccess(self.refund(body=body), 201)["state"], "unknown")
        operation._fynlo_record(operation._fynlo_make_question()())
        self.assertEqual((operation.state, self.posts()), ("succeeded", asked))

    def test_what_was_asked_for_lately_may_not_be_listed_yet(self):
        body, operation = self.lose("drop_before")
        asks = (
            lambda: self.refund(body=body),
            lambda: operation._fynlo_record(operation._fynlo_make_question()()),
        )
        for ask in asks:
            self.age(operation, create_date=2, asked_at=2)
            self.peer.fail("POST /v1/refunds$", "drop_before", times=3)
            ask()
            self.peer.faults.clear()
            self.env.invalidate_all()
            self.age(operation, create_date=24)
            operation._fynlo_record(operation._fynlo_make_question()())
            self.assertEqual((operation.state, self.given()), ("unknown", 0))
        self.age(operation, asked_at=2)
        operation._fynlo_record(operation._fynlo_make_question()())
        self.assertEqual((operation.state, operation.code), ("failed", "never_arrived"))

    def test_what_the_gateway_refuses_is_not_in_the_books(self):
        charge = self.peer.objects.list("charge")[0]
        charge["amount_refunded"] = 275  # somebody was faster in the dashboard
        envelope = self.assertFailure(self.refund(), 502, "gateway_refused")
        self.assertEqual(envelope["details"]["gatewayCode"], "charge_already_refunded")
        self.assertEqual(self.paid_back(), {})
        self.assertEqual(self.read_order(self.order)["paymentState"], "paid")
        charge["amount_refunded"] = 0
        self.assertSuccess(self.refund(), 201)

    def test_a_refusal_that_was_none_is_booked(self):
        charge = self.peer.objects.list("charge")[0]
        charge["amount_refunded"] = 275
        body = {"id": str(uuid4()), "reason": "cold"}
        self.assertFailure(self.refund(body=body), 502, "gateway_refused")
        refund = self.env["fynlo.payment.refund"].search([("fynlo_uuid", "=", body["id"])])
        payment = refund.operation_ids.transaction_id
        self.assertEqual((refund.state, payment.fynlo_refunded_minor), ("refused", 0))
        given = {"ref": "re_late", "state": "succeeded", "amount": 275, "currency": "usd"}
        refund.operation_ids._fynlo_record(Outcome("answered", given))
        payment._fynlo_book()
        self.assertEqual((refund.state, payment.fynlo_refunded_minor), ("booked", 275))
        self.assertEqual(self.paid_back(), {"Card": -275})

    def test_a_refund_of_the_order_goes_back_to_its_card_first(self):
        body = {"id": str(uuid4()), "reason": "cold", "all": True}
        data = self.assertSuccess(self.refund_order(body), 201)
        self.assertEqual((data["id"], data["total"]), (body["id"], -275))
        self.assertEqual((self.given(), self.paid_back()), (275, {"Card": -275}))
        reference = data["payments"][0]["reference"]
        self.assertEqual(reference, self.peer.objects.list("refund")[0]["id"])
        again = self.assertSuccess(self.refund_order(body), 201)
        self.assertEqual((again["id"], self.given()), (data["id"], 275))
        conflict = self.refund_order({**body, "reason": "warm"})
        self.assertFailure(conflict, 409, "idempotency_conflict")

    def test_an_order_does_not_say_what_no_card_has_got(self):
        self.peer.fail("POST /v1/refunds$", "drop_before", times=3)
        body = {"id": str(uuid4()), "reason": "cold", "all": True}
        envelope = self.assertFailure(self.refund_order(body), 409, "refund_pending")
        self.assertEqual(envelope["details"], {"refundId": body["id"]})
        self.assertEqual((self.given(), self.paid_back()), (0, {}))
        self.assertEqual(self.read_order(self.order)["paymentState"], "paid")
        self.assertSuccess(self.refund_order(body), 201)
        self.assertEqual((self.given(), self.paid_back()), (275, {"Card": -275}))

    def test_goods_come_back_with_their_money(self):
        line = self.line(self.coffee, 2)
        self.order = self.open_order(lines=[line])
        self.assertSuccess(self.pay(self.intent(self.order, 550)), 201)
        self.before = self.balance()
        lines = [{"lineId": line["id"], "quantity": 1}]
        data = self.assertSuccess(self.refund_order(lines=lines), 201)
        self.assertEqual((data["total"], self.given()), (-275, 275))
        self.assertEqual([each["quantity"] for each in data["lines"]], [-1])
        again = self.assertSuccess(self.refund_order(lines=lines), 201)
        self.assertEqual((again["total"], self.given()), (-275, 550))

    def test_what_no_gateway_has_taken_is_booked_at_once(self):
        payments = [self.payment_in(self.card, 275)]
        body = self.body(payments=payments)
        self.provider.state = "disabled"  # a card reader that stands by itself
        self.assertSuccess(self.post(body), 201)
        self.provider.state = "test"
        self.order, asked = body["id"], len(self.peer.requests)
        data = self.assertSuccess(self.refund_order(), 201)
        self.assertEqual((data["total"], len(self.peer.requests)), (-275, asked))

    def test_cash_goes_to_no_card_that_was_not_charged(self):
        body = self.body(payments=[{**self.payment_in(self.cash, 275), "tendered": 275}])
        self.assertSuccess(self.post(body), 201)
        self.order, asked = body["id"], len(self.peer.requests)
        onto_card = {"id": str(uuid4()), "reason": "cold", "all": True}
        onto_card["payments"] = [self.payment_in(self.card, 275)]
        manager = self.token_for(self.max, self.corner_device)
        refused = self.post(onto_card, manager, f"/orders/{self.order}/refunds")
        self.assertFailure(refused, 422, "refund_too_large")
        self.assertEqual((self.paid_back(), len(self.peer.requests)), ({}, asked))

    def payment_in(self, method, amount):
        return {"id": str(uuid4()), "method": method.fynlo_uuid, "amount": amount}

    def test_cards_and_cash_of_one_order(self):
        self.order = self.open_order(lines=[self.line(self.coffee, 2)])
        first, second = self.intent(self.order, 200), self.intent(self.order, 250)
        for body in (first, second):
            self.assertSuccess(self.pay(body), 201)
        cash = {**self.payment_in(self.cash, 100), "tendered": 100}
        self.assertSuccess(self.post(cash, path=f"/orders/{self.order}/payments"), 201)
        self.before = self.balance()
        data = self.assertSuccess(self.refund_order(amount=500), 201)
        self.assertEqual((data["total"], self.given()), (-500, 450))
        booked = sorted(each["amount"] for each in data["payments"])
        self.assertEqual(booked, [-250, -200, -50])

    def test_of_two_cards_one_is_refused(self):
        self.order = self.open_order(lines=[self.line(self.coffee, 2)])
        for amount in (200, 350):
            self.assertSuccess(self.pay(self.intent(self.order, amount)), 201)
        self.peer.objects.list("charge")[0]["amount_refunded"] = 350
        self.before = self.balance()
        body = {"id": str(uuid4()), "reason": "cold", "all": True}
        envelope = self.assertFailure(self.refund_order(body), 502, "gateway_refused")
        self.assertEqual((envelope["details"]["given"], self.given()), (200, 200))
        self.assertEqual(self.paid_back(), {"Card": -200})
        data = self.assertSuccess(self.api("GET", f"/refunds/{body['id']}", token=self.token))
        self.assertEqual((data["state"], data["booked"]), ("partial", True))

    def test_the_first_card_that_refuses_keeps_the_others_from_being_asked(self):
        self.order = self.open_order(lines=[self.line(self.coffee, 2)])
        for amount in (200, 350):
            self.assertSuccess(self.pay(self.intent(self.order, amount)), 201)
        self.peer.objects.list("charge")[1]["amount_refunded"] = 200
        self.before = self.balance()
        body = {"id": str(uuid4()), "reason": "cold", "all": True}
        envelope = self.assertFailure(self.refund_order(body), 502, "gateway_refused")
        self.assertEqual((envelope["details"]["given"], self.given()), (0, 0))
        self.assertEqual(self.paid_back(), {})
        data = self.assertSuccess(self.api("GET", f"/refunds/{body['id']}", token=self.token))
        codes = [each["gatewayCode"] for each in data["payments"]]
        self.assertEqual(
            (data["state"], codes), ("failed", ["charge_already_refunded", "not_asked"])
        )

    def test_an_open_order_gives_back_what_a_card_has_paid(self):
        self.order = self.open_order()
        self.payment = self.intent(self.order, 100)
        self.assertSuccess(self.pay(self.payment), 201)
        self.before = self.balance()
        data = self.assertSuccess(self.refund_order(), 201)
        self.assertEqual((data["id"], data["amountPaid"], self.given()), (self.order, 0, 100))

    def test_an_open_order_is_not_over_while_money_goes_back(self):
        self.order = self.open_order()
        self.assertSuccess(self.pay(self.intent(self.order, 100)), 201)
        self.before = self.balance()
        self.peer.fail("POST /v1/refunds$", "drop_after", times=3)
        body = {"id": str(uuid4()), "reason": "cold", "all": True}
        self.assertFailure(self.refund_order(body), 409, "refund_pending")
        cash = {**self.payment_in(self.cash, 175), "tendered": 175}
        paying = self.post(cash, path=f"/orders/{self.order}/payments")
        self.assertFailure(paying, 409, "payment_busy")
        self.assertSuccess(self.refund_order(body), 201)
        self.assertEqual((self.read_order(self.order)["amountPaid"], self.given()), (0, 100))
        cash = {**self.payment_in(self.cash, 275), "tendered": 275}
        self.assertSuccess(self.post(cash, path=f"/orders/{self.order}/payments"), 201)

    def test_a_cashier_needs_a_second_person(self):
        body = {"id": str(uuid4()), "reason": "cold", "amount": 100}
        details = self.assertFailure(self.refund(self.token, body), 403, "approval_required")[
            "details"
        ]
        asked = {name: details[name] for name in ("operation", "subjectId", "amount")}
        who = {"id": str(uuid4()), "employeeId": self.sue.fynlo_uuid, "pin": "7391"}
        token = self.assertSuccess(self.post({**asked, **who}, path="/approvals"), 201)
        body["approvalToken"] = token["approvalToken"]
        self.assertSuccess(self.refund(self.token, body), 201)
        self.assertSuccess(self.refund(self.token, body), 201)
        self.assertEqual(self.given(), 100)
        body["id"] = str(uuid4())
        self.assertFailure(self.refund(self.token, body), 403, "approval_invalid")

    def test_a_bank_that_sends_it_back_is_told(self):
        data = self.assertSuccess(self.refund(), 201)
        refund = self.peer.objects.list("refund")[0]
        self.peer.books.return_refund(refund["id"])
        self.deliver_all()
        self.deliver(self.peer.events.log[-1])  # once more
        record = self.env["fynlo.payment.refund"].search([("fynlo_uuid", "=", data["id"])])
        self.assertEqual((record.state, len(record.activity_ids)), ("returned", 1))
        self.assertEqual(record.operation_ids.transaction_id.fynlo_refunded_minor, 0)

    def test_what_cannot_go_back(self):
        held = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(held), 201)
        self.payment = held
        self.assertFailure(self.refund(), 409, "payment_state")
        self.payment = {"id": str(uuid4())}
        self.assertFailure(self.refund(), 404, "not_found")
        bad = self.refund(body={"id": 1, "amount": -1, "reason": "", "approvalToken": ""})
        self.assertFailure(bad, 422, "invalid_fields", {"id", "amount", "reason", "approvalToken"})
