"""``./fynlo test``: the addons' tests in Odoo, then the end-to-end tests against real servers."""

import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .. import files, odoo_tests, postgres, pytest_outcomes, testbed
from ..paths import ROOT, state_dir
from ..provision import provide
from ..terminal import say

HELP = "run all tests; further arguments go to pytest, paths choose tests"
PASSES_ON = True
#: A test of a long run may take as many seconds before it is believed to hang.
LONG_TEST_S = 3600
KEEP_FILES_IN_DATABASE = """
INSERT INTO ir_config_parameter (key, value) VALUES ('ir_attachment.location', 'db')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
"""


def arguments(parser):
    parser.add_argument(
        "--keep",
        action="store_true",
        help="leave the test PostgreSQL running: the next run starts faster",
    )
    parser.add_argument("--long", action="store_true", help="run the long tests too")
    parser.add_argument(
        "--odoo",
        nargs="?",
        const="",
        metavar="MODULES",
        help="run Odoo's own tests instead, and tell which the suite breaks (takes long)",
    )


def run(options):
    folder = state_dir() / "test"
    folder.mkdir(exist_ok=True)
    busy = f"Another ./fynlo test works in {folder} now; FYNLO_STATE names another state folder."
    with files.locked(folder / "test.lock", busy):
        passed, failed = _run(provide(dev=True), folder, options)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def _run(installation, folder, options):
    bed = testbed.prepare(folder, installation)
    try:
        if options.odoo is not None:
            return _odoo_tests(bed, options)
        return _run_both(bed, options)
    finally:
        if not options.keep and not postgres.external(installation.python):
            postgres.stop(folder, installation.python)


def _run_both(bed, options):
    """Run the parts that the given paths ask for; give the sums of passed and failed."""
    paths = [word for word in options.rest if (ROOT / word.split("::")[0]).exists()]
    others = [word for word in options.rest if word not in paths]
    if options.long:
        others += ["-o", f"faulthandler_timeout={LONG_TEST_S}"]
    unit = [path for path in paths if _is_unit(path)]
    whole = [path for path in paths if not _is_unit(path)]
    counts = []
    if unit or not paths:
        folders = unit or [str(path) for path in _unit_folders()]
        counts.append(_unit_tests(bed, folders, others, _length(options)))
    if whole or not paths:
        counts.append(_whole_tests(bed, whole or ["tests"], others, _length(options)))
    return sum(count[0] for count in counts), sum(count[1] for count in counts)


def _length(options):
    """Give the environment that tells tests how many rounds to run."""
    return {"FYNLO_LONG_TESTS": "1"} if options.long else {}


def _is_unit(path):
    return "addons" in (ROOT / path.split("::")[0]).resolve().relative_to(ROOT).parts[:1]


def _unit_folders():
    return sorted(ROOT.glob("addons/*/tests"))


def _unit_tests(bed, paths, others, length):
    """Run the addons' tests inside Odoo."""
    name = "fynlo_t_unit"
    bed.databases.drop(name)
    bed.databases.copy(bed.template, name)
    # Both processes share one filestore: one would delete what the other is writing.
    bed.databases.sql(KEEP_FILES_IN_DATABASE, name)
    guard = ["-p", "launcher.pytest_guard", "--odoo-log-level=warn"]
    return _count(*_inside_odoo(bed, name, "unit", [*guard, *paths, *others], length))


def _odoo_tests(bed, options):
    """Run Odoo's own tests; give (passed, broken by the suite)."""

    def run_pytest(database, label, tests):
        outcomes = bed.folder / f"{label}.json"
        outcomes.unlink(missing_ok=True)
        quiet = ["--odoo-log-level=critical", "--tb=line", "-r", "N"]
        quiet += ["-p", "launcher.pytest_outcomes"]
        told = {pytest_outcomes.VARIABLE: str(outcomes)}
        _inside_odoo(bed, database, label, [*quiet, *tests, *options.rest], told)
        return json.loads(outcomes.read_text()) if outcomes.exists() else {}

    return odoo_tests.compare(bed, run_pytest, options.odoo)


def _inside_odoo(bed, database, label, arguments, told):
    """Run pytest in two processes of Odoo with a copy of the database each; as :func:`_pytest`."""
    command = ["--odoo-http", f"--odoo-config={bed.config_file(database)}"]
    command += [f"--odoo-database={database}", "-n", "2", "--dist", "loadfile"]
    # pytest-odoo copies the database per process with createdb, which reads these.
    environment = {**bed.environment(), **bed.server.environment, **told}
    environment["PATH"] = f"{bed.server.programs}{os.pathsep}{os.environ['PATH']}"
    return _pytest(bed, label, [*command, *arguments], environment)


def _whole_tests(bed, paths, others, length):
    """Run the end-to-end tests, which start servers of their own, in two processes."""
    environment = {**bed.environment(), testbed.VARIABLE: str(bed.save()), **length}
    # pytest-odoo would load a registry into this process.
    options = ["-p", "no:odoo", "-n", "2", "--dist", "loadfile"]
    return _count(*_pytest(bed, "whole", [*options, *paths, *others], environment))


def _pytest(bed, label, arguments, environment):
    """Run pytest; give (path of its JUnit report, its exit code)."""
    report = bed.folder / f"{label}.xml"
    report.unlink(missing_ok=True)
    environment = {**environment, "PYTHONPATH": f"{environment['PYTHONPATH']}{os.pathsep}{ROOT}"}
    command = [bed.installation.python, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    return report, subprocess.run(command, cwd=ROOT, env=environment).returncode


def _count(report, code):
    """Give (passed, failed) of a run; skipped tests and a run without a verdict have failed."""
    passed, failed, skipped = read_report(report)
    if skipped:
        say(f"{skipped} tests were skipped: a test that does not run proves nothing.")
    if code and not failed + skipped:
        say(f"pytest ended with code {code}.")
        return passed, 1
    return passed, failed + skipped


def read_report(path):
    """Give (passed, failed, skipped) of a JUnit report; a missing one is (0, 0, 0)."""
    if not Path(path).exists():
        return 0, 0, 0
    suite = ElementTree.parse(path).getroot().find("testsuite")
    total, failures, errors, skipped = (
        int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped
