"""PayPal over Odoo's own provider: the guest approves an order, the till has it captured."""

from unittest.mock import patch

from odoo.addons.payment.models.payment_provider import PaymentProvider
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from requests import HTTPError, Response

from .test_gateways_http import GatewayCase


@tagged("post_install", "-at_install")
class TestPaypal(GatewayCase):
    """Orders as in PayPal's reference, kept by :meth:`answer`."""

    def setUp(self):
        super().setUp()
        self.use("paypal", paypal_email_account="a@b.example", paypal_client_id="x")
        self.orders, self.asked, self.captured_as = {}, [], "COMPLETED"
        case = self

        def send(_self, method, endpoint, **asked):
            case.asked.append((method, endpoint, asked.get("idempotency_key")))
            return case.answer(method, endpoint, asked.get("json"))

        patcher = patch.object(PaymentProvider, "_send_api_request", send)
        patcher.start()
        self.addCleanup(patcher.stop)

    def answer(self, method, endpoint, body):
        parts = endpoint.split("/")
        if method == "POST" and parts[-1] == "orders":
            id_ = f"5O190127TN36471{5 + len(self.orders)}T"
            self.orders[id_] = {"id": id_, "status": "CREATED", **body}
            return self.orders[id_]
        order = self.orders[parts[4]]
        if parts[-1] == "capture":
            if order["status"] != "APPROVED":
                return self.refuse(422, "ORDER_NOT_APPROVED")
            if self.captured_as == "INSTRUMENT_DECLINED":
                return self.refuse(422, self.captured_as)
            order["status"] = "COMPLETED"
            unit = order["purchase_units"][0]
            capture = {"id": "3C679366HH908993F", "status": self.captured_as}
            capture["amount"] = unit["amount"]
            unit["payments"] = {"captures": [capture]}
        return order

    def refuse(self, status, issue):
        """Raise what Odoo makes of an answer that refuses."""
        response = Response()
        response.status_code = status
        response._content = b'{"details": [{"issue": "%s"}]}' % issue.encode()
        try:
            raise HTTPError(response=response)
        except HTTPError:
            raise ValidationError("The payment provider rejected the request.") from None

    def begin(self):
        """Begin a payment that the guest approves; return its body."""
        body = self.intent(self.open_order())
        del body["paymentMethod"]
        data = self.assertSuccess(self.pay(body), 201)
        self.orders[data["clientSecret"]]["status"] = "APPROVED"
        return body

    def posts(self):
        return len([method for method, *_ in self.asked if method == "POST"])

    def test_what_was_declined_is_let_go(self):
        for captured_as in ("DECLINED", "FAILED"):
            with self.subTest(captured_as):
                self.captured_as = captured_as
                body = self.begin()
                self.assertFailure(self.step(body["id"], "confirm"), 402, "card_declined")
                self.assertEqual(self.look(body), "declined")
                posts = self.posts()
                data = self.assertSuccess(self.step(body["id"], "cancel"))
                self.assertEqual((data["state"], self.posts()), ("canceled", posts))
                self.assertFailure(self.step(body["id"], "confirm"), 409, "payment_state")

    def test_what_was_taken_stays_so_whatever_came_before_and_since(self):
        for statuses in (("DECLINED", "COMPLETED"), ("REFUNDED",), ("PARTIALLY_REFUNDED",)):
            with self.subTest(statuses):
                body = self.begin()
                [order] = list(self.orders.values())[-1:]
                unit, order["status"] = order["purchase_units"][0], "COMPLETED"
                captures = [{"status": each, "amount": unit["amount"]} for each in statuses]
                unit["payments"] = {"captures": captures}
                self.assertEqual(self.look(body), "succeeded")

    def test_a_guest_may_take_another_card_after_a_decline(self):
        body = self.begin()
        self.captured_as = "INSTRUMENT_DECLINED"
        declined = self.assertFailure(self.step(body["id"], "confirm"), 402, "card_declined")
        self.assertEqual(declined["details"]["declineCode"], "instrument_declined")
        self.captured_as = "COMPLETED"
        data = self.assertSuccess(self.step(body["id"], "confirm"))
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))

    def test_what_came_over_paypal_goes_back_otherwise(self):
        body = self.begin()
        self.assertSuccess(self.step(body["id"], "confirm"))
        posts = self.posts()
        self.refuse_refund(body, "full", amount=275)
        self.refuse_refund(body, "partial", amount=100)
        self.assertEqual(self.posts(), posts)

    def test_another_account_is_asked_for_nothing(self):
        body = self.intent(self.open_order())
        del body["paymentMethod"]
        with patch.object(type(self), "answer", side_effect=ValidationError("No connection.")):
            self.assertSuccess(self.pay(body), 201)
        told = self.repeat_with(body, self.posts, paypal_client_id="another")
        self.assertEqual((told["state"], len({key for *_, key in self.asked if key})),
                         ("requires_action", 1))  # fmt: skip

    def test_a_guest_pays_with_paypal(self):
        order = self.open_order()
        body = self.intent(order, method=None)
        del body["paymentMethod"]
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["nextAction"]), ("requires_action", "paypal_order"))
        [made] = self.orders.values()
        self.assertEqual(data["clientSecret"], made["id"])
        unit = made["purchase_units"][0]
        self.assertEqual(unit["amount"], {"currency_code": "USD", "value": "2.75"})
        self.assertEqual(unit["custom_id"], body["id"])
        refused = self.assertFailure(self.step(body["id"], "confirm"), 502, "gateway_refused")
        self.assertEqual(refused["details"]["gatewayCode"], "ORDER_NOT_APPROVED")
        made["status"] = "APPROVED"
        data = self.assertSuccess(self.step(body["id"], "confirm"))
        self.assertEqual(
            (data["state"], data["captured"], data["booked"]), ("succeeded", 275, True)
        )
        keys = [key for method, _, key in self.asked if method == "POST"]
        self.assertEqual(len(set(keys)), 3)
        self.assertTrue(all(keys))

    def test_a_lost_answer_and_one_that_is_given_up(self):
        body = self.intent(self.open_order(), method=None)
        del body["paymentMethod"]
        with patch.object(type(self), "answer", side_effect=ValidationError("No connection.")):
            data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], self.orders), ("unknown", {}))
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual(data["state"], "requires_action")
        self.assertEqual(self.asked[0][2], self.asked[1][2])
        self.assertEqual(self.assertSuccess(self.step(body["id"], "cancel"))["state"], "canceled")
        gateway = self.card.sudo().fynlo_provider_id._fynlo_gateway()
        self.assertEqual(gateway.refund("x", {}, "").code, "capability_not_supported")
        self.orders["5O190127TN364715T"]["status"] = "APPROVED"
        self.assertFailure(self.step(body["id"], "confirm"), 409, "payment_state")

    def test_what_is_no_whole_answer_tells_nothing(self):
        body = self.intent(self.open_order())
        del body["paymentMethod"]
        with patch.object(type(self), "answer", return_value={"status": "CREATED"}):
            self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "requires_action")

    def test_health(self):
        token = self.token_for(self.sue, self.corner_device)
        provider = self.card.sudo().fynlo_provider_id
        for secret, status in ((False, "degraded"), ("s", "ok")):
            provider.paypal_client_secret = secret
            data = self.assertSuccess(self.api("GET", "/payments/health", token=token))
            [told] = data["providers"]
            facts = data["status"], told["hasKey"], told["hasWebhookSecret"]
            self.assertEqual(facts, (status, bool(secret), True))
