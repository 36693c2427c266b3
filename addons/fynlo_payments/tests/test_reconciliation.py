from datetime import date, datetime, timedelta, timezone
from uuid import uuid4

import pytz
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..engine.reconciliation import Item, key_of, reconcile
from ..models.fynlo_payment_reconciler import day_bounds
from .books import BooksCase


@tagged("post_install", "-at_install")
class TestReconciliation(BooksCase):
    def setUp(self):
        super().setUp()
        self.peer.books.hidden |= {row["source"]["id"] for row in self.peer.books.transactions()}
        self.company.partner_id.tz = "UTC"
        self.manager = self.token_for(self.olga)

    def run_day(self, day=None):
        self.env["fynlo.payment.reconciler"]._fynlo_run_day(
            self.provider, day or datetime.now(timezone.utc).date()
        )
        self.env.invalidate_all()
        return self.day(day)

    def day(self, day=None):
        return self.env["fynlo.payment.reconciliation"].search(
            [("provider_id", "=", self.provider.id),
             ("date", "=", day or datetime.now(timezone.utc).date()),
             ("currency_id.name", "=", "USD")]
        )  # fmt: skip

    def causes(self, day):
        return {line.cause: (line.gateway, line.operations, line.booked, line.journal)
                for line in day.line_ids}  # fmt: skip

    def test_a_day_adds_up_before_and_after_the_closing(self):
        self.charge()
        self.charge(captureMethod="automatic")
        day = self.run_day()
        self.assertEqual(
            (day.state, day.gateway, day.operations, day.booked, day.journal, day.unposted),
            ("balanced", 5.5, 5.5, 5.5, 0.0, 5.5),
        )
        self.assertEqual((day.difference, day.count, day.fees), (0.0, 2, 0.76))
        self.assertFalse(day.activity_ids)
        self.session.post_closing_cash_details(100.0)
        self.session.update_closing_control_state_session("")
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        again = self.run_day()
        self.assertEqual((again, again.journal, again.unposted), (day, 5.5, 0.0))
        self.assertEqual((again.state, again.difference), ("balanced", 0.0))

    def test_what_nobody_here_has_asked_for(self):
        self.charge()
        self.peer.objects.create_intent({"amount": "123", "currency": "usd", "confirm": "true",
                                         "payment_method": "pm_card_visa"})  # fmt: skip
        day = self.run_day()
        self.assertEqual((day.state, day.difference), ("different", 1.23))
        self.assertEqual(self.causes(day), {"unknown_here": (1.23, 0, 0, 0)})
        [activity] = day.activity_ids
        self.run_day()
        self.assertEqual(day.activity_ids, activity)  # told once
        self.peer.books.hidden.add(self.peer.objects.list("charge")[0]["id"])
        self.run_day()
        self.assertEqual((day.state, day.activity_ids.ids), ("balanced", []))

    def test_what_the_gateway_does_not_have(self):
        order, charge = self.charge()
        self.peer.books.hidden.add(charge["id"])
        day = self.run_day()
        self.assertEqual(self.causes(day), {"missing_at_gateway": (0, 2.75, 2.75, 0)})
        self.assertEqual((day.difference, day.line_ids.order_id.uuid), (-2.75, order))

    def test_what_no_order_has(self):
        _order, charge = self.charge()
        payment = self.env["payment.transaction"].search(
            [("provider_reference", "=", charge["payment_intent"])]
        )
        self.env.cr.execute("DELETE FROM pos_payment WHERE uuid = %s", [payment.fynlo_uuid])
        self.env.invalidate_all()
        day = self.run_day()
        self.assertEqual(self.causes(day), {"not_booked": (2.75, 2.75, 0, 0)})
        self.assertEqual(day.difference, 2.75)

    def test_what_nobody_has_asked_the_gateway_for(self):
        self.charge()
        payment = {"id": str(uuid4()), "method": self.card.fynlo_uuid, "amount": 275}
        self.provider.state = "disabled"  # a card reader that stands by itself
        self.assertSuccess(self.post(self.body(payments=[payment])), 201)
        self.provider.state = "test"
        day = self.run_day()
        self.assertEqual(self.causes(day), {"not_asked": (0, 0, 2.75, 0)})
        self.assertEqual((day.difference, day.unposted, day.count), (-2.75, 5.5, 2))

    def test_what_is_booked_under_a_spare_id_adds_up(self):
        """A till has used the id for cash since."""
        cash = self.paid_body()
        self.assertSuccess(self.post(cash), 201)
        held = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(held), 201)
        query = "UPDATE pos_payment SET uuid = %s WHERE uuid = %s"
        self.env.cr.execute(query, [held["id"], cash["payments"][0]["id"]])
        self.env.invalidate_all()
        self.assertTrue(self.assertSuccess(self.step(held["id"], "capture"))["booked"])
        day = self.run_day()
        self.assertEqual((self.causes(day), day.unposted, day.count), ({}, 2.75, 1))
        payment = self.env["payment.transaction"].search([("fynlo_uuid", "=", held["id"])])
        spare = payment._fynlo_booking_uuids()[1]
        self.env.cr.execute("DELETE FROM pos_payment WHERE uuid = %s", [spare])
        self.env.invalidate_all()
        day = self.run_day()  # cash is no card's money
        self.assertEqual(self.causes(day), {"not_booked": (2.75, 2.75, 0, 0)})

    def test_a_refund_is_a_movement_of_its_own(self):
        order, _charge = self.charge()
        body = {"id": str(uuid4()), "reason": "cold", "amount": 100}
        supervisor = self.token_for(self.sue, self.corner_device)
        self.assertSuccess(self.post(body, supervisor, f"/orders/{order}/refunds"), 201)
        day = self.run_day()
        self.assertEqual(
            (day.state, day.gateway, day.operations, day.booked, day.count),
            ("balanced", 1.75, 1.75, 1.75, 2),
        )
        self.peer.books.return_refund(self.peer.objects.list("refund")[0]["id"])
        day = self.run_day()
        self.assertEqual(self.causes(day), {"missing_at_gateway": (0, -1, -1, 0)})
        self.assertEqual(day.difference, 1)

    def test_another_amount(self):
        _order, charge = self.charge()
        charge["amount_captured"] = 274
        day = self.run_day()
        self.assertEqual(self.causes(day), {"amount_differs": (2.74, 2.75, 2.75, 0)})
        self.assertEqual(day.difference, -0.01)

    def test_a_journal_that_was_changed_afterwards(self):
        self.charge()
        self.session.post_closing_cash_details(100.0)
        self.session.update_closing_control_state_session("")
        self.session.close_session_from_ui()
        payment = self.env["account.payment"].search(
            [("pos_session_id", "=", self.session.id),
             ("pos_payment_method_id", "=", self.card.id)]
        )  # fmt: skip
        payment.action_draft()
        day = self.run_day()
        self.assertEqual(self.causes(day), {"not_posted": (0, 0, 0, -2.75)})
        self.assertEqual((day.difference, day.line_ids.session_id), (2.75, self.session))

    def test_many_pages(self):
        for _ in range(101):
            self.peer.objects.create_intent(
                {"amount": "10", "currency": "usd", "confirm": "true",
                 "payment_method": "pm_card_visa"}
            )  # fmt: skip
        day = self.run_day()
        self.assertEqual((day.gateway, len(day.line_ids)), (10.1, 101))

    def test_half_a_day_is_no_day(self):
        self.charge()
        self.peer.fail("GET /v1/balance_transactions", "500", times=3)
        self.assertFalse(self.run_day())

    def test_at_midnight_each_counts_it_where_it_has_it(self):
        _order, charge = self.charge()
        today = datetime.now(timezone.utc).date()
        midnight = datetime(today.year, today.month, today.day, tzinfo=timezone.utc)
        charge["created"] = int(midnight.timestamp()) - 1
        self.env["payment.transaction"].search(
            [("provider_reference", "=", charge["payment_intent"])]
        ).last_state_change = midnight.replace(tzinfo=None)
        yesterday = self.run_day(today - timedelta(days=1))
        self.assertEqual((yesterday.state, yesterday.gateway), ("balanced", 2.75))
        self.assertEqual(self.run_day().count, 0)

    def test_the_job_takes_yesterday_and_what_was_open(self):
        today = fields.Date.today()
        seen = []
        self.patch(
            type(self.env["fynlo.payment.reconciler"]), "_fynlo_run_day",
            lambda model, provider, day: seen.append(day) if provider == self.provider else None,
        )  # fmt: skip
        model = self.env["fynlo.payment.reconciliation"]
        for back, state in ((3, "different"), (2, "balanced"), (1, "balanced")):
            model.create({"provider_id": self.provider.id, "date": today - timedelta(days=back),
                          "currency_id": self.company.currency_id.id, "state": state})  # fmt: skip
        self.env["fynlo.payment.reconciler"]._fynlo_cron_reconcile()
        self.assertEqual(seen, [today - timedelta(days=3), today - timedelta(days=1)])
        day = model.search([("date", "=", today - timedelta(days=2)), ("state", "=", "balanced")])
        day.with_user(self._make_user("mia", "manager")).action_check_again()
        seen.clear()
        self.env["fynlo.payment.reconciler"]._fynlo_cron_reconcile()
        self.assertEqual(seen, [today - timedelta(days=back) for back in (3, 2, 1)])

    # --- The API

    def read(self, day, token=None):
        path = f"/payments/reconciliation?date={day}"
        return self.api("GET", path, token=token or self.manager)

    def test_a_manager_of_all_stores_reads_it(self):
        today = datetime.now(timezone.utc).date()
        self.assertEqual(self.assertSuccess(self.read(today))["days"], [])
        order, charge = self.charge()
        self.peer.books.hidden.add(charge["id"])
        self.run_day()
        data = self.assertSuccess(self.read(today))
        [day] = data["days"]
        self.assertEqual((day["state"], day["difference"], day["operations"]),
                         ("different", -275, 275))  # fmt: skip
        [line] = day["differences"]
        self.assertEqual(
            (line["cause"], line["gateway"], line["booked"], line["orderId"]),
            ("missing_at_gateway", 0, 275, order),
        )
        limited = self._make_user("lim", "manager", stores=self.store_2)
        self.assertFailure(self.read(today, self.token_for(limited)), 403, "forbidden")
        self.assertFailure(self.read(today, self.token), 403, "forbidden")
        self.assertFailure(self.read("soon"), 422, "invalid_fields", {"date"})
        with self.assertRaises(AccessError):
            self.day().with_user(limited).read(["gateway"])

    def test_health(self):
        token = self.token_for(self.sue, self.corner_device)
        data = self.assertSuccess(self.api("GET", "/payments/health", token=token))
        self.assertEqual(data["status"], "ok")
        [provider] = data["providers"]
        self.assertEqual(
            (provider["hasKey"], provider["isTest"], provider["openOperations"]), (True, True, 0)
        )
        self.provider.stripe_webhook_secret = False
        data = self.assertSuccess(self.api("GET", "/payments/health", token=token))
        self.assertEqual(data["status"], "degraded")
        self.assertNotIn(self.peer.key, str(data))
        self.env.cr.execute("UPDATE pos_payment_method SET fynlo_provider_id = NULL")
        self.env.invalidate_all()
        data = self.assertSuccess(self.api("GET", "/payments/health", token=token))
        self.assertEqual((data["status"], data["providers"]), ("not_configured", []))

    # --- The arithmetic

    def test_the_first_side_that_does_not_follow_is_the_cause(self):
        good = {"gateway": 5, "operations": 5, "booked": 5, "journal": 2, "unposted": 3}
        self.assertEqual(Item("a", **good).cause, "")
        for change, cause in (
            ({"operations": 0}, "unknown_here"), ({"gateway": 0}, "missing_at_gateway"),
            ({"gateway": 4}, "amount_differs"), ({"booked": 0}, "not_booked"),
            ({"booked": 4}, "booked_differs"), ({"journal": 1}, "not_posted"),
        ):  # fmt: skip
            self.assertEqual(Item("a", **{**good, **change}).cause, cause)
        result = reconcile([Item("a", **good), Item(str(uuid4()), gateway=-5)])
        self.assertEqual((result.difference, result.totals["gateway"]), (-5, 0))
        self.assertEqual([each.cause for each in result.differences], ["unknown_here"])
        entry = {"type": "refund", "source": "re_1", "intent": "pi_1"}
        self.assertEqual(key_of(entry), "re_1")
        self.assertEqual(key_of({**entry, "type": "charge"}), "pi_1")
        self.assertIsNone(key_of({**entry, "type": "payout"}))

    def test_a_day_may_have_23_hours(self):
        begin, end = day_bounds(pytz.timezone("Europe/Berlin"), date(2026, 3, 29))
        self.assertEqual(end - begin, 23 * 3600)
