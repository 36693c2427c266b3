"""``./fynlo shell``: Odoo's shell on the database of ``up``."""

from ..session import database_session

HELP = "open Odoo's shell on the database of `up`"


def arguments(parser):
    parser.add_argument("--database", default="fynlo", help="name of the database (default fynlo)")


def run(options):
    with database_session(options.database) as session:
        return session.run(
            "odoo_entry.py", "shell", "-c", session.config_file, "-d", session.database, "--no-http"
        )
