"""A process that dies anywhere in a split payment: all of it is paid in the end, or nothing."""

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.payment_transactions import TransactionCreate
from ..schemas.payments import IntentCancel
from .killing import Killing
from .parallel_payments import make


@tagged("post_install", "-at_install")
class TestSplitKills(Killing):
    """0.75 in cash, two cards of 1.00."""

    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            self.cash = store.payment_method_ids.filtered("is_cash_count").fynlo_uuid

    def split(self):
        card = {"method": self.card, "amount": 100, "channel": "online"}
        card["paymentMethod"] = "pm_card_visa"
        tenders = [{"method": self.cash, "amount": 75, "tendered": 100}, card, card]
        tenders = [{"id": str(make(IntentCancel).id), **tender} for tender in tenders]
        return make(TransactionCreate, orderId=self.open_order(), tenders=tenders)

    def paid(self, order):
        """Return ``(minor units paid, state)`` of an order."""
        query = "SELECT round(amount_paid * 100)::int, state FROM pos_order WHERE uuid = %s"
        [row] = self.run_sql(query, order)
        return row

    def check_whole(self, command):
        """All of it, or nothing: also for who asks again."""
        known = self.run_sql(
            "SELECT state FROM fynlo_payment_split WHERE fynlo_uuid = %s", str(command.id)
        )
        paid = (275, "paid") if known else (0, "draft")
        self.assertEqual(
            (known, self.paid(str(command.order_id))), (known and [("succeeded",)], paid)
        )
        self.assertEqual(self.act(lambda env: self.transact(env, command)), "succeeded")
        self.assertEqual(self.paid(str(command.order_id)), (275, "paid"))

    def test_a_process_killed_anywhere(self):
        self.kill_everywhere(lambda: (self.split(),), self.transact, self.check_whole)
        self.assertEqual(set(self.taken().values()), {200})
