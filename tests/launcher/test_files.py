"""Locks, private files and free space."""

import os
import signal
import subprocess
import sys

import pytest

from launcher import files
from launcher.errors import LauncherError
from launcher.paths import ROOT

HOLD = (
    "import sys, time; from launcher import files\n"
    "with files.locked(sys.argv[1]): print('held', flush=True); time.sleep(60)"
)


def test_lock_is_held_by_the_living_and_freed_by_the_killed(tmp_path):
    lock = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    assert files.is_locked(lock)
    with pytest.raises(LauncherError, match="^taken$"), files.locked(lock, busy="taken"):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert not files.is_locked(lock)


def test_private_file_is_for_its_owner_only(tmp_path):
    files.write_json(tmp_path / "secret.json", {"pin": "1234"})
    assert (tmp_path / "secret.json").stat().st_mode & 0o777 == 0o600
    assert files.read_json(tmp_path / "secret.json") == {"pin": "1234"}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.json"]


def test_json_that_was_cut_short_reads_as_missing(tmp_path):
    (tmp_path / "run.json").write_text('{"odoo": [1')
    assert files.read_json(tmp_path / "run.json") is None


def test_too_little_space_names_folder_and_need(tmp_path):
    with pytest.raises(LauncherError, match=f"Odoo needs 1000000000 MB in {tmp_path}, "):
        files.require_space(tmp_path, 10**9, "Odoo")
