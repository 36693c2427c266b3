from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusinessRuleError
from odoo.tests import tagged

from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestPushEdit(PushCase):
    def setUp(self):
        super().setUp()
        self.order = self.order_row(note="Quiet table")
        self.line = self.line_row(self.order, self.coffee, 2)
        self.push(self.created([self.order], [self.line]))
        self.pull()
        self.booked = self.order_of(self.order)

    def updated(self, orders=(), lines=(), payments=()):
        rows = {"orders": orders, "orderLines": lines, "payments": payments}
        return {name: {"updated": list(found)} for name, found in rows.items() if found}

    def conflict(self):
        return self.env["fynlo.sync.conflict"].search([], limit=1)

    def test_two_tills_add_to_one_order_and_both_keep_their_lines(self):
        mine, theirs = (self.line_row(self.order, self.cake) for _ in range(2))
        for line, device in ((mine, self.corner), (theirs, self.other)):
            result = self.push_one(self.created(lines=[line]), device=device)
            self.assertEqual(result.status, "applied")
        uuids = {self.line["id"], mine["id"], theirs["id"]}
        self.assertEqual(set(self.booked.lines.mapped("uuid")), uuids)
        self.assertEqual(self.booked.amount_total, 14.3)

    def test_quantities_of_two_tills_add_up(self):
        more, less = self.line | {"quantity": 5}, self.line | {"quantity": 1}
        self.assertEqual(
            self.push_one(self.updated(lines=[more]), device=self.other).status, "applied"
        )
        self.assertEqual(self.push_one(self.updated(lines=[less])).status, "applied")
        self.assertEqual(self.booked.lines.qty, 4)

    def test_two_tills_that_add_the_same_add_twice(self):
        more = self.line | {"quantity": 3}
        self.push(self.updated(lines=[more]), device=self.other)
        self.push(self.updated(lines=[more]))
        self.assertEqual(self.booked.lines.qty, 4)
        # Its answer was lost, and it has sold two more since.
        self.push(self.updated(lines=[more | {"note": "No sugar"}]))
        self.push(self.updated(lines=[self.line | {"quantity": 5}]))
        self.assertEqual(self.booked.lines.qty, 6)

    def test_each_column_has_its_own_last_writer(self):
        first = self.order | {"note": "Birthday", "guestCount": 0}
        second = self.order | {"guestCount": 4}
        self.push(self.updated([first]), device=self.other)
        self.assertEqual(self.push_one(self.updated([second])).status, "applied")
        self.assertEqual(self.booked.general_customer_note, "Birthday")
        self.assertEqual(self.booked.customer_count, 4)
        self.assertFalse(self.conflict())

    def test_of_one_column_the_later_wins_and_the_other_is_kept(self):
        now = self.order["occurredAt"] + 300_000
        late = self.order | {"note": "Late", "_clock": f"{now}-0000-x"}
        early = self.order | {"note": "Early", "_clock": f"{now - 9000}-0000-x"}
        self.push(self.updated([late]), device=self.other)
        view = self.push(self.updated([early]))
        [result] = view.results
        self.assertEqual((result.status, view.resync), ("conflict", True))
        self.assertEqual(view.experimental_rejected_ids, {})
        self.assertEqual(self.booked.general_customer_note, "Late")
        conflict = self.conflict()
        self.assertEqual((conflict.state, conflict.fynlo_uuid), ("settled", result.conflict_id))
        column = conflict.column_ids
        told = (column.name, column.base, column.theirs, column.mine, column.choice)
        self.assertEqual(told, ("note", '"Quiet table"', '"Late"', '"Early"', "server"))
        touched = self.changes_of("orders")
        self.assertIn(self.booked.id, touched)
        conflict.with_user(self.olga).action_fynlo_take()
        self.assertEqual(self.booked.general_customer_note, "Early")

    def changes_of(self, collection):
        self.env.cr.execute("SELECT row_id FROM fynlo_change WHERE collection = %s", [collection])
        return {row_id for (row_id,) in self.env.cr.fetchall()}

    def test_a_line_that_one_deletes_and_another_edits_is_kept(self):
        self.push(self.updated(lines=[self.line | {"note": "No sugar"}]), device=self.other)
        view = self.push({"orderLines": {"deleted": [self.line["id"]]}})
        self.assertEqual(view.results[0].status, "conflict")
        self.assertEqual(view.experimental_rejected_ids, {})
        self.assertEqual(self.booked.lines.customer_note, "No sugar")
        self.push(self.created(lines=[self.line_row(self.order, self.cake)]), device=self.other)
        conflict = self.conflict().with_user(self.olga)
        self.assertEqual((conflict.kind, conflict.state), ("deletion", "open"))
        conflict.action_fynlo_take()
        self.assertEqual(self.booked.lines.product_id, self.cake)
        self.assertEqual(conflict.state, "device")

    def test_a_line_that_one_edits_and_another_deletes_can_be_had_again(self):
        self.push(self.created(lines=[self.line_row(self.order, self.cake)]), device=self.other)
        self.push({"orderLines": {"deleted": [self.line["id"]]}}, device=self.other)
        result = self.push_one(self.updated(lines=[self.line | {"quantity": 7}]))
        self.assertEqual((result.status, len(self.booked.lines)), ("conflict", 1))
        self.conflict().with_user(self.olga).action_fynlo_take()
        self.env.invalidate_all()
        added = self.booked.lines.filtered(lambda line: line.product_id == self.coffee)
        self.assertEqual((added.uuid, added.qty), (self.line["id"], 7))

    def test_a_line_is_removed_and_an_order_cancelled(self):
        other = self.line_row(self.order, self.cake)
        self.push(self.created(lines=[other]))
        result = self.push_one({"orderLines": {"deleted": [other["id"]]}})
        self.assertEqual(result.status, "applied")
        self.assertEqual(self.booked.lines.mapped("uuid"), [self.line["id"]])
        result = self.push_one({"orders": {"deleted": [self.order["id"]]}}, who=self.max)
        self.assertEqual((result.status, self.booked.state), ("applied", "cancel"))

    def test_what_may_not_be_deleted_comes_back(self):
        for changes, collection, row_id in (
            ({"orderLines": {"deleted": [self.line["id"]]}}, "orderLines", self.booked.lines.id),
            ({"products": {"deleted": [self.cake.product_tmpl_id.fynlo_uuid]}}, "products",
             self.cake.product_tmpl_id.id),
        ):  # fmt: skip
            with self.subTest(collection):
                view = self.push(changes)
                self.assertEqual((view.results[0].status, view.resync), ("rejected", True))
                self.assertEqual(view.experimental_rejected_ids, {})
                self.assertIn(row_id, self.changes_of(collection))

    def test_what_is_paid_is_not_touched_and_late_money_is_kept(self):
        paid = self.payment_row(self.order, self.cash, 550)
        self.push(self.created(payments=[paid]), device=self.other)
        self.assertEqual(self.booked.state, "paid")
        late = self.payment_row(self.order, self.cash, 550)
        changes = self.updated([self.order | {"note": "Too late"}]) | self.created(payments=[late])
        view = self.push(changes)
        self.assertEqual((view.results[0].status, view.resync), ("conflict", True))
        self.assertEqual(view.experimental_rejected_ids, {})
        self.assertEqual(self.booked.amount_paid, 5.5)
        conflict = self.conflict()
        self.assertEqual((conflict.kind, conflict.subject), ("finished", late["id"]))
        kept = {each.name: each.mine for each in conflict.column_ids}
        self.assertEqual(kept["amount"], "550")
        with self.assertRaises(BusinessRuleError):
            conflict.with_user(self.olga).action_fynlo_take()
        self.assertEqual(conflict.action_fynlo_open()["res_id"], self.booked.id)

    def test_a_payment_is_never_changed_or_removed(self):
        paid = self.payment_row(self.order, self.cash, 100)
        self.assertEqual(self.push_one(self.created(payments=[paid])).status, "applied")
        view = self.push(self.updated(payments=[paid | {"amount": 1}]))
        self.assertEqual((view.results[0].status, view.resync), ("duplicate", True))
        view = self.push({"payments": {"deleted": [paid["id"]]}})
        self.assertTrue(view.resync)
        self.assertEqual(self.booked.amount_paid, 1.0)
        self.assertIn(self.booked.payment_ids.id, self.changes_of("payments"))

    def test_a_tampered_price_comes_back(self):
        view = self.push(self.updated(lines=[self.line | {"unitPrice": 1, "total": 1}]))
        self.assertEqual((view.results[0].status, view.resync), ("duplicate", True))
        self.assertEqual(self.booked.amount_total, 5.5)
        self.assertIn(self.booked.lines.id, self.changes_of("orderLines"))

    def test_an_order_is_sent_to_the_kitchen_and_parked(self):
        self.push(self.updated([self.order | {"state": "sent"}]))
        self.assertEqual(self.booked.fynlo_state, "sent")
        self.push(self.updated([self.order | {"state": "held"}]))
        self.assertEqual(self.booked.fynlo_state, "held")

    def test_bad_parts_change_nothing(self):
        cases = [
            self.updated(lines=[self.line | {"quantity": "three"}]),
            self.updated([self.order | {"tableId": str(uuid4())}]),
            self.updated([self.order | {"note": "x" * 10_000}]),
            self.created(lines=[self.line_row({"id": str(uuid4())}, self.cake)]),
            self.created(payments=[self.payment_row(self.order, self.cash, 0.1 + 0.2)]),
            self.created(payments=[self.payment_row(self.order, self.cash, -5)]),
            self.created(lines=[self.line_row(self.order, self.cake, float("inf"))]),
            self.created(lines=[self.line_row(self.order, self.cake, note="a\0b")]),
            self.created(lines=[self.line_row(self.order, self.cake, note="4111 1111 1111 1111")]),
        ]
        for changes in cases:
            with self.subTest(changes):
                result = self.push_one(changes)
                self.assertEqual(result.status, "rejected")
                self.assertTrue(result.code)
        self.assertEqual(self.booked.amount_total, 5.5)
        self.assertEqual(self.booked.general_customer_note, "Quiet table")
        kept = str(self.env["fynlo.sync.op"].search([]).mapped("body"))
        self.assertNotIn("4111", kept)
