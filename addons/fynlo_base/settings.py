"""Settings that live outside the database: environment, file of a secret, ``odoo.conf``."""

import os
from pathlib import Path

from odoo.tools import config


def read_setting(name, environment=None):
    """Return a setting as text, empty when it is not set anywhere.

    Looked for in this order: the variable ``FYNLO_<NAME>``, the file that ``FYNLO_<NAME>_FILE``
    names, the option ``fynlo_<name>`` of ``odoo.conf``.

    :param name: snake_case name without the prefix
    :param environment: name of the variable if it is another one, e.g. ``REDIS_URL``
    """
    variable = environment or f"FYNLO_{name.upper()}"
    if value := os.environ.get(variable):
        return value
    if path := os.environ.get(f"{variable}_FILE"):
        return Path(path).read_text().strip()
    return config.get(f"fynlo_{name}") or ""


def is_on(name):
    """Tell whether a yes-or-no setting says yes."""
    return read_setting(name).strip().lower() in {"1", "true", "yes", "on"}
