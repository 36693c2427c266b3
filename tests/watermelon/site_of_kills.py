"""A store on processes that a test may kill: PostgreSQL, Redis, the gateway and Odoo's workers."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import psutil
from store import NO_RATE_LIMITS, Store

from launcher import files, ports, postgres, process, redis, server, testing
from launcher.paths import ADDONS, ROOT

sys.path += [str(ADDONS / "fynlo_sync"), str(ROOT / "tests" / "gateway")]


def kill_a_worker(running, busy, rng):
    """Kill one of a server's workers: one of the process ids in ``busy``, if it has any of them."""
    while True:  # somebody else may have just been killed
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(running.pid).children()
            workers = [each for each in children if "gevent" not in each.cmdline()]
            if workers:
                rng.choice([each for each in workers if each.pid in busy] or workers).kill()
                return
        time.sleep(0.1)


class Site:
    """Everything of one store, in a PostgreSQL of its own that keeps what it has committed.

    :ivar victims: ``{name: function(random)}`` that kills
    """

    def __init__(self, folder):
        self.folder, self._open, self.restarts = folder, ExitStack(), 0
        self._is_closing = threading.Event()
        self.victims = {
            "worker": self.kill_worker,
            "postgres": self.kill_postgres,
            "gateway": self.kill_gateway,
            "redis": self.kill_redis,
        }

    def __enter__(self):
        with self._open:
            self._start()
            self._open = self._open.pop_all()
        return self

    def __exit__(self, *_error):
        self._open.close()

    def _start(self):
        own = self._own_bed()
        with testing.scratch_database(demo=True) as database:
            dump = self.folder / "demo.dump"
            self._run(own, "pg_dump", "-Fc", "--no-owner", "-f", dump, "-d", database.dsn)
        copy = replace(database, dsn=own.server.dsn(database.name))
        own.databases.create(copy.name)
        self._run(own, "pg_restore", "--no-owner", "-d", copy.dsn, dump)
        self._open.enter_context(patch.object(testing, "bed", lambda: own))
        testing.run_python(copy, NO_RATE_LIMITS)
        self._port = self._open.enter_context(ports.hold())
        self._start_redis()
        self._open.callback(self._stop_redis)
        self._start_odoo(own, copy)
        self.store = Store(self.server)
        _device, sign_in = self.store.pair("Counter", "cashier")
        self.store.open_session(sign_in())
        self._start_gateway()
        self._open.callback(self._stop_gateway)

    def _start_odoo(self, own, database):
        """Run Odoo and start it again whenever it ends, as systemd and compose do.

        Its first process ends when it wants a new worker while PostgreSQL recovers.
        """
        listener, numbers = self._open.enter_context(ports.odoo_ports())
        log = self.folder / "server.log"
        metrics = files.fresh_dir(self.folder / "metrics")
        variables = own.environment(PROMETHEUS_MULTIPROC_DIR=str(metrics), REDIS_URL=self._url)
        config_file = own.config_file(database.name, numbers, 2)
        urls = [f"http://127.0.0.1:{number}" for number in numbers]

        def spawn():
            self._odoo = server.start(own.installation, config_file, variables, listener, log)
            self.server = testing.RunningServer(*urls, database, log, self._odoo.pid)

        def supervise():
            while not self._is_closing.wait(0.2):
                if self._odoo.poll() is not None:
                    self.restarts += 1
                    spawn()

        spawn()
        self._open.callback(lambda: process.stop(process.identity(self._odoo.pid)))
        server.wait_ready(self._odoo, numbers, log)
        guard = threading.Thread(target=supervise, daemon=True)
        guard.start()
        self._open.callback(guard.join)
        self._open.callback(self._is_closing.set)

    def _own_bed(self):
        bed = testing.bed()
        python = bed.installation.python
        own = replace(bed, folder=self.folder, server=postgres.start(self.folder, python))
        self._open.callback(postgres.stop, self.folder, python)
        (self.folder / "data").mkdir()
        shutil.copy(bed.folder / "secret.key", self.folder)
        return own

    def _run(self, bed, program, *arguments):
        command = [bed.server.programs / program, *arguments]
        subprocess.run(command, env={**os.environ, **bed.server.environment}, check=True)

    def _start_redis(self):
        python, log = testing.bed().installation.python, self.folder / "valkey.log"
        self._redis, self._url = redis.start(self.folder, python, log, self._port)

    def _stop_redis(self):
        process.stop(self._redis)

    def _stop_gateway(self):
        self._gateway.close()

    def _start_gateway(self):
        from world import running_gateway

        keys = SimpleNamespace(url=f"{self.server.base_url}/api/v1/auth/jwks")
        world = SimpleNamespace(dsn=self.server.dsn, keys=keys)
        self._gateway = ExitStack()
        self.gateway = self._gateway.enter_context(
            running_gateway(world, self.folder, REDIS_URL=self._url)
        )

    def kill_worker(self, rng):
        kill_a_worker(self.server, self.store.busy_workers(), rng)

    def kill_postgres(self, rng):
        """Kill one of its processes: it ends all connections and recovers from its log."""
        query = """SELECT pid FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        pids = [pid for (pid,) in self.store.run(query)]
        os.kill(rng.choice(pids), signal.SIGKILL)

    def kill_gateway(self, _rng):
        self.gateway.process.kill()
        self._gateway.close()
        self._start_gateway()

    def kill_redis(self, _rng):
        os.kill(self._redis[0], signal.SIGKILL)
        self._start_redis()
