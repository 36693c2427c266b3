"""Find the Debian archive that this machine itself trusts, in apt's two source formats."""

from dataclasses import dataclass
from pathlib import Path

from .errors import LauncherError

KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
NAMED_SUITES = {"oldoldstable", "oldstable", "stable", "testing", "unstable", "sid"}


@dataclass(frozen=True)
class Archive:
    """One archive entry.

    Where it lies, which suites are taken from it, which keyring signs it (may be empty).
    """

    uri: str
    suites: tuple
    components: tuple
    keyring: str


def debian_archive(etc=Path("/etc"), keyrings=Path("/usr/share/keyrings")):
    """Give this machine's entry for the Debian main archive; its keyring is a file.

    :raise LauncherError: apt has no such entry, or its keyring is missing
    """
    codename = _codename(etc / "os-release")
    for archive in _entries(etc / "apt"):
        if "main" not in archive.components or not set(archive.suites) & (
            NAMED_SUITES | {codename}
        ):
            continue
        keyring = archive.keyring or next(
            (str(keyrings / k) for k in KEYRINGS if (keyrings / k).exists()), ""
        )
        if "debian-archive" in keyring:
            return Archive(archive.uri, archive.suites, archive.components, keyring)
    raise LauncherError(
        "There is no Odoo 19 here and this machine's apt knows no Debian archive to get it from: "
        "set ODOO_HOME to a copy of Odoo 19, or run `docker compose up`."
    )


def _codename(os_release):
    if os_release.exists():
        for line in os_release.read_text().splitlines():
            if line.startswith("VERSION_CODENAME="):
                return line.split("=", 1)[1].strip('"')
    return ""


def _entries(apt):
    parts = apt / "sources.list.d"
    for path in sorted(parts.glob("*.sources")) if parts.is_dir() else []:
        for stanza in path.read_text().split("\n\n"):
            yield from _from_stanza(stanza)
    lists = [apt / "sources.list", *sorted(parts.glob("*.list"))]
    for path in lists:
        for line in path.read_text().splitlines() if path.is_file() else []:
            yield from _from_line(line)


def _from_stanza(stanza):
    fields, name = {}, ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in " \t" and name:
            fields[name] += " " + line.strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() != "no":
        signed = fields.get("signed-by", "")
        for uri in fields.get("uris", "").split():
            yield Archive(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                signed if signed.startswith("/") else "",
            )


def _from_line(line):
    words = line.split("#", 1)[0].strip()
    if not words.startswith("deb "):
        return
    options, rest = "", words[4:].strip()
    if rest.startswith("["):
        options, rest = rest[1:].split("]", 1)
    signed = [option[10:] for option in options.split() if option.startswith("signed-by=/")]
    uri, suite, *components = rest.split()
    if not uri.startswith("cdrom:"):
        yield Archive(uri, (suite,), tuple(components), signed[0] if signed else "")
