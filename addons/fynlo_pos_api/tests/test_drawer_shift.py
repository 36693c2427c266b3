from odoo.addons.fynlo_base.exceptions import ForbiddenError, InvalidFieldsError, NotFoundError
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import (
    ApprovalRequiredError,
    CountRequiredError,
    DrawersOpenError,
    DrawerTakenError,
    EmployeeRequiredError,
    ReasonRequiredError,
    SessionNotOpenError,
    ShiftClosedError,
)
from .drawers import DrawerCase
from .till import command


@tagged("post_install", "-at_install")
class TestDrawerShift(DrawerCase):
    def test_store_without_open_drawers_books_into_the_session_s_own(self):
        order = self.sell(self.ada, {self.till.coffee: 1})
        self.assertFalse(order.payment_ids.fynlo_drawer_shift_id)
        self.assertFalse(self.session.fynlo_has_shifts)

    def test_cash_goes_to_the_drawer_of_the_till(self):
        bar = self.take(self.bar, self.ada, 10000)
        door = self.take(self.door, self.ben, 5000, self.tablet)
        first = self.sell(self.ada, {self.till.coffee: 2})  # 5.50
        second = self.sell(self.sue, {self.till.cake: 1})  # 4.40 by somebody else on that till
        third = self.sell(self.ben, {self.till.cake: 2}, self.tablet)  # 8.80
        self.assertEqual((first | second).payment_ids.fynlo_drawer_shift_id, bar)
        self.assertEqual(third.payment_ids.fynlo_drawer_shift_id, door)
        self.assertEqual((bar._fynlo_cash(), door._fynlo_cash()), (109.9, 58.8))

    def test_purse_goes_with_its_holder(self):
        bar = self.take(self.bar, self.ada, 10000)
        purse = self.take(self.purse, self.ben, 2000)
        order = self.sell(self.ben, {self.till.coffee: 2})  # on Ada's till
        self.assertEqual(order.payment_ids.fynlo_drawer_shift_id, purse)
        self.assertEqual((bar._fynlo_cash(), purse._fynlo_cash()), (100.0, 25.5))

    def test_refunds_change_cards_and_moves_are_in_the_figure(self):
        bar = self.take(self.bar, self.ada, 10000)
        handed = {"payment_method_id": self.till.cash.id, "amount": 10.0}
        change = {"payment_method_id": self.till.cash.id, "amount": -4.5, "is_change": True}
        payments = [Command.create(handed), Command.create(change)]
        self.sell(self.ada, {self.till.coffee: 2}, payment_ids=payments)  # 5.50
        self.sell(self.ada, {self.till.coffee: -1})  # -2.75
        self.sell(self.ada, {self.till.cake: 3}, method=self.till.card)  # 13.20, no cash
        self.move("in", 1000, self.ada)
        self.move("drop", 5000, self.ada)
        self.assertEqual(bar._fynlo_cash(), 100 + 5.5 - 2.75 + 10 - 50)
        self.assertEqual(len(bar.move_ids), 2)
        self.assertEqual(len(bar.payment_ids), 4)

    def test_shift_from_opening_to_close(self):
        bar = self.take(self.bar, self.ada, 10000)
        self.assertEqual((bar.state, bar.employee_id, bar.opening), ("open", self.ada, 100.0))
        self.assertEqual(self.bar.open_shift_id, bar)
        self.sell(self.ada, {self.till.coffee: 2})
        self.count(bar, 10500)
        self.end(bar, reason="gave too much change")
        self.assertEqual((bar.state, bar.counted, bar.expected), ("closed", 105.0, 105.5))
        self.assertEqual((bar.difference, bar.reason), (-0.5, "gave too much change"))
        self.assertEqual((bar.closed_by_id, bar.count_id.shift_id), (self.ada, bar))
        self.bar.invalidate_recordset()
        self.assertFalse(self.bar.open_shift_id)
        order = self.sell(self.ada, {self.till.coffee: 1})
        self.assertFalse(order.payment_ids.fynlo_drawer_shift_id)

    def test_handover_goes_on_with_what_was_counted(self):
        ada = self.take(self.bar, self.ada, 10000)
        self.sell(self.ada, {self.till.coffee: 2})
        self.count(ada, 10500)
        ben = self.hand_over(ada, self.ben)
        self.assertEqual((ada.state, ada.difference), ("closed", -0.5))
        self.assertEqual((ben.state, ben.employee_id, ben.opening), ("open", self.ben, 105.0))
        self.assertEqual(
            (ben.previous_id, ben.drawer_id, ben.device_id), (ada, self.bar, self.ipad)
        )
        order = self.sell(self.ben, {self.till.cake: 1})
        self.assertEqual(order.payment_ids.fynlo_drawer_shift_id, ben)
        self.assertEqual((ada._fynlo_cash(), ben._fynlo_cash()), (105.5, 109.4))

    def test_supervisor_names_who_takes_over_and_a_cashier_himself_only(self):
        ada = self.take(self.bar, self.ada)
        self.count(ada, 10000)
        with self.assertRaises(ForbiddenError):
            self.hand_over(ada, self.ada, employeeId=self.ben.fynlo_uuid)
        self.assertEqual(ada.state, "open")
        with self.assertRaises(InvalidFieldsError):
            self.hand_over(ada, self.sue, employeeId=self.bob.fynlo_uuid)
        ben = self.hand_over(ada, self.sue, employeeId=self.ben.fynlo_uuid)
        self.assertEqual((ben.employee_id, ada.closed_by_id), (self.ben, self.sue))

    def test_count_is_asked_for_and_good_until_cash_moves(self):
        ada = self.take(self.bar, self.ada)
        with self.assertRaises(CountRequiredError):
            self.end(ada)
        self.count(ada, 10000)
        self.sell(self.ada, {self.till.cake: 1}, method=self.till.card)
        self.sell(self.ben, {self.till.cake: 1}, self.tablet)  # goes elsewhere
        self.sell(self.ada, {self.till.coffee: 1})
        with self.assertRaises(CountRequiredError):
            self.hand_over(ada, self.ben)
        self.count(ada, 10275)
        self.assertEqual(self.end(ada).difference, 0.0)

    def test_difference_over_the_limit_needs_a_supervisor_and_a_reason(self):
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        ada = self.take(self.bar, self.ada)
        self.count(ada, 9799)
        with self.assertRaises(ApprovalRequiredError):
            self.end(ada, reason="I do not know")
        with self.assertRaises(ApprovalRequiredError):
            self.hand_over(ada, self.ben)
        with self.assertRaises(ReasonRequiredError):
            self.end(ada, self.sue)
        self.assertEqual(ada.state, "open")
        self.assertEqual(self.end(ada, self.sue, reason="a note is missing").difference, -2.01)

    def test_drawer_and_person_are_taken_once(self):
        self.take(self.bar, self.ada)
        with self.assertRaises(DrawerTakenError):
            self.take(self.bar, self.ben)
        purse = self.take(self.purse, self.ada)  # beside the till's drawer
        with self.assertRaises(DrawerTakenError) as caught:
            self.take(self._make_drawer("Purse 2"), self.ada)
        self.assertEqual(caught.exception.details, {"shiftId": purse.fynlo_uuid})

    def test_colleague_s_drawer_is_not_counted_nor_closed(self):
        ada = self.take(self.bar, self.ada)
        with self.assertRaises(ForbiddenError):
            self.count(ada, 10000, self.ben)
        self.count(ada, 10000)
        with self.assertRaises(ForbiddenError):
            self.end(ada, self.ben)
        with self.assertRaises(NotFoundError):
            self.as_(self.ben)["fynlo.drawer.shift"]._fynlo_read_shift(ada.fynlo_uuid)
        self.assertEqual(self.end(ada, self.sue).state, "closed")

    def test_closed_shift_stays_closed(self):
        ada = self.take(self.bar, self.ada)
        self.count(ada, 10000)
        self.end(ada)
        for act in (lambda: self.count(ada, 1), lambda: self.end(ada)):
            with self.assertRaises(ShiftClosedError):
                act()
        with self.assertRaises(ShiftClosedError):
            self.hand_over(ada, self.ben)

    def test_who_is_no_employee_answers_for_nothing(self):
        env = self.env_as(self.olga, self.till.store)
        shifts, order = env["fynlo.drawer.shift"], command("shift", countedCash=0)
        with self.assertRaises(EmployeeRequiredError):
            shifts._fynlo_open_shift(self.bar.with_env(env), order)

    def test_session_waits_for_its_drawers(self):
        ada = self.take(self.bar, self.ada)
        self.count_session(30000)
        with self.assertRaises(DrawersOpenError) as caught:
            self.close_session()
        shift = {"id": ada.fynlo_uuid, "drawer": "Bar", "employee": "Ada"}
        self.assertEqual(caught.exception.details, {"shifts": [shift]})
        refusal = self.session.close_session_from_ui()
        self.assertEqual((refusal["successful"], refusal["redirect"]), (False, False))
        with self.assertRaises(DrawersOpenError):
            self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "opened")
        self.count(ada, 10000)
        self.end(ada)
        self.assertEqual(self.close_session().state, "closed")
        with self.assertRaises(SessionNotOpenError):
            self.take(self.bar, self.ada)

    def test_session_s_limit_is_for_what_no_drawer_explains(self):
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        ada = self.take(self.bar, self.ada)
        self.count(ada, 9500)
        self.end(ada, self.sue, reason="a note is missing")
        self.count_session(29500, self.ada)
        self.assertEqual(self.close_session(self.ada).cash_register_difference, -5.0)

    def test_drawer_in_use_is_left_as_it_is(self):
        self.take(self.bar, self.ada)
        for vals in ({"active": False}, {"device_id": False}, {"config_id": self.store.id}):
            with self.subTest(vals), self.assertRaises(UserError):
                self.bar.write(vals)
        self.bar.name = "Front"
        with self.assertRaises(ValidationError):
            self.door.device_id = self.device
        self.purse.unlink()
        with self.assertRaises(UserError):
            self.bar.unlink()

    def test_finding_the_drawer_costs_one_query_and_none_without_drawers(self):
        shifts = self.as_(self.ada)["fynlo.drawer.shift"]
        session = self.session.with_env(shifts.env)
        self.assertFalse(session.fynlo_has_shifts)
        with self.assertQueryCount(0):
            self.assertFalse(shifts._fynlo_find_open(session))
        bar = self.take(self.bar, self.ada)
        self.assertTrue(session.fynlo_has_shifts)
        with self.assertQueryCount(1):
            self.assertEqual(shifts._fynlo_find_open(session), bar.id)

    def test_payment_names_no_drawer_by_itself(self):
        bar = self.take(self.bar, self.ada)
        door = self.take(self.door, self.ben, device=self.tablet)
        payment = {"payment_method_id": self.till.cash.id, "amount": 2.75}
        payments = [Command.create({**payment, "fynlo_drawer_shift_id": door.id})]
        order = self.sell(self.ada, {self.till.coffee: 1}, payment_ids=payments)
        self.assertEqual(order.payment_ids.fynlo_drawer_shift_id, bar)
        carl = self._make_user("carl", "cashier")
        with self.assertRaises(AccessError):
            order.payment_ids.with_user(carl).fynlo_drawer_shift_id = door

    def test_cash_taken_in_the_web_pos_goes_into_the_purse_of_its_cashier(self):
        purse = self.take(self.purse, self.ben)
        self.take(self.bar, self.ada)
        order = self.till.sell(self.session, {self.till.coffee: 1}, employee_id=self.ben.id)
        self.assertEqual(order.payment_ids.fynlo_drawer_shift_id, purse)
        order = self.till.sell(self.session, {self.till.coffee: 1}, employee_id=self.ada.id)
        self.assertFalse(order.payment_ids.fynlo_drawer_shift_id)

    def test_cashier_reads_no_shift(self):
        self.take(self.bar, self.ada)
        shifts = self.as_(self.ada)["fynlo.drawer.shift"]
        self.assertFalse(shifts.has_access("read"))
        shifts = self.as_(self.sue)["fynlo.drawer.shift"]
        self.assertEqual(len(shifts.search([("drawer_id", "=", self.bar.id)])), 1)
        for mode in ("write", "create", "unlink"):
            self.assertFalse(shifts.has_access(mode))
