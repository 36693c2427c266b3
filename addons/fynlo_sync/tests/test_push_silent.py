from uuid import uuid4

from odoo.tests import tagged

from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestPushSilent(PushCase):
    """What a till has done is booked, or somebody hears that it was not."""

    def setUp(self):
        super().setUp()
        self.order = self.order_row(note="Quiet table")
        self.line = self.line_row(self.order, self.coffee, 2)
        self.push(self.created([self.order], [self.line]))
        self.pull()
        self.booked = self.order_of(self.order)

    def conflicts(self):
        return self.env["fynlo.sync.conflict"].search([])

    def pay(self, amount=550):
        paid = self.payment_row(self.order, self.cash, amount)
        self.push(self.created(payments=[paid]), device=self.other)
        self.assertEqual(self.booked.state, "paid")

    def test_a_part_on_another_base_does_not_replace_one_that_waits(self):
        first = self.created(lines=[self.line_row(self.order, self.cake)])
        second = self.created(lines=[self.line_row(self.order, self.coffee)])
        self.cake.active = False
        early = dict(self.seen)
        self.assertEqual(self.push_one(first).status, "rejected")
        self.pull()
        self.assertEqual(self.push_one(second).status, "applied")
        self.cake.active = True
        self.assertEqual(self.push_one(first, **early).status, "applied")
        self.assertEqual(self.booked.amount_total, 12.65)

    def test_what_was_sent_before_it_was_mended_is_replaced(self):
        line = self.line_row(self.order, self.cake)
        bad, good = (self.created(lines=[line | {"quantity": n}]) for n in (-1, 1))
        self.assertEqual(self.push_one(bad).status, "rejected")
        operation = self.operation_of(self.order)
        self.assertEqual(self.push_one(good).status, "applied")
        self.assertEqual((operation.state, operation.body), ("replaced", False))

    def test_more_of_a_line_of_an_order_that_was_paid_meanwhile(self):
        self.pay()
        more = {"orderLines": {"updated": [self.line | {"quantity": 5, "note": "Oat milk"}]}}
        view = self.push(more)
        self.assertEqual((view.results[0].status, view.resync), ("conflict", True))
        conflict = self.conflicts()
        self.assertEqual((conflict.kind, conflict.subject), ("finished", self.line["id"]))
        kept = {each.name: (each.base, each.theirs, each.mine) for each in conflict.column_ids}
        self.assertEqual(kept["quantity"], ("2.0", "2.0", "5"))

    def test_the_header_of_an_order_that_was_paid_meanwhile(self):
        self.pay()
        result = self.push_one({"orders": {"updated": [self.order | {"note": "Allergic"}]}})
        self.assertEqual(result.status, "conflict")
        kept = {each.name: each.mine for each in self.conflicts().column_ids}
        self.assertEqual(kept, {"note": '"Allergic"'})

    def test_a_line_that_is_removed_and_an_order_that_is_cancelled_too_late(self):
        self.pay()
        deleted = {"orderLines": {"deleted": [self.line["id"]]}}
        cancelled = {"orders": {"updated": [self.order | {"state": "cancelled"}]}}
        for changes, row in ((deleted, self.line), (cancelled, self.order)):
            result = self.push_one(changes, who=self.max)
            self.assertEqual(result.status, "conflict")
            self.assertEqual(self.conflicts()[0].subject, row["id"])
            self.assertEqual(self.conflicts()[0].column_ids.mapped("name"), ["deleted"])

    def test_what_a_till_has_not_changed_of_a_paid_order_is_no_conflict(self):
        self.pay()
        changes = {"orders": {"updated": [self.order]}, "orderLines": {"updated": []}}
        changes["orderLines"]["updated"] = [self.line | {"seat": None, "discountPercent": 0}]
        self.assertEqual(self.push_one(changes).status, "duplicate")
        self.assertFalse(self.conflicts())

    def test_ids_in_capital_letters(self):
        """A till that has them must not take for sent what was refused, nor have rows twice."""
        order, line, payment = self.sale()
        order["id"] = order["id"].upper()
        view = self.push(self.of_sales((order | {"orderType": "space"}, line, payment)))
        self.assertEqual(view.results[0].status, "rejected")
        self.assertEqual(view.experimental_rejected_ids["orders"], [order["id"]])
        view = self.push(self.of_sales((order, line, payment)))
        self.assertEqual((view.results[0].status, view.resync), ("applied", True))
        self.env.cr.execute(
            "SELECT op, public_id FROM fynlo_change WHERE upper(public_id) = %s ORDER BY 1, 2",
            [order["id"]],
        )
        self.assertIn(("D", order["id"]), self.env.cr.fetchall())

    def test_tags_that_others_have_added_stay(self):
        row = {"id": str(uuid4()), "firstName": "Zoe", "tags": '["VIP"]'}
        self.push(self.created(customers=[row]))
        zoe = self.env["res.partner"].search([("fynlo_uuid", "=", row["id"])])
        self.pull()
        theirs = {"customers": {"updated": [row | {"tags": '["VIP", "Allergy"]'}]}}
        self.push(theirs, device=self.other)
        mine = {"customers": {"updated": [row | {"tags": '["VIP", "Vegan"]'}]}}
        self.push(mine)
        self.assertEqual(set(zoe.category_id.mapped("name")), {"VIP", "Allergy", "Vegan"})
