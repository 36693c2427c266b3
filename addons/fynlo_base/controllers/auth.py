import json

from odoo.http import Controller, request

from .. import exceptions as exc
from ..http.reply import RawReply
from ..http.route import ANYONE, DEVICE_OR_STAFF, api_route
from ..models.fynlo_signing_key import JWKS_MAX_AGE_S
from ..schemas.auth import Login, PasswordForgot, PasswordReset, Refresh, SignedIn, Tokens
from ..schemas.auth_sessions import Me, SessionPage
from ..schemas.base import PageQuery

_LOGIN_ERRORS = (
    exc.LoginFailedError,
    exc.TotpRequiredError,
    exc.TotpInvalidError,
    exc.NoFynloRoleError,
    exc.LockedOutError,
    exc.NotConfiguredError,
)
_REFRESH_ERRORS = (exc.TokenInvalidError, exc.TokenReusedError, exc.NotConfiguredError)


class AuthController(Controller):
    @api_route(
        "/auth/login",
        methods=["POST"],
        body=Login,
        reply=SignedIn,
        roles=ANYONE,
        rate="auth",
        errors=_LOGIN_ERRORS,
    )
    def login(self, command):
        """Sign in with login, password and, where the account asks for it, the code of the app."""
        address = request.httprequest.remote_addr
        return SignedIn.build(*request.env["res.users"]._fynlo_login(command, address))

    @api_route(
        "/auth/refresh",
        methods=["POST"],
        body=Refresh,
        reply=Tokens,
        roles=ANYONE,
        rate="auth",
        errors=_REFRESH_ERRORS,
    )
    def refresh(self, command):
        """Exchange a refresh token for a new pair; each is good once.

        Who lost the answer may ask again with the same token within 30 seconds. At any other
        time a used token ends the session.
        """
        address = request.httprequest.remote_addr
        sessions = request.env["fynlo.auth.session"]
        return Tokens.of(sessions._fynlo_refresh(command.refresh_token, address))

    @api_route("/auth/logout", methods=["POST"], roles=DEVICE_OR_STAFF, replayable=False)
    def logout(self):
        """End the session of this token: all its tokens are refused from now on."""
        request.env["fynlo.auth.session"]._fynlo_logout()

    @api_route("/auth/me", methods=["GET"], reply=Me, roles=DEVICE_OR_STAFF)
    def me(self):
        """Tell whom the token stands for, its role, permissions and stores."""
        return Me.of(*request.env["fynlo.auth.session"]._fynlo_read_own())

    @api_route(
        "/auth/sessions",
        methods=["GET"],
        query=PageQuery,
        reply=SessionPage,
        roles=DEVICE_OR_STAFF,
    )
    def list_sessions(self, query):
        """List one's own sign-ins that are still good."""
        return SessionPage.of(*request.env["fynlo.auth.session"]._fynlo_page(query), query)

    @api_route("/auth/sessions/<uuid:session_id>", methods=["DELETE"], roles=DEVICE_OR_STAFF)
    def end_session(self, session_id):
        """End one of one's own sign-ins; an owner also those of others in the company."""
        request.env["fynlo.auth.session"]._fynlo_end(session_id)

    @api_route(
        "/auth/password/forgot",
        methods=["POST"],
        body=PasswordForgot,
        roles=ANYONE,
        status=202,
        rate="auth",
        errors=(exc.LockedOutError,),
    )
    def forgot_password(self, command):
        """Ask for a mail with a link to a new password.

        The answer is the same whether the account exists or not.
        """
        request.env["res.users"]._fynlo_ask_reset(command.email)

    @api_route(
        "/auth/password/reset",
        methods=["POST"],
        body=PasswordReset,
        roles=ANYONE,
        rate="auth",
        errors=(exc.ResetTokenInvalidError,),
    )
    def reset_password(self, command):
        """Set a new password with the token of the mail; every session of the account ends."""
        request.env["res.users"]._fynlo_reset_password(command)

    @api_route("/auth/jwks", methods=["GET"], reply=RawReply, roles=ANYONE)
    def jwks(self):
        """Give the public keys that verify access tokens, as a JWK set (RFC 7517)."""
        document = request.env["fynlo.signing.key"]._fynlo_list_jwks()
        headers = {"Cache-Control": f"public, max-age={JWKS_MAX_AGE_S}"}
        return RawReply(json.dumps(document).encode(), "application/json", headers)
