import os
import time
from dataclasses import replace
from uuid import UUID

from odoo.tests import TransactionCase, tagged

from ..exceptions import IdempotencyConflictError, InvalidFieldsError
from ..http.route import CASHIER, ApiSpec
from ..http.transaction import run_with_retry
from ..principal import CONTEXT_KEY, Principal
from ..schemas.base import EmptyReply
from .parallel import committing_env, run_parallel

KEY = UUID("0190d5c0-0000-7000-8000-00000000abcd")
SPEC = ApiSpec(
    path="/things",
    name="things.create",
    methods=("POST",),
    summary="",
    description="",
    reply=EmptyReply,
    roles=CASHIER,
    replayable=True,
)
TILL = Principal(
    user_id=1, company_id=1, role="cashier", session="s", store_id=1, device_id=7, employee_id=3
)
BODY = {"id": str(KEY), "lines": [{"quantity": 1.5}], "note": None}


@tagged("post_install", "-at_install")
class TestIdempotency(TransactionCase):
    def begin(self, principal=TILL, spec=SPEC, args=None, body=BODY, key=KEY):
        answers = self.env["fynlo.idempotency"].with_context(**{CONTEXT_KEY: principal})
        return answers._fynlo_begin(spec, args or {}, body, key)

    def answer_first(self, **request):
        ticket = self.begin(**request)
        self.assertIsNone(ticket.answer)
        self.env["fynlo.idempotency"]._fynlo_finish(ticket, '{"total":"5 €"}'.encode())

    def test_the_same_request_gets_the_stored_bytes(self):
        self.answer_first()
        self.assertEqual(self.begin().answer, '{"total":"5 €"}'.encode())

    def test_white_space_and_order_of_keys_do_not_matter(self):
        self.answer_first()
        shuffled = dict(reversed(BODY.items()))
        self.assertIsNotNone(self.begin(body=shuffled).answer)

    def test_another_body_path_or_store_is_a_conflict(self):
        self.answer_first(args={"order_id": KEY})
        for changed in (
            {"body": BODY | {"note": "no ice"}},
            {"body": {key: value for key, value in BODY.items() if key != "note"}},
            {"body": BODY | {"lines": [{"quantity": "1.5"}]}},
            {"args": {"order_id": UUID(int=1)}},
            {"principal": replace(TILL, store_id=2)},
        ):
            with self.assertRaises(IdempotencyConflictError):
                self.begin(**{"args": {"order_id": KEY}} | changed)

    def test_the_next_cashier_sends_again_what_the_last_one_queued(self):
        self.answer_first()
        colleague = replace(TILL, user_id=2, employee_id=4, session="t")
        self.assertIsNotNone(self.begin(principal=colleague).answer)

    def test_others_never_see_the_answer(self):
        self.answer_first()
        for stranger in (
            {"principal": replace(TILL, device_id=8)},
            {"principal": replace(TILL, device_id=None, user_id=7)},
            {"spec": replace(SPEC, name="things.cancel")},
            {"key": "another-key"},
        ):
            self.assertIsNone(self.begin(**stranger).answer)

    def test_a_request_without_key_is_not_remembered(self):
        self.assertIsNone(self.begin(key=None))

    def test_bad_keys_are_refused(self):
        for key in ("", "short", "x" * 256, "with\nline", "with\x7fdelete", "with\x00nul0"):
            with self.assertRaises(InvalidFieldsError) as caught:
                self.begin(key=key)
            self.assertEqual(caught.exception.errors[0]["field"], "Idempotency-Key")

    def test_answers_are_kept_thirty_days(self):
        for days in (29, 31):
            self.answer_first(key=f"{days}-days-old")
        self.env.cr.execute(
            """UPDATE fynlo_idempotency SET created_at = created_at
               - make_interval(days => left(key, 2)::int) WHERE key LIKE '%-days-old'"""
        )
        self.env["fynlo.idempotency"]._gc_answers()
        self.env.cr.execute("SELECT key FROM fynlo_idempotency WHERE key LIKE '%-days-old'")
        self.assertEqual(self.env.cr.fetchall(), [("29-days-old",)])


@tagged("post_install", "-at_install")
class TestIdempotencyInParallel(TransactionCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)

    def forget(self):
        with committing_env(self.env.cr.dbname) as env:
            env.cr.execute("DELETE FROM fynlo_idempotency WHERE key LIKE 'parallel-%'")

    def test_of_twenty_twins_one_acts(self):
        def act(env):
            env = env(context={CONTEXT_KEY: TILL})
            return run_with_retry(env, lambda: self.answer(env, "parallel-twins", BODY))

        with self.assertNoLogs("odoo", "WARNING"):
            results = run_parallel(self.env.cr.dbname, act, 20)
        self.assertEqual(sorted(acted for acted, _ in results), [False] * 19 + [True])
        self.assertEqual(len({answer for _, answer in results}), 1)

    def test_of_twins_with_different_bodies_one_is_refused(self):
        def act(env):
            env = env(context={CONTEXT_KEY: TILL})
            body = {"note": os.urandom(8).hex()}
            return run_with_retry(env, lambda: self.answer(env, "parallel-bodies", body))

        results = run_parallel(self.env.cr.dbname, act, 2)
        self.assertEqual(sum(isinstance(it, IdempotencyConflictError) for it in results), 1)

    def test_a_twin_acts_when_the_first_one_failed(self):
        def fail(env):
            self.answer(env(context={CONTEXT_KEY: TILL}), "parallel-failed", BODY)
            raise ValueError("the shop burns")

        with self.assertRaises(ValueError), committing_env(self.env.cr.dbname) as env:
            fail(env)
        with committing_env(self.env.cr.dbname) as env:
            acted, _ = self.answer(env(context={CONTEXT_KEY: TILL}), "parallel-failed", BODY)
        self.assertTrue(acted)

    def answer(self, env, key, body):
        """Answer a request as the dispatcher does; return whether it acted, and the answer."""
        ticket = env["fynlo.idempotency"]._fynlo_begin(SPEC, {}, body, key)
        if ticket.answer is not None:
            return False, ticket.answer
        time.sleep(0.05)  # the others arrive meanwhile
        answer = os.urandom(8).hex().encode()
        env["fynlo.idempotency"]._fynlo_finish(ticket, answer)
        return True, answer
