import base64
import hashlib
import json
import logging
import os
from datetime import datetime, timedelta, timezone
from unittest.mock import patch
from uuid import UUID, uuid4

from odoo.tests import tagged

from ..schemas.apple_pay import ApplePaySheetCreate
from .apple_case import ApplePayCase, make_certificate
from .peers.apple_ca import CARD, AppleAuthority

_DECRYPT = {"FYNLO_APPLE_PAY_DECRYPT": "1"}
_PK_TOKEN = {"FYNLO_APPLE_PAY_PK_TOKEN": "1"}


@tagged("post_install", "-at_install")
class TestApplePay(ApplePayCase):
    # --- The sheet

    def test_the_sheet_is_built_from_the_order(self):
        lines = [self.line(self.coffee, 2), self.line(self.cake)]
        order = self.open_order(lines=lines)
        data = self.assertSuccess(self.sheet(order))
        self.assertEqual((data["orderId"], data["amount"], data["currency"]), (order, 990, "USD"))
        sheet = data["paymentRequest"]
        coffee, cake = self.coffee.display_name, self.cake.display_name
        self.assertEqual(
            sheet,
            {
                "merchantIdentifier": "merchant.example.fynlo",
                "countryCode": "US",
                "currencyCode": "USD",
                "supportedNetworks": ["amex", "masterCard", "visa"],
                "merchantCapabilities": ["supports3DS"],
                "lineItems": [
                    {"label": f"2 × {coffee}", "amount": "5.50", "type": "final"},
                    {"label": cake, "amount": "4.40", "type": "final"},
                ],
                "total": {"label": "O'Brien's Bistro", "amount": "9.90", "type": "final"},
                "applicationData": base64.b64encode(
                    hashlib.sha256(order.encode()).digest()
                ).decode(),
                "requiredBillingContactFields": [],
                "requiredShippingContactFields": [],
                "shippingType": "storePickup",
                "shippingMethods": [],
            },
        )

    def test_the_sheet_of_a_part(self):
        order = self.open_order()
        sheet = self.assertSuccess(self.sheet(order, amount=100))["paymentRequest"]
        self.assertEqual(sheet["total"]["amount"], "1.00")
        self.assertEqual([each["amount"] for each in sheet["lineItems"]], ["2.75", "-1.75"])
        envelope = self.assertFailure(self.sheet(order, amount=276), 422, "amount_too_large")
        self.assertEqual(envelope["details"], {"due": 275})
        self.assertFailure(self.sheet(order, amount=0), 422, "invalid_fields", ["amount"])
        self.assertFailure(self.sheet(str(uuid4())), 404, "not_found")

    def test_a_tip_comes_on_top(self):
        self.till.store.write({"iface_tipproduct": True})
        order = self.open_order()
        data = self.assertSuccess(self.sheet(order, tip=50))
        self.assertEqual((data["amount"], data["tip"]), (275, 50))
        sheet = data["paymentRequest"]
        self.assertEqual(sheet["lineItems"][-1]["amount"], "0.50")
        self.assertEqual(sheet["total"]["amount"], "3.25")
        body = self.process_body(order, self.mint(order, amount=325), tip=50)
        with patch.dict(os.environ, _DECRYPT):
            data = self.assertSuccess(self.process(body), 201)
        self.assertEqual((data["captured"], data["booked"]), (325, True))
        self.assertEqual(self.read_order(order)["total"], 325)

    def test_no_sheet_of_a_finished_order(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        self.assertFailure(self.sheet(body["id"]), 409, "illegal_transition")

    def test_without_a_merchant(self):
        order = self.open_order()
        token = self.mint(order)
        self.merchant.active = False
        self.assertFailure(self.sheet(order), 422, "apple_pay_not_configured")
        reply = self.process(self.process_body(order, token))
        self.assertFailure(reply, 422, "apple_pay_not_configured")
        self.merchant.active = True
        self.provider.state = "disabled"
        self.assertFailure(self.sheet(order), 422, "apple_pay_not_configured")

    # --- Paying

    def test_a_token_pays_the_order(self):
        order = self.open_order()
        body = self.process_body(order)
        data = self.assertSuccess(self.process(body), 201)
        self.assertEqual(
            (data["id"], data["state"], data["channel"], data["captured"], data["booked"]),
            (body["id"], "succeeded", "apple_pay", 275, True),
        )
        self.assertEqual(self.read_order(order)["paymentState"], "paid")
        use = self.env["fynlo.apple.pay.token"].search([("payment_uuid", "=", body["id"])])
        self.assertEqual(use.transaction_ref, body["token"]["transactionIdentifier"].lower())
        self.assertEqual((use.order_id.uuid, use.merchant_id), (order, self.merchant))

    def test_it_charges_through_the_provider_that_the_merchant_names(self):
        other = self.provider.copy({"company_id": self.company.id})
        keys = {"stripe_secret_key": "sk_test_other", "stripe_publishable_key": "pk_test_other"}
        other.write({**keys, "state": "test"})
        order = self.open_order()
        token = self.mint(order)
        self.merchant.provider_id = other
        body = self.process_body(order, token)
        self.assertFailure(self.process(body), 422, "payments_not_configured")

    def test_the_same_command_again_is_the_same_payment(self):
        """Also when its token is too old by then."""
        order = self.open_order()
        body = self.process_body(order)
        before = self.peer.objects.balance().get("usd", 0)
        first = self.assertSuccess(self.process(body), 201)
        with patch("odoo.addons.fynlo_payments.engine.apple_pay_token.WINDOW", timedelta(0)):
            self.assertEqual(self.assertSuccess(self.process(body), 201), first)
        self.assertEqual(self.peer.objects.balance()["usd"] - before, 275)
        other = {**body, "amount": 100}
        self.assertFailure(self.process(other), 409, "idempotency_conflict")

    def test_a_token_is_used_once(self):
        order = self.open_order(lines=[self.line(self.coffee, 2)])
        token = self.mint(order)
        self.assertSuccess(self.process(self.process_body(order, token)), 201)
        asked = len(self.peer.requests)
        again = self.process_body(order, token)
        self.assertFailure(self.process(again), 409, "apple_pay_token_used")
        token["paymentData"]["header"]["transactionId"] = token["transactionIdentifier"]
        again = self.process_body(order, token)  # in other letters it is the same
        self.assertFailure(self.process(again), 409, "apple_pay_token_used")
        self.assertEqual(len(self.peer.requests), asked)

    def test_a_refused_payment_leaves_the_token_unused(self):
        order = self.open_order()
        token = self.mint(order)
        reply = self.process(self.process_body(order, token, amount=276))
        self.assertFailure(reply, 422, "amount_too_large")
        self.assertSuccess(self.process(self.process_body(order, token)), 201)

    def test_a_declined_card_tries_again_with_another_token(self):
        order = self.open_order()
        body = self.process_body(order, paymentMethod="pm_card_chargeDeclined")
        self.assertFailure(self.process(body), 402, "card_declined")
        self.assertSuccess(self.process(self.process_body(order)), 201)

    # --- Tokens that are not believed

    def assertTokenRefused(self, reason, order, token):
        asked = len(self.peer.requests)
        envelope = self.assertFailure(
            self.process(self.process_body(order, token)), 422, "apple_pay_token"
        )
        self.assertEqual(envelope["details"], {"reason": reason})
        self.assertEqual(len(self.peer.requests), asked)
        self.assertEqual(self.read_order(order)["paymentState"], "unpaid")
        uses = self.env["fynlo.apple.pay.token"].search_count([("order_id.uuid", "=", order)])
        self.assertEqual(uses, 0)

    def test_tokens_that_are_not_believed(self):
        order = self.open_order()
        now = datetime.now(timezone.utc)
        stranger = AppleAuthority()
        public = base64.b64decode(self.processing.public_key)
        cases = {
            "chain": {"paymentData": stranger.mint(order, public, "merchant.example.fynlo")},
            "application_data": self.mint(str(uuid4())),
            "signing_time": self.mint(order, signed_at=now - timedelta(minutes=6)),
            "transaction_id": {**self.mint(order), "transactionIdentifier": "ab" * 32},
        }
        for reason, token in cases.items():
            with self.subTest(reason):
                self.assertTokenRefused(reason, order, token)
        token = self.mint(order)
        data = base64.b64encode(os.urandom(64)).decode()
        token["paymentData"]["data"] = data
        self.assertTokenRefused("digest", order, token)

    def test_a_key_of_nobody_here(self):
        order = self.open_order()
        token = self.mint(order)
        self.processing.active = False
        self.assertTokenRefused("public_key_hash", order, token)

    def test_two_keys_while_one_is_replaced(self):
        second = make_certificate(self.apple, self.merchant, "processing")
        self.assertNotEqual(second.public_key_hash, self.processing.public_key_hash)
        for key in (self.processing, second):
            order = self.open_order()
            token = self.mint(order, key=key)
            self.assertSuccess(self.process(self.process_body(order, token)), 201)

    def test_every_bad_field_is_named(self):
        body = self.process_body(self.open_order())
        body |= {"amount": 0, "paymentMethod": "4242", "more": 1}
        body["token"]["paymentData"]["version"] = "EC_v2"
        body["token"]["paymentData"]["signature"] = "no base64 ☃"
        body["token"]["paymentData"]["header"] = {"publicKeyHash": "x", "transactionId": "zz"}
        place = "token.paymentData"
        fields = ["amount", "paymentMethod", "more", f"{place}.version", f"{place}.signature"]
        fields += [f"{place}.header.publicKeyHash", f"{place}.header.transactionId"]
        self.assertFailure(self.process(body), 422, "invalid_fields", fields)

    # --- Stripe makes the payment method

    def test_without_a_payment_method_it_has_to_be_switched_on(self):
        order = self.open_order()
        body = self.process_body(order, paymentMethod=None)
        self.assertFailure(self.process(body), 422, "invalid_fields", ["paymentMethod"])
        self.assertSuccess(self.process({**body, "paymentMethod": "pm_card_visa"}), 201)

    def test_stripe_makes_the_payment_method(self):
        order = self.open_order()
        body = self.process_body(order, paymentMethod=None)
        asked = len(self.peer.requests)
        with patch.dict(os.environ, _PK_TOKEN):
            data = self.assertSuccess(self.process(body), 201)
            again = self.assertSuccess(self.process(body), 201)
        self.assertEqual((data["state"], data["booked"], again), ("succeeded", True, data))
        calls = self.peer.requests[asked:]
        self.assertEqual(
            [path for _method, path, _params, _headers in calls],
            ["/v1/tokens", "/v1/payment_methods", "/v1/payment_intents"],
        )
        sent = calls[0][2]
        self.assertEqual(json.loads(sent.pop("pk_token")), body["token"]["paymentData"])
        self.assertEqual(
            sent,
            {
                "pk_token_instrument_name": "Visa 0326",
                "pk_token_payment_network": "Visa",
                "pk_token_transaction_id": body["token"]["transactionIdentifier"],
            },
        )

    def test_a_token_that_stripe_does_not_take(self):
        order = self.open_order()
        body = self.process_body(order, paymentMethod=None)
        self.peer.fail("POST /v1/payment_methods$", "400")
        with patch.dict(os.environ, _PK_TOKEN):
            self.assertFailure(self.process(body), 502, "gateway_refused")
            self.assertEqual(self.read_order(order)["paymentState"], "unpaid")
            self.assertSuccess(self.process(body), 201)  # nothing was charged: go on

    # --- What is sealed

    def test_the_sealed_amount_is_compared_where_that_is_on(self):
        order = self.open_order()
        with patch.dict(os.environ, _DECRYPT):
            self.assertTokenRefused("amount", order, self.mint(order, amount=274))
            self.assertTokenRefused("currency", order, self.mint(order, currency=978))
            self.assertSuccess(self.process(self.process_body(order)), 201)

    def test_by_default_nothing_is_opened(self):
        order = self.open_order()
        with patch(
            "odoo.addons.fynlo_payments.models.fynlo_apple_pay_process.read_sealed_amount"
        ) as opened:
            token = self.mint(order, amount=1)
            self.assertSuccess(self.process(self.process_body(order, token)), 201)
        opened.assert_not_called()

    def test_what_was_opened_is_nowhere(self):
        """Neither in a log, at any level, nor in a table that a payment is written to."""
        order = self.open_order()
        heard = []
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: heard.append(record.getMessage() + repr(record.exc_info))
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        self.addCleanup(root.removeHandler, handler)
        self.addCleanup(root.setLevel, level)
        root.setLevel(logging.DEBUG)
        with patch.dict(os.environ, _DECRYPT):
            self.assertTokenRefused("amount", order, self.mint(order, amount=1))
            body = self.process_body(order)
            self.assertSuccess(self.process(body), 201)
        root.setLevel(level)
        self.assertTrue(heard)
        self.assertFalse([each for each in heard if CARD in each])
        self.env.flush_all()
        for table in ("fynlo_payment_operation", "fynlo_apple_pay_token", "payment_transaction",
                      "fynlo_audit", "pos_payment"):  # fmt: skip
            self.env.cr.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s",
                                [f"%{CARD}%"])  # fmt: skip
            self.assertEqual(self.env.cr.fetchone(), (0,), table)

    # --- Cost

    def test_what_a_sheet_costs(self):
        order = self.open_order(lines=[self.line(self.coffee), self.line(self.cake)])
        env = self.env_as(self.ada, device=self.corner_device)
        command = ApplePaySheetCreate.model_validate({"orderId": UUID(order)})
        env.invalidate_all()
        env["fynlo.apple.pay"]._fynlo_make_sheet(command)
        env.invalidate_all()
        with self.assertQueryCount(12):
            env["fynlo.apple.pay"]._fynlo_make_sheet(command)

    # --- Whose a domain is

    def test_the_file_of_a_domain(self):
        path = "/.well-known/apple-developer-merchantid-domain-association"
        name = self.merchant.domain_ids.name
        for host in (name, name.upper(), f"{name}:8443"):
            reply = self.url_open(path, headers={"Host": host}, allow_redirects=False)
            self.assertEqual((reply.status_code, reply.text), (200, "7B22\n"), host)
            self.assertEqual(reply.headers["Content-Type"], "text/plain; charset=utf-8")
        stripes = self.url_open(path)
        self.assertEqual((stripes.status_code, len(stripes.text)), (200, 9114))
        self.merchant.active = False
        other = self.url_open(path, headers={"Host": name})
        self.assertEqual(other.text, stripes.text)
