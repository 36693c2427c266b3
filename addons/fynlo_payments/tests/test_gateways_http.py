"""Gateways of Odoo's own providers, with answers as they give them."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.payment.models.payment_provider import PaymentProvider
from odoo.addons.payment_authorize.models.authorize_request import AuthorizeAPI
from odoo.sql_db import db_connect
from odoo.tests import tagged
from requests import HTTPError

from ..exceptions import CapabilityNotSupportedError
from .common import PaymentCase

_NONCE = "eyJjb2RlIjoiNTBfMl8wNjAwMDUyN0"


class GatewayCase(PaymentCase):
    def use(self, code, **vals):
        """Let the store's card method go over another provider; return it."""
        provider = self.env.ref(f"payment.payment_provider_{code}").copy(
            {"company_id": self.company.id}
        )
        # What tests with real connections have left does not decide which methods may be on.
        self.env.cr.execute("UPDATE payment_provider SET capture_manually = false")
        self.env.invalidate_all()
        provider.write({**vals, "state": "test"})
        self.env.cr.execute(
            "UPDATE pos_payment_method SET fynlo_provider_id = %s WHERE id = %s",
            [provider.id, self.card.id],
        )
        self.env.invalidate_all()
        return provider

    def look(self, body):
        """Write down what the gateway tells of a payment now; return the payment's state."""
        payment = self.env["payment.transaction"].search([("fynlo_uuid", "=", body["id"])])
        outcome = payment.provider_id._fynlo_gateway().read_intent(payment.provider_reference)
        self.assertEqual(outcome.kind, "answered")
        self.assertTrue(payment._fynlo_settle(outcome, payment.fynlo_change_count))
        return payment.fynlo_state

    def repeat_with(self, body, charges, **account):
        """Ask again for a payment whose answer was lost, while its provider has another account.

        :param charges: returns how often the gateway was asked to charge; it must not be
        :return: what is told of it once the provider has its own account again
        """
        provider = self.card.sudo().fynlo_provider_id
        own, asked = {name: provider[name] for name in account}, charges()
        provider.write(account)
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
        operation = self.env["fynlo.payment.operation"].search([("fynlo_uuid", "=", body["id"])])
        operation.asked_at -= timedelta(hours=2)  # what is not found is believed by then
        operation._fynlo_record(operation._fynlo_make_question()())
        self.assertEqual((operation.state, charges()), ("unknown", asked))
        provider.write(own)
        return self.assertSuccess(self.pay(body), 201)

    def refuse_refund(self, body, wanted, **extra):
        """Check that a gateway that cannot give it back so is not asked to."""
        gateway = self.card.sudo().fynlo_provider_id.code
        supervisor = self.token_for(self.sue, self.corner_device)
        for path in (f"/payments/{body['id']}/refunds", f"/orders/{body['orderId']}/refunds"):
            asked = {"id": str(uuid4()), "reason": "cold", **extra}
            reply = self.post(asked, supervisor, path)
            details = self.assertFailure(reply, 409, "capability_not_supported")["details"]
            facts = {"gateway": gateway, "capability": "refunds", "wanted": wanted}
            self.assertEqual(details, facts)
        self.assertFalse(self.env["fynlo.payment.refund"].search([("reason", "=", "cold")]))

    def capabilities(self):
        data = self.assertSuccess(self.api("GET", "/payments/capabilities", token=self.token))
        return {each["name"]: each for each in data["methods"]}


