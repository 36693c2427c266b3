"""Where things lie: the checkout, this checkout's state, and the user's shared cache."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
INSIDE = ROOT / "launcher" / "inside"


def state_dir():
    """Give the folder of everything that ``reset`` may delete, made if missing."""
    path = Path(os.environ.get("FYNLO_STATE") or ROOT / ".fynlo").absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path


def cache_dir():
    """Give the folder of downloads, unpacked Odoo and virtualenvs, shared by all checkouts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(os.environ.get("FYNLO_CACHE") or Path(base) / "fynlo").absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path


def log_dir():
    """Give the folder of the log files, made if missing."""
    path = state_dir() / "log"
    path.mkdir(exist_ok=True)
    return path
