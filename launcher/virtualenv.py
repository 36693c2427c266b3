"""The virtualenv in which Odoo and the tests run.

Built once per set of requirements, kept in the cache.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from . import debian, files, process
from .errors import LauncherError
from .paths import ROOT
from .terminal import step

SPACE_MB = 1200
FAILURE = "The Python packages could not be installed"


def ensure(cache, odoo=None, dev=False):
    """Give the interpreter of a virtualenv with all that the suite and Odoo need.

    :param odoo: an Odoo with its own interpreter and packages to build on; None builds on this
        interpreter
    :param dev: with the tests' tools
    :raise LauncherError: a package cannot be got, or the disk is full
    """
    groups = ["requirements.txt", "requirements-services.txt"]
    borrowed = odoo.libraries if odoo else ()
    if not borrowed:
        groups.append("requirements-odoo.txt")
    base = odoo.python if odoo else sys.executable
    folder = cache / f"venv-{_key(base, groups, borrowed)}"
    python = folder / "bin" / "python"
    with files.locked(cache / "venv.lock"):
        if not (folder / "ready").exists():
            with step("Installing the Python packages"):
                _build(folder, base, groups, borrowed)
        if dev:
            _add_dev(folder, python, groups)
    return python


def ensure_tools(cache, group):
    """Give the ``bin`` folder of a virtualenv of one requirements file, without Odoo's."""
    folder = cache / f"venv-{_key(sys.executable, [group], ())}"
    with files.locked(cache / "venv.lock"):
        if not (folder / "ready").exists():
            with step(f"Installing {group}"):
                _build(folder, sys.executable, [group], ())
    return folder / "bin"


def _key(base, groups, borrowed):
    asked = subprocess.run([base, "-VV"], capture_output=True, text=True).stdout
    parts = [
        os.path.realpath(base),
        asked,
        *borrowed,
        *((ROOT / group).read_text() for group in groups),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _build(folder, base, groups, borrowed):
    shutil.rmtree(folder, ignore_errors=True)
    files.require_space(folder.parent, SPACE_MB, "The set of Python packages")
    _create(folder, base)
    if borrowed:
        site = next(folder.glob("lib/python*/site-packages"))
        (site / "odoo-of-the-machine.pth").write_text("".join(f"{path}\n" for path in borrowed))
    _install(folder / "bin" / "python", groups)
    (folder / "ready").touch()


def _create(folder, base):
    """Make an empty virtualenv with pip, also where Python came without ``ensurepip``."""
    made = subprocess.run([base, "-m", "venv", folder], capture_output=True, text=True)
    if not made.returncode:
        return
    if Path(base) != Path(sys.executable):
        raise LauncherError(
            f"{base} cannot make a virtualenv: {process.telling_line(made.stdout + made.stderr)}"
        )
    shutil.rmtree(folder, ignore_errors=True)
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    wheel = debian.pip_wheel(folder.parent)
    process.run(
        [folder / "bin" / "python", f"{wheel}/pip", "install", "--no-index", wheel], FAILURE
    )


def _install(python, groups, *options):
    wanted = [word for group in groups for word in ("-r", ROOT / group)]
    process.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--prefer-binary",
            "--no-compile",
            *options,
            *wanted,
        ],
        FAILURE,
    )


def _add_dev(folder, python, groups):
    """Add the tests' tools to a virtualenv, without moving what the suite pinned."""
    text = (ROOT / "requirements-dev.txt").read_text()
    stamp = folder / "ready-dev"
    if stamp.exists() and stamp.read_text() == text:
        return
    with step("Installing the test tools"):
        _install(python, [*groups, "requirements-dev.txt"])
    stamp.write_text(text)
