import re

from odoo.tests import tagged

from ..http.live_routes import live_routes
from .common import FynloHttpCase

UNKNOWN_ID = "00000000-0000-7000-8000-0000000000ff"
#: Codes of a request that was refused for what its token is.
TOKEN_CODES = {"token_missing", "token_invalid", "token_expired", "forbidden", "store_forbidden"}
_PATH_PARTS = {"uuid": UNKNOWN_ID, "int": "1"}


def fill(path):
    """Return a path of the routing map with ids that do not exist."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda part: _PATH_PARTS.get(part[1], "x"), path)


@tagged("post_install", "-at_install")
class TestRoleMatrix(FynloHttpCase):
    """Every route that answers, asked by everyone: a new route is tested by being there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kim = cls._make_employee("Kim", "kitchen")
        cls.oscar = cls._make_user("oscar", "owner", company=cls.company_b)
        for rate_class in ("read", "write", "auth", "bulk"):
            parameter = f"fynlo.rate_limit.{rate_class}"
            cls.env["ir.config_parameter"].set_param(parameter, "10000,10000")
        cls.calls = [(spec, method) for _, spec in live_routes(cls.env) for method in spec.methods]

    def ask(self, spec, method, token=None, store=None):
        """Call a route with an empty body; return its status and code (``None``: a success)."""
        headers = {"X-Store-Id": store.fynlo_uuid} if store and spec.store_scoped else {}
        body = {} if spec.body else None
        reply = self.api(method, fill(spec.path), body, token=token, headers=headers)
        self.assertNotIn("Set-Cookie", reply.headers)
        self.assertNotIn("Traceback", reply.text)
        code = None if reply.ok else reply.json()["code"]
        own_codes = {error.code for error in spec.possible_errors()}
        if code:
            self.assertIn(code, own_codes, f"{method} {spec.path} does not declare it")
        return reply.status_code, code

    def ask_everything(self, make_token, store=None):
        """Yield ``spec, name, status, code`` of each route, each asked with a token of its own."""
        for spec, method in self.calls:
            yield spec, f"{method} {spec.path}", *self.ask(spec, method, make_token(), store)

    def check_role(self, role, who, store=None):
        for spec, name, status, code in self.ask_everything(lambda: self.token_for(who), store):
            with self.subTest(name, role=role):
                if spec.roles and role not in spec.roles:
                    self.assertEqual((status, code), (403, "forbidden"))
                else:
                    self.assertNotIn(code, TOKEN_CODES)

    def test_nobody(self):
        for spec, name, status, code in self.ask_everything(lambda: None):
            with self.subTest(name):
                if spec.roles:
                    self.assertEqual((status, code), (401, "token_missing"))
                else:
                    self.assertNotIn(code, TOKEN_CODES)

    def test_revoked_token(self):
        token = self.token_for(self.olga)
        self.env["fynlo.auth.session"].sudo().search(
            [("user_id", "=", self.olga.id)]
        )._fynlo_revoke()
        for spec, name, status, code in self.ask_everything(lambda: token):
            with self.subTest(name):
                if spec.roles:
                    self.assertEqual((status, code), (401, "token_invalid"))

    def test_owner_of_another_company(self):
        for spec, name, status, code in self.ask_everything(
            lambda: self.token_for(self.oscar), self.store
        ):
            with self.subTest(name):
                if spec.roles and "owner" not in spec.roles:
                    self.assertEqual((status, code), (403, "forbidden"))
                elif spec.store_scoped:
                    self.assertEqual((status, code), (403, "store_forbidden"))
                else:
                    self.assertNotIn(code, TOKEN_CODES)

    def test_device(self):
        self.check_role("device", self.device)

    def test_kitchen(self):
        self.check_role("kitchen", self.kim)

    def test_cashier(self):
        self.check_role("cashier", self.ada)

    def test_supervisor(self):
        self.check_role("supervisor", self.sue)

    def test_manager(self):
        self.check_role("manager", self.max)

    def test_owner(self):
        self.check_role("owner", self.olga, self.store)

    def test_there_is_something_to_ask(self):
        self.assertIn(("/auth/me", "GET"), {(spec.path, method) for spec, method in self.calls})
        asked_roles = frozenset().union(*(spec.roles for spec, _ in self.calls))
        known = {"device", "kitchen", "cashier", "supervisor", "manager", "owner"}
        self.assertEqual(asked_roles, known)
