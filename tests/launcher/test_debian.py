"""What the launcher does with a Debian archive that fails it."""

import http.server
import threading

import pytest

from launcher import apt, debian
from launcher.errors import LauncherError


@pytest.fixture
def empty_archive(monkeypatch):
    """An archive on a real port that answers 404 to everything."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    uri = f"http://127.0.0.1:{server.server_port}/debian"
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    archive = apt.Archive(uri, ("bookworm",), ("main",), keyring)
    monkeypatch.setattr(apt, "debian_archive", lambda: archive)
    yield uri
    server.shutdown()


def test_archive_without_lists_is_one_sentence_and_leaves_no_odoo(empty_archive, tmp_path):
    with pytest.raises(LauncherError) as refused:
        debian.fetch(tmp_path)
    assert str(refused.value).startswith("apt-get could not read the Debian package lists: ")
    assert "\n" not in str(refused.value)
    assert debian.cached(tmp_path) is None


def test_machine_without_apt_is_told_the_ways_out(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LauncherError) as refused:
        debian.fetch(tmp_path)
    assert "ODOO_HOME" in str(refused.value)
    assert "docker compose" in str(refused.value)


def test_full_cache_is_refused_before_the_download(monkeypatch, tmp_path):
    monkeypatch.setattr(debian, "SPACE_MB", 10**9)
    with pytest.raises(LauncherError, match="The disk is too full: Odoo 19 needs 1000000000 MB"):
        debian.fetch(tmp_path)


def test_download_that_differs_from_the_index_is_thrown_away(monkeypatch, tmp_path):
    def download(_argv, _failure, cwd):
        for name in (*debian.FROM_SID, *debian.FROM_BOOKWORM):
            (cwd / f"{name}_1_all.deb").write_bytes(b"cut short")

    monkeypatch.setattr(debian.process, "run", download)
    with pytest.raises(LauncherError, match="The download of Odoo 19 is broken: odoo-19_1_all.deb"):
        debian._download(tmp_path, [], "0" * 64)
    assert not list((tmp_path / "debs").glob("odoo-19_*"))


def test_half_unpacked_odoo_is_not_taken_for_a_whole_one(tmp_path):
    (tmp_path / "odoo-19.0.0").mkdir()
    assert debian.cached(tmp_path) is None


def test_dangling_links_are_found(tmp_path):
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "whole").touch()
    (tmp_path / "fonts" / "good").symlink_to("whole")
    (tmp_path / "fonts" / "bad").symlink_to("../gone")
    assert debian.dangling_links(tmp_path) == [tmp_path / "fonts" / "bad"]
