from unittest.mock import patch
from uuid import uuid4

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..clients.stripe_gateway import StripeGateway
from ..engine.outcome import Outcome
from .common import PaymentCase

_READERS = "/payments/terminal/readers"


@tagged("post_install", "-at_install")
class TestTerminal(PaymentCase):
    def setUp(self):
        super().setUp()
        self.peer.requests.clear()
        self.location = self.peer.terminal.add_location("Corner")["id"]
        self.till.store.sudo().fynlo_terminal_location = self.location
        self.reader = self.peer.terminal.add_reader("Counter", self.location)

    def readers(self):
        return self.assertSuccess(self.api("GET", _READERS, token=self.token))["readers"]

    def begin(self, **extra):
        """Begin a payment with a card that is present; return the ids of payment and order."""
        order = self.open_order()
        body = self.intent(order, method=None, channel="card_present", **extra)
        body = {key: value for key, value in body.items() if value is not None}
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual(data["state"], "requires_action")
        return body["id"], order

    def process(self, payment, reader=None, id_=None):
        reader = reader or self.readers()[0]["id"]
        body = {"id": id_ or str(uuid4()), "paymentId": payment}
        return self.post(body, path=f"{_READERS}/{reader}/process")

    def learn(self, payment):
        """Let the events of a payment be applied; return the payment as the API tells it."""
        intent = self.peer.objects.list("payment_intent")[0]
        payment_sudo = self.env["payment.transaction"].sudo().search([("fynlo_uuid", "=", payment)])
        gateway = payment_sudo.provider_id._fynlo_gateway()
        outcome = gateway.read_intent(intent["id"])
        payment_sudo._fynlo_settle(outcome, payment_sudo.fynlo_change_count)
        payment_sudo._fynlo_book()
        return self.assertSuccess(self.api("GET", f"/payments/{payment}", token=self.token))

    def test_a_token_is_of_the_stores_location(self):
        path = "/payments/terminal/connection-token"
        data = self.assertSuccess(self.api("POST", path, token=self.token))
        self.assertTrue(data["secret"].startswith("pst_test_"))
        self.assertEqual(data["location"], self.location)
        self.assertEqual(self.peer.requests[-1][2], {"location": self.location})

    def test_without_a_location_no_readers(self):
        self.till.store.sudo().fynlo_terminal_location = False
        reply = self.api("GET", _READERS, token=self.token)
        self.assertFailure(reply, 422, "terminal_not_configured")
        reply = self.api("POST", "/payments/terminal/connection-token", token=self.token)
        self.assertFailure(reply, 422, "terminal_not_configured")

    def test_a_location_has_its_form(self):
        for wrong in ("tml_", "tml_1; DROP", "http://x", "tmr_1", "tml_\u0661"):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self.till.store.sudo().fynlo_terminal_location = wrong

    def test_readers_are_those_of_the_location(self):
        elsewhere = self.peer.terminal.add_location("Harbour")["id"]
        self.peer.terminal.add_reader("Far away", elsewhere)
        [reader] = self.readers()
        facts = (reader["label"], reader["status"], reader["action"], reader["paymentId"])
        self.assertEqual(facts, ("Counter", "online", None, None))
        self.assertEqual(self.readers(), [reader])
        self.reader["status"] = "offline"
        self.assertEqual(self.readers(), [{**reader, "status": "offline"}])
        self.reader["location"] = elsewhere
        self.assertEqual(self.readers(), [])

    def test_a_gateway_that_is_away_has_no_readers(self):
        self.peer.fail("GET .*readers", "500", times=3)
        reply = self.api("GET", _READERS, token=self.token)
        self.assertFailure(reply, 502, "gateway_unavailable")

    def test_a_guest_pays_at_the_reader(self):
        payment, order = self.begin()
        data = self.assertSuccess(self.process(payment))
        self.assertEqual((data["state"], data["nextAction"]), ("requires_action", "present_card"))
        [reader] = self.readers()
        self.assertEqual((reader["action"], reader["paymentId"]), ("in_progress", payment))
        self.peer.terminal.present(self.reader["id"])
        data = self.learn(payment)
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
        self.assertEqual(self.read_order(order)["paymentState"], "paid")
        self.assertFailure(self.process(payment), 409, "payment_state")

    def test_a_declined_card_is_followed_by_another_on_the_same_payment(self):
        payment, _ = self.begin()
        self.assertSuccess(self.process(payment))
        self.peer.terminal.present(self.reader["id"], "pm_card_chargeDeclined")
        self.assertEqual(self.learn(payment)["state"], "declined")
        self.assertSuccess(self.process(payment))
        self.peer.terminal.present(self.reader["id"])
        self.assertEqual(self.learn(payment)["state"], "succeeded")
        created = [each for each in self.peer.requests if each[1] == "/v1/payment_intents"]
        self.assertEqual(len(created), 1)

    def test_a_lost_answer_is_repeated_with_the_same_payment(self):
        payment, _ = self.begin()
        reader, id_ = self.readers()[0]["id"], str(uuid4())
        self.peer.fail("POST .*process_payment_intent", "drop_after", times=3)
        self.assertSuccess(self.process(payment, reader, id_))
        self.assertFailure(self.process(payment, reader), 409, "payment_busy")
        data = self.assertSuccess(self.process(payment, reader, id_))
        self.assertEqual(data["state"], "requires_action")
        self.peer.terminal.present(self.reader["id"])
        self.assertEqual(self.learn(payment)["captured"], 275)

    def test_a_lost_answer_after_a_declined_card_lets_the_reader_ask_once(self):
        for fault in ("drop_before", "drop_after"):
            with self.subTest(fault):
                payment, _ = self.begin()
                self.assertSuccess(self.process(payment))
                self.peer.terminal.present(self.reader["id"], "pm_card_chargeDeclined")
                self.assertEqual(self.learn(payment)["state"], "declined")
                reader, id_ = self.readers()[0]["id"], str(uuid4())
                self.peer.fail("POST .*process_payment_intent", fault, times=3)
                self.assertEqual(
                    self.assertSuccess(self.process(payment, reader, id_))["state"], "unknown"
                )
                data = self.assertSuccess(self.process(payment, reader, id_))
                told = data["state"], data["nextAction"]
                self.assertEqual(told, ("requires_action", "present_card"))
                self.peer.terminal.present(self.reader["id"])
                self.assertSuccess(self.process(payment, reader, id_))
                self.assertEqual(self.reader["action"]["status"], "succeeded")
                self.assertEqual(self.learn(payment)["captured"], 275)

    def test_an_answer_of_another_payment_is_not_believed(self):
        payment, _ = self.begin()
        read = StripeGateway.read_intent

        def read_more(gateway, ref):
            told = read(gateway, ref)
            return Outcome("answered", {**told.values, "state": "succeeded", "received": 27500})

        with patch.object(StripeGateway, "read_intent", read_more):
            data = self.assertSuccess(self.process(payment))
        self.assertEqual((data["state"], data["booked"]), ("unknown", False))

    def test_a_guest_who_paid_before_the_repetition_is_asked_for_nothing(self):
        payment, _ = self.begin()
        before = self.peer.objects.balance().get("usd", 0)
        reader, id_ = self.readers()[0]["id"], str(uuid4())
        self.peer.fail("POST .*process_payment_intent", "drop_after", times=3)
        self.assertSuccess(self.process(payment, reader, id_))
        self.peer.terminal.present(self.reader["id"])
        for _ in range(2):
            data = self.assertSuccess(self.process(payment, reader, id_))
            self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
        self.assertEqual(self.reader["action"]["status"], "succeeded")
        self.assertEqual(self.peer.objects.balance()["usd"] - before, 275)

    def test_the_janitor_asks_no_reader(self):
        payment, _ = self.begin()
        self.peer.fail("POST .*process_payment_intent", "drop_before", times=3)
        self.assertSuccess(self.process(payment))
        operation = self.env["fynlo.payment.operation"].sudo().search([], limit=1)
        self.assertEqual((operation.kind, operation.state), ("process", "unknown"))
        outcome = operation._fynlo_make_question()()
        operation._fynlo_record(outcome)
        self.assertEqual(operation.state, "requires_action")
        self.assertIsNone(self.reader["action"])
        self.assertSuccess(self.process(payment))

    def test_a_busy_or_silent_reader_is_told(self):
        payment, _ = self.begin()
        self.assertSuccess(self.process(payment))
        other, _ = self.begin()
        refused = self.assertFailure(self.process(other), 502, "gateway_refused")
        self.assertEqual(refused["details"]["gatewayCode"], "terminal_reader_busy")
        reader = self.readers()[0]["id"]
        data = self.assertSuccess(self.post({}, path=f"{_READERS}/{reader}/cancel"))
        self.assertEqual((data["action"], data["paymentId"]), (None, None))
        self.assertSuccess(self.process(other))
        self.reader["status"] = "offline"
        refused = self.assertFailure(self.process(payment), 502, "gateway_refused")
        self.assertEqual(refused["details"]["gatewayCode"], "terminal_reader_offline")

    def test_what_is_no_readers_business_is_refused(self):
        body = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        self.assertFailure(self.process(body["id"]), 409, "payment_state")
        self.assertFailure(self.process(str(uuid4())), 404, "not_found")
        payment, _ = self.begin()
        self.assertFailure(self.process(payment, str(uuid4())), 404, "not_found")
        reply = self.post({"id": 1, "x": 2}, path=f"{_READERS}/{self.readers()[0]['id']}/process")
        errors = self.assertFailure(reply, 422, "invalid_fields")["errors"]
        fields = {each["field"] for each in errors}
        self.assertEqual(fields, {"id", "paymentId", "x"})

    def test_canadian_debit_cards_are_of_their_own_kind(self):
        gateway = self.provider._fynlo_gateway()
        asked = {"amount": 500, "currency": "CAD", "channel": "card_present", "metadata": {},
                 "capture_method": "manual", "reference": "FYN-1"}  # fmt: skip
        self.assertEqual(gateway.create_intent(asked, str(uuid4())).kind, "answered")
        types = self.peer.requests[-1][2]["allowed_payment_method_types"]
        self.assertEqual(types, {"0": "card_present", "1": "interac_present"})
