from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import fynlo_payment_event_job
from .books import carry_out_here
from .peers.square_server import DECLINED
from .square_case import NONCE, SquareCase


@tagged("post_install", "-at_install")
class TestSquare(SquareCase):
    def test_a_card_pays_an_order(self):
        _, data = self.begin()
        self.assertEqual(
            (data["state"], data["captured"], data["booked"]), ("succeeded", 275, True)
        )
        self.assertEqual(self.square.balance(), 275)

    def test_authorised_completed_and_let_go(self):
        payment, data = self.begin(captureMethod="manual")
        self.assertEqual((data["state"], data["booked"]), ("authorized", False))
        self.assertEqual(data["captureBefore"], "2027-03-01T10:20:30Z")
        reply = self.step(payment, "capture", amount=100)
        self.assertFailure(reply, 409, "capability_not_supported")
        self.square.fail("POST .*complete", "drop_after")
        data = self.assertSuccess(self.step(payment, "capture"))
        self.assertEqual(
            (data["state"], data["captured"], data["booked"]), ("succeeded", 275, True)
        )
        payment, _ = self.begin(captureMethod="manual")
        self.square.fail("POST .*cancel", "drop_after")
        self.assertEqual(self.assertSuccess(self.step(payment, "cancel"))["state"], "canceled")
        self.assertEqual(self.square.balance(), 275)

    def test_a_declined_card(self):
        body = self.intent(self.open_order(), method=DECLINED)
        declined = self.assertFailure(self.pay(body), 402, "card_declined")
        self.assertEqual(declined["details"]["declineCode"], "generic_decline")
        self.assertFailure(self.step(body["id"], "confirm"), 409, "payment_state")

    def test_lost_answers_charge_once(self):
        for fault in ("drop_before", "drop_after", "500"):
            with self.subTest(fault):
                before = self.square.balance()
                self.square.fail("POST /v2/payments$", fault, times=3)
                body = self.intent(self.open_order(), method=NONCE)
                self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
                data = self.assertSuccess(self.pay(body), 201)
                self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
                self.assertEqual(self.square.balance() - before, 275)

    def test_what_the_order_can_take_no_more_is_given_up_by_its_key(self):
        for fault, ended in (("drop_before", "failed"), ("drop_after", "canceled")):
            with self.subTest(fault):
                self.square.fail("POST /v2/payments$", fault, times=3)
                _, data = self.begin(captureMethod="manual")
                self.assertEqual(data["state"], "unknown")
                operation = self.operation()
                operation.asked_at -= timedelta(hours=2)  # else it may be listed yet
                with patch.object(type(operation), "_fynlo_may_ask", lambda _self: False):
                    question = operation._fynlo_make_question()
                operation._fynlo_record(question())
                self.assertEqual(operation.state, ended)
                asked = [path for _method, path, *_ in self.square.requests[-4:]]
                self.assertIn("/v2/payments/cancel", asked)
        self.assertEqual([each["status"] for each in self.square.payments.values()], ["CANCELED"])

    def test_another_account_is_asked_for_nothing(self):
        for account in ({"square_location": "LOTHER"}, {"square_access_token": "EAAA_other"}):
            with self.subTest(account):
                self.square.fail("POST /v2/payments$", "drop_after", times=3)
                body = self.intent(self.open_order(), method=NONCE)
                self.assertSuccess(self.pay(body), 201)
                told = self.repeat_with(body, self.charges, **account)
                self.assertEqual((told["state"], told["booked"]), ("succeeded", True))
        self.assertEqual(self.square.balance(), 550)
        asked = {path for _method, path, *_ in self.square.requests}
        self.assertNotIn("/v2/payments/cancel", asked)

    def test_what_was_declined_later_is_let_go(self):
        body = self.intent(self.open_order(), method=NONCE, captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        [payment] = self.square.payments.values()
        payment["status"] = "FAILED"
        self.assertEqual(self.look(body), "declined")
        self.assertEqual(self.assertSuccess(self.step(body["id"], "cancel"))["state"], "canceled")

    def test_refunds(self):
        self.begin()
        [payment] = self.square.payments.values()
        gateway = self.provider._fynlo_gateway()
        asked = {"amount": 200, "currency": "USD", "metadata": {"fynlo_refund": "r-1"}}
        self.square.fail("POST /v2/refunds", "drop_after")
        first = gateway.refund(payment["id"], asked, "key-1")
        self.assertEqual((first.kind, first.state), ("answered", "processing"))
        self.assertEqual(gateway.refund(payment["id"], asked, "key-1"), first)
        self.assertEqual(gateway.find_refund(payment["id"], "r-1"), first)
        self.assertEqual(gateway.find_refund(payment["id"], "r-2").kind, "absent")
        self.square.refunds[first.values["ref"]]["status"] = "COMPLETED"
        self.assertEqual(gateway.read_refund(first.values["ref"]).state, "succeeded")
        more = gateway.refund(payment["id"], asked, "key-2")
        self.assertEqual((more.kind, more.code), ("failed", "refund_amount_invalid"))
        other = gateway.refund(payment["id"], {**asked, "amount": 1}, "key-1")
        self.assertEqual((other.kind, other.code), ("unknown", "other_parameters"))
        self.assertEqual(self.square.balance(), 75)

    def test_what_is_no_whole_answer_tells_nothing(self):
        payment, _ = self.begin(captureMethod="manual")
        [kept] = self.square.payments.values()
        gateway, money = self.provider._fynlo_gateway(), kept.pop("amount_money")
        for told in (gateway.read_intent(kept["id"]), gateway.find_intent(payment)):
            self.assertEqual((told.kind, told.code), ("unknown", "bad_answer"))
        self.assertEqual(self.assertSuccess(self.step(payment, "capture"))["state"], "unknown")
        kept["amount_money"] = money
        operation = self.operation()
        operation._fynlo_record(operation._fynlo_make_question()())
        self.assertEqual((operation.state, self.square.balance()), ("succeeded", 275))

    def test_a_copy_charges_nobody(self):
        script = Path(__file__).parents[1] / "data" / "neutralize.sql"
        self.env.flush_all()
        self.env.cr.execute(script.read_text())
        self.env.invalidate_all()
        secrets = ("square_access_token", "square_location", "square_signature_key")
        self.assertFalse(any(self.provider[name] for name in secrets))

    def test_another_key_than_the_accounts_is_told(self):
        self.provider.square_access_token = "EAAA_other"
        reply = self.pay(self.intent(self.open_order(), method=NONCE))
        refused = self.assertFailure(reply, 502, "gateway_refused")
        self.assertEqual(refused["details"]["gatewayCode"], "gateway_key")

    def test_signed_events_are_taken_in_once(self):
        payment, _ = self.begin(captureMethod="manual")
        [kept] = self.square.payments.values()
        event = self.event(kept)
        forged = (
            {"signature": ""}, {"signature": "é"}, {"signature": "AAAA"}, {"key": "guessed"},
        )  # fmt: skip
        for wrong in forged:
            with self.subTest(wrong):
                self.assertEqual(self.tell(event, **wrong), (400, 0))
        self.assertEqual(self.tell(event), (200, 1))
        self.assertEqual(self.tell(event), (200, 1))
        kept["status"] = "COMPLETED"  # by somebody in Square's dashboard
        inbox = self.env["fynlo.payment.event"].sudo()
        found = inbox.search([("event_id", "=", event["event_id"])])._fynlo_find_payment()
        outcome = found.provider_id._fynlo_gateway().read_intent(kept["id"])
        self.assertTrue(found._fynlo_settle(outcome, found.fynlo_change_count))
        found._fynlo_book()
        data = self.assertSuccess(self.api("GET", f"/payments/{payment}", token=self.token))
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
        self.provider.square_signature_key = False
        self.assertEqual(self.tell(self.event(kept)), (400, 0))

    def test_a_signed_body_of_another_shape_is_refused_and_not_kept(self):
        good = {"event_id": "sq-1", "type": "refund.updated",
                "data": {"object": {"refund": {"id": "r-1"}}}}  # fmt: skip
        bodies = [{**good, "type": None}, {**good, "data": []}, {**good, "event_id": 7}]
        bodies += [{**good, "event_id": "x" * 1_000_000}]
        bodies += [{**good, "data": {"object": {"refund": value}}} for value in ([], {}, {"id": 1})]
        for body in bodies:
            with self.subTest(str(body)[:80]):
                self.assertEqual(self.tell(body), (400, 0))
        self.assertEqual(self.tell(good), (200, 1))

    def test_an_event_finds_its_payment_whoever_shares_the_account(self):
        _, data = self.begin(captureMethod="manual")
        [kept] = self.square.payments.values()
        twin = self.provider.copy({"company_id": self.company.id, "sequence": -1})
        names = ("square_access_token", "square_location", "square_signature_key")
        twin.write({**{name: self.provider[name] for name in names}, "state": "test"})
        self.provider.state = "disabled"  # while the guest pays
        event = self.event(kept)
        self.assertEqual(self.tell(event), (200, 1))
        found = self.env["fynlo.payment.event"].search([("event_id", "=", event["event_id"])])
        self.assertEqual(found.provider_id, self.provider)
        kept["status"] = "COMPLETED"
        self.patch(fynlo_payment_event_job, "carry_out", carry_out_here)
        self.patch(fynlo_payment_event_job, "ask_at_once", lambda _env, laters: laters)
        found._fynlo_apply(set())
        self.assertTrue(found.processed_at)
        payment = found._fynlo_find_payment()
        self.assertEqual((payment.fynlo_uuid, payment.fynlo_state), (data["id"], "succeeded"))
        nobodys = self.event({"id": None, "reference_id": None})
        self.assertEqual(self.tell(nobodys), (200, 1))

    def test_one_that_is_switched_off_stays_where_it_was(self):
        """What was paid before is not in the sandbox."""
        for state in ("enabled", "test"):
            with self.subTest(state):
                self.provider.state = state
                self.provider.flush_recordset()
                self.provider.state = "disabled"
                account = self.provider._fynlo_gateway()._account
                self.assertEqual(account.is_live, state == "enabled")

    def test_health(self):
        token = self.token_for(self.sue, self.corner_device)
        for field, has_key, has_events in (
            (None, True, True),
            ("square_signature_key", True, False),
            ("square_access_token", False, False),
        ):
            if field:
                query = SQL("UPDATE payment_provider SET %s = NULL", SQL.identifier(field))
                self.env.cr.execute(query)
                self.env.invalidate_all()
            data = self.assertSuccess(self.api("GET", "/payments/health", token=token))
            [told] = data["providers"]
            self.assertEqual((told["hasKey"], told["hasWebhookSecret"]), (has_key, has_events))
            self.assertEqual(data["status"], "degraded" if field else "ok")
