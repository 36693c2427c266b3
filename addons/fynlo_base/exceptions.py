"""Errors of the kernel: one class per code. ``code`` is the contract, ``message`` is for people."""

import logging

from odoo.exceptions import UserError


class FynloError(UserError):
    """Base of every error the API tells a client.

    A ``UserError``, so that a button in the web client shows the same sentence. Raise it, never
    return it: a returned error would commit.

    :param message: sentence for people; the class's own when left out
    :param details: JSON-ready facts that a program may use (``{"allowed": [...]}``)
    :param errors: field errors, ``[{"field", "code", "message"}]``
    :param headers: response headers beside the class's own, e.g. ``{"Retry-After": "30"}``
    """

    status = 422
    code = "business_rule"
    message = "The request breaks a business rule."
    headers = {}
    #: The web client looks here for the dialog to show; by its own name it would not find one.
    context = {"exception_class": "odoo.exceptions.UserError"}
    loglevel = logging.DEBUG  # an expected refusal is not a problem of the server

    def __init__(self, message=None, *, details=None, errors=None, headers=None):
        super().__init__(message or self.message)
        self.details = details or {}
        self.errors = errors or []
        self.headers = {**type(self).headers, **(headers or {})}

    @property
    def http_status(self):
        return self.status


class BusinessRuleError(FynloError):
    """A rule of the shop or of Odoo forbids it; the message says which."""


class MalformedRequestError(FynloError):
    """The request is not well-formed HTTP: a broken chunk, an impossible ``Host``."""

    status, code, message = 400, "malformed_request", "The request is not well-formed HTTP."


class InvalidJsonError(FynloError):
    """The body is not JSON, is nested too deep, or holds text that cannot be stored."""

    status, code, message = 400, "invalid_json", "The body is not valid JSON."


class TokenMissingError(FynloError):
    """No ``Authorization: Bearer`` header."""

    status, code, message = 401, "token_missing", "Send an access token: Authorization: Bearer."


class TokenInvalidError(FynloError):
    """The token is forged, malformed, of another kind, or revoked."""

    status, code, message = 401, "token_invalid", "The access token is not valid. Sign in again."


class TokenExpiredError(FynloError):
    """The token was good and its time is over: refresh it, or ask for the PIN again.

    A PIN gives an access token of 15 minutes and no refresh token.
    """

    status, code = 401, "token_expired"
    message = "The access token has expired. Refresh it, or sign in again."


class TokenReusedError(FynloError):
    """A refresh token came a second time: it may be stolen, the whole sign-in is ended."""

    status, code = 401, "token_reused"
    message = "This refresh token was used before. Sign in again."


class LoginFailedError(FynloError):
    """Unknown login or wrong password: the answer is the same."""

    status, code, message = 401, "login_failed", "The login or the password is wrong."


class TotpRequiredError(FynloError):
    """The account has a second factor: send ``totp`` too."""

    status, code = 401, "totp_required"
    message = "Send the six digits of your authenticator app as well."


class TotpInvalidError(FynloError):
    """The six digits are wrong, too old, or were used before."""

    status, code, message = 401, "totp_invalid", "The six digits are wrong. Send the latest ones."


class PinInvalidError(FynloError):
    """Unknown employee, no access in this store, or wrong PIN: the answer is the same."""

    status, code, message = 401, "pin_invalid", "The employee or the PIN is wrong."


class NoFynloRoleError(FynloError):
    """A good account of Odoo that was given no Fynlo role."""

    status, code = 403, "no_fynlo_role"
    message = "Your account has no Fynlo role. Ask your manager for one."


class ForbiddenError(FynloError):
    """The role of the token may not do this."""

    status, code, message = 403, "forbidden", "Your role does not allow this."


class StoreForbiddenError(FynloError):
    """``X-Store-Id`` names a store that the token does not serve."""

    status, code, message = 403, "store_forbidden", "Your token does not serve this store."


