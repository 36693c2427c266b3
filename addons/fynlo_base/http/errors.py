"""From any exception to the one error that the client is told."""

from odoo.exceptions import AccessDenied, AccessError, LockError, MissingError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2 import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from .. import exceptions as exc

#: First match wins; a class stands before its base.
_TRANSLATIONS = (
    (AccessDenied, exc.TokenInvalidError),
    (AccessError, exc.ForbiddenError),
    (MissingError, exc.NotFoundError),
    (LockError, exc.BusyError),
    (PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, exc.BusyError),
    # The database went away. Whether a commit was heard is not known: the same id tells, later.
    ((OperationalError, InterfaceError), exc.BusyError),
    (RequestEntityTooLarge, exc.PayloadTooLargeError),
    (NotFound, exc.NotFoundError),
)
#: SQLSTATEs of a database that is in trouble itself, whatever it was asked: the connection,
#: resources such as the disk, an operator, the system (PostgreSQL 18, appendix A).
_OUTAGES = ("08", "53", "57P", "58")


def to_fynlo_error(error):
    """Return ``error`` as a :class:`~..exceptions.FynloError`.

    Odoo's own ``UserError`` texts are made for people and kept. Everything that is not expected
    becomes ``internal_error``.
    """
    if isinstance(error, exc.FynloError):
        return error
    for kind, translation in _TRANSLATIONS:
        if isinstance(error, kind):
            return translation()
    if isinstance(error, UserError):
        return exc.BusinessRuleError(str(error))
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return exc.MethodNotAllowedError(headers={"Allow": allowed})
    if isinstance(error, HTTPException) and 400 <= (error.code or 500) < 500:
        return exc.MalformedRequestError()
    return exc.InternalError()


def is_outage(error):
    """Tell whether ``error`` says that the database is in trouble: no other statement fares better.

    A connection that is gone tells no SQLSTATE.
    """
    if isinstance(error, OperationalError):
        return error.pgcode is None or error.pgcode.startswith(_OUTAGES)
    return isinstance(error, InterfaceError)