@tagged("post_install", "-at_install")
class TestCapabilities(GatewayCase):
    def test_each_method_tells_what_its_gateway_can(self):
        told = self.capabilities()
        cash, card = told["Cash"], told["Card"]
        self.assertEqual((cash["gateway"], cash["channels"]), (None, []))
        self.assertEqual(card["channels"], ["online", "apple_pay", "card_present"])
        self.assertEqual((card["partialCapture"], card["refunds"]), (True, "partial"))
        self.use("paypal", paypal_email_account="a@b.example", paypal_client_id="x")
        card = self.capabilities()["Card"]
        facts = (card["captureMethods"], card["refunds"], card["clientAction"], card["savedCards"])
        self.assertEqual(facts, (["automatic"], "none", "paypal_order", False))
        self.use("authorize", authorize_login="a", authorize_transaction_key="b",
                 authorize_signature_key="c", authorize_client_key="d")  # fmt: skip
        card = self.capabilities()["Card"]
        facts = (card["captureMethods"], card["partialCapture"], card["refunds"])
        self.assertEqual(facts, (["automatic", "manual"], False, "full"))
        provider = self.card.sudo().fynlo_provider_id
        provider._fynlo_check_refund(is_partial=False)
        with self.assertRaises(CapabilityNotSupportedError):
            provider._fynlo_check_refund(is_partial=True)
        provider.state = "disabled"
        self.assertIsNone(self.capabilities()["Card"]["gateway"])

    def test_what_a_gateway_cannot_is_refused_before_anything_is_asked(self):
        self.use("paypal", paypal_email_account="a@b.example", paypal_client_id="x")
        order = self.open_order()
        cases = (
            ({"captureMethod": "manual"}, "capture_methods"),
            ({"channel": "apple_pay"}, "channels"),
        )
        with patch.object(PaymentProvider, "_send_api_request") as asked:
            for extra, capability in cases:
                reply = self.pay(self.intent(order, **extra))
                details = self.assertFailure(reply, 409, "capability_not_supported")["details"]
                self.assertEqual(
                    (details["gateway"], details["capability"]), ("paypal", capability)
                )
            card = {"id": str(uuid4()), "method": self.card.fynlo_uuid, "amount": 275}
            tenders = [{**card, "channel": "online"}]
            body = {"id": str(uuid4()), "orderId": order, "tenders": tenders}
            reply = self.post(body, path="/payments/transactions")
            self.assertFailure(reply, 409, "capability_not_supported")
        asked.assert_not_called()
        domain = [("fynlo_order_id.uuid", "=", order)]
        self.assertFalse(self.env["payment.transaction"].search(domain))


