"""What counts as a complaint of the suite in a log, and what a report of pytest says."""

from launcher import logcheck
from launcher.commands.test import read_report

WARNING = "2026-01-01 00:00:00,000 12 WARNING db odoo.addons.fynlo_base.models.x: odd"


def test_own_warnings_are_found_in_text_and_json():
    lines = [
        WARNING,
        "2026-01-01 00:00:00,000 12 ERROR ? py.warnings: deprecated",
        '{"level": "CRITICAL", "logger": "odoo.addons.fynlo_pos_api", "message": "m"}',
    ]
    assert logcheck.complaints(lines) == lines


def test_information_and_others_warnings_are_not():
    lines = [
        WARNING.replace("WARNING", "INFO"),
        WARNING.replace("fynlo_base", "mail"),
        '{"level": "INFO", "logger": "odoo.addons.fynlo_pos_api", "message": "WARNING"}',
    ]
    assert logcheck.complaints(lines) == []


def test_expected_line_is_no_complaint():
    assert logcheck.complaints([WARNING], expected=[r"x: odd$"]) == []


def test_report_counts_errors_and_skips(tmp_path):
    report = tmp_path / "r.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="3"/></testsuites>'
    )
    assert read_report(report) == (3, 3, 3)
    assert read_report(tmp_path / "none.xml") == (0, 0, 0)
