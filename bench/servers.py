"""The two servers of a comparison: Odoo as its maker ships it, and the same with the suite."""

from contextlib import contextmanager

from launcher.testing import run_odoo, running_server, scratch_database

ODOO_MODULES = "point_of_sale,pos_restaurant,pos_hr,auth_totp"
_ALIVE = "/web/health"


@contextmanager
def plain_odoo(modules=ODOO_MODULES):
    """Run Odoo with its own point of sale, or other ``modules``, and without Fynlo."""
    with scratch_database(empty=True) as database:
        run_odoo(database, "-i", modules)
        with running_server(database, ready_path=_ALIVE) as server:
            yield server


@contextmanager
def with_suite(environment=None, expected_log=()):
    """Run Odoo with Fynlo; the arguments are those of :func:`launcher.testing.running_server`."""
    with (
        scratch_database() as database,
        running_server(database, environment=environment, expected_log=expected_log) as server,
    ):
        yield server
