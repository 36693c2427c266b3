from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..engine.retention import ENDED_SESSIONS, STORED_ANSWERS
from .common import FynloCase

TERMS = {"stored_answers_days": STORED_ANSWERS, "ended_sessions_days": ENDED_SESSIONS}


@tagged("post_install", "-at_install")
class TestRetention(FynloCase):
    def setUp(self):
        super().setUp()
        self.policies = self.env["fynlo.retention"]
        self.policy = self.policies._fynlo_of(self.company)
        self.policy_b = self.policies._fynlo_of(self.company_b)

    def test_each_company_has_one(self):
        self.assertEqual((len(self.policy), len(self.policy_b)), (1, 1))
        for name, term in TERMS.items():
            self.assertEqual(self.policy_b[name], term.default)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.policies.create({"company_id": self.company.id})

    def test_it_stays_within_its_bounds(self):
        for name, term in TERMS.items():
            for days in (term.minimum - 1, term.maximum + 1):
                with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                    self.policy[name] = days
                    self.env.flush_all()
                self.env.invalidate_all(flush=False)
            self.policy[name] = term.minimum
            self.env.flush_all()

    def store_answers(self, scope, *ages):
        for age in ages:
            self.env.cr.execute(
                """INSERT INTO fynlo_idempotency (scope, key, request_hash, created_at) VALUES
                   (%s, %s, 'x', now() AT TIME ZONE 'UTC' - make_interval(days => %s))""",
                [f"{scope}:orders.sell", f"kept-{age:02d}", age],
            )

    def answers(self, scope):
        query = (
            "SELECT key FROM fynlo_idempotency WHERE scope = %s AND key LIKE 'kept-%%' ORDER BY key"
        )
        self.env.cr.execute(query, [f"{scope}:orders.sell"])
        return [int(key.removeprefix("kept-")) for (key,) in self.env.cr.fetchall()]

    def test_answers_of_each_till_by_its_company(self):
        self.policy.stored_answers_days = 7
        self.policy_b.stored_answers_days = 60
        ours, theirs = f"device:{self.device.id}", f"device:{self.device_b.id}"
        gone, odd = "device:999999999", "somebody"
        for scope in (ours, theirs, gone, odd):
            self.store_answers(scope, 6, 8, 29, 31, 59, 61)
        self.env["fynlo.idempotency"]._gc_answers()
        self.assertEqual(self.answers(ours), [6])
        self.assertEqual(self.answers(theirs), [6, 8, 29, 31, 59])
        for scope in (gone, odd):
            self.assertEqual(self.answers(scope), [6, 8, 29])

    def test_of_a_users_companies_the_longest_term_counts(self):
        self.policy.stored_answers_days = 7
        self.policy_b.stored_answers_days = 60
        scope = f"user:{self.olga.id}"
        self.store_answers(scope, 6, 8, 59, 61)
        self.olga.company_ids |= self.company_b
        self.env["fynlo.idempotency"]._gc_answers()
        self.assertEqual(self.answers(scope), [6, 8, 59])
        self.olga.company_ids = self.company
        self.env["fynlo.idempotency"]._gc_answers()
        self.assertEqual(self.answers(scope), [6])

    def test_sessions_that_are_over(self):
        self.policy.ended_sessions_days = 2
        self.policy_b.ended_sessions_days = 60
        bea = self._make_user("bea", "owner", company=self.company_b)
        sessions = {}
        for user in (self.olga, bea):
            for name, ended in (("open", None), ("1", 1), ("3", 3), ("expired", 3)):
                self.env["fynlo.auth.session"]._fynlo_open(user, "owner", self.store)
                session = self.env["fynlo.auth.session"].search([], limit=1)
                then = fields.Datetime.now() - timedelta(days=ended or 0)
                field = "expires_at" if name == "expired" else "revoked_at"
                session[field] = then if ended else session[field]
                sessions[user, name] = session
        self.env["fynlo.auth.session"]._gc_sessions()
        left = {key for key, session in sessions.items() if session.exists()}
        kept = {(self.olga, "open"), (self.olga, "1")}
        self.assertEqual(left, kept | {(bea, name) for name in ("open", "1", "3", "expired")})

    def test_who_may_change_it(self):
        for who in (self.ada, self.sue):
            with self.assertRaises(AccessError):
                self.policy.with_env(self.env_as(who)).stored_answers_days = 20
        self.policy.with_env(self.env_as(self.max)).stored_answers_days = 20
        self.policy.with_env(self.env_as(self.olga)).stored_answers_days = 21
        with self.assertRaises(AccessError):
            self.policy_b.with_env(self.env_as(self.olga)).stored_answers_days = 20
        lim = self._make_user("lim", "manager", stores=self.store)
        policy = self.policy.with_env(self.env_as(lim))
        self.assertEqual(policy.stored_answers_days, 21)
        with self.assertRaises(AccessError):
            policy.stored_answers_days = 22
