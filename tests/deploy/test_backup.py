"""``deploy/backup/backup.sh`` and the way back, on a real database of the suite."""

import os
import subprocess

import pytest
from paths import DEPLOY

from launcher.testing import bed, scratch_database

COUNTS = """
    SELECT (SELECT count(*) FROM res_partner), (SELECT count(*) FROM ir_model_fields),
           (SELECT string_agg(name || latest_version, ',' ORDER BY name) FROM ir_module_module
            WHERE state = 'installed')
"""


@pytest.fixture
def database(tmp_path):
    """A database of the suite with one attachment in its filestore."""
    with scratch_database() as scratch:
        folder = tmp_path / "data/filestore" / scratch.name / "ab"
        folder.mkdir(parents=True)
        (folder / "abcdef").write_bytes(b"picture")
        yield scratch.name


def environment(**more):
    server = bed().server
    path = f"{server.programs}:{os.environ['PATH']}"
    return {**os.environ, **server.environment, "PATH": path, **more}


def back_up(tmp_path, database, **more):
    variables = environment(DATABASE=database, DATA_DIR=str(tmp_path / "data"), **more)
    command = [str(DEPLOY / "backup/backup.sh"), str(tmp_path / "backups")]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_restored_backup_equals_the_database(tmp_path, database):
    result = back_up(tmp_path, database)
    assert result.returncode == 0, result.stderr
    (backup,) = (tmp_path / "backups").iterdir()
    assert result.stdout.strip() == str(backup)
    subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=backup, check=True)
    with scratch_database(empty=True) as copy:
        restore = ["pg_restore", "--no-owner", "--clean", "--if-exists", "--exit-on-error"]
        restore += [f"--dbname={copy.name}", backup / "database.dump"]
        subprocess.run(restore, env=environment(), check=True)
        assert bed().databases.sql(COUNTS, copy.name) == bed().databases.sql(COUNTS, database)
    subprocess.run(["tar", "-xf", backup / "filestore.tar"], cwd=tmp_path, check=True)
    assert (tmp_path / database / "ab/abcdef").read_bytes() == b"picture"
    assert backup.stat().st_mode & 0o077 == 0


def test_failed_backup_does_not_look_like_one(tmp_path, database):
    result = back_up(tmp_path, "fynlo_no_such_database")
    assert result.returncode != 0
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".part"]


def test_only_backups_past_their_time_are_removed(tmp_path, database):
    old, recent = tmp_path / "backups/2026-01-01T000000Z", tmp_path / "backups/2026-01-02T000000Z"
    other = tmp_path / "backups/mine"
    for folder in (old, recent, other):
        folder.mkdir(parents=True)
    day = 86400
    now = (tmp_path / "data").stat().st_mtime
    os.utime(old, (now - 9 * day, now - 9 * day))
    os.utime(recent, (now - 7 * day, now - 7 * day))
    os.utime(other, (now - 9 * day, now - 9 * day))
    assert back_up(tmp_path, database, KEEP_DAYS="7").returncode == 0
    assert (old.exists(), recent.exists(), other.exists()) == (False, True, True)
