"""Until when a card that is only authorised is held, and who is told of it."""

from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from lxml import etree
from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..engine.holds import documented_end, told_end
from .common import PaymentCase

_SOON = 20 * 3600


@tagged("post_install", "-at_install")
class TestHolds(PaymentCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.peer.objects.cards.clear)

    def authorize(self, told=None, **extra):
        """Authorise a coffee; ``told`` is what the gateway names. Return what the till is told."""
        if told is not None:
            self.peer.objects.cards["pm_card_visa"] = {"capture_before": told}
        body = self.intent(self.open_order(), captureMethod="manual", **extra)
        return self.assertSuccess(self.pay(body), 201)

    def payment_of(self, data):
        self.env.invalidate_all()
        return self.env["payment.transaction"].search([("fynlo_uuid", "=", data["id"])])

    def test_what_the_gateway_names_is_told_until_it_is_over(self):
        until = datetime(2027, 2, 28, 12, 30, 5, tzinfo=timezone.utc)
        data = self.authorize(int(until.timestamp()))
        self.assertEqual(data["captureBefore"], "2027-02-28T12:30:05Z")
        read = self.assertSuccess(self.api("GET", f"/payments/{data['id']}", token=self.token))
        self.assertEqual(read["captureBefore"], "2027-02-28T12:30:05Z")
        taken = self.assertSuccess(self.step(data["id"], "capture"))
        self.assertIsNone(taken["captureBefore"])
        body = self.intent(self.open_order())
        self.assertIsNone(self.assertSuccess(self.pay(body), 201)["captureBefore"])

    def test_a_card_that_is_present_has_terms_of_its_own(self):
        values = self.provider._fynlo_gateway()._values_of({
            "id": "pi_1", "status": "requires_capture", "amount": 5, "currency": "usd",
            "latest_charge": {"id": "ch_1", "payment_method_details": {
                "type": "card_present", "card_present": {"capture_before": 1800000000}}},
        })  # fmt: skip
        self.assertEqual(values["capture_before"], 1800000000)

    def test_what_is_no_moment_is_what_the_gateway_documents(self):
        for odd in ("soon", "", 2**62, -5, 0, True, [], {}):
            with self.subTest(odd):
                payment = self.payment_of(self.authorize(odd))
                lasts = payment.fynlo_expires_at - payment.last_state_change
                self.assertEqual(round(lasts / timedelta(minutes=1)), 7 * 24 * 60)

    def test_periods_that_gateways_document(self):
        now = fields.Datetime.now()
        for gateway, channel, hours in (
            ("stripe", "online", 168), ("stripe", "card_present", 48), ("stripe", "apple_pay", 168),
            ("square", "online", 168), ("square", "card_present", 36), ("authorize", "online", 720),
        ):  # fmt: skip
            lasts = documented_end(gateway, channel, now) - now
            self.assertEqual(lasts, timedelta(hours=hours), (gateway, channel))
        self.assertIsNone(documented_end("paypal", "online", now))
        self.assertEqual(told_end("2027-03-01T10:20:30.000Z"), 1803896430)

    # --- Who is told

    def test_managers_find_what_is_let_go_within_a_day(self):
        later = self.payment_of(self.authorize())
        data = self.authorize(int(fields.Datetime.now().timestamp()) + _SOON)
        payment = self.payment_of(data)
        janitor, transactions = self.env["fynlo.payment.janitor"], self.env["payment.transaction"]
        with patch.object(type(janitor), "_fynlo_commit_after", lambda _, tell: tell()):
            janitor._fynlo_tell_managers()
        self.assertEqual((payment.fynlo_alarm, later.fynlo_alarm), ("expiring", False))
        until = payment.fynlo_expires_at
        zone = {"tz": payment.fynlo_config_id._fynlo_timezone()}
        local = fields.Datetime.context_timestamp(payment.with_context(**zone), until)
        self.assertIn(local.strftime("%M:%S"), str(payment.fynlo_activity_ids[0].note))
        board = self.env["fynlo.board"].with_user(self._make_user("mia", "manager"))
        alerts = board._fynlo_read_store(payment.fynlo_config_id)["alerts"]
        [alert] = [each for each in alerts if each["model"] == "payment.transaction"]
        self.assertEqual((alert["text"], alert["level"]), ("Cards that let go soon: 1", "warning"))
        self.assertEqual(transactions.search(alert["domain"]), payment)
        token = self.token_for(
            self._make_user("sue", "supervisor", stores=self.till.store), self.corner_device
        )
        health = self.assertSuccess(self.api("GET", "/payments/health", token=token))
        self.assertEqual([each["expiring"] for each in health["providers"]], [1])
        self.assertEqual(health["status"], "ok")
        for view, found in (
            ("payment_transaction_view_search_till", payment),
            ("fynlo_payment_operation_view_search", payment.fynlo_operation_ids),
        ):
            with self.subTest(view):
                self.assertEqual(self.filtered(view, "expiring"), found)

    def filtered(self, view, name):
        """Return what a filter of a search view finds."""
        found = self.env.ref(f"fynlo_payments.{view}")
        [node] = etree.fromstring(found.arch).xpath(f"//filter[@name='{name}']")
        return self.env[found.model].search(safe_eval(node.get("domain")))
