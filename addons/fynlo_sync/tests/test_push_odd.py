from uuid import uuid4

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import fynlo_push_desk
from .push_case import PushCase

#: A moment of 2099 whose digits are those of a payment card.
LATE_MS = 4070908800005


@tagged("post_install", "-at_install")
class TestPushOdd(PushCase):
    """What is odd in one row holds up no other."""

    def check_alone(self, changes, *told, **options):
        """Push beside a good sale, which is booked; return the other results."""
        good = self.sale()
        for name, table in self.of_sales(good).items():
            for kind, rows in table.items():
                kinds = changes.setdefault(name, {})
                kinds[kind] = [*kinds.get(kind, ()), *rows]
        results = {each.id: each for each in self.push(changes, **options).results}
        self.assertEqual(results.pop(good[0]["id"]).status, "applied")
        self.assertEqual([(each.status, each.code) for each in results.values()], list(told))

    def test_a_line_that_is_there_twice_and_differs(self):
        order, line, payment = self.sale()
        twice = self.created([order], [line, line | {"quantity": 2}], [payment])
        self.check_alone(twice, ("rejected", "repeated_id"))

    def test_a_number_that_no_float_can_hold(self):
        order, line, _payment = self.sale()
        self.push(self.created([order], [line]))
        self.pull()
        huge = {"orderLines": {"updated": [line | {"quantity": 10**400}]}}
        self.check_alone(huge, ("rejected", "invalid_fields"))
        huge = {"orders": {"updated": [order | {"tip": 10**400}]}}
        self.check_alone(huge, ("rejected", "invalid_fields"))

    def test_a_customer_without_tags(self):
        row = {"id": str(uuid4()), "firstName": "Zoe", "tags": '["VIP"]'}
        for seen in (True, False):
            self.push(self.created(customers=[row]))
            if seen:
                self.pull()
            else:
                self.seen = {}
            for tags in ("", None, "[]"):
                with self.subTest(tags=tags, seen=seen):
                    changes = {"customers": {"updated": [row | {"tags": tags}]}}
                    self.assertEqual(self.push_one(changes).code, None)

    def test_a_clock_far_ahead_is_no_card(self):
        row = {"id": str(uuid4()), "firstName": "Zoe", "_clock": f"{LATE_MS}-0000-x"}
        self.assertEqual(self.push_one(self.created(customers=[row])).status, "applied")

    def test_a_sale_of_last_month(self):
        order, line, payment = self.sale()
        order["occurredAt"] -= 30 * 86_400_000
        result = self.push_one(self.of_sales((order, line, payment)))
        self.assertEqual(result.status, "applied", result)

    def test_what_a_check_of_the_database_refuses_is_not_called_busy(self):
        self.env.cr.execute(
            "ALTER TABLE pos_order ADD CHECK (general_customer_note IS DISTINCT FROM 'Odd')"
        )
        with self.assertLogs(fynlo_push_desk.__name__, "ERROR") as log, mute_logger("odoo.sql_db"):
            self.check_alone(self.of_sales(self.sale(note="Odd")), ("retry", "internal_error"))
        self.assertIn("was not booked", log.output[0])
