from uuid import uuid4

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..exceptions import LockedOutError
from ..models.fynlo_lockout import LockoutPolicy
from ..own_cursor import own_cursor
from .parallel import run_parallel

POLICY = LockoutPolicy(free_attempts=5, first_lock_s=300, longest_lock_s=3600, window_s=86400)


@tagged("post_install", "-at_install")
class TestLockout(TransactionCase):
    def setUp(self):
        super().setUp()
        self.lockouts = self.env["fynlo.lockout"]
        self.key = f"test:{uuid4()}"
        self.addCleanup(self.run_sql, "DELETE FROM fynlo_lockout WHERE key = %s")

    def run_sql(self, query):
        with own_cursor(self.env) as cr:
            cr.execute(query, (self.key,))
            return cr.fetchall() if cr.description else None

    def attempt(self, times=1):
        for _ in range(times):
            self.lockouts._fynlo_attempt(self.key, POLICY)

    def pass_time(self, seconds):
        self.run_sql(
            f"""UPDATE fynlo_lockout SET started_at = started_at - interval '{seconds} s',
                locked_until = locked_until - interval '{seconds} s' WHERE key = %s"""
        )

    def refused_for(self):
        with self.assertRaises(LockedOutError) as caught:
            self.attempt()
        self.assertEqual((caught.exception.status, caught.exception.code), (429, "locked_out"))
        return int(caught.exception.headers["Retry-After"])

    def test_the_sixth_attempt_waits_five_minutes(self):
        self.attempt(5)
        self.assertIn(self.refused_for(), (299, 300))

    def test_each_lock_lasts_twice_as_long_up_to_the_longest(self):
        self.attempt(5)
        for seconds in (300, 600, 1200, 2400, 3600, 3600):
            self.assertEqual(self.refused_for(), seconds)
            self.pass_time(seconds)
            self.attempt()

    def test_a_refused_attempt_does_not_prolong_the_lock(self):
        self.attempt(5)
        self.pass_time(100)
        for _ in range(3):
            self.assertEqual(self.refused_for(), 200)

    def test_the_count_starts_again_after_the_window(self):
        self.attempt(4)
        self.pass_time(86401)
        self.attempt(5)
        self.assertIn(self.refused_for(), (299, 300))

    def test_fifty_parallel_guesses_get_five_looks(self):
        def guess(env):
            outcomes = []
            for _ in range(2):
                try:
                    env["fynlo.lockout"]._fynlo_attempt(self.key, POLICY)
                    outcomes.append("looked")
                except LockedOutError:
                    outcomes.append("refused")
            return outcomes

        # 25 threads, because each takes two of the process' 64 connections.
        outcomes = sum(run_parallel(self.env.cr.dbname, guess, 25), [])
        self.assertEqual((outcomes.count("looked"), outcomes.count("refused")), (5, 45))

    def test_counts_outlive_the_rollback_of_the_request(self):
        with self.env.cr.savepoint() as point:
            self.attempt(5)
            point.rollback()
        self.assertIn(self.refused_for(), (299, 300))

    def test_success_clears_the_count(self):
        self.attempt(5)
        self.lockouts._fynlo_clear(self.key)
        self.attempt(5)
        self.assertIn(self.refused_for(), (299, 300))

    def test_forgiving_keeps_the_other_attempts(self):
        self.attempt(5)
        self.lockouts._fynlo_forgive(self.key, POLICY)
        self.attempt()
        self.assertIn(self.refused_for(), (299, 300))

    def test_one_free_attempt_locks_at_once(self):
        strict = LockoutPolicy(free_attempts=1, first_lock_s=60)
        self.lockouts._fynlo_attempt(self.key, strict)
        with self.assertRaises(LockedOutError) as caught:
            self.lockouts._fynlo_attempt(self.key, strict)
        self.assertEqual(caught.exception.headers["Retry-After"], "60")

    def test_only_an_administrator_opens_the_gate(self):
        self.attempt(5)
        row_id = self.run_sql("SELECT id FROM fynlo_lockout WHERE key = %s")[0][0]
        manager = new_test_user(self.env, "keeper", groups="fynlo_base.group_fynlo_owner")
        with self.assertRaises(AccessError):
            self.lockouts.with_user(manager).browse(row_id).action_fynlo_unlock()
        self.assertIn(self.refused_for(), (299, 300))
        admin = new_test_user(self.env, "boss", groups="base.group_system")
        self.lockouts.with_user(admin).browse(row_id).action_fynlo_unlock()
        self.attempt()
