"""How runs of Odoo's own tests are read."""

import io

from launcher import odoo_tests
from launcher.terminal import Step

LOG = """\
2026-01-01 00:00:00,000 1 INFO db odoo.addons.hr.tests.test_a: Starting TestA.test_one ...
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.hr.tests.test_a: FAIL: TestA.test_one
Traceback (most recent call last):
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.hr.tests.test_a: ERROR: TestA.test_two
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.hr.models.hr: something else
2026-01-01 00:00:00,000 1 ERROR db odoo.tests.result: 1 failed, 1 error(s) of 7 tests when loading
"""


def test_failed_tests_and_their_number_are_read():
    output = io.StringIO()
    failed, ran = odoo_tests._follow(io.StringIO(LOG), output, Step("t"))
    assert (failed, ran) == ({"TestA.test_one", "TestA.test_two"}, 7)
    assert output.getvalue() == LOG


def test_extended_modules_are_odoos_only(tmp_path):
    for name, depends in (("fynlo_a", ["hr", "point_of_sale"]), ("fynlo_b", ["fynlo_a", "hr"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text(repr({"depends": depends}))
    assert odoo_tests.extended_modules(tmp_path) == ["hr", "point_of_sale"]
