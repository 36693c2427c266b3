"""What a broken or hostile till may send: it harms nobody else, and says what is wrong."""

import json
from itertools import product
from uuid import uuid4

from odoo.tests import tagged

from .push_case import PushCase

PAN = "4111111111111111"
LONG = "x" * 1_000_000
ODD = (None, True, 0, -1, 1e300, 10**400, "", "x", "'", "\0", [], {}, [[]], {"a": "\0"})
SETTLED = {"applied", "rejected", "duplicate"}
HEADER = """
orderType note guestCount tip total occurredAt scheduledAt customerId tableId state deliveryAddress
_op _changed _clock
"""
TEXTS = "note customerName deliveryAddress orderType state _op _clock _changed tableId"
TABLES = "orders orderLines payments customers cashMovements stockMoves products"
EDITED = {
    "orders": "orderType note guestCount tip scheduledAt customerId tableId _changed _clock",
    "orderLines": "quantity discountPercent note seat orderId kind",
    "customers": "type status name firstName email tags note",
}


@tagged("post_install", "-at_install")
class TestPushHostile(PushCase):
    def results(self, changes, **options):
        """Push beside a good sale, which is booked; return ``{id: (status, code)}`` of the rest."""
        order, line, payment = self.sale()
        for name, row in (("orders", order), ("orderLines", line), ("payments", payment)):
            table = changes.setdefault(name, {})
            table["created"] = [*table.get("created", ()), row]
        told = {each.id: (each.status, each.code) for each in self.push(changes, **options).results}
        self.assertEqual(told.pop(order["id"])[0], "applied")
        return told

    def kept(self):
        """Return all that is kept of what tills have sent, as one text."""
        self.env.flush_all()
        self.env.cr.execute("""SELECT string_agg(op::text, ' ') FROM fynlo_sync_op op""")
        [[operations]] = self.env.cr.fetchall()
        self.env.cr.execute("SELECT string_agg(c::text, ' ') FROM fynlo_sync_conflict_column c")
        return f"{operations} {self.env.cr.fetchone()[0]}"

    def test_json_in_a_text_is_looked_at_too(self):
        """Columns with lists are texts with JSON in them, which may hide anything."""
        hidden = json.dumps([{"id": str(uuid4()), "customValue": PAN}]).replace(
            PAN, "\\u0034" + PAN[1:]
        )
        for text, code in (
            ("[" * 10_000, "invalid_fields"),
            ("[" * 100 + "]" * 100, "invalid_fields"),
            ('[{"id": "\\ud800"}]', "invalid_fields"),
            ('[{"id": "\\u0000"}]', "invalid_fields"),
            ('[{"id": NaN}]', "invalid_fields"),
            ('[{"id": 1e999}]', "invalid_fields"),
            (hidden, "card_number_not_allowed"),
        ):
            with self.subTest(text[:30]):
                order, line, payment = self.sale()
                line["modifiers"] = text
                told = self.results(self.of_sales((order, line, payment)))
                self.assertEqual(told, {order["id"]: ("rejected", code)})
        self.assertNotIn(PAN[1:], self.kept())

    def test_names_and_texts_of_all_kinds_are_booked_as_they_are(self):
        for note in (
            "O'Brien",
            "👩‍🍳 ça va",
            "'; DROP TABLE pos_order; --",
            "<b>x</b>",
            "%s %(x)s",
            "\\",
        ):
            with self.subTest(note):
                order, line, payment = self.sale(note=note, customerName=note[:20])
                self.assertEqual(
                    self.push_one(self.of_sales((order, line, payment))).status, "applied"
                )
                self.assertEqual(self.order_of(order).general_customer_note, note)

    def test_long_texts(self):
        for name in (*TEXTS.split(), "y" * 9999):
            self.check_sales(name, [LONG])
        guest = {"id": str(uuid4()), "firstName": "Zoe", "note": LONG}
        told = self.results(self.created(customers=[guest]))
        self.assertEqual(told, {guest["id"]: ("rejected", "invalid_fields")})

    def test_rows_that_are_no_rows(self):
        for name in HEADER.split():
            self.check_sales(name, ODD)

    def check_sales(self, name, values):
        """Push sales with odd values of a column, and a good one, which is booked."""
        with self.subTest(name[:20]):
            sales = [self.sale(**{name: value}) for value in values]
            told = self.results(self.of_sales(*sales))
            self.assertEqual(len(told), len(sales))
            self.assertLessEqual({status for status, _code in told.values()}, SETTLED)

    def test_edits_that_are_no_edits(self):
        order = self.order_row()
        line = self.line_row(order, self.coffee)
        guest = {"id": str(uuid4()), "firstName": "Zoe"}
        self.push(self.created([order], [line], customers=[guest]))
        self.pull()
        rows = {"orders": order, "orderLines": line, "customers": guest}
        for table, row in rows.items():
            for name, value in product(EDITED[table].split(), ODD[-6:]):
                with self.subTest(table=table, name=name, value=str(value)[:20]):
                    result = self.push_one({table: {"updated": [row | {name: value}]}})
                    self.assertIn(result.status, SETTLED | {"conflict"})

    def test_deletions_that_are_none(self):
        odd = [None, 1, "x", "\0", {"id": str(uuid4())}, [str(uuid4())], LONG, str(uuid4())]
        for table in (*TABLES.split(), "a\0b", "x" * 10_000):
            with self.subTest(table[:20]):
                told = self.results({table: {"deleted": odd}}).values()
                self.assertLessEqual({status for status, _code in told}, SETTLED)

    def test_one_bad_row_at_any_place_of_many(self):
        for place in (0, 99, 100, 104):
            with self.subTest(place):
                sales = [self.sale() for _ in range(105)]
                sales[place][1]["modifiers"] = "[" * 10_000
                view = self.push(self.of_sales(*sales))
                told = {each.id: each.status for each in view.results}
                bad = told.pop(sales[place][0]["id"])
                self.assertEqual((bad, set(told.values())), ("rejected", {"applied"}))

    def test_ids_of_another_store_and_company(self):
        order = self.order_row()
        line = self.line_row(order, self.coffee)
        self.push(self.created([order], [line]))
        self.pull()
        self.assertNotEqual(self.device_2.config_id, self.till.store)
        mine = {"customerName": "Thief", "note": "Stolen"}
        attempts = [
            {"orders": {"updated": [order | mine]}},
            {"orders": {"created": [order | mine]}},
            {"orders": {"deleted": [order["id"]]}},
            {"orderLines": {"deleted": [line["id"]]}},
            {"orderLines": {"updated": [line | {"quantity": 9}]}},
            {"orderLines": {"created": [self.line_row(order, self.cake)]}},
            {"payments": {"created": [self.payment_row(order, self.cash, 275)]}},
        ]
        before = self.order_of(order)
        for changes in attempts:
            with self.subTest(json.dumps(changes)[:60]):
                for result in self.push(changes, device=self.device_2).results:
                    self.assertIn(result.status, ("rejected", "duplicate"))
                    self.assertNotIn("Corner", result.message or "")
        self.assertEqual((before.state, before.general_customer_note), ("draft", False))
        self.assertEqual(before.lines.mapped("qty"), [1])

    def test_a_customer_of_another_company(self):
        guest = {"id": str(uuid4()), "firstName": "Zoe", "email": "zoe@example.com"}
        self.push(self.created(customers=[guest]))
        partner = self.env["res.partner"].search([("fynlo_uuid", "=", guest["id"])])
        partner.company_id = self.company
        self.env.flush_all()
        for kind, row in (("created", guest), ("updated", guest | {"firstName": "X"})):
            result = self.push_one({"customers": {kind: [row]}}, device=self.device_b, who=self.bob)
            self.assertEqual((result.status, result.code), ("rejected", "idempotency_conflict"))
        result = self.push_one(
            {"customers": {"deleted": [guest["id"]]}}, device=self.device_b, who=self.bob
        )
        self.assertEqual(result.status, "duplicate")
        self.assertTrue(partner.active)
        self.assertEqual(partner.name, "Zoe")

    def test_ids_that_others_have(self):
        """An id that names something else can never be booked: to try again helps nobody."""
        first = self.sale()
        self.push(self.of_sales(first))
        for table, part in ((1, "line"), (2, "payment")):
            with self.subTest(part):
                second = self.sale()
                second[table]["id"] = first[table]["id"]
                told = self.push(self.of_sales(second)).results
                self.assertNotIn("retry", [each.status for each in told])
        cash = {"id": first[0]["id"], "type": "in", "amount": 5, "reason": "x"}
        self.assertEqual(self.push_one({"cashMovements": {"created": [cash]}}).status, "applied")
        again = cash | {"amount": 7}
        self.assertEqual(
            self.push_one({"cashMovements": {"created": [again]}}).code, "idempotency_conflict"
        )
