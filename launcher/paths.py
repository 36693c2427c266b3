"""Where things lie: the checkout, this checkout's state, and the user's shared cache."""

import errno
import os
from pathlib import Path

from .errors import LauncherError

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
INSIDE = ROOT / "launcher" / "inside"


def state_dir():
    """Give the folder of everything that ``reset`` may delete, made if missing.

    :raise LauncherError: it cannot be made or written
    """
    return _usable(Path(os.environ.get("FYNLO_STATE") or ROOT / ".fynlo"), "FYNLO_STATE")


def cache_dir():
    """Give the folder of downloads, unpacked Odoo and virtualenvs, shared by all checkouts.

    :raise LauncherError: it cannot be made or written
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return _usable(Path(os.environ.get("FYNLO_CACHE") or Path(base) / "fynlo"), "FYNLO_CACHE")


def log_dir():
    """Give the folder of the log files, made if missing."""
    path = state_dir() / "log"
    path.mkdir(exist_ok=True)
    return path


def _usable(path, variable):
    path = path.absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise LauncherError(
            f"{path} cannot be made ({error.strerror}): name another folder with {variable}."
        ) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise LauncherError(f"{path} cannot be written: name another folder with {variable}.")
    return path
