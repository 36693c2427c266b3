"""How two runs of Odoo's own tests are compared."""

from launcher import odoo_tests

REPORT = """<testsuites><testsuite>
<testcase classname="hr.A" name="test_good"/>
<testcase classname="hr.A" name="test_bad"><failure/></testcase>
<testcase classname="hr.A" name="test_worse"><error/></testcase>
<testcase classname="hr.A" name="test_left_out"><skipped/></testcase>
</testsuite></testsuites>"""


def test_outcomes_are_read(tmp_path):
    report = tmp_path / "report.xml"
    assert odoo_tests.read_outcomes(report) == {}
    report.write_text(REPORT)
    assert odoo_tests.read_outcomes(report) == {
        "hr.A.test_good": "passed",
        "hr.A.test_bad": "failed",
        "hr.A.test_worse": "failed",
        "hr.A.test_left_out": "skipped",
    }


def test_what_only_the_suite_breaks_or_silences_counts(capsys):
    before = {"a": "passed", "b": "failed", "c": "passed", "d": "skipped", "e": "passed"}
    after = {"a": "failed", "b": "failed", "c": "skipped", "d": "failed", "new": "failed"}
    assert odoo_tests._tell(before, after) == (0, 5)
    told = capsys.readouterr().out
    for name in "acde":
        assert f"BROKEN BY THE SUITE: {name}\n" in told
    assert "fails with and without the suite: b\n" in told


def test_equal_runs_break_nothing():
    outcomes = {"a": "passed", "b": "failed", "c": "skipped"}
    assert odoo_tests._tell(outcomes, dict(outcomes)) == (1, 0)


def test_extended_modules_are_odoos_only(tmp_path):
    for name, depends in (("fynlo_a", ["hr", "point_of_sale"]), ("fynlo_b", ["fynlo_a", "hr"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text(repr({"depends": depends}))
    assert odoo_tests.extended_modules(tmp_path) == ["hr", "point_of_sale"]
