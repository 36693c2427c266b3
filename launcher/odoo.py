"""Find an Odoo 19 on this machine, in the order that the README promises."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .errors import LauncherError
from .terminal import say

SERIES = "19.0"
WHERE = (
    "import odoo.release as r, json, sys; "
    "print(json.dumps([r.version, r.__file__, sys.executable, sys.path]))"
)


@dataclass(frozen=True)
class Odoo:
    """One usable Odoo.

    ``library`` is the folder that holds the package ``odoo``; ``python`` the interpreter to build
    on; ``libraries``
    the folders where that interpreter already has Odoo's own requirements (empty: the launcher
    installs them).
    """

    origin: str
    version: str
    library: Path
    python: str = sys.executable
    libraries: tuple = ()

    @property
    def addons_path(self):
        """Odoo's own addons folders, as its ``addons_path`` wants them."""
        folders = (self.library / "addons", self.library / "odoo" / "addons")
        return [folder for folder in folders if folder.is_dir()]


def find(cache):
    """Give the :class:`Odoo` that is already here, None when it has to be fetched.

    :raise LauncherError: ``ODOO_HOME`` names something else than an Odoo 19.0
    """
    return _from_home() or _importable() or _on_path() or from_cache(cache)


def from_cache(cache):
    """Give the unpacked Debian package as an :class:`Odoo`, or None."""
    present = debian.cached(cache)
    if not present:
        return None
    prefix, stamp = present
    return Odoo(
        f"the Debian package odoo-19 in {prefix}", stamp["version"], prefix / debian.LIBRARY
    )


def fetch(cache):
    """Get the Debian package; give it as an :class:`Odoo`."""
    debian.fetch(cache)
    return from_cache(cache)


def _from_home():
    home = os.environ.get("ODOO_HOME")
    if not home:
        return None
    candidates = (Path(home), Path(home) / debian.LIBRARY)
    library = next((path for path in candidates if (path / "odoo" / "release.py").is_file()), None)
    if not library:
        raise LauncherError(f"ODOO_HOME ({home}) holds no Odoo: it has no file odoo/release.py.")
    found = re.search(
        r"^version_info = \((\d+), (\d+)",
        (library / "odoo" / "release.py").read_text(),
        re.MULTILINE,
    )
    version = ".".join(found.groups()) if found else "of an unknown version"
    if version != SERIES:
        raise LauncherError(f"ODOO_HOME ({home}) holds Odoo {version}; Fynlo needs {SERIES}.")
    return Odoo(f"ODOO_HOME ({home})", version, library.absolute())


def _importable():
    return _of_interpreter(sys.executable, "the Python that runs this")


def _on_path():
    script = shutil.which("odoo")
    if not script:
        return None
    with open(script, "rb") as handle:
        first = handle.readline().decode(errors="replace")
    words = first[2:].split() if first.startswith("#!") else []
    interpreter = (
        shutil.which(words[1])
        if len(words) > 1 and words[0].endswith("/env")
        else (words or [""])[0]
    )
    return _of_interpreter(interpreter, script) if interpreter else None


def _of_interpreter(interpreter, origin):
    """Give the Odoo that ``interpreter`` imports, None without one.

    Another series is named and passed over.
    """
    probe = subprocess.run([interpreter, "-c", WHERE], capture_output=True, text=True, cwd="/")
    if probe.returncode:
        return None
    version, release, python, folders = json.loads(probe.stdout.splitlines()[-1])
    if not version.startswith(SERIES):
        say(f"Odoo {version} of {origin} is passed over: Fynlo needs {SERIES}.")
        return None
    libraries = tuple(
        folder for folder in folders if folder.endswith(("site-packages", "dist-packages"))
    )
    return Odoo(f"Odoo of {origin}", version, Path(release).parent.parent, python, libraries)
