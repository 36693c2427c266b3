"""Gateways of Odoo's own providers, behind the calls that ``StripeGateway`` has.

Odoo's clients read their provider's record, so each call has a transaction of its own, which
nothing tries again and which holds no lock of ours.
"""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.tools import SQL
from requests import HTTPError, RequestException

from ..engine.outcome import Outcome

#: For what a gateway cannot do.
UNABLE = Outcome("failed", code="capability_not_supported", message="The gateway cannot do that.")

#: For who comes second while the first one is still asking.
BUSY = Outcome("unknown", code="in_flight", message="The gateway is at it already.")


class OdooGateway:
    """The calls of one provider; amounts are minor units, ``key`` an idempotency key."""

    #: How far back payments and refunds are found; ``None`` is for ever.
    reach = None

    def __init__(self, provider):
        self._dbname, self._id = provider.env.cr.dbname, provider.id

    @contextmanager
    def provider(self):
        """Yield the provider in a transaction of its own."""
        with Registry(self._dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})["payment.provider"].browse(self._id)

    def confirm_intent(self, _ref, _params, _key):
        """Refuse it; a gateway that can overrides this."""
        return UNABLE

    capture_intent = cancel_intent = refund = confirm_intent

    def find_intent(self, _payment):
        """Say that a payment was never created: without its id no guest can pay it."""
        return Outcome("absent")

    def find_refund(self, _ref, _refund):
        """Say that a refund was never made, as :meth:`refund` does."""
        return Outcome("absent")

    def is_alone(self, provider, subject):
        """Tell whether nobody else asks for the same now; so until the provider's call ends.

        For gateways without idempotency keys: who comes second has to look what the first has
        done, and cannot before that has ended.
        """
        query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        [(is_alone,)] = provider.env.execute_query(SQL(query, f"fynlo_payments.{subject}"))
        return is_alone

    def amount_of(self, params, provider):
        """Return an amount in the words of gateways that count in decimals, e.g. ``"2.75"``."""
        currency = provider.env["res.currency"].search([("name", "=", params["currency"])])
        return f"{from_minor(params['amount'], currency):.{currency.decimal_places}f}"


def ask(call, code_of):
    """Return ``(what a gateway answers, None)`` or ``(None, its Outcome)`` if it does not.

    :param code_of: returns the gateway's own code of a ``requests`` response
    """
    try:
        return call(), None
    except ValidationError as error:  # what Odoo makes of all failures of a request
        cause = error.__context__
    except (RequestException, ValueError) as error:  # no answer, or one that is no JSON
        cause = error
    response = cause.response if isinstance(cause, HTTPError) else None
    if response is None or response.status_code in (401, 403, 408, 409, 429):
        return None, Outcome("unknown", code="no_answer", message="The gateway gave no answer.")
    if response.status_code >= 500:
        return None, Outcome("unknown", code="gateway_trouble", message="It is in trouble.")
    code = code_of(response)
    return None, Outcome("failed", code=code, message="The gateway refuses the request.")
