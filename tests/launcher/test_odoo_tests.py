"""Which of Odoo's own tests the suite is said to break."""

import json
from types import SimpleNamespace

from launcher import odoo_tests
from launcher.pytest_outcomes import Outcomes


def test_what_passes_without_the_suite_is_broken_by_it(capsys):
    after = {
        "a": "failed",
        "b": "failed",
        "c": "skipped",
        "d": "skipped",
        "e": "failed",
        "f": "passed",
    }
    before = {"a": "passed", "b": "failed", "c": "passed", "d": "skipped"}
    assert odoo_tests._tell(before, after) == (1, 3)
    told = capsys.readouterr().out
    for name in "ace":
        assert f"BROKEN BY THE SUITE: {name}\n" in told
    assert "fails with and without the suite: b\n" in told


def test_passing_tests_are_not_asked_again():
    assert odoo_tests._tell({}, {"a": "passed", "b": "passed"}) == (2, 0)


def test_the_worst_of_a_test_counts(tmp_path):
    outcomes = Outcomes(tmp_path / "outcomes.json", "/x")
    for nodeid, when, outcome in (
        ("a", "setup", "passed"),
        ("a", "call", "passed"),
        ("a", "teardown", "failed"),
        ("b", "setup", "skipped"),
        ("c", "call", "failed"),
        ("c", "teardown", "passed"),
        ("d", "call", "passed"),
    ):
        report = SimpleNamespace(nodeid=nodeid, when=when, outcome=outcome)
        outcomes.pytest_runtest_logreport(report)
    found = {"/x/a": "failed", "/x/b": "skipped", "/x/c": "failed", "/x/d": "passed"}
    assert json.loads((tmp_path / "outcomes.json").read_text()) == found


def test_extended_modules_are_odoos_only(tmp_path):
    for name, depends in (("fynlo_a", ["hr", "point_of_sale"]), ("fynlo_b", ["fynlo_a", "hr"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text(repr({"depends": depends}))
    assert odoo_tests.extended_modules(tmp_path) == ["hr", "point_of_sale"]
