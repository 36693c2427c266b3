from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..exceptions import NoCashDrawerError, SessionNotOpenError
from .till import Till, command


@tagged("post_install", "-at_install")
class TestSessionCash(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.ipad = cls._make_device("Bar", cls.till.store)
        cls.session = cls.till.open(100.0)

    def session_as(self, who):
        return self.session.with_env(self.env_as(who, self.till.store, self.ipad))

    def move(self, kind, amount, reason="milk", who=None):
        order = command("move", type=kind, amount=amount, reason=reason)
        return self.session_as(who or self.ada)._fynlo_move_cash(order)

    def count(self, amount, who=None, **values):
        order = command("count", countedCash=amount, **values)
        return self.session_as(who or self.ada)._fynlo_count_cash(order)

    def test_cash_moves_are_odoo_s_statement_lines(self):
        paid_in = self.move("in", 2000, "change from the bank")
        paid_out = self.move("out", 750)
        drop = self.move("drop", 5000, "to the safe")
        moves = paid_in | paid_out | drop
        self.assertEqual(moves.mapped("amount"), [20.0, -7.5, -50.0])
        self.assertEqual(moves.mapped("fynlo_cash_type"), ["in", "out", "drop"])
        self.assertEqual(moves.journal_id, self.session.cash_journal_id)
        self.assertEqual(moves.pos_session_id, self.session)
        self.assertEqual(moves.employee_id, self.ada)
        self.assertEqual(moves.fynlo_device_id, self.ipad)
        self.assertEqual(set(moves.move_id.mapped("state")), {"posted"})
        self.assertIn("milk", paid_out.payment_ref)
        self.assertEqual(self.session._fynlo_expected_cash(), 62.5)

    def test_move_of_the_web_pos_is_marked_too(self):
        extras = {"translatedType": "in"}
        self.session.try_cash_in_out("in", 5.0, "float", False, extras)
        line = self.session.statement_line_ids
        self.assertEqual((line.fynlo_cash_type, line.fynlo_reason), ("in", "float"))
        self.assertFalse(line.fynlo_uuid)

    def test_count_keeps_what_was_expected(self):
        self.till.sell(self.session, {self.till.coffee: 2})  # 5.50 in cash
        self.till.sell(self.session, {self.till.cake: 1}, method=self.till.card)
        self.move("out", 250)
        count = self.count(
            10250, denominations=[{"value": 5000, "quantity": 2}, {"value": 50, "quantity": 5}]
        )
        self.assertEqual((count.counted, count.expected, count.difference), (102.5, 103.0, -0.5))
        self.assertEqual((count.employee_id, count.device_id), (self.ada, self.ipad))
        expected = [{"value": 5000, "quantity": 2}, {"value": 50, "quantity": 5}]
        self.assertEqual(count.denominations, expected)

    def test_count_is_good_until_cash_moves(self):
        first = self.count(10000)
        self.assertEqual(self.session._fynlo_valid_count(), first)
        self.till.sell(self.session, {self.till.cake: 1}, method=self.till.card)
        self.assertEqual(self.session._fynlo_valid_count(), first)
        self.till.sell(self.session, {self.till.cake: 1})
        self.assertFalse(self.session._fynlo_valid_count())
        second = self.count(10440)
        self.assertEqual(self.session._fynlo_valid_count(), second)

    def test_cashier_cannot_read_counts(self):
        self.count(10000)
        counts = self.env_as(self.ada, self.till.store, self.ipad)["fynlo.cash.count"]
        self.assertFalse(counts.has_access("read"))
        counts = self.env_as(self.sue, self.till.store, self.ipad)["fynlo.cash.count"]
        self.assertEqual(counts.search([("session_id", "=", self.session.id)]).expected, 100.0)
        self.assertFalse(counts.has_access("write"))

    def test_closing_session_takes_no_cash_and_no_count(self):
        self.session.state = "closing_control"
        with self.assertRaises(SessionNotOpenError):
            self.move("in", 100)
        with self.assertRaises(SessionNotOpenError):
            self.count(10000)
        self.assertFalse(self.session.statement_line_ids)
        self.assertFalse(self.session.fynlo_cash_count_ids)

    def test_store_without_cash_has_no_drawer(self):
        store = Till(self.env, "Cashless")
        store.store.payment_method_ids = store.card
        session = store.open(0.0)
        till = self._make_device("Kiosk", store.store)
        session = session.with_env(self.env_as(self.max, store.store, till))
        with self.assertRaises(NoCashDrawerError):
            session._fynlo_move_cash(command("move", type="in", amount=1, reason="x"))
        with self.assertRaises(NoCashDrawerError):
            session._fynlo_count_cash(command("count", countedCash=0))

    def test_moves_and_counts_are_in_the_audit_trail(self):
        self.move("drop", 5000, "to the safe")
        self.count(5000)
        entries = self.env["fynlo.audit"].search(
            [("subject_uuid", "=", self.session.fynlo_uuid)], limit=2
        )
        self.assertEqual(entries.mapped("action"), ["session.count", "session.cash_move"])
        self.assertEqual(
            entries[1].data, {"type": "drop", "amount_minor": 5000, "reason": "to the safe"}
        )
