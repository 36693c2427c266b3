"""The database of ``up`` for a command that needs it for a moment, whether ``up`` runs or not."""

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import config, postgres, stack
from .database import Databases
from .errors import LauncherError
from .paths import INSIDE, state_dir
from .provision import Installation, provide


@dataclass(frozen=True)
class Session:
    """A reachable database and what a process of Odoo needs to work on it."""

    installation: Installation
    database: str
    config_file: Path
    environment: dict

    def run(self, script, *arguments):
        """Run a script of ``inside/`` on this terminal; give its exit code."""
        command = [self.installation.python, INSIDE / script, *arguments]
        return subprocess.run(command, env=self.environment).returncode


@contextmanager
def database_session(name):
    """Give a :class:`Session`; PostgreSQL is started for it if ``up`` does not run.

    :raise LauncherError: there is no such database yet
    """
    state, installation = state_dir(), provide()
    own = postgres.external(installation.python)
    started = not own and not stack.is_up()
    server = own or postgres.start(state, installation.python)
    try:
        if not Databases(server, state / "data").exists(name):
            raise LauncherError(f"There is no database {name} yet: `./fynlo up` makes it.")
        path = state / "session.conf"
        config_file = config.write_config(
            path, installation.odoo, server, name, state / "data", workers=0
        )
        yield Session(installation, name, config_file, config.environment(installation.odoo, state))
    finally:
        if started:
            postgres.stop(state, installation.python)
