"""From any exception to the one error that the client is told."""

from odoo.exceptions import AccessDenied, AccessError, LockError, MissingError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from .. import exceptions as exc

#: First match wins; a class stands before its base.
_TRANSLATIONS = (
    (AccessDenied, exc.TokenInvalidError),
    (AccessError, exc.ForbiddenError),
    (MissingError, exc.NotFoundError),
    (LockError, exc.BusyError),
    (PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, exc.BusyError),
    (RequestEntityTooLarge, exc.PayloadTooLargeError),
)


def to_fynlo_error(error):
    """Return ``error`` as a :class:`~..exceptions.FynloError`.

    Odoo's own ``UserError`` texts are made for people and kept. Everything that is not expected
    becomes ``internal_error``; Odoo logs it with its traceback.
    """
    if isinstance(error, exc.FynloError):
        return error
    for kind, translation in _TRANSLATIONS:
        if isinstance(error, kind):
            return translation()
    if isinstance(error, UserError):
        return exc.BusinessRuleError(str(error))
    if isinstance(error, HTTPException) and 400 <= (error.code or 500) < 500:
        return exc.InvalidJsonError("The request is not well-formed HTTP.")
    return exc.InternalError()
