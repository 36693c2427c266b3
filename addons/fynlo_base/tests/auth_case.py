from collections import defaultdict

from odoo import fields

from .common import OLGA_PASSWORD, FynloHttpCase

ADDRESS_GATE = "login:address:127.0.0.1"


def make_failures(**failures):
    """Return Odoo's memory of failed logins: ``{address: (how many, last one)}``."""
    long_ago = fields.Datetime.to_datetime("2000-01-01 00:00:00")
    return defaultdict(lambda: (0, long_ago), failures)


class AuthHttpCase(FynloHttpCase):
    """A test of ``/auth`` that neither leaves attempts behind nor meets those of others."""

    def setUp(self):
        super().setUp()
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("fynlo.rate_limit.auth", "1000,1000")
        self.env.registry._login_failures = make_failures()
        lockout = self.env["fynlo.lockout"]
        for gate in (ADDRESS_GATE, "login:olga", "login:nobody", "login:paul", "reset:olga"):
            lockout._fynlo_clear(gate)
            self.addCleanup(lockout._fynlo_clear, gate)

    def login(self, login="olga", password=OLGA_PASSWORD, **more):
        return self.api("POST", "/auth/login", {"login": login, "password": password, **more})

    def refresh(self, token):
        return self.api("POST", "/auth/refresh", {"refreshToken": token})

    def assertRefused(self, token, code="token_invalid"):
        self.assertFailure(self.api("GET", "/auth/me", token=token), 401, code)
