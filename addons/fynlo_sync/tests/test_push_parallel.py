"""Pushes under real parallel connections."""

import json
from dataclasses import replace
from uuid import uuid4

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.schemas.order_edits import OrderCancel
from odoo.addons.fynlo_pos_api.tests.parallel_tills import TILLS, ParallelTills
from odoo.tests import tagged

from ..schemas.pull import PullQuery
from ..schemas.push import PushBody, PushQuery


@tagged("post_install", "-at_install")
class TestPushParallel(ParallelTills):
    def changes(self, sales):
        tables = {"orders": [], "orderLines": [], "payments": []}
        for _ in range(sales):
            order = {"id": str(uuid4()), "orderType": "dine_in"}
            part = {"orderId": order["id"], "amount": 275, "methodId": self.card}
            line = {"orderId": order["id"], "productId": self.coffee, "quantity": 1}
            tables["orders"].append(order)
            tables["orderLines"].append({"id": str(uuid4()), **line})
            tables["payments"].append({"id": str(uuid4()), **part})
        return {name: {"created": rows} for name, rows in tables.items()}

    def push_at_once(self, bodies, is_same_till=False):
        """Push one of ``bodies`` on each connection at the same moment; return the statuses."""
        if is_same_till:
            self.principals = self.principals[:1] * TILLS

        def push(env, number):
            query, body = PushQuery.model_validate({}), PushBody.model_validate(bodies[number])
            view = run_with_retry(env, lambda: env["fynlo.push"]._fynlo_push(query, body))
            return sorted(each.status for each in view.results)

        return self.act_at_once(push, len(bodies))

    def as_till(self, number, act):
        """Return ``act(env)`` of one till, committed."""
        principal = self.principals[number]
        context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
        with committing_env(self.dbname) as env:
            acting = env(user=principal.user_id, context=context)
            return run_with_retry(acting, lambda: act(acting))

    def pull(self, number):
        """Return what the next push of a till stands on."""
        view = self.as_till(number, lambda env: env["fynlo.pull"]._fynlo_pull(PullQuery()))
        return {"lastPulledAt": view.timestamp, "snapshot": view.snapshot}

    def push(self, number, changes, **seen):
        query, body = PushQuery.model_validate(seen), PushBody.model_validate(changes)
        return self.as_till(number, lambda env: env["fynlo.push"]._fynlo_push(query, body))

    def booked(self):
        with committing_env(self.dbname) as env:
            orders = env["pos.order"].search([("session_id", "=", self.session_id)])
            payments = orders.payment_ids
            return len(orders), len(payments), round(sum(payments.mapped("amount")), 2)

    def test_one_batch_sent_twice_at_once_has_one_effect(self):
        body = self.changes(5)
        results = self.push_at_once([body] * 4, is_same_till=True)
        for result in results:
            self.assertNotIsInstance(result, Exception, result)
        self.assertEqual(sorted(results), [["applied"] * 5] + [["duplicate"] * 5] * 3)
        self.assertEqual(self.booked(), (5, 5, 13.75))

    def test_all_tills_push_at_once(self):
        results = self.push_at_once([self.changes(5) for _ in range(TILLS)])
        self.assertEqual(results, [["applied"] * 5] * TILLS)
        self.assertEqual(self.booked(), (40, 40, 110.0))

    def test_two_tills_merge_on_what_each_has_seen(self):
        changes = self.changes(1)
        del changes["payments"]
        [order] = changes["orders"]["created"]
        order["note"] = "Before"
        self.push(0, changes)
        first, second = self.pull(0), self.pull(1)
        self.push(1, {"orders": {"updated": [order | {"note": "Second"}]}}, **second)
        view = self.push(0, {"orders": {"updated": [order | {"guestCount": 3}]}}, **first)
        self.assertEqual([each.status for each in view.results], ["applied"])
        again = order | {"guestCount": 5}  # it knows what it has written itself
        [result] = self.push(0, {"orders": {"updated": [again]}}, **first).results
        self.assertEqual((result.status, result.conflict_id), ("applied", None))
        view = self.push(0, {"orders": {"updated": [order | {"note": "First"}]}}, **first)
        conflict_id = view.results[0].conflict_id
        with committing_env(self.dbname) as env:
            sold = env["pos.order"].search([("uuid", "=", order["id"])])
            self.assertEqual((sold.general_customer_note, sold.customer_count), ("First", 5))
            conflict = env["fynlo.sync.conflict"].search([("fynlo_uuid", "=", conflict_id)])
            told = [(each.name, each.base, each.theirs) for each in conflict.column_ids]
            self.assertEqual(told, [("note", '"Before"', '"Second"')])
            step = {"id": str(uuid4()), "reason": "Test"}
            conflict.unlink()
        self.principals[0] = replace(self.principals[0], role="manager")
        cancel = OrderCancel.model_validate_json(json.dumps(step))
        self.as_till(0, lambda env: env["pos.order"]._fynlo_cancel_order(order["id"], cancel).id)
