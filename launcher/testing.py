"""What end-to-end tests import: databases with the suite, and real servers on them.

::

    from launcher.testing import running_server

    with running_server(demo=True) as server:
        urllib.request.urlopen(server.base_url + "/api/v1/health")

``./fynlo test`` prepares what these functions need; they do not work under a bare ``pytest``.
"""

import os
import subprocess
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from . import files, logcheck, ports, process, server, testbed
from .paths import INSIDE


@dataclass(frozen=True)
class ScratchDatabase:
    """A database of one test.

    ``demo`` is what ``_fynlo_load_demo_restaurant`` told, ``{}`` without the demo.
    """

    name: str
    dsn: str
    demo: dict = field(default_factory=dict)


@dataclass(frozen=True)
class RunningServer:
    """A real Odoo with workers and a gevent process.

    ``base_url`` has no slash at its end; ``gevent_url`` is where ``/websocket`` answers; ``pid`` is
    the master process.
    """

    base_url: str
    gevent_url: str
    database: ScratchDatabase
    log: Path
    pid: int

    @property
    def dsn(self):
        return self.database.dsn

    @property
    def demo(self):
        return self.database.demo


@lru_cache
def bed():
    """Give the :class:`launcher.testbed.TestBed` of this run."""
    path = os.environ.get(testbed.VARIABLE)
    if not path:
        raise RuntimeError(
            "Run these tests with ./fynlo test: it prepares their PostgreSQL and template database."
        )
    return testbed.load(path)


@contextmanager
def scratch_database(demo=False, empty=False):
    """Give a database of your own, dropped at the end.

    :param demo: with the demo restaurant
    :param empty: without even Odoo, for a test that installs; see :func:`run_odoo`
    """
    name = f"fynlo_t_{uuid.uuid4().hex[:10]}"
    told = {}
    try:
        if empty:
            bed().databases.create(name)
        else:
            template, told = _demo_template() if demo else (bed().template, {})
            bed().databases.copy(template, name)
        yield ScratchDatabase(name, bed().server.dsn(name), told)
    finally:
        bed().databases.drop(name)


@contextmanager
def running_server(
    database=None,
    demo=False,
    workers=2,
    environment=None,
    expected_log=(),
    ready_path=server.READY_PATH,
):
    """Run a real server until the end of the block: it commits, locks and retries like production.

    :param database: a :class:`ScratchDatabase` to share with another server; None makes one of
        its own
    :param demo: with the demo restaurant (only when it makes its own database)
    :param environment: further variables of the process, such as ``REDIS_URL``
    :param expected_log: regular expressions of the warnings that the test provokes
    :param ready_path: what answers 200 when the server is ready, for an Odoo without the suite
    :raise AssertionError: at the end, when the suite logged a warning or worse that was not
        expected
    """
    if database is None:
        with (
            scratch_database(demo) as own,
            running_server(own, False, workers, environment, expected_log) as running,
        ):
            yield running
        return
    with ports.odoo_ports() as (listener, numbers):
        log = bed().folder / f"server-{database.name}-{numbers[0]}.log"
        log.unlink(missing_ok=True)
        metrics = files.fresh_dir(bed().folder / f"metrics-{numbers[0]}")
        variables = bed().environment(PROMETHEUS_MULTIPROC_DIR=str(metrics), **(environment or {}))
        config_file = bed().config_file(database.name, numbers, workers)
        child = server.start(bed().installation, config_file, variables, listener, log)
        mark = process.identity(child.pid)
        listener.close()
        try:
            server.wait_ready(child, numbers, log, ready_path)
            urls = [f"http://127.0.0.1:{number}" for number in numbers]
            yield RunningServer(*urls, database, log, child.pid)
        finally:
            process.stop(mark)
    found = logcheck.complaints(log.read_text(errors="replace").splitlines(), expected_log)
    assert not found, "The server's log complains:\n" + "\n".join(found)


def lift_rate_limits(database):
    """Let the servers of a database answer any number of requests; they start after this."""
    classes = ("read", "write", "auth", "bulk")
    rows = ", ".join(f"('fynlo.rate_limit.{each}', '100000,100000')" for each in classes)
    bed().databases.sql(
        f"INSERT INTO ir_config_parameter (key, value) VALUES {rows} "
        "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        database.name,
    )


def run_odoo(database, *arguments):
    """Run Odoo once, as in ``run_odoo(database, "-i", "fynlo_base")``; give its log.

    :raise launcher.errors.LauncherError: it ends with another code than 0
    """
    config_file = bed().config_file(database.name)
    command = [
        bed().installation.python,
        INSIDE / "odoo_entry.py",
        "-c",
        config_file,
        "-d",
        database.name,
    ]
    command += ["--stop-after-init", "--no-http", "--max-cron-threads=0", *arguments]
    return process.run(command, "Odoo failed", env=bed().environment())


def run_python(database, code):
    """Run Python code with ``env`` (superuser) in a process of its own; give its output.

    The code commits by itself (``env.cr.commit()``) if something shall stay.
    """
    config_file = bed().config_file(database.name)
    command = [
        bed().installation.python,
        INSIDE / "odoo_entry.py",
        "shell",
        "-c",
        config_file,
        "-d",
        database.name,
    ]
    command += ["--no-http", "--log-level=error"]
    done = subprocess.run(
        command, input=code, env=bed().environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _demo_template():
    """Give ``(name, what the demo told)`` of the demo's template, made at the first call."""
    name = f"{bed().template}_demo"
    told = bed().folder / f"{name}.json"
    with files.locked(bed().folder / "demo.lock"):
        databases = bed().databases
        if not (
            databases.exists(name) and told.exists() and databases.stamp(name) == "fynlo: demo"
        ):
            databases.drop(name)
            databases.copy(bed().template, name)
            bed().installer().load_demo(bed().config_file(name), name, told)
            databases.write_stamp(name, "fynlo: demo")
    return name, files.read_json(told)
