"""What an Odoo process is told: its configuration file and its environment."""

import configparser
import io
import os
import secrets

from . import files
from .paths import ADDONS

# Variables that would override the configuration file or reach into another installation.
FOREIGN = ("ODOO_", "PG", "PYTHON", "LISTEN_", "OPENERP_")


def write_config(path, odoo, server, database, data_dir, ports=(0, 0), workers=2):
    """Write Odoo's configuration for one database; give its path.

    :param ports: (HTTP, gevent)
    """
    values = {
        "addons_path": ",".join(str(folder) for folder in (*odoo.addons_path, ADDONS)),
        "data_dir": str(data_dir),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_password": server.password,
        "db_name": database,
        "list_db": "False",
        "proxy_mode": "False",
        "unaccent": "True",
        "http_interface": "127.0.0.1",
        "http_port": str(ports[0]),
        "gevent_port": str(ports[1]),
        "workers": str(workers),
        "max_cron_threads": "1",
        "limit_time_cpu": "300",
        "limit_time_real": "600",
        "limit_time_real_cron": "3600",
        # No mail leaves a demo or a test.
        "smtp_server": "localhost",
        "smtp_port": "1",
    }
    parser = configparser.RawConfigParser()
    parser["options"] = values
    text = io.StringIO()
    parser.write(text)
    files.write_private(path, text.getvalue())
    return path


def environment(odoo, state, **extra):
    """Give the environment of an Odoo process.

    It is the user's own without what would mislead Odoo, and with what the suite needs.

    :param extra: further variables, such as ``REDIS_URL``
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {
        **kept,
        "PYTHONPATH": str(odoo.library),
        "PYTHONUNBUFFERED": "1",
        "FYNLO_SECRET_KEY": secret_key(state),
        **extra,
    }


def secret_key(state):
    """Give this state's key, which encrypts and peppers what the database holds.

    Made at the first call.
    """
    path = state / "secret.key"
    if not path.exists():
        files.write_private(path, secrets.token_urlsafe(32))
    return path.read_text()
