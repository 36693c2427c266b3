"""What managers read under Fynlo, Offline."""

import json
from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .common import pull_as
from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestOfflineScreens(PushCase):
    """Nothing there is JSON, an id or a word of a program."""

    def setUp(self):
        super().setUp()
        self.olga.tz = "America/New_York"
        self.order = self.order_row(note="Window")
        self.line = self.line_row(self.order, self.coffee, 2)
        self.push(self.created([self.order], [self.line, self.line_row(self.order, self.cake)]))
        self.pull()
        self.booked = self.order_of(self.order)

    def conflict(self):
        return self.env["fynlo.sync.conflict"].search([], limit=1).with_user(self.olga)

    def told(self, conflict):
        return {each.name: (each.label, each.theirs_text, each.mine_text)
                for each in conflict.column_ids}  # fmt: skip

    def words(self, collection, name, value):
        words = self.env["fynlo.sync.words"].with_user(self.olga)
        return words._fynlo_value(collection, name, value, self.till.store.currency_id)

    def test_columns_of_an_order(self):
        now = self.order["occurredAt"] + 300_000
        later = {"orderType": "takeaway", "tip": 350, "guestCount": 4, "_clock": f"{now}-0000-x"}
        self.push({"orders": {"updated": [self.order | later]}}, device=self.other)
        mine = {"orderType": "delivery", "tip": 100, "guestCount": 3, "_clock": f"{now - 9}-0000-x"}
        self.assertEqual(
            self.push_one({"orders": {"updated": [self.order | mine]}}).status, "conflict"
        )
        conflict = self.conflict()
        self.assertEqual(conflict.table_name, "Order")
        self.assertEqual(conflict.story, "Changed on Corner till, and by Other till meanwhile.")
        told = self.told(conflict)
        self.assertEqual(told["orderType"], ("Order Type", "Takeaway", "Delivery"))
        self.assertEqual(told["guestCount"], ("Guests", "4", "3"))
        symbol = self.till.store.currency_id.symbol
        label, theirs, mine = told["tip"]
        self.assertEqual(label, "Tip")
        self.assertIn(symbol, theirs)
        self.assertIn("3.50", theirs)
        self.assertIn("1.00", mine)

    def test_values(self):
        self.assertEqual(self.words("payments", "methodId", self.card.fynlo_uuid), self.card.name)
        self.assertEqual(self.words("payments", "methodId", "f" * 36), "f" * 36)
        gone = str(uuid4())
        self.assertEqual(self.words("payments", "methodId", gone), f"unknown ({gone[:8]})")
        self.assertEqual(self.words("customers", "tags", '["VIP", "Regular"]'), "VIP, Regular")
        self.assertEqual(self.words("customers", "type", "business"), "Company")
        self.assertEqual(self.words("orderLines", "discountPercent", 12.5), "12.50 %")
        self.assertEqual(self.words("orders", "anything", True), "Yes")
        self.assertEqual(self.words("orders", "anything", None), "")
        noon = self.words("orders", "scheduledAt", 1_767_268_800_000)  # 2026-01-01 12:00 UTC
        self.assertIn("07:00:00", noon)
        for odd in (10**400, -1, 2**70, "x" * 10_000, "not json", {"a": [1]}):
            with self.subTest(str(odd)[:9]):
                for name in ("amount", "quantity", "paidAt", "modifiers", "tableId"):
                    self.assertLessEqual(len(self.words("payments", name, odd)), 500)

    def test_a_name_of_another_company_is_not_told(self):
        foreign = self.env["product.product"].create(
            {"name": "Secret sauce", "company_id": self.company_b.id}
        )
        words = self.words("orderLines", "productId", foreign.fynlo_uuid)
        self.assertEqual(words, f"unknown ({foreign.fynlo_uuid[:8]})")

    def test_a_line_deleted_here_and_changed_there(self):
        changed = {"orderLines": {"updated": [self.line | {"note": "No sugar"}]}}
        self.push(changed, device=self.other)
        self.push({"orderLines": {"deleted": [self.line["id"]]}})
        conflict = self.conflict()
        self.assertTrue(conflict.is_deletion)
        self.assertEqual(
            conflict.story, "Deleted on Corner till, but changed by Other till meanwhile."
        )
        self.assertEqual(conflict.title, f"{self.booked.pos_reference}: Coffee")
        self.assertEqual(conflict.hint, "It is still there. Keep it, or delete it after all.")

    def test_a_line_changed_here_and_deleted_there(self):
        self.push({"orderLines": {"deleted": [self.line["id"]]}}, device=self.other)
        self.push({"orderLines": {"updated": [self.line | {"quantity": 7, "note": "Hot"}]}})
        conflict = self.conflict()
        self.assertFalse(conflict.is_deletion)
        self.assertEqual(
            conflict.story, "Changed on Corner till, but deleted by Other till meanwhile."
        )
        self.assertEqual(conflict.title, f"{self.booked.pos_reference}: Coffee")
        told = ("Deletion", "Deleted", f"7 × {self.coffee.display_name}, Note: Hot")
        self.assertEqual(self.told(conflict), {"deleted": told})

    def test_a_customer_changed_at_the_office(self):
        guest = {"id": str(uuid4()), "firstName": "Jo", "phone": "+1 555 0100"}
        self.push(self.created(customers=[guest]))
        self.pull()
        self.env["fynlo.change"]._fynlo_sign(None)
        partner = self.env["res.partner"].search([("fynlo_uuid", "=", guest["id"])])
        partner.phone = "+1 555 0199"
        self.env.flush_all()
        self.push({"customers": {"updated": [guest | {"phone": "+1 555 0111"}]}})
        conflict = self.conflict()
        self.assertEqual(
            conflict.story, "Changed on Corner till, and by somebody at the office meanwhile."
        )
        self.assertEqual(conflict.hint, "The server's value holds until you decide.")
        self.push({"customers": {"deleted": [guest["id"]]}}, who=self.ada)
        self.assertIn("Deleted on Corner till", self.conflict().story)

    def test_what_came_too_late_for_an_order(self):
        total = round(self.booked.amount_total * 100)
        paid = self.payment_row(self.order, self.cash, total)
        self.push(self.created(payments=[paid]), device=self.other)
        late = self.payment_row(self.order, self.card, total, reference="A77", tendered=0)
        self.push(self.created(payments=[late]))
        conflict = self.conflict()
        self.assertEqual(
            conflict.story, "Corner till wrote this to an order that Other till had finished."
        )
        told = self.told(conflict)
        self.assertEqual(set(told), {"amount", "methodId", "reference"})
        self.assertEqual(told["methodId"][2], self.card.name)

    def test_the_server_gets_its_value_back(self):
        now = self.order["occurredAt"] + 300_000
        for note, at, device in (("Early", now - 9000, self.other), ("Late", now, self.corner)):
            row = self.order | {"note": note, "_clock": f"{at}-0000-x"}
            self.push({"orders": {"updated": [row]}}, device=device)
        self.assertEqual(self.booked.general_customer_note, "Late")
        conflict = self.conflict()
        self.assertEqual((conflict.state, conflict.column_ids.choice), ("settled", "device"))
        conflict.action_fynlo_keep()
        self.assertEqual((conflict.state, self.booked.general_customer_note), ("server", "Early"))

    def test_what_is_not_booked(self):
        order, line, payment = self.sale()
        line["productId"] = str(uuid4())
        self.push(self.of_sales((order, line, payment)))
        operation = self.operation_of(order).with_user(self.olga)
        self.assertEqual(operation.table_name, "Order")
        self.assertEqual(operation.reason, "Order Line 1, Product: There is no such product.")
        self.assertIn(f"Payment method: {self.cash.name}".lower(), operation.what.lower())
        self.assertNotIn(order["id"], operation.what)

    def test_how_a_till_stands(self):
        till = self.corner.with_user(self.olga)
        fresh = self.till.store
        new = self._make_device("New till", fresh).with_user(self.olga)
        self.assertEqual((new.fynlo_sync_state, new.fynlo_clock_text), ("never", ""))
        now_ms = int(fields.Datetime.now().timestamp() * 1000)
        self.push({}, deviceTime=now_ms + 3 * 3_600_000 + 5000, pending=0)
        self.assertEqual((till.fynlo_sync_state, till.fynlo_clock_text),
                         ("current", "3 h 0 min fast"))  # fmt: skip
        self.push({}, pending=3)
        self.assertEqual(till.fynlo_sync_state, "unsent")
        self.corner.last_seen_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.assertEqual(till.fynlo_sync_state, "silent")
        self.push({}, pending=0)
        self.push(self.created([self.order_row(orderType="space")]))
        self.assertEqual(till.fynlo_sync_state, "look")
        action = till.action_fynlo_parked()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 1)
        self.assertEqual(json.dumps(till.action_fynlo_conflicts()["domain"]).count("open"), 1)
        self.assertEqual(self.words("cashMovements", "type", "drop"), "Cash drop")

    def ask(self, **params):
        """Pull as Ada's till."""
        pull_as(self.env_as(self.ada, device=self.corner), **params)

    def test_a_pull_tells_what_waits_on_a_till(self):
        now_ms = int(fields.Datetime.now().timestamp() * 1000)
        hour_ms = 3_600_000
        till = self.corner.with_user(self.olga)
        fast = {"deviceTime": now_ms + 3 * hour_ms, "oldestAt": now_ms + 2 * hour_ms}
        self.ask(pending=4, **fast)
        self.assertEqual((till.fynlo_sync_state, till.fynlo_pending_count), ("unsent", 4))
        waited = fields.Datetime.now() - till.fynlo_oldest_at
        self.assertAlmostEqual(waited.total_seconds(), 3600, delta=60)
        self.ask()  # a till that says nothing of it changes nothing
        self.assertEqual(till.fynlo_pending_count, 4)
        pull_as(self.env_as(self.olga), pending=9)  # no till: a manager's browser
        self.assertEqual(till.fynlo_pending_count, 4)
        refused = self.created([self.order_row(orderType="space")])
        self.push(refused, pending=0)  # it stays on the till, as old as it was
        self.assertEqual((till.fynlo_pending_count, bool(till.fynlo_oldest_at)), (1, True))
        self.ask(pending=0)
        self.assertEqual((till.fynlo_pending_count, till.fynlo_oldest_at), (0, False))

    def test_a_till_that_was_silent_and_pulls_is_heard_of(self):
        self.ask(pending=4)
        self.corner.last_seen_at = fields.Datetime.now() - timedelta(hours=1)
        self.env["fynlo.device"]._fynlo_cron_notice_silent()
        self.assertTrue(self.corner.fynlo_noticed_at)
        self.corner.last_seen_at = fields.Datetime.now()
        self.ask(pending=4)
        self.assertFalse(self.corner.fynlo_noticed_at)
