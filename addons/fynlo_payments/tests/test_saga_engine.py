"""What comes next of a split payment, whatever was seen of its cards."""

import itertools

from odoo.tests import BaseCase, tagged

from ..engine.saga import MOST_REFUSALS, Leg, next_step, next_undo

WAITING, HELD = Leg(), Leg("authorized", is_at_gateway=True)
TAKEN, LOST = Leg("succeeded", is_at_gateway=True), Leg("declined", is_at_gateway=True)
ASKS, BUSY = Leg("requires_action", is_at_gateway=True), Leg("unknown", is_busy=True)
REFUSED = Leg("authorized", is_at_gateway=True, refusals=1)
HOPELESS = Leg("authorized", is_at_gateway=True, refusals=MOST_REFUSALS)
ALL = (WAITING, HELD, TAKEN, LOST, ASKS, BUSY, REFUSED, HOPELESS)


@tagged("post_install", "-at_install")
class TestSaga(BaseCase):
    def test_forward(self):
        for legs, is_booked, is_late, wanted in (
            ((), False, False, ("book", None)),
            ((), True, False, ("finish", None)),
            ((WAITING, WAITING), False, False, ("authorize", 0)),
            ((HELD, WAITING), False, False, ("authorize", 1)),
            ((HELD, WAITING), False, True, ("fail", 1)),
            ((HELD, BUSY), False, True, ("wait", 1)),
            ((HELD, ASKS), False, False, ("look", 1)),
            ((HELD, ASKS), False, True, ("fail", 1)),
            ((HELD, LOST), False, False, ("fail", 1)),
            ((HELD, HELD), False, False, ("book", None)),
            ((HELD, HELD), False, True, ("fail", None)),
            ((HELD, HELD), True, True, ("capture", 0)),
            ((TAKEN, HELD), True, True, ("capture", 1)),
            ((TAKEN, TAKEN), True, True, ("finish", None)),
            ((REFUSED, HELD), True, False, ("fail", 0)),
            ((TAKEN, REFUSED), True, False, ("capture", 1)),
            ((TAKEN, HOPELESS), True, False, ("park", 1)),
            ((TAKEN, LOST), True, False, ("park", 1)),
        ):
            with self.subTest(legs=legs, is_booked=is_booked, is_late=is_late):
                self.assertEqual(next_step(legs, is_booked, is_late), wanted)

    def test_back(self):
        for legs, wanted in (
            ((HELD, WAITING), ("cancel", 0)),
            ((HELD, HELD), ("cancel", 1)),
            ((HELD, BUSY), ("wait", 1)),
            ((HELD, LOST), ("cancel", 1)),
            ((HOPELESS,), ("park", 0)),
            ((TAKEN, HELD), ("cancel", 1)),
            ((TAKEN,), ("release", None)),
            ((Leg("canceled"), Leg("failed"), WAITING), ("release", None)),
        ):
            with self.subTest(legs=legs):
                self.assertEqual(next_undo(legs), wanted)

    def test_nothing_is_undone_after_a_capture_and_nothing_captured_before_all_are_held(self):
        for legs in itertools.product(ALL, repeat=3):
            for is_booked, is_late in itertools.product((False, True), repeat=2):
                step, _index = next_step(legs, is_booked, is_late)
                if TAKEN in legs:
                    self.assertNotEqual(step, "fail", legs)
                if step == "capture":
                    self.assertTrue(is_booked)
                    self.assertLessEqual({each.state for each in legs}, {"authorized", "succeeded"})
                if step == "finish":
                    self.assertEqual({each.state for each in legs}, {"succeeded"})
