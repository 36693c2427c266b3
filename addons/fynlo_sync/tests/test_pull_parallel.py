from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.tests.parallel_tills import ParallelTills
from odoo.tests import tagged

from .common import pull_as, told


@tagged("post_install", "-at_install")
class TestPullParallel(ParallelTills):
    """Pulls of transactions of their own, as servers make them."""

    def pull(self, past=None, **cursor):
        """Pull what is new after a pull, or by another cursor."""
        principal = self.principals[0]
        context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
        if past:
            cursor = {"lastPulledAt": past["timestamp"], "snapshot": past["snapshot"]}
        with committing_env(self.dbname) as env:
            told_now = pull_as(env(user=principal.user_id, context=context), **cursor)
            self.queries = env.cr.sql_log_count
            return told_now

    def rename(self, env, index, name):
        product = env["product.product"].browse(self.goods[index])
        product.product_tmpl_id.name = name
        env.flush_all()
        return product.product_tmpl_id.fynlo_uuid

    def test_a_change_is_told_once_and_nothing_else_is(self):
        first = self.pull()
        with committing_env(self.dbname) as env:
            coffee = self.rename(env, 0, "Latte")
        second = self.pull(first)
        self.assertEqual(told(second), {"products": ({coffee}, set())})
        self.assertEqual(told(self.pull(second)), {})
        self.assertEqual(told(self.pull(first)), told(second))  # the reply was lost

    def test_a_till_that_asks_for_nothing_new_costs_little(self):
        past = self.pull()
        for _ in range(3):
            self.assertEqual(told(self.pull(past)), {})
        self.assertEqual(self.queries, 4)

    def test_a_slow_transaction_holds_nobody_back_and_is_not_lost(self):
        first = self.pull()
        with committing_env(self.dbname) as slow:
            coffee = self.rename(slow, 0, "Latte")
            with committing_env(self.dbname) as quick:
                cake = self.rename(quick, 1, "Pie")
            second = self.pull(first)
            self.assertEqual(told(second), {"products": ({cake}, set())})
        third = self.pull(second)
        self.assertEqual(told(third), {"products": ({coffee}, set())})
        self.assertEqual(told(self.pull(third)), {})

    def test_without_its_snapshot_a_till_is_told_twice_and_loses_nothing(self):
        first = self.pull()
        with committing_env(self.dbname) as slow:
            coffee = self.rename(slow, 0, "Latte")
            with committing_env(self.dbname) as quick:
                cake = self.rename(quick, 1, "Pie")
            second = self.pull(first)
        third = self.pull(lastPulledAt=second["timestamp"])
        self.assertEqual(third["experimentalStrategy"], "incremental")
        self.assertLessEqual({coffee, cake}, told(third)["products"][0])
