"""Databases by name: create, copy, drop, and a stamp that tells what is installed in one."""

import json
import os
import re
import shutil

from . import process
from .errors import LauncherError

PREPARING = "fynlo: being prepared"
NAME = re.compile(r"^[a-z][a-z0-9_-]{0,60}$")


class Databases:
    """The databases of one PostgreSQL, with the filestore that belongs to them.

    :param server: a :class:`launcher.postgres.Postgres`
    :param data_dir: Odoo's data folder, which holds ``filestore/<database>``
    """

    def __init__(self, server, data_dir):
        self.server = server
        self.data_dir = data_dir

    def sql(self, statement, database="postgres"):
        """Run one statement and give its output, one row a line, columns split by ``|``.

        :raise LauncherError: PostgreSQL cannot be reached or refuses it
        """
        command = [
            self.server.programs / "psql",
            "-XqAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            statement,
        ]
        environment = {**os.environ, **self.server.environment}
        return process.run(command, "PostgreSQL refuses", env=environment).strip()

    def names(self):
        """List the databases that are there."""
        return self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate").splitlines()

    def exists(self, name):
        return name in self.names()

    def create(self, name):
        """Make an empty database as Odoo wants it, stamped as being prepared."""
        _check(name)
        self.sql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")
        self.write_stamp(name, PREPARING)
        self.sql(
            "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent", name
        )

    def copy(self, source, name):
        """Make ``name`` a copy of ``source`` with its own filestore.

        The files are shared by hard links.
        """
        _check(name)
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        files = self.filestore(source)
        if files.is_dir():
            shutil.copytree(files, self.filestore(name), copy_function=os.link)

    def drop(self, name):
        """Remove a database with its filestore and whoever is connected.

        Nothing if it is not there.
        """
        # Not WITH (FORCE): that gives up when PostgreSQL's own vacuum is at work in it.
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{_check(name)}' AND usename = current_user"
        )
        self.sql(f'DROP DATABASE IF EXISTS "{name}"')
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def filestore(self, name):
        return self.data_dir / "filestore" / name

    def stamp(self, name):
        """Give what :meth:`write_stamp` kept: a dict, or the text of another's comment, or ''."""
        text = self.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            f"WHERE datname = '{_check(name)}'"
        )
        return json.loads(text) if text.startswith("{") else text

    def write_stamp(self, name, value):
        """Keep a dict (what is installed) or a text as the database's comment."""
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        literal = text.replace("'", "''")
        self.sql(f"COMMENT ON DATABASE \"{_check(name)}\" IS '{literal}'")


def _check(name):
    if not NAME.match(name):
        raise LauncherError(
            f"{name!r} cannot be a database name here: small letters, digits, _ and - only."
        )
    return name
