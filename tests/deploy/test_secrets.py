"""``deploy/make-secrets.sh``, and what keeps the secrets out of the repository."""

import base64
import stat
import subprocess

import yaml
from paths import DEPLOY, ROOT

NAMES = {
    "admin_password",
    "postgres_password",
    "odoo_db_password",
    "gateway_db_password",
    "fynlo_secret_key",
    "metrics_token",
}


def make(folder):
    command = [str(DEPLOY / "make-secrets.sh"), str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_each_secret_is_random_and_only_its_owner_gets_at_it(tmp_path):
    folder = tmp_path / "secrets"
    make(folder)
    values = {path.name: path.read_text(encoding="ascii") for path in folder.iterdir()}
    assert values.keys() == NAMES
    assert len(set(values.values())) == 6
    assert {len(base64.b64decode(value)) for value in values.values()} == {32}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}


def test_an_existing_secret_is_kept(tmp_path):
    (tmp_path / "fynlo_secret_key").write_text("mine", encoding="ascii")
    output = make(tmp_path)
    assert "kept fynlo_secret_key" in output
    assert (tmp_path / "fynlo_secret_key").read_text(encoding="ascii") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == NAMES


def test_what_compose_takes_is_made_here_or_brought_by_the_owner():
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert document["secrets"].keys() == NAMES | {"tls_certificate", "tls_private_key"}


def test_git_ignores_the_folder():
    rules = (ROOT / "deploy/secrets/.gitignore").read_text(encoding="utf-8").splitlines()
    assert [rule for rule in rules if rule and rule[0] != "#"] == ["*", "!.gitignore"]
