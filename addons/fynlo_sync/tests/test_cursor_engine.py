from odoo.addons.fynlo_base.engine.card_numbers import has_card_number
from odoo.tests import BaseCase, tagged

from ..engine.cursor import (
    EPOCHS,
    SNAPSHOT_LENGTH,
    make_seen,
    make_timestamp,
    parse_seen,
    split_timestamp,
)
from ..engine.pull_plan import Moment, begin, decode, encode

SIGHT = "0123456789abcdef" * 2


@tagged("post_install", "-at_install")
class TestCursorEngine(BaseCase):
    def moment(self, numbers="100:110:105", epoch=1000, floor=50, sight=SIGHT):
        return Moment(epoch, floor, make_seen(numbers, sight), 110)

    def test_a_cursor_is_counted_exactly_by_javascript_and_is_no_card(self):
        for epoch in (EPOCHS[0], EPOCHS[-1]):
            for xmin in (3, 2**40 - 1):
                timestamp = make_timestamp(epoch, xmin)
                self.assertLess(timestamp, 2**53)
                self.assertEqual(split_timestamp(timestamp), (epoch, xmin))
        for epoch in EPOCHS:
            for xmin in range(1, 10**6, 99_991):
                self.assertFalse(has_card_number(str(make_timestamp(epoch, xmin))))

    def test_a_long_snapshot_tells_its_xmin_alone(self):
        numbers = f"100:9999:{','.join(map(str, range(100, 9999)))}"
        self.assertGreater(len(numbers), SNAPSHOT_LENGTH)
        self.assertEqual(str(make_seen(numbers, SIGHT)), f"{SIGHT}~100:100:")

    def test_a_cursor_goes_on_from_where_it_stands(self):
        known = parse_seen(f"{SIGHT}~90:95:")
        plan = begin(make_timestamp(1000, 90), known, ("taxes",), self.moment())
        self.assertEqual((plan.since, plan.known, plan.is_replacement), (90, "90:95:", False))
        self.assertEqual(split_timestamp(plan.timestamp), (1000, 100))
        self.assertTrue(plan.tells_all_of("taxes"))
        self.assertFalse(plan.tells_all_of("orders"))

    def test_a_snapshot_of_another_pull_is_not_believed(self):
        plan = begin(make_timestamp(1000, 80), parse_seen(f"{SIGHT}~90:95:"), (), self.moment())
        self.assertEqual((plan.since, plan.known), (80, None))

    def test_what_cannot_go_on_starts_over(self):
        for timestamp, sight in (
            (make_timestamp(1001, 90), SIGHT),
            (make_timestamp(1000, 49), SIGHT),
            (make_timestamp(1000, 111), SIGHT),
            (make_timestamp(1000, 90), "f" * 32),
        ):
            known = parse_seen(f"{sight}~90:95:")
            plan = begin(timestamp, known, (), self.moment())
            self.assertTrue(plan.is_replacement)
            self.assertIsNone(plan.since)

    def test_a_token_carries_the_plan(self):
        plan = begin(make_timestamp(1000, 90), None, (), self.moment()).at(4, 77)
        later = self.moment("108:110:")
        self.assertEqual(decode(encode(plan), later), plan)
        for moment in (
            self.moment(epoch=1001), self.moment(floor=91), self.moment(sight="f" * 32),
        ):  # fmt: skip
            self.assertIsNone(decode(encode(plan), moment))
