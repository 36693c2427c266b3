"""A push and what happens to its ground at that moment, under real parallel connections."""

from dataclasses import replace
from uuid import uuid4

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.tests.parallel_tills import ParallelTills
from odoo.addons.fynlo_pos_api.tests.till import command
from odoo.tests import tagged

from ..schemas.push import PushBody, PushQuery

PUSHERS = 4


@tagged("post_install", "-at_install")
class TestPushRaces(ParallelTills):
    def sales(self, count):
        """Return ``changes`` with new orders that a card has paid."""
        tables = {"orders": [], "orderLines": [], "payments": []}
        for _ in range(count):
            order = {"id": str(uuid4()), "orderType": "dine_in"}
            part = {"orderId": order["id"]}
            tables["orders"].append(order)
            tables["orderLines"].append(
                {"id": str(uuid4()), "productId": self.coffee, "quantity": 1, **part}
            )
            tables["payments"].append(
                {"id": str(uuid4()), "methodId": self.card, "amount": 275, **part}
            )
        return {name: {"created": rows} for name, rows in tables.items()}

    def push(self, env, changes):
        query, body = PushQuery.model_validate({}), PushBody.model_validate(changes)
        return run_with_retry(env, lambda: env["fynlo.push"]._fynlo_push(query, body)).results

    def as_manager(self, env):
        """Return the environment of a manager on the first till."""
        principal = replace(self.principals[0], role="manager")
        user = env["res.company"].browse(principal.company_id)._fynlo_technical_user("manager")
        principal = replace(principal, user_id=user.id)
        return env(user=user.id, context={**env.context, CONTEXT_KEY: principal})

    def close(self, env):
        """Count and close, as the two requests that they are."""
        boss = self.as_manager(env)
        session = boss["pos.session"].browse(self.session_id)
        run_with_retry(boss, lambda: session._fynlo_count_cash(command("count", countedCash=0)))
        env.cr.commit()
        end = command("close", reason="End of the day")
        run_with_retry(boss, lambda: session._fynlo_close_session(end))
        return "closed"

    def test_an_order_for_a_session_that_closes_now(self):
        """It is in the session's figures, or it waits for the next: never between the two."""
        pushed = [self.sales(10) for _ in range(PUSHERS)]

        def act(env, number):
            if number == PUSHERS:
                return self.close(env)
            return {each.id: each.status for each in self.push(env, pushed[number])}

        results = self.act_at_once(act, PUSHERS + 1)
        told = {}
        for result in results:
            self.assertNotIsInstance(result, Exception, result)
            told.update({} if result == "closed" else result)
        self.assertEqual(len(told), 10 * PUSHERS)
        self.assertLessEqual(set(told.values()), {"applied", "retry"})
        with committing_env(self.dbname) as env:
            session = env["pos.session"].browse(self.session_id)
            booked = env["pos.order"].search([("uuid", "in", list(told))])
            self.assertEqual(booked.session_id, session if booked else env["pos.session"])
            applied = {uuid for uuid, status in told.items() if status == "applied"}
            self.assertEqual(set(booked.mapped("uuid")), applied)
            waiting = env["fynlo.sync.op"].search(
                [("subject", "in", list(told)), ("state", "=", "retry")]
            )
            self.assertEqual(set(waiting.mapped("subject")), set(told) - applied)
            waiting.write({"state": "replaced", "body": False})
            self.assertEqual("closed" in results, session.state == "closed")

    def test_a_customer_is_erased_while_a_till_edits_him(self):
        """Whichever comes first: nothing of the person is left, and nobody is told an error."""
        name = f"Quackenbush{uuid4().hex[:8]}"
        guest = {"id": str(uuid4()), "firstName": "Zeb", "lastName": name}

        def first(env, _number):
            return self.push(env, {"customers": {"created": [guest]}})[0].status

        self.assertEqual(self.act_at_once(first, 1), ["applied"])

        def act(env, number):
            if number == PUSHERS:
                boss = self.as_manager(env)
                removal = boss["fynlo.customer.erasure"]
                run_with_retry(boss, lambda: removal._fynlo_remove(guest["id"], True))
                return "erased"
            row = guest | {"note": f"Of {name} {number}", "phone": f"+1 555 010{number}"}
            return self.push(env, {"customers": {"updated": [row]}})[0].status

        results = self.act_at_once(act, PUSHERS + 1)
        for result in results:
            self.assertIn(result, ("applied", "conflict", "duplicate", "erased"), result)
        with committing_env(self.dbname) as env:
            for table in ("res_partner", "fynlo_sync_past", "fynlo_sync_op", "fynlo_sync_conflict",
                          "fynlo_sync_conflict_column"):  # fmt: skip
                env.cr.execute(
                    f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s", [f"%{name}%"]
                )
                self.assertEqual(env.cr.fetchone(), (0,), table)

    def test_a_till_that_is_revoked_while_it_pushes(self):
        """What it sent before is booked whole or not at all; the next request is refused."""
        changes = self.sales(20)

        def act(env, number):
            if number == 1:
                boss = self.as_manager(env)
                device = boss["fynlo.device"].browse(self.principals[0].device_id)
                run_with_retry(boss, device._fynlo_revoke)
                return "revoked"
            return {each.status for each in self.push(env, changes)}

        results = self.act_at_once(act, 2)
        self.assertIn("revoked", results, results)
        self.assertIn({"applied"}, results, results)
        with committing_env(self.dbname) as env:
            ids = [each["id"] for each in changes["orders"]["created"]]
            self.assertEqual(env["pos.order"].search_count([("uuid", "in", ids)]), 20)
