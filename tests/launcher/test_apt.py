"""Which archive the launcher takes from a machine's apt sources."""

import pytest

from launcher.apt import debian_archive
from launcher.errors import LauncherError

THIRD_PARTY = "deb [signed-by=/keys/other.gpg] https://other.example/apt bookworm main\n"


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "apt" / "sources.list.d").mkdir(parents=True)
    (tmp_path / "os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    return tmp_path


@pytest.fixture
def keyrings(tmp_path):
    folder = tmp_path / "keyrings"
    folder.mkdir()
    (folder / "debian-archive-keyring.gpg").touch()
    return folder


def test_deb822_entry_is_found_between_others(etc, keyrings):
    (etc / "apt" / "sources.list.d" / "debian.sources").write_text(
        "# first\nTypes: deb\nURIs: https://mirror.example/security\nSuites: bookworm-security\n"
        "Components: main\n\n"
        "Types: deb deb-src\nURIs: https://mirror.example/debian\n"
        "Suites: bookworm bookworm-updates\nComponents: main contrib\n"
        "Signed-By: /keys/debian-archive-keyring.gpg\n"
    )
    (etc / "apt" / "sources.list.d" / "a.list").write_text(THIRD_PARTY)
    found = debian_archive(etc, keyrings)
    assert found.uri == "https://mirror.example/debian"
    assert found.keyring == "/keys/debian-archive-keyring.gpg"


def test_one_line_entry_takes_the_machines_keyring(etc, keyrings):
    (etc / "apt" / "sources.list").write_text(
        "# deb https://old.example/debian bookworm main\n"
        "deb cdrom:[Debian] bookworm main\n"
        "deb [arch=amd64] https://mirror.example/debian stable main # the archive\n"
    )
    found = debian_archive(etc, keyrings)
    assert found.uri == "https://mirror.example/debian"
    assert found.keyring == str(keyrings / "debian-archive-keyring.gpg")


@pytest.mark.parametrize(
    "text",
    [
        THIRD_PARTY,
        "deb https://mirror.example/debian bookworm-backports main\n",
        "deb https://mirror.example/debian bookworm contrib\n",
        "deb-src https://mirror.example/debian bookworm main\n",
        "",
    ],
)
def test_without_the_archive_the_ways_out_are_named(etc, keyrings, text):
    (etc / "apt" / "sources.list").write_text(text)
    with pytest.raises(LauncherError) as refused:
        debian_archive(etc, keyrings)
    assert "ODOO_HOME" in str(refused.value)
    assert "docker compose" in str(refused.value)


def test_disabled_entry_is_passed_over(etc, keyrings):
    (etc / "apt" / "sources.list.d" / "debian.sources").write_text(
        "Enabled: no\nTypes: deb\nURIs: https://mirror.example/debian\nSuites: bookworm\n"
        "Components: main\n"
    )
    with pytest.raises(LauncherError):
        debian_archive(etc, keyrings)
