from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import (
    ApprovalRequiredError,
    CountRequiredError,
    DraftOrdersError,
    ReasonRequiredError,
    SessionNotClosableError,
)
from .till import Till, command


class CloseCase(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.ipad = cls._make_device("Bar", cls.till.store)
        cls.session = cls.till.open(100.0)

    def session_as(self, who):
        return self.session.with_env(self.env_as(who, self.till.store, self.ipad))

    def count(self, amount, who=None):
        return self.session_as(who or self.ada)._fynlo_count_cash(
            command("count", countedCash=amount)
        )

    def close(self, who=None, **values):
        session = self.session_as(who or self.ada)
        return session._fynlo_close_session(command("close", **values))

    def balances(self, session=None):
        return balances_of(self, session or self.session)


def balances_of(case, session):
    """Return ``{account: balance}`` of all that the closing posted, each entry balanced."""
    moves = session._get_related_account_moves()
    case.assertEqual(set(moves.mapped("state")), {"posted"})
    for move in moves:
        case.assertEqual(session.currency_id.round(sum(move.line_ids.mapped("balance"))), 0)
    groups = moves.line_ids.grouped("account_id").items()
    return {account: round(sum(lines.mapped("balance")), 2) for account, lines in groups}


@tagged("post_install", "-at_install")
class TestSessionClose(CloseCase):
    def test_closing_posts_balanced_entries_and_all_stock(self):
        self.till.sell(self.session, {self.till.coffee: 2})  # 5.50 in cash
        self.till.sell(self.session, {self.till.cake: 3}, method=self.till.card)  # 13.20
        self.till.sell(self.session, {self.till.coffee: -1})  # -2.75 in cash
        self.count(10275)
        session = self.close(note="quiet evening")
        self.assertEqual(session.state, "closed")
        self.assertEqual(session.closing_notes, "quiet evening")
        self.assertEqual(session.cash_register_balance_end_real, 102.75)
        self.assertEqual(session.cash_register_difference, 0.0)
        self.assertEqual(set(self.session.order_ids.mapped("state")), {"done"})
        self.assertEqual(set(self.session.order_ids.mapped("fynlo_stock_state")), {"posted"})
        self.assertEqual(self.till.on_hand(self.till.coffee), 99)
        self.assertEqual(self.till.on_hand(self.till.cake), 97)
        tax_account = self.till.tax.invoice_repartition_line_ids.account_id
        balances = self.balances()
        self.assertEqual(balances[tax_account], -1.45)
        self.assertEqual(balances[self.till.cash.journal_id.default_account_id], 2.75)
        sales = [value for key, value in balances.items() if key.account_type == "income"]
        self.assertEqual(sales, [-14.5])

    def test_shortage_is_booked_as_a_loss(self):
        self.till.sell(self.session, {self.till.coffee: 2})
        self.count(10500)
        session = self.close()
        self.assertEqual(session.cash_register_difference, -0.5)
        loss = self.till.cash.journal_id.loss_account_id
        self.assertEqual(self.balances()[loss], 0.5)

    def test_draft_orders_block_and_are_named(self):
        draft = self.till.sell(self.session, {self.till.coffee: 1}, state="draft", payment_ids=[])
        self.count(10000)
        with self.assertRaises(DraftOrdersError) as caught:
            self.close()
        orders = [{"id": draft.uuid, "reference": draft.pos_reference}]
        self.assertEqual(caught.exception.details, {"orders": orders})
        self.assertEqual(self.session.state, "opened")
        self.assertFalse(self.session.move_id)

    def test_drawer_has_to_be_counted(self):
        with self.assertRaises(CountRequiredError):
            self.close()
        self.count(10000)
        self.till.sell(self.session, {self.till.coffee: 2})
        with self.assertRaises(CountRequiredError):
            self.close()
        self.assertEqual(self.session.state, "opened")

    def test_difference_over_the_limit_needs_a_supervisor(self):
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        self.count(9799)
        with self.assertRaises(ApprovalRequiredError):
            self.close()
        self.assertEqual(self.session.state, "opened")
        self.assertFalse(self.session.statement_line_ids)
        with self.assertRaises(ReasonRequiredError):
            self.close(self.sue)
        self.assertEqual(self.session.state, "opened")
        session = self.close(self.sue, reason="a guest's change")
        self.assertEqual(session.cash_register_difference, -2.01)
        self.assertEqual(session.fynlo_difference_reason, "a guest's change")

    def close_in_web_client(self, user, counted):
        session = self.session.with_user(user)
        session.post_closing_cash_details(counted)
        session.invalidate_recordset()
        return session.close_session_from_ui()

    def test_limit_holds_in_the_web_client_and_by_rpc_too(self):
        """Odoo's web POS looks at it in the browser alone."""
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        cashier = self._make_user("carl", "cashier")
        with self.assertRaises(ApprovalRequiredError):
            self.close_in_web_client(cashier, 97.99)
        session = self.session.with_user(cashier)
        with self.assertRaises(ApprovalRequiredError):
            session.action_pos_session_closing_control()
        self.assertNotEqual(self.session.state, "closed")
        self.assertFalse(self.session.move_id)
        supervisor = self._make_user("sybil", "supervisor")
        self.assertEqual(self.close_in_web_client(supervisor, 97.99), {"successful": True})
        self.assertEqual(self.session.cash_register_difference, -2.01)

    def test_difference_within_the_limit_is_the_cashier_s_in_the_web_client(self):
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        cashier = self._make_user("carl", "cashier")
        self.assertEqual(self.close_in_web_client(cashier, 98.0), {"successful": True})

    def test_opening_cash_stays_what_it_was(self):
        cashier = self._make_user("carl", "cashier")
        with self.assertRaises(AccessError):
            self.session.with_user(cashier).cash_register_balance_start = 50.0
        with self.assertRaises(AccessError):
            self.session.with_user(cashier).fynlo_has_shifts = True
        manager = self._make_user("mara", "manager")
        self.session.with_user(manager).cash_register_balance_start = 90.0
        self.assertEqual(self.session.cash_register_balance_start, 90.0)
        self.session.unlink()
        session = self.env["pos.session"].create({"config_id": self.till.store.id})
        session.with_user(cashier).set_opening_control(70.0, "")
        self.assertEqual(session.cash_register_balance_start, 70.0)

    def test_difference_at_the_limit_does_not(self):
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        self.count(10200)
        self.assertEqual(self.close().cash_register_difference, 2.0)

    def test_store_may_ask_for_a_higher_role(self):
        self.till.store.fynlo_session_role = "manager"
        self.count(10000)
        with self.assertRaises(ForbiddenError):
            self.close(self.sue)
        self.assertEqual(self.session.state, "opened")
        self.assertEqual(self.close(self.max).state, "closed")

    def test_store_without_cash_needs_no_count(self):
        till = Till(self.env, "Cashless")
        till.store.payment_method_ids = till.card
        session = till.open(0.0)
        device = self._make_device("Kiosk", till.store)
        till.sell(session, {till.cake: 1}, method=till.card)
        session = session.with_env(self.env_as(self.ada, till.store, device))
        self.assertEqual(session._fynlo_close_session(command("close")).state, "closed")

    def test_entries_that_do_not_balance_are_refused(self):
        self.till.sell(self.session, {self.till.coffee: 2})
        self.count(10550)
        refusal = {"successful": False, "message": "Force Close Session", "redirect": True}
        self.patch(type(self.session), "close_session_from_ui", lambda self: refusal)
        with self.assertRaisesRegex(SessionNotClosableError, "Force Close Session"):
            self.close()

    def test_closing_is_in_the_audit_trail(self):
        self.count(9990)
        self.close()
        entry = self.env["fynlo.audit"].search([("action", "=", "session.close")], limit=1)
        self.assertEqual(entry.subject_uuid, self.session.fynlo_uuid)
        self.assertEqual(entry.data, {"difference_minor": -10})

    def test_web_client_closes_it_too(self):
        self.till.sell(self.session, {self.till.coffee: 2})
        self.session.post_closing_cash_details(105.5)
        self.session.invalidate_recordset()
        self.session.update_closing_control_state_session("")
        self.assertEqual(self.session.close_session_from_ui(), {"successful": True})
        self.assertEqual(self.session.cash_register_difference, 0.0)
        self.assertEqual(self.till.on_hand(self.till.coffee), 98)
        self.assertFalse(self.session.fynlo_pending_stock_count)

    def test_web_client_is_refused_with_drafts_and_the_session_stays_open(self):
        self.till.sell(self.session, {self.till.coffee: 1}, state="draft", payment_ids=[])
        with self.assertRaises(UserError):
            self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "opened")


