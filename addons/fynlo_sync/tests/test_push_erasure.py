from uuid import uuid4

from odoo.tests import tagged
from odoo.tools import SQL

from .push_case import PushCase

_TABLES = ("fynlo_sync_past", "fynlo_sync_op", "fynlo_sync_conflict", "fynlo_sync_conflict_column")


@tagged("post_install", "-at_install")
class TestPushErasure(PushCase):
    """A person who is erased is gone from what tills have sent."""

    def setUp(self):
        super().setUp()
        self.name = f"Quackenbush{uuid4().hex[:6]}"
        self.guest = {"id": str(uuid4()), "firstName": "Zeb", "lastName": self.name}
        self.push(self.created(customers=[self.guest | {"email": f"{self.name}@example.com"}]))
        self.order = self.order_row(customerId=self.guest["id"], note=f"For {self.name}")
        self.push(self.created([self.order], [self.line_row(self.order, self.coffee)]))
        self.pull()

    def traces(self):
        """Return the tables that name the person."""
        self.env.flush_all()
        found = []
        for table in _TABLES:
            query = SQL("SELECT 1 FROM %s AS r WHERE r::text ILIKE %s LIMIT 1",
                        SQL.identifier(table), f"%{self.name}%")  # fmt: skip
            found += [table] * len(self.env.execute_query(query))
        return found

    def leave_traces(self):
        """Change him and his order on two tills at once, and send what cannot be booked."""
        for device, extra in ((self.other, "A"), (self.corner, "B")):
            self.push(
                {"customers": {"updated": [self.guest | {"lastName": f"{self.name} {extra}"}]}},
                device=device,
            )
            note = f"{extra} for {self.name}"
            self.push({"orders": {"updated": [self.order | {"note": note}]}}, device=device)
        bad = self.order_row(customerId=self.guest["id"], customerName=self.name, orderType="?")
        self.assertEqual(self.push_one(self.created([bad])).status, "rejected")
        mine = {"customers": {"updated": [self.guest | {"phone": "x" * 999}]}}
        self.assertEqual(self.push_one(mine).status, "rejected")

    def test_nothing_of_the_person_stays(self):
        self.leave_traces()
        self.assertEqual(sorted(self.traces()), sorted(_TABLES))
        manager = self.env_as(self.max, device=self.corner)
        manager["fynlo.customer.erasure"]._fynlo_remove(self.guest["id"], True)
        self.assertEqual(self.traces(), [])
        self.assertTrue(self.order_of(self.order).lines)

    def test_he_does_not_come_back_and_what_he_bought_is_booked(self):
        manager = self.env_as(self.max, device=self.corner)
        manager["fynlo.customer.erasure"]._fynlo_remove(self.guest["id"], True)
        for kind in ("created", "updated"):
            view = self.push({"customers": {kind: [self.guest | {"note": kind}]}})
            self.assertEqual((view.results[0].status, view.resync), ("duplicate", True))
        self.assertEqual(self.traces(), [])
        query = "SELECT op FROM fynlo_change WHERE collection = 'customers' AND public_id = %s"
        told = self.env.execute_query(SQL(query, self.guest["id"]))
        self.assertIn(("D",), told)
        order, line, payment = self.sale(customerId=self.guest["id"])
        self.assertEqual(self.push_one(self.of_sales((order, line, payment))).status, "applied")
        booked = self.order_of(order)
        self.assertEqual((booked.state, booked.partner_id.ids), ("paid", []))
