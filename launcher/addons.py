"""The suite's addons in this checkout and what their files look like now."""

import hashlib

from .paths import ADDONS

IGNORED = {"__pycache__", "tests"}


def suite(folder=ADDONS):
    """Give ``{addon name: hash of its files}``.

    Tests do not count, since they change no database.
    """
    return {
        manifest.parent.name: _digest(manifest.parent)
        for manifest in sorted(folder.glob("*/__manifest__.py"))
    }


def _digest(addon):
    digest = hashlib.sha256()
    for path in sorted(addon.rglob("*")):
        inner = path.relative_to(addon)
        if path.is_file() and not IGNORED & set(inner.parts):
            digest.update(f"{inner}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
