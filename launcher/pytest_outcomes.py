"""A pytest plugin: write how each test ended to the JSON file that ``FYNLO_OUTCOMES`` names.

``{node id: "passed", "failed" or "skipped"}``, with an absolute path in the id: pytest's own are
relative to a folder that follows from what is tested. The file is whole at every moment, so a run
that is cut off leaves what it knew.
"""

import json
import os
from pathlib import Path

VARIABLE = "FYNLO_OUTCOMES"
_RANK = ("passed", "skipped", "failed")


class Outcomes:
    """Collects in the process that reports; the workers of pytest-xdist only run."""

    def __init__(self, path, folder):
        self.path, self.folder, self.found = path, folder, {}

    def pytest_runtest_logreport(self, report):
        if report.when != "call" and report.outcome == "passed":
            return  # setup and teardown tell something only when they fail or skip
        name = f"{self.folder}/{report.nodeid}"
        known = self.found.get(name, "passed")
        self.found[name] = max(known, report.outcome, key=_RANK.index)
        half_written = self.path.with_suffix(".new")
        half_written.write_text(json.dumps(self.found))
        half_written.replace(self.path)


def pytest_configure(config):
    if not hasattr(config, "workerinput") and os.environ.get(VARIABLE):
        config.pluginmanager.register(Outcomes(Path(os.environ[VARIABLE]), config.rootpath))