@tagged("post_install", "-at_install")
class TestStockOfClosing(CloseCase):
    """The same sales by the API and by Odoo's own path end in the same stock and the same books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.inventory_valuation = "real_time"

    def carts(self, till):
        coffee, cake = till.coffee, till.cake
        return [
            ({coffee: 2, cake: 1}, till.cash),
            ({coffee: 5}, till.card),
            ({cake: 3}, till.cash),
            ({coffee: -1}, till.cash),
            ({cake: 2, coffee: 1}, till.card),
        ]

    def sell_and_close(self, mode, sell, post_after=None):
        """Return ``(till, session)`` after the carts were sold in the stock mode and closed."""
        self.company.point_of_sale_update_stock_quantities = mode
        till = Till(self.env, "Parity")
        session = till.open(0.0)
        for number, (quantities, method) in enumerate(self.carts(till)):
            getattr(till, sell)(session, quantities, method)
            if number == post_after:
                session._fynlo_post_stock_batch()
        session.post_closing_cash_details(session.cash_register_balance_end)
        session.invalidate_recordset()
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        return till, session

    def figures(self, till, session):
        """Return what must not depend on the path, by names that do not depend on the store."""
        names = {
            till.cash.journal_id.default_account_id: "cash",
            till.tax.invoice_repartition_line_ids.account_id: "tax",
        }
        balances = {
            names.get(account, account.code): balance
            for account, balance in self.balances(session).items()
        }
        moved = {}
        for move in session.picking_ids.move_ids:
            key = move.product_id.name, move.location_id, move.location_dest_id
            moved[key] = moved.get(key, 0) + move.quantity
            self.assertEqual(move.state, "done")
        return {
            "balances": balances,
            "moved": moved,
            "on_hand": [till.on_hand(product) for product in till.coffee | till.cake],
            "costs": sorted(session.order_ids.lines.mapped("total_cost")),
        }

    def test_api_sales_equal_odoo_s_own_in_both_modes(self):
        expected = self.figures(*self.sell_and_close("closing", "sell_in_web_pos"))
        self.assertEqual(expected["on_hand"], [93, 94])
        # 8 coffees and 6 cakes left, one coffee came back.
        self.assertEqual(sum(expected["moved"].values()), 8 + 6 + 1)
        self.assertEqual(sum(expected["costs"]), 7 * 1.0 + 6 * 1.5)
        self.assertIn(16.0, expected["balances"].values())
        cases = [
            ("real", "sell_in_web_pos", None),
            ("closing", "sell", None),
            ("real", "sell", None),
            ("closing", "sell", 2),
            ("real", "sell", 2),
        ]
        for case in cases:
            with self.subTest(case):
                self.assertEqual(self.figures(*self.sell_and_close(*case)), expected)

    def test_web_pos_and_api_orders_share_a_session(self):
        for mode in ("real", "closing"):
            with self.subTest(mode):
                self.company.point_of_sale_update_stock_quantities = mode
                till = Till(self.env, f"Mixed {mode}")
                session = till.open(0.0)
                till.sell(session, {till.coffee: 2})
                till.sell_in_web_pos(session, {till.coffee: 3})
                session._fynlo_post_stock_batch()
                till.sell(session, {till.coffee: 4})
                session.post_closing_cash_details(session.cash_register_balance_end)
                session.invalidate_recordset()
                session.close_session_from_ui()
                self.assertEqual(till.on_hand(till.coffee), 91)
                stock = till.category.property_stock_valuation_account_id
                self.assertEqual(self.balances(session).get(stock, -9.0), -9.0)
