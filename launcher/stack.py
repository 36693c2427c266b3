"""All that ``up`` starts.

A record on disk lets the next launcher clear what a killed one left.
"""

import os
import signal
import time
from contextlib import contextmanager

from . import config, files, gateway, install, ports, postgres, process, redis, server
from .database import Databases
from .errors import LauncherError
from .paths import log_dir, state_dir
from .provision import provide
from .terminal import step

RECORD = "run.json"
LOCK = "up.lock"
#: What is stopped, in this order; PostgreSQL follows.
PROCESSES = ("gateway", "odoo", "redis")
LOOK_S = 0.5


def record():
    """Give what the last ``up`` wrote of its processes and addresses; ``{}`` if there is none."""
    return files.read_json(state_dir() / RECORD) or {}


def is_up():
    """Tell whether a living ``up`` holds this state folder."""
    return files.is_locked(state_dir() / LOCK)


@contextmanager
def sole_launcher():
    """Hold this state folder; on entry, clear the processes that a killed launcher left.

    :raise LauncherError: another launcher holds it
    """
    state = state_dir()
    with files.locked(
        state / LOCK, busy=f"Another ./fynlo works on {state} now: `./fynlo down` ends it."
    ):
        clear_leftovers()
        files.write_json(state / RECORD, {"launcher": process.identity(os.getpid())})
        yield


def clear_leftovers():
    """Stop what the record names and a dead launcher no longer watches. PostgreSQL is not in it.

    It is taken over.
    """
    left = record()
    for name in PROCESSES:
        process.stop(left.get(name))
    (state_dir() / RECORD).unlink(missing_ok=True)


class Stack:
    """PostgreSQL, Redis if wanted, Odoo with the suite, and the gateway of its tills.

    One thing to start and stop.
    """

    def __init__(self, port, database, with_redis, workers):
        self.port = port
        self.database = database
        self.with_redis = with_redis
        self.workers = workers
        self.state = state_dir()
        self.log = log_dir() / "odoo.log"
        self.marks = {"launcher": process.identity(os.getpid())}
        self.children = {}
        self.url = self.realtime_url = None
        self.installation = None
        self.owns_postgres = False

    def start(self):
        """Start everything and wait until it is ready.

        :raise LauncherError: a step fails; what was started before is still to be stopped
        """
        beside = (ports.GEVENT_OFFSET, ports.GATEWAY_OFFSET)
        with ports.odoo_ports(self.port, beside) as (listener, numbers):
            self.url = f"http://127.0.0.1:{numbers[0]}"
            self.realtime_url = gateway.url(numbers[2])
            self._start(listener, numbers)

    def announce(self):
        """Let other commands know that it is ready, and where."""
        self._write_record(url=self.url, realtime=self.realtime_url, ready=True)

    def stop(self):
        """Stop what this stack started, in reverse, and nothing else."""
        for name in PROCESSES:
            process.stop(self.marks.get(name))
        if self.owns_postgres:
            postgres.stop(self.state, self.installation.python)
        (self.state / RECORD).unlink(missing_ok=True)

    def wait(self):
        """Stay until Odoo or the gateway ends.

        :raise LauncherError: always: it was not asked to end
        """
        while True:
            for name, (child, log) in self.children.items():
                if child.poll() is not None:
                    raise LauncherError(
                        f"{name} ended by itself: {server.last_error(log)} (log: {log})"
                    )
            time.sleep(LOOK_S)

    def _start(self, listener, numbers):
        self.installation = provide()
        database_server = self._start_postgres()
        environment = config.environment(self.installation.odoo, self.state, **self._extras())
        config_file = config.write_config(
            self.state / "odoo.conf",
            self.installation.odoo,
            database_server,
            self.database,
            self.state / "data",
            numbers,
            self.workers,
        )
        self._prepare_database(
            Databases(database_server, self.state / "data"), environment, config_file
        )
        with step("Starting Odoo"):
            child = server.start(self.installation, config_file, environment, listener, self.log)
            self._watch("Odoo", child, self.log)
            listener.close()
            server.wait_ready(child, numbers, self.log)
        with step("Starting the gateway"):
            self._start_gateway(numbers[2], database_server.dsn(self.database), environment)

    def _start_gateway(self, port, dsn, environment):
        log = log_dir() / "gateway.log"
        child = gateway.start(self.installation.python, port, dsn, self.url, environment, log)
        self._watch("Gateway", child, log)
        gateway.wait_answers(child, port, log)

    def _watch(self, name, child, log):
        """Remember a child: to stop it, and to notice that it ends."""
        self.children[name] = child, log
        self.marks[name.lower()] = process.identity(child.pid)
        self._write_record(ready=False)

    def _start_postgres(self):
        own = postgres.external(self.installation.python)
        if own:
            return own
        self.owns_postgres = True
        with step("Starting PostgreSQL"):
            return postgres.start(self.state, self.installation.python)

    def _extras(self):
        """Environment of what runs beside Odoo.

        Redis if wanted, an empty folder for the workers' metrics, and where pages find the gateway.
        """
        extras = {
            "PROMETHEUS_MULTIPROC_DIR": str(files.fresh_dir(self.state / "metrics")),
            "FYNLO_REALTIME_URL": self.realtime_url,
        }
        url = redis.external()
        if self.with_redis and not url:
            with step("Starting Valkey"):
                self.marks["redis"], url = redis.start(
                    self.state, self.installation.python, log_dir() / "valkey.log"
                )
            self._write_record(ready=False)
        return {**extras, "REDIS_URL": url} if url else extras

    def _prepare_database(self, databases, environment, config_file):
        (self.state / "data").mkdir(exist_ok=True)
        self.log.unlink(missing_ok=True)
        files.require_space(self.state, 300, "The database")
        installer = install.Installer(self.installation, environment, self.log)
        if installer.bring_up_to_date(databases, self.database, config_file):
            demo = installer.load_demo(config_file, self.database, self.state / "demo.json")
            demo["logins"].append(installer.replace_admin_password(config_file, self.database))
            files.write_json(self.state / "demo.json", demo)
            installer.finish(databases, self.database)

    def _write_record(self, **facts):
        files.write_json(self.state / RECORD, {**self.marks, "database": self.database, **facts})


@contextmanager
def signals_interrupt():
    """Let SIGTERM and SIGHUP end the launcher the way Ctrl-C does."""

    def interrupt(_number, _frame):
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
