from unittest.mock import patch
from uuid import uuid4

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..engine.token_bucket import Limit
from ..exceptions import RateLimitedError
from ..models import fynlo_rate_limit
from ..own_cursor import own_cursor
from .parallel import run_parallel

LOGGER = "odoo.addons.fynlo_base.models.fynlo_rate_limit"


@tagged("post_install", "-at_install")
class TestRateLimit(TransactionCase):
    def setUp(self):
        super().setUp()
        self.limits = self.env["fynlo.rate.limit"]
        self.client = f"test-{uuid4()}"
        self.addCleanup(self.forget)

    def forget(self):
        with own_cursor(self.env) as cr:
            cr.execute("DELETE FROM fynlo_rate_limit WHERE client LIKE 'test-%'")

    def restart_worker(self):
        """A new worker has an empty memory."""
        fynlo_rate_limit._leases.clear()

    def set_limit(self, rate_class, text):
        name = f"fynlo.rate_limit.{rate_class}"
        self.env["ir.config_parameter"].set_param(name, text)

    def count_served(self, rate_class, tries):
        served = 0
        for _ in range(tries):
            try:
                self.limits._fynlo_check(rate_class, self.client)
                served += 1
            except RateLimitedError:
                pass
        return served

    def test_the_first_too_many_is_told_to_wait(self):
        self.set_limit("auth", "0.1,3")
        self.assertEqual(self.count_served("auth", 3), 3)
        with self.assertRaises(RateLimitedError) as caught:
            self.limits._fynlo_check("auth", self.client)
        self.assertEqual(caught.exception.headers["Retry-After"], "10")
        self.assertEqual((caught.exception.status, caught.exception.code), (429, "rate_limited"))

    def test_a_restart_gives_no_new_tokens(self):
        self.set_limit("auth", "0.001,3")
        self.assertEqual(self.count_served("auth", 5), 3)
        self.restart_worker()
        self.assertEqual(self.count_served("auth", 5), 0)

    def test_parallel_workers_get_exactly_the_burst(self):
        limit = Limit(rate_per_s=0.001, burst=30, leased=False)

        def take(env):
            bucket = env["fynlo.rate.limit"]
            return [bucket._fynlo_take("auth", self.client, limit, 1)[0] for _ in range(5)]

        results = run_parallel(self.env.cr.dbname, take, 12)
        self.assertEqual([type(result) for result in results], [list] * 12)
        self.assertEqual(sum(map(sum, results)), 30)

    def test_leases_of_parallel_workers_share_one_bucket(self):
        limit = Limit(rate_per_s=0.5, burst=100.5)
        self.assertEqual(limit.depth, 100)

        def take(env):
            return env["fynlo.rate.limit"]._fynlo_take("read", self.client, limit, 7)[0]

        results = [run_parallel(self.env.cr.dbname, take, 12) for _ in range(20)]
        granted = sum(map(sum, results))
        self.assertIn(granted, range(100, 110))  # 100, and what flowed in meanwhile

    def test_a_busy_client_asks_the_database_seldom(self):
        self.set_limit("read", "50,200")
        take = type(self.limits)._fynlo_take
        with patch.object(type(self.limits), "_fynlo_take", autospec=True, side_effect=take) as ask:
            self.assertEqual(self.count_served("read", 135), 135)
        self.assertEqual(ask.call_count, 16)

    def test_a_refused_client_costs_no_query(self):
        self.set_limit("auth", "0.001,1")
        self.count_served("auth", 2)
        with patch.object(type(self.limits), "_fynlo_take") as ask:
            self.assertEqual(self.count_served("auth", 20), 0)
        ask.assert_not_called()

    def test_clients_and_classes_do_not_share(self):
        self.set_limit("auth", "0.001,1")
        self.set_limit("bulk", "0.001,1")
        self.assertEqual(self.count_served("auth", 2), 1)
        self.assertEqual(self.count_served("bulk", 2), 1)
        self.client += "-2"
        self.assertEqual(self.count_served("auth", 2), 1)

    def test_none_is_not_limited(self):
        with patch.object(type(self.limits), "_fynlo_take") as ask:
            self.assertEqual(self.count_served("none", 500), 500)
        ask.assert_not_called()

    def test_a_bad_setting_leaves_the_default(self):
        self.set_limit("read", "fast")
        with mute_logger(LOGGER):
            self.assertEqual(self.limits._fynlo_limit("read"), Limit(50, 200))

    def test_a_refusal_outlives_the_rollback_of_its_request(self):
        self.set_limit("auth", "0.001,2")
        with self.env.cr.savepoint() as point:
            self.assertEqual(self.count_served("auth", 2), 2)
            point.rollback()
        self.restart_worker()
        self.assertEqual(self.count_served("auth", 1), 0)
