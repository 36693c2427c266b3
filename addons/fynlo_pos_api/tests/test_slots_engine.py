from datetime import date
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..engine.slots import slots_of

WEEK = [(0, 11.5, 12.5), (0, 18.0, 18.25), (6, 1.0, 4.0)]


@tagged("post_install", "-at_install")
class TestSlotsEngine(BaseCase):
    def local(self, day, interval_min=20, zone="Europe/Paris", week=WEEK):
        zone = ZoneInfo(zone)
        starts = slots_of(day, week, interval_min, zone)
        return [start.astimezone(zone).strftime("%H:%M") for start in starts]

    def test_a_day_of_slots_its_end_too(self):
        monday = date(2026, 11, 23)
        self.assertEqual(self.local(monday), ["11:30", "11:50", "12:10", "12:30", "18:00"])
        self.assertEqual(self.local(monday, 60), ["11:30", "12:30", "18:00"])
        self.assertEqual(self.local(date(2026, 11, 24)), [])
        self.assertEqual(self.local(monday, 0), [])

    def test_hours_that_overlap_are_told_once(self):
        week = [(0, 9.0, 10.0), (0, 9.5, 10.5)]
        self.assertEqual(
            self.local(date(2026, 11, 23), 30, week=week), ["09:00", "09:30", "10:00", "10:30"]
        )

    def test_the_night_that_the_clock_changes(self):
        autumn, spring = date(2026, 10, 25), date(2026, 3, 29)
        self.assertEqual(self.local(autumn, 60), ["01:00", "02:00", "02:00", "03:00", "04:00"])
        self.assertEqual(self.local(spring, 60), ["01:00", "03:00", "04:00"])

    def test_a_day_ends_at_midnight(self):
        self.assertEqual(
            self.local(date(2026, 11, 23), 30, week=[(0, 23.0, 24.0)]), ["23:00", "23:30", "00:00"]
        )
