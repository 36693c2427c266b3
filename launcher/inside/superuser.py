"""What the scripts in this folder share."""

from contextlib import contextmanager


@contextmanager
def superuser_env(config_file, database):
    """Give the superuser's environment on a database.

    Committed at the end, rolled back on an error.
    """
    import odoo.api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    options = ["-c", config_file, "-d", database, "--no-http", "--log-level=warn"]
    config.parse_config(options, setup_logging=True)
    with Registry(database).cursor() as cr:
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
