from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import NoCashDrawerError, SessionAlreadyOpenError, SessionNotOpenError
from .till import Till, command


@tagged("post_install", "-at_install")
class TestSessionOpen(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.ipad = cls._make_device("Bar", cls.till.store)

    def sessions_as(self, who):
        return self.env_as(who, self.till.store, self.ipad)["pos.session"]

    def test_cashier_opens_what_odoo_would_open(self):
        sessions = self.sessions_as(self.ada)
        order = command("open", openingCash=10050, note="float from the safe")
        session = sessions._fynlo_open_session(order)
        self.assertEqual(session.state, "opened")
        self.assertEqual(session.fynlo_uuid, str(order.id))
        self.assertEqual(session.cash_register_balance_start, 100.5)
        self.assertEqual(session.opening_notes, "float from the safe")
        self.assertEqual(session.config_id, self.till.store)
        self.assertEqual(session.user_id, sessions.env.user)
        self.assertEqual(session.sudo().employee_id, self.ada)
        self.assertEqual(session.sudo().fynlo_device_id, self.ipad)
        self.assertTrue(session.name.startswith("POS/") or "/" in session.name)
        self.assertEqual(sessions._fynlo_current_session(), session)

    def test_opening_is_in_the_audit_trail(self):
        session = self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=500))
        entry = self.env["fynlo.audit"].search([("action", "=", "session.open")], limit=1)
        self.assertEqual(entry.subject_uuid, session.fynlo_uuid)
        self.assertEqual(entry.employee_id, self.ada.id)
        self.assertEqual(entry.data, {"opening_cash_minor": 500})

    def test_same_id_is_the_same_opening(self):
        order = command("open", openingCash=0)
        first = self.sessions_as(self.ada)._fynlo_open_session(order)
        self.assertEqual(self.sessions_as(self.sue)._fynlo_open_session(order), first)

    def test_second_opening_is_told_the_open_session(self):
        first = self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=0))
        with self.assertRaises(SessionAlreadyOpenError) as caught:
            self.sessions_as(self.sue)._fynlo_open_session(command("open", openingCash=0))
        self.assertEqual(caught.exception.details, {"sessionId": first.fynlo_uuid})
        domain = [("config_id", "=", self.till.store.id)]
        self.assertEqual(self.env["pos.session"].search_count(domain), 1)

    def test_session_of_the_web_pos_is_the_store_s_session_too(self):
        session = self.till.open()
        self.assertEqual(self.sessions_as(self.ada)._fynlo_current_session(), session)
        with self.assertRaises(SessionAlreadyOpenError):
            self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=0))

    def test_session_that_the_web_pos_has_not_confirmed_is_taken_over(self):
        waiting = self.env["pos.session"].create({"config_id": self.till.store.id})
        with self.assertRaises(SessionNotOpenError):
            self.sessions_as(self.ada)._fynlo_current_session()
        order = command("open", openingCash=700)
        session = self.sessions_as(self.ada)._fynlo_open_session(order)
        self.assertEqual(session, waiting)
        self.assertEqual((session.state, session.sudo().employee_id), ("opened", self.ada))
        self.assertEqual(session.cash_register_balance_start, 7.0)

    def test_store_may_ask_for_a_higher_role(self):
        self.till.store.fynlo_session_role = "supervisor"
        with self.assertRaises(ForbiddenError):
            self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=0))
        self.assertFalse(self.till.store.current_session_id)
        session = self.sessions_as(self.sue)._fynlo_open_session(command("open", openingCash=0))
        self.assertEqual(session.state, "opened")

    def test_only_a_manager_changes_the_limits_of_the_store(self):
        limits = {
            "fynlo_session_role": "manager",
            "fynlo_no_sale_role": "manager",
            "fynlo_max_discount_cashier": 100,
            "fynlo_max_discount_supervisor": 100,
            "fynlo_order_seq_id": False,
            "set_maximum_difference": False,
            "amount_authorized_diff": 1000,
        }
        for role in ("cashier", "supervisor"):
            store = self.till.store.with_user(self._make_user(f"u-{role}", role))
            for name, value in limits.items():
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    store.write({name: value})
        manager = self._make_user("mara", "manager")
        self.till.store.with_user(manager).fynlo_max_discount_cashier = 15
        self.assertEqual(self.till.store.fynlo_max_discount_cashier, 15)

    def test_store_without_cash_takes_no_opening_cash(self):
        self.till.store.payment_method_ids = self.till.card
        with self.assertRaises(NoCashDrawerError):
            self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=1))
        session = self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=0))
        self.assertEqual(session.state, "opened")

    def test_store_that_is_not_ready_says_why(self):
        self.till.cash.journal_id.loss_account_id = False
        with self.assertRaisesRegex(Exception, "(?i)loss"):
            self.sessions_as(self.ada)._fynlo_open_session(command("open", openingCash=0))

    def test_no_session_is_told(self):
        with self.assertRaises(SessionNotOpenError):
            self.sessions_as(self.ada)._fynlo_current_session()
