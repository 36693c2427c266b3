"""Children of the launcher: their failures in one line, their end, and nobody else's."""

import os
import signal
import subprocess
import sys
import time

import pytest

from launcher import process
from launcher.errors import LauncherError

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("Get:1 x\nE: Hash Sum mismatch\nnote\n", "E: Hash Sum mismatch"),
        ("one\nERROR: No matching distribution\n\n", "ERROR: No matching distribution"),
        ("cp: write error: No space left on device\nE: later\n", "the disk is full."),
        ("plain\nlast\n", "last"),
        ("", "it said nothing"),
    ],
)
def test_the_telling_line_is_chosen(output, told):
    assert process.telling_line(output) == told


def test_full_disk_under_a_command_is_told_as_such():
    with pytest.raises(LauncherError, match="^Writing failed: the disk is full.$"):
        process.run(["sh", "-c", "cat /etc/passwd > /dev/full"], "Writing failed")


def test_missing_program_is_one_sentence(tmp_path):
    with pytest.raises(LauncherError, match="^Cannot start: No such file or directory"):
        process.run([tmp_path / "none"], "Cannot start")


def test_stop_ends_the_group_and_kills_what_ignores_it():
    child = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True
    )
    child.stdout.readline()
    mark = process.identity(child.pid)
    process.stop(mark, patience_s=0.3)
    assert not process.is_alive(mark)


def test_what_a_dead_leader_has_left_is_stopped_with_its_group():
    script = "sleep 60 > /dev/null & echo $!; read line"
    leader = subprocess.Popen(
        ["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    left = process.identity(int(leader.stdout.readline()))
    mark = process.identity(leader.pid)
    leader.communicate(timeout=30)
    assert process.is_alive(left) and not process.is_alive(mark)
    process.stop(mark)
    assert not process.is_alive(left)


def test_a_process_with_a_recycled_number_is_left_alone():
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        stranger = [child.pid, "0"]
        process.stop(stranger, patience_s=0.1)
        assert child.poll() is None
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


def test_identity_of_the_dead_is_none():
    child = subprocess.Popen(["true"])
    child.wait()
    time.sleep(0.01)
    assert process.identity(child.pid) is None
