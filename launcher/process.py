"""Child processes.

Run them to the end, tell them from strangers later, stop them and nothing else.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from .errors import LauncherError

FULL_DISK = "No space left on device"
TELLING = ("E:", "ERROR", "error", "FATAL", "initdb: error", "psql: error")
KILL_S = 5
_running = set()


def run(argv, failure, text=None, **options):
    """Run a command to its end and give its output.

    :param failure: the sentence's beginning if it fails, such as ``"apt-get could not download"``
    :param text: for its standard input
    :param options: as :class:`subprocess.Popen` takes them (``env``, ``cwd``, ``user``, ...)
    :raise LauncherError: it is missing or ends with a code other than 0; the last telling line
        is in the message
    """
    try:
        child = subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            **options,
        )
    except OSError as error:
        raise LauncherError(f"{failure}: {error.strerror} ({argv[0]}).") from error
    _running.add(child)
    try:
        output, _ = child.communicate(text)
    except BaseException:
        _signal_group(child.pid, signal.SIGKILL)
        raise
    finally:
        _running.discard(child)
    if child.returncode:
        raise LauncherError(f"{failure}: {telling_line(output)}")
    return output


def telling_line(output):
    """Choose the one line of a failed command's output that tells most."""
    if FULL_DISK in output:
        return "the disk is full."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(TELLING)]
    return (marked or lines or ["it said nothing"])[-1]


def kill_running():
    """Kill the commands that other threads wait for in :func:`run`: what they do is not wanted."""
    for child in list(_running):
        _signal_group(child.pid, signal.SIGKILL)


def identity(pid):
    """Give ``[pid, birth]``: what tells this process from a later one with the same number.

    None if it is gone.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        state, birth = stat.rsplit(")", 1)[1].split()[0], stat.rsplit(")", 1)[1].split()[19]
        return None if state == "Z" else [pid, birth]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    listing = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True
    )
    return [pid, listing.stdout.strip()] if listing.stdout.strip() else None


def is_alive(mark):
    """Tell whether the process that :func:`identity` described still runs."""
    return bool(mark) and identity(mark[0]) == list(mark)


def stop(mark, patience_s=20):
    """Ask the leader of a process group to end; kill what there is of the group after that.

    A leader that has died may leave others. No number of a group is given anew while it has
    members; a process that is another's by now is left alone.
    """
    if is_alive(mark):
        os.kill(mark[0], signal.SIGTERM)
        _await(lambda: not is_alive(mark), mark[0], patience_s)
    elif not mark or identity(mark[0]):
        return
    _await(lambda: not _signal_group(mark[0], signal.SIGKILL), mark[0], KILL_S)


def _await(is_done, pid, patience_s):
    deadline = time.monotonic() + patience_s
    while not is_done() and time.monotonic() < deadline:
        reap(pid)
        time.sleep(0.02)


def reap(pid):
    """Collect a dead child so that its number is free; nothing if it lives or is not ours."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _signal_group(pgid, number):
    """Send a signal; tell whether there was somebody who is ours to hear it."""
    try:
        os.killpg(pgid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
