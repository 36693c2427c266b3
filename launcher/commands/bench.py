"""``./fynlo bench``: the measurements of ``bench/``, on a PostgreSQL with durable settings."""

import os
import subprocess

from .. import postgres, testbed
from ..errors import LauncherError
from ..paths import ROOT, state_dir
from ..provision import provide

HELP = "measure the suite against Odoo's own way; further arguments go to bench/run.py"
PASSES_ON = True


def arguments(_parser):
    """All of them are bench/run.py's."""


def run(options):
    script = ROOT / "bench" / "run.py"
    if not script.exists():
        raise LauncherError("This checkout has no bench/run.py.")
    installation = provide(dev=True)
    folder = state_dir() / "bench"
    bed = testbed.prepare(folder, installation, fast=False)
    environment = {**bed.environment(), testbed.VARIABLE: str(bed.save())}
    environment["PYTHONPATH"] += f"{os.pathsep}{ROOT}"
    try:
        return subprocess.run(
            [installation.python, script, *options.rest], cwd=ROOT, env=environment
        ).returncode
    finally:
        if not postgres.external(installation.python):
            postgres.stop(folder, installation.python)
