"""Orders that are made on one day and fetched on another."""

import time

from odoo.tests import tagged

from .push_case import PushCase

_DAY_MS = 86_400_000


@tagged("post_install", "-at_install")
class TestPushDays(PushCase):
    def setUp(self):
        super().setUp()
        day = int(time.time() * 1000) + 2 * _DAY_MS
        self.row = self.order_row(orderType="takeaway", scheduledAt=day)
        self.line = self.line_row(self.row, self.coffee)
        self.push(self.created([self.row], [self.line]))
        self.pull()
        self.session.close_session_from_ui()

    def pay(self):
        return self.push_one(self.created(payments=[self.payment_row(self.row, self.cash, 275)]))

    def test_it_is_changed_while_its_session_is_closed(self):
        change = {"orders": {"updated": [self.row | {"note": "By the door"}]}}
        self.assertEqual(self.push_one(change).status, "applied")
        self.assertEqual(self.order_of(self.row).general_customer_note, "By the door")

    def test_it_is_paid_in_the_session_of_that_day(self):
        session = self.till.open()
        self.assertEqual(self.pay().status, "applied")
        order = self.order_of(self.row)
        self.assertEqual((order.session_id, order.fynlo_state), (session, "completed"))

    def test_a_payment_that_comes_before_the_shop_opens_is_booked_then(self):
        self.assertEqual(self.pay().status, "retry")
        session = self.till.open()
        self.env.flush_all()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1)
        self.env["fynlo.sync.op"]._fynlo_cron_take_up()
        self.env.flush_all()
        order = self.order_of(self.row)
        self.assertEqual((order.session_id, order.fynlo_state), (session, "completed"))

    def test_it_is_paid_once_the_web_till_has_taken_it_out_of_its_session(self):
        self.order_of(self.row).action_pos_order_cancel()
        session = self.till.open()
        self.assertEqual(self.pay().status, "applied")
        self.assertEqual(self.order_of(self.row).session_id, session)