class NotFoundError(FynloError):
    """Unknown, or hidden from you: the answer is the same."""

    status, code, message = 404, "not_found", "There is nothing here, or you may not see it."


class MethodNotAllowedError(FynloError):
    """The path exists, the method does not; ``Allow`` lists those that do."""

    status, code, message = 405, "method_not_allowed", "This path does not know that method."


class ConflictError(FynloError):
    """The stored state contradicts the request, e.g. a value that must be unique is taken."""

    status, code, message = 409, "conflict", "The request contradicts what is stored."


class IdempotencyConflictError(FynloError):
    """The same id or ``Idempotency-Key`` came before with another body."""

    status, code = 409, "idempotency_conflict"
    message = "This id was used before with another body. Use a new id for a new request."


class StaleVersionError(FynloError):
    """The record changed since it was read; ``details.version`` is the current version."""

    status, code, message = 409, "stale_version", "The record has changed. Read it again."


class PayloadTooLargeError(FynloError):
    """The body, or what it inflates to, is larger than the route takes."""

    status, code, message = 413, "payload_too_large", "The body is too large."


class UnsupportedMediaTypeError(FynloError):
    """The body is neither JSON nor JSON under gzip."""

    status, code = 415, "unsupported_media_type"
    message = "Send JSON: Content-Type: application/json, plain or with Content-Encoding: gzip."


class InvalidFieldsError(FynloError):
    """Fields are missing, unknown or out of range; ``errors`` names all of them at once."""

    status, code, message = 422, "invalid_fields", "Some fields are not valid."


class CardNumberNotAllowedError(FynloError):
    """A field holds the number of a payment card; ``errors`` names all of them, never the value.

    Nothing of the request was kept. The till gives cards to the payment provider's SDK alone.
    """

    status, code = 422, "card_number_not_allowed"
    message = "Card numbers are not taken here. Remove them and send the rest again."


class StoreRequiredError(FynloError):
    """The token serves several stores and the request names none."""

    status, code, message = 422, "store_required", "Name the store in the X-Store-Id header."


class ResetTokenInvalidError(FynloError):
    """The link of the password mail is forged, was used, or is too old."""

    status, code = 422, "reset_token_invalid"
    message = "This link is not valid any more. Ask for a new one."


class PairingCodeInvalidError(FynloError):
    """The pairing code is unknown, was used, or is older than ten minutes."""

    status, code = 422, "pairing_code_invalid"
    message = "This pairing code is not valid. Check it, or ask your manager for a new one."


class WeakPinError(FynloError):
    """The PIN is too short, too long, not of digits, or too easy to guess."""

    status, code, message = 422, "weak_pin", "This PIN is too easy to guess."


class RateLimitedError(FynloError):
    """Too many requests; ``Retry-After`` tells the seconds to wait."""

    status, code, message = 429, "rate_limited", "Too many requests. Wait a little."


class LockedOutError(FynloError):
    """Too many wrong secrets; ``Retry-After`` tells the seconds until the next try."""

    status, code, message = 429, "locked_out", "Too many wrong attempts. Wait, then try again."


class InternalError(FynloError):
    """A fault of the server; the log has it under the request id."""

    status, code, message = 500, "internal_error", "The server failed. Quote the request id."


class BusyError(FynloError):
    """Others held the same records for too long; nothing was written, try again."""

    status, code, message = 503, "busy", "The server is busy. Try again."
    headers = {"Retry-After": "1"}


class NotReadyError(FynloError):
    """A check of ``GET /health/ready`` has failed; ``details`` names all of them."""

    status, code, message = 503, "not_ready", "This server cannot serve now."


class NotConfiguredError(FynloError):
    """The server lacks a setting without which it will not work; the log names it too."""

    status, code = 503, "not_configured"
    message = "Set FYNLO_SECRET_KEY (32 characters or more) and restart Odoo: see docs/secrets.md."
    loglevel = logging.ERROR
