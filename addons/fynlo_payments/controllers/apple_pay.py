from functools import partial

from odoo.addons.fynlo_base import exceptions as base
from odoo.addons.fynlo_base.http.later import Later
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_pos_api import exceptions as pos
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.http import Controller, request, route

from .. import exceptions as exc
from ..schemas.apple_pay import (
    ApplePayProcess,
    ApplePaySessionCreate,
    ApplePaySessionView,
    ApplePaySheetCreate,
    ApplePaySheetView,
)
from ..schemas.payments import IntentView
from .payments import _CREATING, _carry_out

_OPTIONS = {"methods": ["POST"], "roles": CASHIER, "store_scoped": True, "replayable": False}
_ORDER = (exc.AmountTooLargeError, pos.IllegalTransitionError)


class ApplePayController(Controller):
    """Apple Pay on the web and on iOS, charged by Stripe."""

    @api_route(
        "/payments/apple-pay/session",
        body=ApplePaySessionCreate,
        reply=ApplePaySessionView,
        errors=(exc.ApplePayNotConfiguredError, exc.ApplePayUnreachableError),
        **_OPTIONS,
    )
    def create_session(self, command):
        """Ask Apple for a merchant session, for a page that shows Apple Pay."""
        return _ask_session(request.env["fynlo.apple.pay"], command)

    @api_route(
        "/payments/apple-pay/request",
        body=ApplePaySheetCreate,
        reply=ApplePaySheetView,
        errors=(exc.ApplePayNotConfiguredError, base.NotFoundError, *_ORDER),
        **_OPTIONS,
    )
    def make_request(self, command):
        """Build the payment sheet of an order: what the guest agrees to is the server's word."""
        return ApplePaySheetView.of(request.env["fynlo.apple.pay"]._fynlo_make_sheet(command))

    @api_route(
        "/payments/apple-pay/process",
        body=ApplePayProcess,
        reply=IntentView,
        status=201,
        errors=(
            *_CREATING,
            exc.ApplePayNotConfiguredError,
            exc.ApplePayTokenError,
            exc.ApplePayTokenUsedError,
        ),
        **_OPTIONS,
    )
    def process_token(self, command):
        """Check a token of Apple's and pay an order with it.

        Chain, signature, time, merchant, order and single use are checked here, before Stripe is
        asked to charge.
        """
        return _pay(request.env["fynlo.apple.pay"], command)


def _ask_session(desk, command):
    show = partial(_show_session, desk)
    return Later(desk._fynlo_prepare_session(command), (show,))


def _show_session(desk, session):
    return ApplePaySessionView(merchant_session=desk._fynlo_read_session(session))


def _pay(desk, command):
    """Take the token, let Stripe make a payment method of it if the till has none, and pay."""
    call = desk._fynlo_take_token(command)
    if call is None:
        return _carry_out(desk._fynlo_begin(command))
    return Later(call, (lambda made: _carry_out(desk._fynlo_begin(command, made)),))


class ApplePayDomainController(StripeController):
    """Shows Apple whose a domain is."""

    @route()
    def stripe_apple_pay_get_domain_association_file(self):
        """Return the file of the merchant who has the domain, else Stripe's."""
        domains = request.env["fynlo.apple.pay.domain"]
        found = domains._fynlo_find_association(request.httprequest.host)
        if not found:
            return super().stripe_apple_pay_get_domain_association_file()
        return request.make_response(found, [("Content-Type", "text/plain; charset=utf-8")])
