"""What the client of Stripe makes of answers, against the peer: no database takes part."""

from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from stripe.params import PaymentIntentCreateParams

from ..clients import stripe_calls
from ..clients.deadline import within
from ..clients.stripe_gateway import StripeAccount, StripeGateway, verify_event
from ..engine.gateway_amounts import AmountError, from_stripe, to_stripe
from ..engine.outcome import Outcome, conclude
from .peers.stripe_events import sign
from .peers.stripe_server import StripePeer

CREATE = "POST /v1/payment_intents$"


@tagged("post_install", "-at_install")
class TestGatewayAnswers(BaseCase):
    def setUp(self):
        super().setUp()
        self.peer = StripePeer()
        self.addCleanup(self.peer.close)
        self.gateway = self.gateway_of()
        self.startPatcher(patch.object(stripe_calls, "PAUSES_S", (0, 0)))

    def gateway_of(self, key=None, **decimals):
        return StripeGateway(StripeAccount(key or self.peer.key, self.peer.url, decimals))

    def create(self, gateway=None, key="one", **extra):
        params = {
            "amount": 500, "currency": "USD", "channel": "online", "capture_method": "manual",
            "reference": "FYN-1", "metadata": {"fynlo_payment": "p1"},
            "payment_method": "pm_card_visa", **extra,
        }  # fmt: skip
        return (gateway or self.gateway).create_intent(params, key)

    def test_only_what_the_version_knows_is_asked(self):
        known = PaymentIntentCreateParams.__annotations__
        for channel, type_ in (("online", "card"), ("card_present", "card_present")):
            with self.subTest(channel):
                self.assertEqual(self.create(key=channel, channel=channel).state, "authorized")
                asked = self.peer.requests[-1][2]
                self.assertLessEqual(set(asked), set(known))
                self.assertEqual(asked["allowed_payment_method_types"], {"0": type_})

    def test_a_refusal_of_the_first_try_means_that_nothing_was_done(self):
        self.peer.fail(CREATE, "401")
        outcome = self.create()
        self.assertEqual((outcome.kind, outcome.code), ("failed", "gateway_key"))
        self.peer.fail(CREATE, "400")
        self.assertEqual(self.create(key="two").kind, "failed")

    def test_a_refusal_after_a_lost_try_tells_nothing(self):
        for number, status in enumerate(("401", "403", "400", "404")):
            with self.subTest(status):
                self.peer.faults.clear()
                self.peer.fail(CREATE, "drop_after")
                self.peer.fail(CREATE, status)
                outcome = self.create(key=str(number))
                self.assertEqual(outcome.kind, "unknown")
                self.assertEqual(self.create(key=str(number)).state, "authorized")

    def test_what_is_no_whole_answer_tells_nothing(self):
        create = self.peer.objects.create_intent

        def create_without(params):
            return {name: value for name, value in create(params).items() if name != "status"}

        with patch.object(self.peer.objects, "create_intent", create_without):
            outcome = self.create(key="half")
        self.assertEqual((outcome.kind, outcome.code), ("unknown", "bad_answer"))
        odd = self.create(self.gateway_of(ISK=0), "odd", currency="ISK", payment_method=None)
        self.peer.objects.find("payment_intent", odd.values["ref"])["amount"] = 50001
        declined = {"payment_method": "pm_card_chargeDeclined"}
        outcome = self.gateway_of(ISK=0).confirm_intent(odd.values["ref"], declined, "c")
        self.assertEqual((outcome.kind, outcome.code), ("unknown", "amount_invalid"))

    def test_a_key_that_cannot_be_sent_charges_nobody(self):
        outcome = self.create(self.gateway_of("sk_test_\nx"))
        self.assertEqual((outcome.kind, outcome.code), ("failed", "gateway_key"))
        self.assertEqual(self.peer.requests, [])

    def test_a_gateway_that_drips_is_not_waited_for(self):
        self.peer.fail(CREATE, "slow", seconds=0.5)
        with (
            patch.object(stripe_calls, "DEADLINE_S", 0.1),
            patch.object(stripe_calls, "PAUSES_S", ()),
        ):
            outcome = self.create()
        self.assertEqual((outcome.kind, outcome.is_away), ("unknown", True))
        with self.assertRaises(ZeroDivisionError):
            within(1, lambda: 1 / 0)

    def test_no_failed_read_tells_anything(self):
        ref = self.create().values["ref"]
        for status in ("400", "401", "403", "404", "409", "429", "500"):
            with self.subTest(status):
                self.peer.faults.clear()
                self.peer.fail("GET", status, times=3)
                self.assertEqual(self.gateway.read_intent(ref).kind, "unknown")
        self.peer.faults.clear()
        self.assertEqual(self.gateway.read_intent("pi_nobody").kind, "unknown")
        self.assertEqual(self.gateway.read_intent(ref).state, "authorized")

    def test_a_payment_is_found_by_its_id(self):
        self.assertEqual(self.gateway.find_intent("p1").kind, "absent")
        ref = self.create().values["ref"]
        found = self.gateway.find_intent("p1")
        self.assertEqual((found.values["ref"], found.state), (ref, "authorized"))
        self.assertEqual(self.gateway_of("sk_wrong").find_intent("p1").kind, "unknown")

    def test_what_is_not_as_thought_is_told_with_the_refusal(self):
        ref = self.create().values["ref"]
        self.peer.objects.capture_intent(ref, {})
        outcome = self.gateway.capture_intent(ref, {"amount": 500, "currency": "USD"}, "c")
        self.assertEqual((outcome.kind, outcome.values["state"]), ("failed", "succeeded"))

    def test_who_is_away_and_who_only_does_not_know(self):
        for kind, is_away in (("drop_before", True), ("500", True), ("409", False)):
            with self.subTest(kind):
                self.peer.faults.clear()
                self.peer.fail(CREATE, kind, times=3)
                self.assertEqual(self.create(key=kind).is_away, is_away)

    def test_an_operation_that_is_not_asked_again_ends_as_its_payment_is(self):
        for kind, state, ends in (
            ("capture", "succeeded", "succeeded"),
            ("capture", "authorized", "failed"),
            ("cancel", "canceled", "canceled"),
            ("cancel", "authorized", "failed"),
            ("create", "authorized", "authorized"),
            ("confirm", "declined", "declined"),
        ):
            with self.subTest(f"{kind} {state}"):
                read = Outcome("answered", {"state": state})
                self.assertEqual(conclude(kind, read).state, ends)

    # --- Minor units

    def test_amounts_are_converted_at_the_edge(self):
        for currency, decimals, minor, told in (
            ("USD", 2, 275, 275), ("JPY", 0, 275, 275), ("ISK", 0, 500, 50000),
            ("UGX", 0, 7, 700), ("KWD", 3, 1230, 1230), ("TND", 2, 123, 1230), ("MGA", 2, 500, 5),
        ):  # fmt: skip
            with self.subTest(currency):
                self.assertEqual(to_stripe(minor, currency, decimals), told)
                self.assertEqual(from_stripe(told, currency.lower(), decimals), minor)
        for wrong in ((501, "MGA", 2), (5, "XOF", 2)):
            self.assertRaises(AmountError, to_stripe, *wrong)

    def test_the_gateway_is_asked_in_its_units_and_told_in_ours(self):
        gateway = self.gateway_of(ISK=0, MGA=2)
        outcome = self.create(gateway, currency="ISK")
        self.assertEqual(self.peer.requests[-1][2]["amount"], "50000")
        self.assertEqual((outcome.values["amount"], outcome.values["capturable"]), (500, 500))
        params = {"amount": 300, "currency": "ISK"}
        taken = gateway.capture_intent(outcome.values["ref"], params, "c")
        self.assertEqual(
            (taken.values["received"], self.peer.objects.balance()["isk"]), (300, 30000)
        )
        asked = len(self.peer.requests)
        refused = self.create(gateway, "odd", currency="MGA", amount=501)
        self.assertEqual((refused.kind, refused.code), ("failed", "amount_invalid"))
        self.assertEqual(len(self.peer.requests), asked)

    # --- Signatures

    def test_signatures(self):
        payload = '{"id": "evt_1"}'
        good = sign(payload, ["whsec_a"])
        for name, signature, expected in (
            ("one", good, True),
            ("two while a secret rolls", sign(payload, ["whsec_old", "whsec_a"]), True),
            ("missing", "", False),
            ("another's", sign(payload, ["whsec_b"]), False),
            ("old", sign(payload, ["whsec_a"], at=1_700_000_000), False),
            ("from the future", sign(payload, ["whsec_a"], at=4_000_000_000), False),
            ("no ASCII", f"{good}é", False),
            ("no ASCII mark", "t=1,v1=é", False),
            ("no time", "v1=00", False),
        ):
            with self.subTest(name):
                self.assertEqual(verify_event(payload.encode(), signature, "whsec_a"), expected)
        self.assertFalse(verify_event(b"\xff", good, "whsec_a"))