@tagged("post_install", "-at_install")
class TestAuthorize(GatewayCase):
    """Transactions as in Authorize.Net's reference, kept by :meth:`answer`."""

    def setUp(self):
        super().setUp()
        self.use("authorize", authorize_login="a", authorize_transaction_key="b",
                 authorize_signature_key="c", authorize_client_key="d")  # fmt: skip
        self.kept, self.given, self.lost, self.declines = {}, [], [], False
        self.asked = []
        case = self

        def send(api, operation, data):
            return case.send(api.name, operation, data)

        patcher = patch.object(AuthorizeAPI, "_make_request", send)
        patcher.start()
        self.addCleanup(patcher.stop)

    def send(self, login, operation, data):
        self.asked.append(operation)
        if login != "a":  # another account has none of these
            return {"transactions": []}
        answer = self.answer(operation, data)
        if operation in self.lost:
            self.lost.remove(operation)
            raise HTTPError(response=None)
        return answer

    def list(self, operation, batch):
        """Return a list as Authorize.Net tells it: what is settled is in the second batch."""
        if operation == "getSettledBatchListRequest":
            return {"batchList": [{"batchId": "1"}, {"batchId": "2"}]}
        wanted = {None: False, "2": True}.get(batch)
        return {"transactions": [
            each for each in self.kept.values()
            if ("settled" in each["transactionStatus"]) is wanted
        ]}  # fmt: skip

    def changes(self):
        return self.asked.count("createTransactionRequest")

    def answer(self, operation, data):
        if "List" in operation:
            return self.list(operation, data.get("batchId"))
        if operation == "getTransactionDetailsRequest":
            return {"transaction": self.kept[data["transId"]]}
        asked = data["transactionRequest"]
        kind, ref = asked["transactionType"], asked.get("refTransId")
        if kind == "voidTransaction" and self.kept[ref]["transactionStatus"] == "declined":
            return {"err_code": "E00027", "err_msg": "The transaction cannot be voided."}
        if kind == "voidTransaction":
            self.kept[ref]["transactionStatus"] = "voided"
        elif kind == "priorAuthCaptureTransaction":
            status = "capturedPendingSettlement"
            self.kept[ref].update(transactionStatus=status, settleAmount=float(asked["amount"]))
        elif kind == "refundTransaction":
            self.given.append((asked["amount"], asked["payment"]["creditCard"]["cardNumber"]))
            ref = f"R{ref}"
            self.kept[ref] = {
                "transId": ref, "transactionStatus": "refundPendingSettlement",
                "settleAmount": float(asked["amount"]), "authAmount": float(asked["amount"]),
                "invoiceNumber": asked["order"]["invoiceNumber"],
            }  # fmt: skip
        elif self.declines:
            errors = [{"errorCode": "2", "errorText": "This transaction has been declined."}]
            return {"transactionResponse": {"responseCode": "2", "transId": "0", "errors": errors}}
        else:
            ref = str(60100000000 + len(self.kept))
            is_auth, amount = kind == "authOnlyTransaction", float(asked["amount"])
            status = "authorizedPendingCapture" if is_auth else "capturedPendingSettlement"
            self.kept[ref] = {
                "transId": ref, "transactionStatus": status, "authAmount": amount,
                "settleAmount": amount, "invoiceNumber": asked["order"]["invoiceNumber"],
            }  # fmt: skip
        return {"transactionResponse": {"responseCode": "1", "transId": ref}}

    def test_a_lost_answer_charges_nothing_twice(self):
        self.lost = ["createTransactionRequest"]
        body = self.intent(self.open_order(), method=_NONCE)
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual(
            (data["state"], data["captured"], data["booked"]), ("succeeded", 275, True)
        )
        self.assertEqual(len(self.kept), 1)

    def test_what_is_settled_meanwhile_is_found(self):
        self.lost = ["createTransactionRequest"]
        body = self.intent(self.open_order(), method=_NONCE)
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
        [made] = self.kept.values()
        made["transactionStatus"] = "settledSuccessfully"
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["captured"]), ("succeeded", 275))
        self.assertEqual(len(self.kept), 1)

    def test_what_is_older_than_the_lists_is_not_believed_to_be_absent(self):
        self.lost = ["createTransactionRequest"]
        self.assertSuccess(self.pay(self.intent(self.open_order(), method=_NONCE)), 201)
        self.kept.clear()  # the lists begin after it
        operation = self.env["fynlo.payment.operation"].search([], limit=1)
        for hours, state in ((80, "unknown"), (70, "failed")):
            operation.flush_recordset()
            self.env.cr.execute(
                """UPDATE fynlo_payment_operation SET create_date = now() - %s * interval '1 h',
                       asked_at = now() - %s * interval '1 h' WHERE id = %s""",
                [hours, hours, operation.id],
            )
            operation.invalidate_recordset()
            operation._fynlo_record(operation._fynlo_make_question()())
            self.assertEqual(operation.state, state)

    def test_while_one_asks_nobody_else_does(self):
        body = self.intent(self.open_order(), method=_NONCE)
        subject = f"fynlo_payments.{body['id']}"
        with db_connect(self.env.cr.dbname).cursor() as other:
            query = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
            other.execute(query, [subject])
            self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
            self.assertEqual(self.kept, {})
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "succeeded")

    def test_authorised_captured_in_full_only_and_let_go(self):
        body = self.intent(self.open_order(), method=_NONCE, captureMethod="manual")
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "authorized")
        reply = self.step(body["id"], "capture", amount=100)
        self.assertFailure(reply, 409, "capability_not_supported")
        self.lost = ["createTransactionRequest"]
        self.step(body["id"], "capture")
        operation = self.env["fynlo.payment.operation"].search([], limit=1)
        self.assertEqual((operation.kind, operation.state), ("capture", "unknown"))
        operation._fynlo_record(operation._fynlo_make_question()())
        self.assertEqual(operation.state, "succeeded")
        other = self.intent(self.open_order(), method=_NONCE, captureMethod="manual")
        self.assertSuccess(self.pay(other), 201)
        self.assertEqual(self.assertSuccess(self.step(other["id"], "cancel"))["state"], "canceled")

    def test_what_is_settled_is_refunded_and_what_is_not_is_voided(self):
        asked = {"amount": 275, "currency": "USD", "metadata": {"fynlo_refund": "r-1"}}
        for status, ended in (("settledSuccessfully", "R{}"), ("capturedPendingSettlement", "{}")):
            with self.subTest(status):
                self.assertSuccess(self.pay(self.intent(self.open_order(), method=_NONCE)), 201)
                [ref] = [each for each in self.kept if not each.startswith("R")][-1:]
                self.kept[ref] |= {
                    "transactionStatus": status,
                    "payment": {"creditCard": {"cardNumber": "XXXX1111"}},
                }
                gateway = self.card.sudo().fynlo_provider_id._fynlo_gateway()
                asked["metadata"] = {"fynlo_refund": f"r-{status}"}
                self.assertEqual(gateway.find_refund(ref, f"r-{status}").kind, "absent")
                part = gateway.refund(ref, {**asked, "amount": 100}, "")
                self.assertEqual(part.code, "capability_not_supported")
                self.lost = ["createTransactionRequest"]
                self.assertEqual(gateway.refund(ref, asked, "").kind, "unknown")
                given = gateway.refund(ref, asked, "")
                self.assertEqual((given.kind, given.state), ("answered", "succeeded"))
                self.assertEqual(given.values["ref"], ended.format(ref))
        self.assertEqual(self.given, [("2.75", "1111")])

    def test_what_is_no_whole_answer_tells_nothing(self):
        gateway = self.card.sudo().fynlo_provider_id._fynlo_gateway()
        asked = {"amount": 275, "currency": "USD", "metadata": {"fynlo_refund": "r-1"}}
        with patch.object(type(self), "answer", return_value={}):
            for told in (gateway.read_intent("1"), gateway.refund("1", asked, "")):
                self.assertEqual((told.kind, told.code), ("unknown", "bad_answer"))

    def test_a_declined_card(self):
        self.declines = True
        reply = self.pay(self.intent(self.open_order(), method=_NONCE))
        self.assertFailure(reply, 402, "card_declined")
        self.assertEqual(self.kept, {})

    def test_what_was_declined_later_is_let_go(self):
        body = self.intent(self.open_order(), method=_NONCE, captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        [kept] = self.kept.values()
        kept["transactionStatus"] = "declined"
        self.assertEqual(self.look(body), "declined")
        changes = self.changes()
        data = self.assertSuccess(self.step(body["id"], "cancel"))
        self.assertEqual((data["state"], self.changes()), ("canceled", changes))

    def test_a_part_goes_back_otherwise_and_all_of_it_over_the_gateway(self):
        body = self.intent(self.open_order(), method=_NONCE)
        self.assertSuccess(self.pay(body), 201)
        changes = self.changes()
        self.refuse_refund(body, "partial", amount=100)
        self.assertEqual(self.changes(), changes)
        supervisor = self.token_for(self.sue, self.corner_device)
        asked = {"id": str(uuid4()), "reason": "cold"}
        reply = self.post(asked, supervisor, f"/payments/{body['id']}/refunds")
        self.assertEqual(self.assertSuccess(reply, 201)["state"], "succeeded")
        [kept] = self.kept.values()
        self.assertEqual(kept["transactionStatus"], "voided")

    def test_another_account_is_asked_for_nothing(self):
        self.lost = ["createTransactionRequest"]
        body = self.intent(self.open_order(), method=_NONCE)
        self.assertSuccess(self.pay(body), 201)
        told = self.repeat_with(body, self.changes, authorize_login="another")
        self.assertEqual((told["state"], len(self.kept)), ("succeeded", 1))
