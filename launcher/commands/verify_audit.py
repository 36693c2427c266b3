"""``./fynlo verify-audit``: check the hash chain of the audit trail."""

from ..session import database_session

HELP = "check the audit trail; names the first row that was changed, removed or inserted"


def arguments(parser):
    parser.add_argument("--database", default="fynlo", help="name of the database (default fynlo)")
    parser.add_argument(
        "--head",
        nargs=2,
        metavar=("SEQ", "HASH"),
        default=(),
        help="a seal noted down before: shows that no end was cut off",
    )


def run(options):
    with database_session(options.database) as session:
        return session.run("verify_audit.py", session.config_file, session.database, *options.head)
