"""Odoo's own tests of the modules that the suite extends, with the suite installed and without.

Both runs load the whole registry first, as in production: Odoo's own runner would test a module
while those that depend on it are installed and not yet loaded, which no user ever meets.
"""

import ast
import xml.etree.ElementTree as ElementTree

from .errors import LauncherError
from .paths import ADDONS
from .terminal import say


def extended_modules(folder=ADDONS):
    """List the modules of Odoo that the suite's addons name in ``depends``."""
    manifests = folder.glob("*/__manifest__.py")
    named = {name for path in manifests for name in ast.literal_eval(path.read_text())["depends"]}
    return sorted(name for name in named if not (folder / name).is_dir())


def compare(bed, run_pytest, chosen=""):
    """Run Odoo's tests on both databases; give (passed, failed): failed are those the suite breaks.

    :param bed: a :class:`launcher.testbed.TestBed`
    :param run_pytest: called with (database, label, paths); gives the path of a JUnit report
    :param chosen: modules to test, separated by commas; empty tests all extended ones
    :raise LauncherError: a run tested nothing
    """
    modules = extended_modules()
    paths = [path for module in chosen.split(",") if chosen for path in _tests_of(bed, module)]
    paths = paths or [path for module in modules for path in _tests_of(bed, module)]
    plain, whole = "fynlo_t_odoo_plain", "fynlo_t_odoo_suite"
    for name in (plain, whole):
        bed.databases.drop(name)
    bed.databases.create(plain)
    bed.installer().install(bed.config_file(plain), plain, modules, title="Installing Odoo alone")
    bed.databases.copy(bed.template, whole)
    say("Odoo's tests without the suite")
    before = read_outcomes(run_pytest(plain, "odoo_plain", paths))
    say("Odoo's tests with the suite")
    after = read_outcomes(run_pytest(whole, "odoo_suite", paths))
    if not before or not after:
        raise LauncherError("None of Odoo's tests ran.")
    return _tell(before, after)


def read_outcomes(report):
    """Give ``{test: passed, failed or skipped}`` of a JUnit report; ``{}`` if there is none."""
    if not report.exists():
        return {}
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": _outcome(case) for case in cases}


def _outcome(case):
    kinds = {child.tag for child in case}
    return (
        "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
    )


def _tell(before, after):
    """Say what the suite breaks and what fails without it too; give (passed, broken).

    A test that passed alone and does not run with the suite is broken as well.
    """
    broken = [
        name
        for name in {**before, **after}
        if (after.get(name) == "failed" and before.get(name) != "failed")
        or (before.get(name) == "passed" and after.get(name) in (None, "skipped"))
    ]
    for name in sorted(before.keys() & after.keys() - set(broken)):
        if after[name] == "failed":
            say(f"  fails with and without the suite: {name}")
    for name in sorted(broken):
        say(f"  BROKEN BY THE SUITE: {name}")
    return sum(outcome == "passed" for outcome in after.values()), len(broken)


def _tests_of(bed, module):
    """List the folder of a module's tests, where pytest can import it: in the package ``odoo``."""
    folder = bed.installation.odoo.library / "odoo" / "addons" / module / "tests"
    beside = bed.installation.odoo.library / "addons" / module / "tests"
    return [str(path) for path in (folder, beside) if path.is_dir()][:1]
