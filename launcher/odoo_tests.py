"""Odoo's own tests of the modules that the suite extends: does installing it break one of them?

Both runs load the whole registry first, as in production: Odoo's own runner would test a module
while those that depend on it are installed and not yet loaded, which no user ever meets.
"""

import ast

from .errors import LauncherError
from .paths import ADDONS
from .terminal import say


def extended_modules(folder=ADDONS):
    """List the modules of Odoo that the suite's addons name in ``depends``."""
    manifests = folder.glob("*/__manifest__.py")
    named = {name for path in manifests for name in ast.literal_eval(path.read_text())["depends"]}
    return sorted(name for name in named if not (folder / name).is_dir())


def compare(bed, run_pytest, chosen=""):
    """Run Odoo's tests with the suite, then those that did not pass without it.

    A test that fails, or is skipped, and would pass without the suite is broken by it.

    :param bed: a :class:`launcher.testbed.TestBed`
    :param run_pytest: called with (database, label, tests); gives ``{test: outcome}``, the outcome
        ``passed``, ``failed`` or ``skipped``
    :param chosen: modules to test, separated by commas; empty tests all extended ones
    :return: how many tests pass with the suite, and how many it breaks
    :raise LauncherError: no test ran
    """
    modules = extended_modules()
    paths = [path for module in chosen.split(",") if chosen for path in _tests_of(bed, module)]
    paths = paths or [path for module in modules for path in _tests_of(bed, module)]
    say("Odoo's tests with the suite")
    whole = _fresh(bed, "fynlo_t_odoo_suite")
    bed.databases.copy(bed.template, whole)
    after = run_pytest(whole, "odoo_suite", paths)
    if not after:
        raise LauncherError("None of Odoo's tests ran.")
    again = sorted(name for name, outcome in after.items() if outcome != "passed")
    if not again:
        return _tell({}, after)
    say(f"{len(again)} of {len(after)} tests again, without the suite")
    plain = _fresh(bed, "fynlo_t_odoo_plain")
    bed.databases.create(plain)
    bed.installer().install(bed.config_file(plain), plain, modules, title="Installing Odoo alone")
    before = run_pytest(plain, "odoo_plain", again)
    if not before:
        raise LauncherError("None of Odoo's tests ran without the suite.")
    return _tell(before, after)


def _fresh(bed, name):
    bed.databases.drop(name)
    return name


def _tell(before, after):
    """Say what the suite breaks and what fails without it too; give (passed, broken).

    :param before: outcomes without the suite, of the tests that did not pass with it
    :param after: outcomes of all tests with the suite
    """
    failing = sorted(name for name, outcome in after.items() if outcome != "passed")
    broken = [
        name
        for name in failing
        if before.get(name) == "passed"
        or (after[name] == "failed" and before.get(name) != "failed")
    ]
    for name in failing:
        if name not in broken and after[name] == "failed":
            say(f"  fails with and without the suite: {name}")
    for name in broken:
        say(f"  BROKEN BY THE SUITE: {name}")
    return sum(outcome == "passed" for outcome in after.values()), len(broken)


def _tests_of(bed, module):
    """List the folder of a module's tests, where pytest can import it: in the package ``odoo``."""
    folder = bed.installation.odoo.library / "odoo" / "addons" / module / "tests"
    beside = bed.installation.odoo.library / "addons" / module / "tests"
    return [str(path) for path in (folder, beside) if path.is_dir()][:1]
