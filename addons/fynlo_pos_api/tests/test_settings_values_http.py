from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_settings_http import SettingsCase


@tagged("post_install", "-at_install")
class TestSettingsValues(SettingsCase):
    """Values that look right and are not."""

    def refuse(self, field, **parts):
        with self.subTest(str(parts)):
            self.assertFailure(self.update(**parts), 422, "invalid_fields", [field])

    def test_a_date_is_text(self):
        for value in (
            1767225600, "1767225600", "2026-01-01T00:00:00", 1767225600.0, True, "2026-02-30",
            "20260101", None, "２026-01-01",
        ):  # fmt: skip
            day = {"date": value, "name": "x"}
            self.refuse("hours.exceptions.0.date", hours={"exceptions": [day]})

    def test_hours_do_not_run_into_each_other(self):
        first = {"day": "monday", "opens": "09:00", "closes": "17:00"}
        for second in (first, {**first, "opens": "12:00", "closes": "20:00"}):
            self.refuse("hours.week", hours={"week": [first, second]})
        week = [first, {**first, "opens": "17:00", "closes": "20:00"}]
        self.assertSuccess(self.update(hours={"week": week}))
        twice = [(0, 0, {"weekday": "1"}), (0, 0, {"weekday": "1", "opens": 12})]
        with self.assertRaises(ValidationError):
            self.till.store.write({"fynlo_hours_ids": [(5,), *twice]})

    def test_a_website_is_one(self):
        for value in ("javascript:alert(1)", "data:text/html,x", "a b", "//x", "u:p@x.co"):
            self.refuse("profile.website", profile={"website": value})
        for value in ("https://example.com/a?b#c", "example.com", "HTTP://münchen.example:8080/"):
            data = self.assertSuccess(self.update(profile={"website": value}))
            self.assertTrue(data["profile"]["website"])
        data = self.assertSuccess(self.update(profile={"website": None}))
        self.assertIsNone(data["profile"]["website"])
