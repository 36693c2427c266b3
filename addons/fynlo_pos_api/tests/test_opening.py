from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..engine.opening import Hours, Schedule, overlaps, to_minutes, to_text

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestOpening(BaseCase):
    def setUp(self):
        super().setUp()
        daily = [Hours(540, 1020)]  # 9:00 to 17:00
        self.shop = Schedule(dict.fromkeys(range(5), daily), {})

    def test_before_within_and_after(self):
        # Monday 2 November 2026, one hour ahead of UTC.
        self.assertEqual(
            self.shop.find_state(utc(2026, 11, 2, 7), BERLIN), (False, utc(2026, 11, 2, 8))
        )
        self.assertEqual(
            self.shop.find_state(utc(2026, 11, 2, 8), BERLIN), (True, utc(2026, 11, 2, 16))
        )
        self.assertEqual(
            self.shop.find_state(utc(2026, 11, 2, 16), BERLIN), (False, utc(2026, 11, 3, 8))
        )
        self.assertEqual(
            self.shop.find_state(utc(2026, 11, 6, 20), BERLIN), (False, utc(2026, 11, 9, 8))
        )

    def test_clocks_change(self):
        # On 25 October 2026 Berlin goes from two hours ahead to one, on 28 March 2027 back.
        self.assertEqual(
            self.shop.find_state(utc(2026, 10, 23, 15), BERLIN), (False, utc(2026, 10, 26, 8))
        )
        self.assertEqual(
            self.shop.find_state(utc(2027, 3, 26, 16), BERLIN), (False, utc(2027, 3, 29, 7))
        )
        night = Schedule({5: [Hours(20 * 60, 150)]}, {})  # to 2:30, which is not there in March
        self.assertEqual(
            night.find_state(utc(2027, 3, 27, 20), BERLIN), (True, utc(2027, 3, 28, 1, 30))
        )
        self.assertEqual(
            night.find_state(utc(2026, 10, 24, 20), BERLIN), (True, utc(2026, 10, 25, 0, 30))
        )

    def test_after_midnight_and_around_the_clock(self):
        bar = Schedule({4: [Hours(1080, 120)], 5: [Hours(120, 300)]}, {})
        self.assertEqual(
            bar.find_state(utc(2026, 11, 6, 23, 30), BERLIN), (True, utc(2026, 11, 7, 4))
        )
        always = Schedule({day: [Hours(0, 0)] for day in range(7)}, {})
        self.assertEqual(always.find_state(utc(2026, 11, 6), BERLIN), (True, None))

    def test_exceptions_replace_the_day(self):
        days = {date(2026, 11, 3): [], date(2026, 11, 8): [Hours(600, 720)]}
        shop = Schedule(self.shop.week, days)
        self.assertEqual(
            shop.find_state(utc(2026, 11, 2, 17), BERLIN), (False, utc(2026, 11, 4, 8))
        )
        self.assertEqual(
            shop.find_state(utc(2026, 11, 8, 10), BERLIN), (True, utc(2026, 11, 8, 11))
        )
        closed = Schedule({}, {date(2026, 1, 1): []})
        self.assertEqual(closed.find_state(utc(2026, 11, 2), BERLIN), (False, None))
        self.assertEqual(Schedule({}, {}).find_state(utc(2026, 11, 2), BERLIN), (None, None))

    def test_two_spans_of_a_day(self):
        lunch = Schedule({0: [Hours(1080, 1320), Hours(720, 840)]}, {})
        self.assertEqual(
            lunch.find_state(utc(2026, 11, 2, 12), BERLIN), (True, utc(2026, 11, 2, 13))
        )
        self.assertEqual(
            lunch.find_state(utc(2026, 11, 2, 14), BERLIN), (False, utc(2026, 11, 2, 17))
        )

    def test_hours_that_run_into_each_other(self):
        day, night, brunch = Hours(540, 1020), Hours(1080, 120), Hours(60, 720)
        for week in (
            [(0, day), (0, day)],
            [(0, day), (0, Hours(720, 1200))],
            [(0, night), (1, brunch)],
            [(6, night), (0, brunch)],  # Sunday's end on Monday
            [(0, Hours(0, 0)), (0, day)],  # a whole day
            [(1, day), (0, Hours(600, 599)), (1, Hours(0, 60))],
        ):
            with self.subTest(week):
                self.assertTrue(overlaps(week))
        for week in (
            [],
            [(0, Hours(0, 0)), (1, Hours(0, 0))],
            [(0, Hours(1020, 1080)), (0, day), (6, Hours(1080, 540))],
            [(day_of_week, night) for day_of_week in range(7)],
        ):
            with self.subTest(week):
                self.assertFalse(overlaps(week))

    def test_clock_times(self):
        self.assertEqual([to_minutes("00:05"), to_minutes("23:59")], [5, 1439])
        self.assertEqual([to_text(5), to_text(1439)], ["00:05", "23:59"])
