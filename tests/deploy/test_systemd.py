"""The units of a native install."""

import re
import shutil
import subprocess
from configparser import RawConfigParser

import pytest
from paths import DEPLOY, ROOT

FOLDER = DEPLOY / "systemd"
UNITS = sorted(path.name for path in FOLDER.iterdir())


class Unit(RawConfigParser):
    """A unit file; a key that stands several times keeps all values, a line each."""

    def __init__(self, name):
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str
        text = (FOLDER / name).read_text(encoding="utf-8")
        self.read_string(text)
        self.environment = dict(
            word.split("=", 1)
            for line in re.findall(r"^Environment=(.*)$", text, re.MULTILINE)
            for word in line.split()
        )
        self.credentials = re.findall(r"^LoadCredential=(\w+):", text, re.MULTILINE)


def test_socket_is_one_that_odoo_can_take_over():
    socket = Unit("fynlo-odoo.socket")["Socket"]
    assert socket["ListenStream"] == "127.0.0.1:8069"
    assert int(socket["Backlog"]) == 1024
    service = Unit("fynlo-odoo.service")
    assert service["Unit"]["Requires"] == "fynlo-odoo.socket"
    assert service["Service"]["NonBlocking"] == "yes"


def test_port_is_the_one_of_odoo_conf():
    conf = RawConfigParser()
    conf.read(ROOT / "odoo.conf", encoding="utf-8")
    assert conf["options"]["http_port"] == "8069"
    assert Unit("fynlo-odoo.service").environment["ODOO_HTTP_INTERFACE"] == "127.0.0.1"


def test_secrets_come_as_credentials():
    service = Unit("fynlo-odoo.service")
    files = {name for name in service.environment if name.endswith("_FILE")}
    assert files == {"FYNLO_SECRET_KEY_FILE", "FYNLO_METRICS_TOKEN_FILE"}
    for name in files:
        assert service.environment[name].removeprefix("%d/") in service.credentials
    assert not {"FYNLO_SECRET_KEY", "PGPASSWORD"} & service.environment.keys()


def test_worker_may_finish_its_request_before_it_is_killed():
    conf = RawConfigParser()
    conf.read(ROOT / "odoo.conf", encoding="utf-8")
    service = Unit("fynlo-odoo.service")["Service"]
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) > int(conf["options"]["limit_time_real"])


def test_gateway_has_a_user_and_a_role_of_its_own():
    unit = Unit("fynlo-gateway.service")
    assert unit["Service"]["User"] == unit.environment["PGUSER"] == "fynlo_gateway"
    assert unit.credentials == ["metrics_token"]
    assert unit.environment["FYNLO_METRICS_TOKEN_FILE"] == "%d/metrics_token"
    package = unit.environment["PYTHONPATH"].replace("/opt/fynlo/", "")
    assert (ROOT / package / "fynlo_gateway" / "__main__.py").exists()


@pytest.mark.parametrize("name", UNITS)
def test_systemd_knows_every_key(name, tmp_path):
    """systemd itself reads the unit where there is one; the programs need not be installed here."""
    assert Unit(name).sections()[0] == "Unit"
    verify = shutil.which("systemd-analyze")
    if verify:
        for unit in UNITS:
            text = (FOLDER / unit).read_text(encoding="utf-8")
            there = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
            (tmp_path / unit).write_text(there, encoding="utf-8")
        command = [verify, "verify", "--man=no", str(tmp_path / name)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (0, "")
