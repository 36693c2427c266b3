from uuid import uuid4

from odoo.tests import tagged

from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestPushEntries(PushCase):
    def entry(self, collection, **row):
        row = {"id": str(uuid4()), **row}
        return {collection: {"created": [row]}}, row

    def cash_move(self, **extra):
        vals = {"type": "out", "amount": 1250, "reason": "Milk", **extra}
        return self.entry("cashMovements", **vals)

    def stock_move(self, **extra):
        vals = {"productId": self.coffee.fynlo_uuid, "quantity": -3, "reason": "waste", **extra}
        return self.entry("stockMoves", **vals)

    def moved(self, row):
        line = self.env["account.bank.statement.line"].search([("fynlo_uuid", "=", row["id"])])
        return [(each.amount, each.fynlo_cash_type, each.pos_session_id) for each in line]

    def on_hand(self):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.coffee.id), ("location_id", "=", self.till.source.id)]
        )
        return sum(quants.mapped("quantity"))

    def test_cash_that_was_taken_out_offline_is_booked_once(self):
        changes, row = self.cash_move()
        for device, status in (
            (self.corner, "applied"),
            (self.corner, "duplicate"),
            (self.other, "duplicate"),
        ):
            self.assertEqual(self.push_one(changes, device=device).status, status)
        self.assertEqual(self.moved(row), [(-12.5, "out", self.session)])
        changed = {"cashMovements": {"updated": [row | {"amount": 1}]}}
        result = self.push_one(changed)
        self.assertEqual((result.status, result.code), ("rejected", "idempotency_conflict"))
        result = self.push_one({"cashMovements": {"deleted": [row["id"]]}})
        self.assertEqual((result.status, result.code), ("rejected", "append_only"))
        self.assertEqual(self.moved(row), [(-12.5, "out", self.session)])

    def test_cash_waits_for_a_session(self):
        self.session.state = "closed"
        changes, row = self.cash_move(type="drop")
        result = self.push_one(changes)
        self.assertEqual((result.status, result.code), ("retry", "session_not_open"))
        session = self.till.open()
        self.env.flush_all()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1)
        self.env["fynlo.sync.op"]._fynlo_cron_take_up()
        self.assertEqual(self.moved(row), [(-12.5, "drop", session)])

    def test_stock_is_changed_by_differences(self):
        before = self.on_hand()
        first, _row = self.stock_move()
        second, _row = self.stock_move(quantity=10, reason="other", note="Behind the shelf")
        for changes in (first, second, first):
            self.push(changes, who=self.max)
        self.push(first, who=self.max, device=self.other)
        self.assertEqual(self.on_hand(), before + 7)

    def test_what_is_wrong_is_told_and_changes_nothing(self):
        before = self.on_hand()
        cases = [
            (self.stock_move(), self.ada, "forbidden"),
            (self.stock_move(quantity=None, countedQuantity=5), self.max, "invalid_fields"),
            (self.stock_move(quantity="many"), self.max, "invalid_fields"),
            (self.stock_move(productId=str(uuid4())), self.max, "invalid_fields"),
            (self.cash_move(amount=-5), self.ada, "invalid_fields"),
            (self.cash_move(amount=0.1 + 0.2), self.ada, "invalid_fields"),
            (self.cash_move(type="borrowed"), self.ada, "invalid_fields"),
            (self.cash_move(reason=""), self.ada, "invalid_fields"),
            (self.cash_move(reason="4111 1111 1111 1111"), self.ada, "card_number_not_allowed"),
        ]
        for (changes, row), who, code in cases:
            with self.subTest(changes):
                result = self.push_one(changes, who=who)
                self.assertEqual((result.status, result.code), ("rejected", code))
                self.assertEqual(self.moved(row), [])
        self.assertEqual(self.on_hand(), before)
