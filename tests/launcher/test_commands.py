"""The command line: each refusal is one sentence and exit code 1, without a traceback."""

import socket

import pytest
from command import fynlo

from launcher import cli


def assert_refused(done, *words):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_refused(fynlo("up", "--port", port, FYNLO_STATE=str(tmp_path)), port, "--port")


def listen_above_a_free_port():
    """Give a listening socket whose port less 3 nobody else listens on."""
    while True:
        taken = socket.create_server(("127.0.0.1", 0))
        try:
            socket.create_server(("127.0.0.1", taken.getsockname()[1] - 3)).close()
        except OSError:
            taken.close()
        else:
            return taken


def test_taken_websocket_port_is_named(tmp_path):
    with listen_above_a_free_port() as taken:
        port = taken.getsockname()[1]
        done = fynlo("up", "--port", str(port - 3), FYNLO_STATE=str(tmp_path))
        assert_refused(done, f"Port {port} ", "--port")


def test_impossible_port_is_one_sentence(tmp_path):
    assert_refused(fynlo("up", "--port", "80000", FYNLO_STATE=str(tmp_path)), "80000", "--port")


@pytest.mark.parametrize("command", ["up", "down", "doctor"])
@pytest.mark.parametrize("variable", ["FYNLO_STATE", "FYNLO_CACHE"])
def test_folder_that_cannot_be_made_is_one_sentence(tmp_path, command, variable):
    (tmp_path / "file").touch()
    folders = {
        "FYNLO_STATE": str(tmp_path / "state"),
        "FYNLO_CACHE": str(tmp_path / "cache"),
        variable: str(tmp_path / "file" / "folder"),
    }
    done = fynlo(command, **folders)
    told = done.stdout + done.stderr
    assert "Traceback" not in told
    if command != "down" or variable == "FYNLO_STATE":
        assert done.returncode == 1
        assert f"name another folder with {variable}" in told


def test_foreign_odoo_is_named_with_its_version(tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
    done = fynlo("up", "--port", "0", ODOO_HOME=str(tmp_path), FYNLO_STATE=str(tmp_path / "s"))
    assert_refused(done, "holds Odoo 18.0", "needs 19.0")


def test_home_without_odoo_is_refused(tmp_path):
    done = fynlo("up", "--port", "0", ODOO_HOME=str(tmp_path), FYNLO_STATE=str(tmp_path / "s"))
    assert_refused(done, "holds no Odoo")


def test_unreachable_postgres_is_one_sentence(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://u:p@127.0.0.1:{port}/"
    done = fynlo("verify-audit", DATABASE_URL=url, FYNLO_STATE=str(tmp_path))
    assert_refused(done, "PostgreSQL refuses", str(port))


def test_malformed_database_url_is_one_sentence(tmp_path):
    done = fynlo("verify-audit", DATABASE_URL="mysql://x", FYNLO_STATE=str(tmp_path))
    assert_refused(done, "DATABASE_URL")


def test_reset_deletes_nothing_without_a_yes(tmp_path):
    (tmp_path / "secret.key").write_text("k")
    assert_refused(fynlo("reset", FYNLO_STATE=str(tmp_path)), "--yes")
    assert (tmp_path / "secret.key").read_text() == "k"


def test_reset_deletes_its_own_and_leaves_the_rest(tmp_path):
    (tmp_path / "secret.key").write_text("k")
    (tmp_path / "data").mkdir()
    (tmp_path / "photo.png").touch()
    assert fynlo("reset", "--yes", FYNLO_STATE=str(tmp_path)).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


def test_doctor_names_a_taken_port_and_fails(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = fynlo("doctor", "--port", port, FYNLO_STATE=str(tmp_path))
    assert done.returncode == 1
    assert f"BAD  ports     Port {port} is taken" in done.stdout


def test_full_disk_under_the_launcher_itself_is_one_sentence(monkeypatch, capsys):
    def fill(_options):
        with open("/dev/full", "w") as full:
            full.write("x")

    monkeypatch.setattr("launcher.commands.doctor.run", fill)
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().err == "fynlo: The disk is full.\n"


@pytest.mark.parametrize("word", ["--frobnicate", "extra"])
def test_unknown_argument_is_refused(word):
    done = fynlo("up", word)
    assert done.returncode == 2
    assert word in done.stderr
