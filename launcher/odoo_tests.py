"""Odoo's own tests of the modules that the suite extends, with the suite installed and without."""

import ast
import re
import subprocess

from . import server
from .errors import LauncherError
from .paths import ADDONS, INSIDE
from .terminal import say, step

FAILED = re.compile(r" ERROR \S+ \S+: (?:FAIL|ERROR): (.+)$")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
STARTED = re.compile(r" INFO \S+ \S+: Starting (\S+) \.\.\.")


def extended_modules(folder=ADDONS):
    """List the modules of Odoo that the suite's addons name in ``depends``."""
    manifests = folder.glob("*/__manifest__.py")
    named = {name for path in manifests for name in ast.literal_eval(path.read_text())["depends"]}
    return sorted(name for name in named if not (folder / name).is_dir())


def compare(bed, tags=""):
    """Run Odoo's tests on both databases; give (passed, failed): failed are those the suite breaks.

    :param bed: a :class:`launcher.testbed.TestBed`
    :param tags: Odoo's ``--test-tags``; empty runs all tests of the extended modules
    :raise LauncherError: Odoo ran no test, or ended without its summary
    """
    modules = extended_modules()
    tags = tags or ",".join(f"/{module}" for module in modules)
    plain, whole = "fynlo_t_odoo_plain", "fynlo_t_odoo_suite"
    for name in (plain, whole):
        bed.databases.drop(name)
    bed.databases.create(plain)
    bed.installer().install(bed.config_file(plain), plain, modules, title="Installing Odoo alone")
    bed.databases.copy(bed.template, whole)
    before, _ran = _run(bed, plain, modules, tags, "Odoo's tests without the suite")
    after, ran = _run(bed, whole, modules, tags, "Odoo's tests with the suite")
    broken = sorted(after - before)
    for name in sorted(before & after):
        say(f"  fails with and without the suite: {name}")
    for name in broken:
        say(f"  FAILS WITH THE SUITE: {name}")
    return ran - len(after), len(broken)


def _run(bed, name, modules, tags, title):
    """Run the tests on one database; give (names of the failed, number that ran)."""
    listener, ports = server.listen_pair()
    listener.close()
    log = bed.folder / f"{name}.log"
    command = [bed.installation.python, INSIDE / "odoo_entry.py", "-d", name, "--stop-after-init"]
    command += ["-c", bed.config_file(name, ports), f"--update={','.join(modules)}"]
    command += [f"--test-tags={tags}", "--max-cron-threads=0"]
    with step(title) as progress, open(log, "w") as output:
        child = subprocess.Popen(
            command,
            env=bed.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            failed, ran = _follow(child.stdout, output, progress)
        except BaseException:
            child.kill()
            raise
        child.wait()
    if not ran:
        raise LauncherError(f"Odoo ran no test: {server.last_error(log)} (log: {log})")
    say(f"  {title}: {ran} ran, {len(failed)} failed (log: {log})")
    return failed, ran


def _follow(lines, output, progress):
    """Copy Odoo's output to the log; give (names of the failed tests, number that ran)."""
    failed, ran = set(), 0
    for line in lines:
        output.write(line)
        started = STARTED.search(line)
        if started:
            progress.note(started.group(1))
        broke = FAILED.search(line.rstrip())
        if broke:
            failed.add(broke.group(1))
        summary = SUMMARY.search(line)
        if summary:
            ran = int(summary.group(3))
    return failed, ran
