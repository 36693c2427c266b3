"""Small file tasks that must not be done half: locks, private files, free space."""

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from .errors import LauncherError

MEGABYTE = 1024 * 1024


@contextmanager
def locked(path, busy=None):
    """Hold an exclusive lock on ``path`` that ends with the process, however it dies.

    :param busy: the sentence to refuse with when another process holds it; None waits instead
    :raise LauncherError: held by another and ``busy`` given
    """
    with open(path, "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise LauncherError(busy) from None
        yield


def is_locked(path):
    """Tell whether a living process holds the lock on ``path``."""
    if not Path(path).exists():
        return False
    with open(path, "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def write_private(path, text):
    """Write a file that only its owner may read, in one step.

    A reader sees the old or the new, never a half.
    """
    path = Path(path)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    os.replace(fresh, path)


def write_json(path, value):
    """Write ``value`` as JSON, private and in one step."""
    write_private(path, json.dumps(value, indent=2) + "\n")


def read_json(path):
    """Give the JSON value of a file, None if it is missing or was cut short."""
    try:
        return json.loads(Path(path).read_text())
    except (FileNotFoundError, ValueError):
        return None


def require_space(folder, megabytes, what):
    """Refuse to start what would fill the disk.

    :raise LauncherError: less than ``megabytes`` are free in ``folder``
    """
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < megabytes:
        raise LauncherError(
            f"The disk is too full: {what} needs {megabytes} MB in {folder}, {free} MB are free."
        )


def fresh_dir(path):
    """Give an existing, empty folder at ``path``."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
