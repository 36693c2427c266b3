"""Get the signed Debian package of Odoo 19 without touching the system's own apt."""

import hashlib
import os
import shutil
import time
from pathlib import Path

from . import apt, files, process
from .errors import LauncherError
from .terminal import step

PACKAGE = "odoo-19"
STAMP = "fynlo.json"
SPACE_MB = 2500
LISTS_FAILURE = "apt-get could not read the Debian package lists"
# sid's font-awesome has no web fonts any more and its inconsolata lies elsewhere: Odoo's links
# point to what bookworm has.
FROM_BOOKWORM = ("fonts-font-awesome", "fonts-inconsolata")
FROM_SID = (
    PACKAGE,
    "fonts-dejavu-core",
    "fonts-glyphicons-halflings",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "gsfonts",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
LIBRARY = "usr/lib/python3/dist-packages"
# Debian leaves this optional file out, and every asset bundle that names it then logs an error.
LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def cached(cache):
    """Give the newest complete unpacked Odoo of the cache as ``(prefix, stamp)``, or None."""
    found = []
    for prefix in cache.glob("odoo-19*"):
        stamp = files.read_json(prefix / STAMP)
        if stamp:
            found.append((stamp["unpacked_at"], prefix, stamp))
    return max(found)[1:] if found else None


def fetch(cache):
    """Download, check and unpack Odoo 19 into the cache; give ``(prefix, stamp)``.

    :raise LauncherError: no Debian archive here, no ``odoo-19`` in it, a broken download, or a
        full disk
    """
    with files.locked(cache / "odoo.lock"):
        present = cached(cache)
        if present:
            return present
        files.require_space(cache, SPACE_MB, "Odoo 19")
        options = _private_apt(cache)
        with step("Reading the Debian package lists"):
            process.run(["apt-get", *options, "update"], LISTS_FAILURE)
        version, sha256 = _candidate(options)
        with step(f"Downloading Odoo {version}"):
            packages = _download(cache, options, sha256)
        with step("Unpacking Odoo"):
            return _unpack(cache, packages, {"version": version, "sha256": sha256})


def _private_apt(cache):
    """Lay out an apt configuration of our own, of this machine's Debian archive.

    Give the options that select it.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise LauncherError(
            "There is no Odoo 19 here and no apt to get it with: "
            "set ODOO_HOME to a copy of Odoo 19, or run `docker compose up`."
        )
    archive = apt.debian_archive()
    base = cache / "apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (base / part).mkdir(parents=True, exist_ok=True)
    suites = ("sid", "bookworm")
    lines = [f"deb [signed-by={archive.keyring}] {archive.uri} {suite} main\n" for suite in suites]
    (base / "sources.list").write_text("".join(lines))
    settings = {
        "Dir::Etc::sourcelist": base / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": base / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": base / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "root",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _candidate(options):
    """Give ``(version, sha256)`` of the archive's Odoo 19, out of the signed index."""
    shown = process.run(
        ["apt-cache", *options, "--no-all-versions", "show", PACKAGE],
        "The Debian archive has no package odoo-19 any more; set ODOO_HOME to a copy of Odoo 19, "
        "or run `docker compose up`",
    )
    fields = dict(
        line.split(": ", 1) for line in shown.splitlines() if ": " in line and line[0] != " "
    )
    if not fields["Version"].split(":")[-1].startswith("19.0"):
        raise LauncherError(
            f"The Debian archive's odoo-19 is version {fields['Version']}; Fynlo needs 19.0."
        )
    return fields["Version"], fields["SHA256"]


def _download(cache, options, sha256):
    """Fetch the packages into ``debs/``.

    Apt checks each against the signed index, and Odoo's is checked again here.
    """
    debs = cache / "debs"
    debs.mkdir(exist_ok=True)
    wanted = [f"{name}/sid" for name in FROM_SID] + [f"{name}/bookworm" for name in FROM_BOOKWORM]
    process.run(
        ["apt-get", *options, "download", *wanted], "The download of Odoo 19 is broken", cwd=debs
    )
    packages = [
        max(debs.glob(f"{name}_*.deb"), key=os.path.getmtime)
        for name in (*FROM_SID, *FROM_BOOKWORM)
    ]
    digest = hashlib.sha256(packages[0].read_bytes()).hexdigest()
    if digest != sha256:
        packages[0].unlink()
        raise LauncherError(
            f"The download of Odoo 19 is broken: {packages[0].name} has another SHA-256 than "
            "the archive tells."
        )
    return packages


def _unpack(cache, packages, stamp):
    """Unpack beside the final place and rename, so that no half Odoo is ever found."""
    fresh = files.fresh_dir(cache / "unpacking")
    for package in packages:
        process.run(["dpkg", "-x", package, fresh], f"Could not unpack {package.name}")
    missing = fresh / LIBRARY / LEFT_OUT
    missing.parent.mkdir(parents=True, exist_ok=True)
    missing.touch()
    dangling = dangling_links(fresh / LIBRARY / "odoo")
    if dangling:
        raise LauncherError(
            f"The Debian package of Odoo 19 misses files that it links to: {dangling[0].name}."
        )
    stamp = {**stamp, "unpacked_at": time.time()}
    files.write_json(fresh / STAMP, stamp)
    fresh.chmod(0o755)
    prefix = cache / f"odoo-{stamp['version']}"
    shutil.rmtree(prefix, ignore_errors=True)
    fresh.rename(prefix)
    return prefix, stamp


def dangling_links(folder):
    """List the symbolic links under ``folder`` that lead nowhere."""
    found = []
    for parent, folders, names in os.walk(folder):
        paths = (Path(parent, name) for name in (*names, *folders))
        found += [path for path in paths if path.is_symlink() and not path.exists()]
    return found


def pip_wheel(cache):
    """Give Debian's own wheel of pip, for a Python that came without one."""
    # Lists of its own: Odoo is fetched at the same time, and apt locks its folder.
    folder = files.fresh_dir(cache / "pip")
    options = _private_apt(folder)
    process.run(["apt-get", *options, "update"], LISTS_FAILURE)
    package = "python3-pip-whl/bookworm"
    process.run(
        ["apt-get", *options, "download", package], "The download of pip is broken", cwd=folder
    )
    process.run(["dpkg", "-x", next(folder.glob("*.deb")), folder], "Could not unpack pip")
    return next(folder.glob("usr/share/python-wheels/pip-*.whl"))
