"""A pytest plugin: a test during which the suite logs a warning or worse has failed.

``assertLogs`` and Odoo's ``mute_logger`` keep what a test provokes on purpose away from here. It
also closes the suite's own connections at the end, as Odoo does with its own.
"""

import logging
import sys

import pytest


class Collector(logging.Handler):
    """Keeps the warnings of the loggers ``odoo.addons.fynlo_*`` since the last test."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        if record.name.startswith("odoo.addons.fynlo_"):
            self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


collector = Collector()


def pytest_sessionstart():
    logging.getLogger("odoo.addons").addHandler(collector)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem):
    """Leave the database before pytest-odoo drops this process's copy of it."""
    own_cursor = sys.modules.get("odoo.addons.fynlo_base.own_cursor")
    if nextitem is None and own_cursor:
        own_cursor.close_idle()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.when == "setup" or not collector.lines:
        return
    lines, collector.lines = collector.lines, []
    if report.outcome == "passed":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} logged:\n" + "\n".join(lines)
