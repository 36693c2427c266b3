from typing import get_args

from odoo.tests import BaseCase, tagged

from ..engine.order_life import STATES, STEPS, allowed_steps, find_next
from ..schemas.orders import OrderState


@tagged("post_install", "-at_install")
class TestOrderLife(BaseCase):
    def test_the_table_knows_its_states_only(self):
        for moves in STEPS.values():
            self.assertLessEqual({*moves, *moves.values()}, STATES.keys())

    def test_the_schema_tells_the_same_states(self):
        self.assertEqual(set(get_args(OrderState)), set(STATES))

    def test_an_end_is_an_end(self):
        self.assertEqual(allowed_steps("cancelled"), [])
        self.assertEqual(allowed_steps("completed"), ["refund", "tip"])
        self.assertEqual(find_next("refund", "completed"), "completed")

    def test_every_open_state_leads_to_both_ends(self):
        for state in STATES.keys() - {"completed", "cancelled"}:
            self.assertEqual(find_next("complete", state), "completed")
            self.assertEqual(find_next("cancel", state), "cancelled")

    def test_a_draft(self):
        steps = ["edit", "transfer", "send", "hold", "split", "merge", "join", "pay", "give back"]
        steps += ["complete", "cancel"]
        self.assertEqual(allowed_steps("draft"), steps)
        self.assertIsNone(find_next("release", "draft"))

    def test_an_order_follows_its_tickets_forth_and_back(self):
        for step, state in (("prepare", "preparing"), ("ready", "ready"), ("serve", "served")):
            for before in {"sent", "preparing", "ready", "served"} - {state}:
                self.assertEqual(find_next(step, before), state)
            self.assertIsNone(find_next(step, "draft"))
            self.assertIsNone(find_next(step, "held"))
