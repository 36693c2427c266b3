"""PostgreSQL's settings and the first script of a cluster, on a real one that is thrown away."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from paths import DEPLOY

from launcher import postgres

PYTHON = Path(sys.executable)
CONF = DEPLOY / "postgres/postgresql.conf"


def read_setting(conf, name):
    """Have PostgreSQL read the file ``conf``; return the finished process."""
    program = postgres.programs(PYTHON) / "postgres"
    assert program.exists(), "No postgres to read the file: install requirements-services.txt."
    command = [program, "-C", name, "-c", f"config_file={conf}", "-D", conf.parent]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_postgresql_accepts_its_settings(tmp_path):
    conf = shutil.copy(CONF, tmp_path)
    result = read_setting(Path(conf), "shared_buffers")
    assert (result.returncode, result.stdout.strip()) == (0, "262144"), result.stderr  # 8 kB pages


def test_a_misspelt_setting_is_refused(tmp_path):
    conf = tmp_path / "postgresql.conf"
    conf.write_text(CONF.read_text(encoding="utf-8").replace("wal_level", "wal_levle"))
    result = read_setting(conf, "shared_buffers")
    assert result.returncode == 1
    assert 'unrecognized configuration parameter "wal_levle"' in result.stderr


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "full_page_writes"])
def test_nothing_acknowledged_is_lost(tmp_path, name):
    conf = shutil.copy(CONF, tmp_path)
    assert read_setting(Path(conf), name).stdout.strip() == "on"


@pytest.fixture(scope="module")
def server():
    """A cluster after ``init.sql``; give it as seen by its superuser."""
    state = Path(tempfile.mkdtemp(prefix="fynlo-deploy-"))
    state.chmod(0o755)  # PostgreSQL runs as another user when root runs the tests
    try:
        superuser = replace(postgres.start(state, PYTHON, fast=True), user="postgres")
        run_sql(superuser, "--command=DROP ROLE odoo")  # the launcher's own
        secret = state / "odoo_db_password"
        secret.write_text("it's s3cret\n", encoding="utf-8")
        names = ("ODOO_DB_PASSWORD_FILE", "GATEWAY_DB_PASSWORD_FILE")
        passwords = {name: str(secret) for name in names}
        run_sql(superuser, f"--file={DEPLOY}/postgres/init.sql", **passwords)
        run_sql(superuser, "--command=CREATE ROLE guest LOGIN PASSWORD 'guest'")
        yield superuser
    finally:
        postgres.stop(state, PYTHON)
        shutil.rmtree(state)


def run_sql(server, *arguments, **variables):
    command = [server.programs / "psql", "-X", "--set=ON_ERROR_STOP=1", *arguments]
    environment = {**os.environ, **server.environment, "PGDATABASE": "postgres", **variables}
    subprocess.run(command, env=environment, check=True, capture_output=True)


def query(server, sql, user="odoo", password="it's s3cret", database="fynlo"):
    """Run one statement as ``user``; return its rows, if it has some."""
    dsn = replace(server, user=user, password=password).dsn(database)
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def test_role_of_odoo_has_no_power_over_the_server(server):
    flags = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
    sql = f"SELECT {flags} FROM pg_roles WHERE rolname = current_user"
    assert query(server, sql) == [(False,) * 5]


def test_role_of_the_gateway_comes_in_and_may_make_nothing(server):
    flags = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
    sql = f"SELECT {flags} FROM pg_roles WHERE rolname = current_user"
    assert query(server, sql, user="fynlo_gateway") == [(False,) * 5]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        query(server, "CREATE TABLE probe (id int)", user="fynlo_gateway")


def test_role_of_odoo_owns_its_database_and_may_make_tables(server):
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'fynlo'"
    assert query(server, owner) == [("odoo",)]
    query(server, "CREATE TABLE probe (id int)")
    query(server, "DROP TABLE probe")


def test_strings_sort_by_code_point_and_know_unicode(server):
    assert query(server, "SELECT 'Z' < 'a', lower('ÄÖÉ'), 'Ä' > 'z'") == [(True, "äöé", True)]


def test_extensions_are_there_and_unaccent_can_be_indexed(server):
    names = query(server, "SELECT extname FROM pg_extension ORDER BY 1")
    assert names == [("btree_gist",), ("pg_trgm",), ("plpgsql",), ("unaccent",)]
    query(server, "CREATE TABLE probe (name text)")
    query(server, "CREATE INDEX ON probe USING gin (unaccent(name) gin_trgm_ops)")
    query(server, "DROP TABLE probe")


def test_another_role_does_not_get_in(server):
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        query(server, "SELECT 1", user="guest", password="guest")
