import json
from uuid import uuid4

from odoo.addons.fynlo_pos_api.schemas.splits import OrderSplit
from odoo.tests import tagged

from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestPushStale(PushCase):
    """What a till holds on to while others go on working."""

    def setUp(self):
        super().setUp()
        self.order = self.order_row(state="draft")
        self.line = self.line_row(self.order, self.coffee, 2)
        self.cake_line = self.line_row(self.order, self.cake)
        self.push(self.created([self.order], [self.line, self.cake_line]))
        self.pull()
        self.booked = self.order_of(self.order)

    def split_off(self, line):
        part = {"id": str(uuid4()), "lines": [{"lineId": line["id"]}]}
        command = OrderSplit.model_validate_json(json.dumps({"id": str(uuid4()), "orders": [part]}))
        env = self.env_as(self.ada, device=self.other)
        env["fynlo.order.split"]._fynlo_split_order(self.order["id"], command)
        self.env.flush_all()
        self.env.invalidate_all()

    def updated(self, **columns):
        return {"orders": {"updated": [self.order | columns]}}

    def test_a_state_that_others_have_left_is_no_step(self):
        self.push(self.updated(state="held"), device=self.other)
        result = self.push_one(self.updated(note="No sugar"))
        self.assertEqual(result.status, "applied")
        self.assertEqual(self.booked.fynlo_state, "held")
        self.pull()
        self.order["state"] = "held"
        result = self.push_one(self.updated(state="sent"), device=self.other)
        self.assertEqual((result.status, self.booked.fynlo_state), ("duplicate", "sent"))
        self.push_one(self.updated(note="Sugar"))
        self.assertEqual(self.booked.fynlo_state, "sent")

    def test_an_order_that_one_deletes_and_another_edits_is_kept(self):
        more = self.created(lines=[self.line_row(self.order, self.cake)])
        for changes in (more, {"orders": {"updated": [self.order | {"note": "Hurry"}]}}):
            self.push(changes, device=self.other)
            result = self.push_one({"orders": {"deleted": [self.order["id"]]}}, who=self.max)
            self.assertEqual((result.status, self.booked.state), ("conflict", "draft"))
            self.pull()
        conflict = self.env["fynlo.sync.conflict"].search([], limit=1).with_user(self.olga)
        self.assertEqual((conflict.kind, conflict.state), ("deletion", "open"))
        conflict.action_fynlo_take()
        self.assertEqual((self.booked.state, conflict.state), ("cancel", "device"))

    def test_a_payment_that_comes_alone_does_not_replace_its_order(self):
        self.session.state = "closed"
        order, line, payment = self.sale()
        sale = self.created([order], [line])
        self.assertEqual(self.push_one(sale).status, "retry")
        parked = self.operation_of(order)
        paid = self.created(payments=[payment])
        self.assertEqual(self.push_one(paid).status, "rejected")
        self.assertEqual((parked.state, bool(parked.body)), ("retry", True))
        self.till.open()
        self.assertEqual([each.status for each in self.push(sale).results], ["applied"])
        self.assertEqual(self.push_one(paid).status, "applied")
        self.assertEqual(self.order_of(order).state, "paid")

    def test_what_a_till_should_not_have_is_told_to_its_store_alone(self):
        """It names the id: those of other stores must not lose a row by it."""
        foreign = self.line | {"id": str(uuid4()), "kind": "tip"}
        self.assertTrue(self.push({"orderLines": {"created": [foreign]}}).resync)
        self.env.cr.execute(
            "SELECT store_id FROM fynlo_change WHERE public_id = %s", [foreign["id"]]
        )
        self.assertEqual(self.env.cr.fetchall(), [(self.till.store.id,)])

    def test_a_parked_order_is_booked_whole_after_a_split(self):
        bad = {"orders": {"updated": [self.order | {"orderType": "space", "note": "Now"}]}}
        bad["orderLines"] = {"updated": [self.line | {"note": "Oat milk"}]}
        self.assertEqual(self.push_one(bad).status, "rejected")
        self.env.cr.execute("""UPDATE fynlo_sync_op SET body =
            replace(body::text, 'space', 'dine_in')::jsonb WHERE state = 'rejected'""")
        self.env.invalidate_all()
        self.split_off(self.line)
        line = self.env["pos.order.line"].search([("uuid", "=", self.line["id"])])
        self.assertNotEqual(line.order_id, self.booked)
        operation = self.operation_of(self.order)
        operation.with_user(self.olga).action_fynlo_retry()
        self.env.invalidate_all()
        self.assertEqual(operation.state, "applied")
        self.assertEqual(self.booked.general_customer_note, "Now")
        self.assertEqual(line.customer_note, "Oat milk")
