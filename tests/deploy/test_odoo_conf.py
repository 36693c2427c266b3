"""``odoo.conf`` as Odoo's own parser reads it."""

import json
import os
import re
import subprocess
import sys
from configparser import RawConfigParser

import pytest
from paths import DEPLOY, NGINX, ROOT

CONF = ROOT / "odoo.conf"
FOREIGN = ("ODOO_", "PG", "LISTEN_", "OPENERP_")
READER = """
import json, logging, sys
messages = []
class Collector(logging.Handler):
    def emit(self, record):
        messages.append(record.getMessage())
logging.getLogger().addHandler(Collector(level=logging.WARNING))
logging.captureWarnings(True)
from odoo.tools import config
config.parse_config(["-c", sys.argv[1]], setup_logging=False)
known = {name: str(config[name]) for name in config.options_index}
guesses = [config.verify_admin_password(guess) for guess in ("", "admin", "None")]
print(json.dumps({"messages": messages, "known": known, "guesses": guesses}))
"""


def read(text, folder):
    """Return what Odoo makes of the configuration ``text``, and its complaints."""
    path = folder / "odoo.conf"
    path.write_text(text.replace("/opt/fynlo/addons", str(ROOT / "addons")), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    command = [sys.executable, "-c", READER, str(path)]
    result = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def settings():
    parser = RawConfigParser()
    parser.read(CONF, encoding="utf-8")
    return dict(parser["options"])


def test_odoo_knows_every_option_and_complains_of_none(tmp_path):
    assert read(CONF.read_text(encoding="utf-8"), tmp_path)["messages"] == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("proxy_mode = True", "proxy_mod = True", "unknown option 'proxy_mod'"),
        ("logfile =", "logfile = False", "isn't a boolean option"),
    ],
)
def test_a_mistake_is_caught(tmp_path, right, wrong, complaint):
    text = CONF.read_text(encoding="utf-8")
    assert right in text
    messages = read(text.replace(right, wrong), tmp_path)["messages"]
    assert any(complaint in message for message in messages), messages


def test_odoo_takes_the_values_that_matter(tmp_path):
    result = read(CONF.read_text(encoding="utf-8"), tmp_path)
    known = result["known"]
    assert known["proxy_mode"] == "True"
    assert known["list_db"] == "False"
    assert known["with_demo"] == "False"
    assert known["unaccent"] == "True"
    assert known["db_name"] == "['fynlo']"
    assert known["dbfilter"] == "", "a request without a cookie would ask for all databases"
    assert known["server_wide_modules"] == "['base', 'rpc', 'web']"
    assert (known["http_port"], known["gevent_port"]) == ("8069", "8072")
    assert known["logfile"] == ""
    assert result["guesses"] == [False, False, False]


def test_every_line_has_its_comment():
    lines = CONF.read_text(encoding="utf-8").splitlines()
    options = [number for number, line in enumerate(lines) if re.match(r"\w+ *=", line)]
    assert len(options) == len(settings())
    for number in options:
        assert lines[number - 1].startswith("# "), lines[number]


def test_no_secret_stands_in_it():
    assert not settings().keys() & {"db_password", "smtp_password", "proxy_access_token"}
    assert settings()["admin_passwd"] == ""


def test_connections_fit_into_postgresql():
    conf = {name: int(value) for name, value in settings().items() if value.isdigit()}
    opened = (conf["workers"] + conf["max_cron_threads"]) * conf["db_maxconn"]
    opened += conf["db_maxconn_gevent"]
    text = (DEPLOY / "postgres/postgresql.conf").read_text(encoding="utf-8")
    assert opened == 144
    assert opened < int(re.search(r"^max_connections = (\d+)$", text, re.MULTILINE)[1])


def test_nginx_waits_longer_than_a_worker_works():
    text = (NGINX / "proxy.conf").read_text(encoding="utf-8")
    waits = int(re.search(r"^proxy_read_timeout (\d+)s;$", text, re.MULTILINE)[1])
    assert waits > int(settings()["limit_time_real"])


def test_lock_of_a_scheduled_action_outlives_it():
    """While it runs, the transaction that locks it is idle: see odoo.conf."""
    text = (DEPLOY / "postgres/postgresql.conf").read_text(encoding="utf-8")
    timeout = re.search(r"^idle_in_transaction_session_timeout = (\d+)min$", text, re.MULTILINE)
    assert int(timeout[1]) * 60 > int(settings()["limit_time_real_cron"])
