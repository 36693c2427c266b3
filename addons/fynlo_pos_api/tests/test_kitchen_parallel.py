"""Waiters who send and cooks who bump at once, under real parallel connections."""

import json
from dataclasses import replace
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from ..schemas.kitchen import TicketBump
from ..schemas.order_edits import OrderCancel, OrderPatch, OrderSend
from .parallel_tills import TILLS, ParallelTills

ROUNDS = 4


def make(schema, **values):
    """Return a body of that schema; values are JSON-ready."""
    return schema.model_validate_json(json.dumps(values))


def until_taken(env, function):
    """Do as a till does that is told to come again: send the same once more."""
    while True:
        try:
            result = run_with_retry(env, function)
            env.cr.commit()
            return result
        except BusyError:
            env.cr.rollback()


@tagged("post_install", "-at_install")
class TestKitchenParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store_id = self.principals[0].store_id
            vals = {"name": "All", "config_id": store_id, "is_default": True}
            self.station_id = env["fynlo.kitchen.station"].create(vals).id
            kitchen = env.company._fynlo_technical_user("kitchen")
            self.cooks = [
                replace(each, user_id=kitchen.id, role="kitchen") for each in self.principals
            ]
        self.addCleanup(self.close_kitchen)
        self.uuid = str(uuid4())
        lines = [self.line() for _ in range(TILLS)]
        body = {"id": self.uuid, "orderType": "dine_in", "lines": lines}
        command = make(OrderCreate, **body)
        self.act_at_once(lambda env, _: env["fynlo.checkout"]._fynlo_sell(command).id, 1)

    def line(self, **extra):
        return {"id": str(uuid4()), "productId": self.coffee, "quantity": 1, **extra}

    def close_kitchen(self):
        """Cancel the order, so that the session can close, and put the station away."""
        with committing_env(self.dbname) as env:
            order = self.order(env)
            if order.state == "draft":
                order.state = "cancel"
            env["fynlo.kitchen.station"].browse(self.station_id).active = False

    def order(self, env):
        return env["pos.order"].search([("uuid", "=", self.uuid)])

    def as_cook(self, env, number):
        cook = self.cooks[number]
        return env(user=cook.user_id, context={**env.context, CONTEXT_KEY: cook})

    def send(self, env):
        command = make(OrderSend, id=str(uuid4()))
        until_taken(env, lambda: env["pos.order"]._fynlo_send_order(self.uuid, command).id)

    def add_line(self, env):
        command = make(OrderPatch, lines=[self.line()])
        edit = env["fynlo.order.edit"]._fynlo_edit_order
        until_taken(env, lambda: edit(self.uuid, command).id)

    def cooked(self, env):
        """Return ``{line: pieces}`` that the kitchen has been told to make, and still is."""
        items = env["fynlo.kitchen.item"].search([("order_id.uuid", "=", self.uuid)])
        found = {}
        for item in items.filtered(lambda each: each.kind == "new"):
            found[item.line_uuid] = found.get(item.line_uuid, 0) + item._fynlo_live()
        return found

    def assertEachLineIsCookedOnce(self):
        with committing_env(self.dbname) as env:
            wanted = {line.uuid: line.qty for line in self.order(env).lines}
            self.assertEqual(self.cooked(env), wanted)

    def test_waiters_who_send_at_once(self):
        self.assertNotIn(False, self.act_at_once(lambda env, _: self.send(env) is None))
        self.assertEachLineIsCookedOnce()
        with committing_env(self.dbname) as env:
            tickets = env["fynlo.kitchen.ticket"].search([("order_id.uuid", "=", self.uuid)])
            self.assertEqual([len(ticket.item_ids) for ticket in tickets], [TILLS])

    def test_one_paid_sale_from_many_tills_is_cooked_once(self):
        """A till that was paired anew sends again what it is not sure of, under its old id."""
        uuid, line = str(uuid4()), self.line()
        payment = {"id": str(uuid4()), "method": self.card, "amount": 275}
        body = {"id": uuid, "orderType": "takeaway", "lines": [line], "payments": [payment]}
        command = make(OrderCreate, **body)

        def sell(env, _number):
            return until_taken(env, lambda: env["fynlo.checkout"]._fynlo_sell(command).uuid)

        self.assertEqual(self.act_at_once(sell), [uuid] * TILLS)
        with committing_env(self.dbname) as env:
            items = env["fynlo.kitchen.item"].search([("order_id.uuid", "=", uuid)])
            self.assertEqual(items.mapped("line_uuid"), [line["id"]])

    def test_waiters_who_add_and_send_while_cooks_bump(self):
        def act(env, number):
            for _ in range(ROUNDS):
                if number % 2:
                    self.bump_all(self.as_cook(env, number))
                else:
                    self.add_line(env)
                    self.send(env)
            return True

        self.assertEqual(self.act_at_once(act), [True] * TILLS)
        self.assertEachLineIsCookedOnce()
        with committing_env(self.dbname) as env:
            self.assertEqual(len(self.order(env).lines), TILLS + TILLS // 2 * ROUNDS)

    def bump_all(self, env, state="served"):
        tickets = env["fynlo.kitchen.ticket"]
        for uuid in tickets.search([("state", "!=", state)]).mapped("fynlo_uuid"):
            command = make(TicketBump, id=str(uuid4()), state=state)
            until_taken(env, lambda uuid=uuid, c=command: tickets._fynlo_bump(uuid, c).id)
        env.cr.commit()

    def test_cooks_who_finish_the_last_tickets_at_once(self):
        """Each does another ticket: the order is ready with the last of them, whoever it was."""

        def send_one(env, _number):
            for _ in range(TILLS - 1):
                self.add_line(env)
                self.send(env)
            self.bump_all(self.as_cook(env, 0), "preparing")

        self.act_at_once(lambda env, _: self.send(env), 1)
        self.act_at_once(send_one, 1)
        with committing_env(self.dbname) as env:
            uuids = self.order(env).fynlo_ticket_ids.mapped("fynlo_uuid")
        self.assertEqual(len(uuids), TILLS)

        def bump(env, number):
            tickets = self.as_cook(env, number)["fynlo.kitchen.ticket"]
            command = make(TicketBump, id=str(uuid4()))
            until_taken(tickets.env, lambda: tickets._fynlo_bump(uuids[number], command).id)
            return True

        self.assertEqual(self.act_at_once(bump), [True] * TILLS)
        with committing_env(self.dbname) as env:
            order = self.order(env)
            self.assertEqual(set(order.fynlo_ticket_ids.mapped("state")), {"ready"})
            self.assertEqual(order.fynlo_state, "ready")

    def test_one_ticket_is_bumped_once(self):
        self.act_at_once(lambda env, _: self.send(env), 1)

        def bump(env, number):
            tickets = self.as_cook(env, number)["fynlo.kitchen.ticket"]
            uuid = tickets.search([("config_id", "=", self.cooks[number].store_id)]).fynlo_uuid
            command = make(TicketBump, id=str(uuid4()))
            return until_taken(
                tickets.env,
                lambda: (ticket := tickets._fynlo_bump(uuid, command)) and ticket.version,
            )

        self.assertEqual(self.act_at_once(bump), [2] * TILLS)

    def test_a_bump_and_a_cancel_at_once(self):
        """Whoever is first: nothing hangs on the screen as if it were still to be made."""
        self.act_at_once(lambda env, _: self.send(env), 1)
        self.principals[0] = replace(self.principals[0], role="manager")

        def act(env, number):
            if number == 0:
                cancel = make(OrderCancel, id=str(uuid4()), reason="left")
                orders = env["pos.order"]
                until_taken(env, lambda: orders._fynlo_cancel_order(self.uuid, cancel).id)
            else:
                self.bump_all(self.as_cook(env, number), "ready")
            return True

        self.assertEqual(self.act_at_once(act), [True] * TILLS)
        with committing_env(self.dbname) as env:
            self.assertEqual(self.order(env).fynlo_state, "cancelled")
            self.assertEqual(set(self.cooked(env).values()), {0})
            tickets = self.order(env).fynlo_ticket_ids
            by_kind = {ticket.kind: ticket.state for ticket in tickets}
            self.assertEqual(by_kind["new"], "cancelled")
            self.assertEqual(len(tickets), 2)
