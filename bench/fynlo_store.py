"""The same store, sold at through Fynlo's API: four paired tills, each with a cashier."""

import json
from uuid import uuid4

from load import Client
from odoo_own import OdooStore

from launcher.testing import run_python

PIN = "280519"
TOTAL_MINOR, CARD_MINOR = 20700, 12420  # 2 x 70.00 + 40.00 and 15 % tax; the rest is cash
_LIFT_LIMITS = """
for name in ("read", "write", "auth", "bulk"):
    env["ir.config_parameter"].set_param(f"fynlo.rate_limit.{name}", "100000,1000000")
env.cr.commit()
"""
_PREPARE = """
import json
store = env["pos.config"].browse({config_id})
cashier = env["hr.employee"].create({{
    "name": "Bench Cashier", "company_id": store.company_id.id, "fynlo_role": "cashier",
}})
cashier._fynlo_set_pin("{pin}")
env.cr.commit()
print(json.dumps({{
    "store": store.fynlo_uuid,
    "employee": cashier.fynlo_uuid,
    "products": env["product.product"].browse({products}).mapped("fynlo_uuid"),
    "cash": env["pos.payment.method"].browse({cash_id}).fynlo_uuid,
    "card": env["pos.payment.method"].browse({card_id}).fynlo_uuid,
}}))
"""


class FynloStore:
    """A store with ``tills`` paired devices and an open session."""

    def __init__(self, server, odoo_client, name, *, tills=4):
        self.server = server
        self.own = OdooStore(odoo_client, name, stock_at_closing=False)
        run_python(server.database, _LIFT_LIMITS)
        facts = {"config_id": self.own.config_id, "products": self.own.products, "pin": PIN}
        facts |= {"cash_id": self.own.cash_id, "card_id": self.own.card_id}
        self.ids = json.loads(
            run_python(server.database, _PREPARE.format(**facts)).splitlines()[-1]
        )
        self.api = Client(server.base_url)
        self.manager = self._sign_in()
        self.tokens = [self._pair(number) for number in range(tills)]

    def call(self, method, path, body=None, token=None):
        """Call the API and return ``data``; a failure raises with its text."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        status, _, raw = self.api.request(method, f"/api/v1{path}", body, headers)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {raw.decode()}")
        return json.loads(raw)["data"]

    def _sign_in(self):
        body = {"login": "admin", "password": "admin"}
        return self.call("POST", "/auth/login", body)["accessToken"]

    def _pair(self, number):
        body = {"storeId": self.ids["store"]}
        code = self.call("POST", "/devices/pairing-codes", body, self.manager)["code"]
        body = {"code": code, "name": f"Till {number}", "platform": "ios"}
        device = self.call("POST", "/devices/pair", body)["accessToken"]
        body = {"employeeId": self.ids["employee"], "pin": PIN}
        return self.call("POST", "/auth/pin", body, device)["accessToken"]

    def open(self):
        """Open a session with 100.00 in the drawer; return this store."""
        body = {"id": str(uuid4()), "openingCash": 10000}
        self.call("POST", "/sessions/open", body, self.tokens[0])
        return self

    def order(self):
        """Return the body of one paid order: two products, card and cash, to the cent."""
        quantities = (2, 1)
        lines = [
            {"id": str(uuid4()), "productId": product, "quantity": quantity}
            for product, quantity in zip(self.ids["products"], quantities, strict=True)
        ]
        payments = [
            {"id": str(uuid4()), "method": self.ids["card"], "amount": CARD_MINOR},
            {"id": str(uuid4()), "method": self.ids["cash"], "amount": TOTAL_MINOR - CARD_MINOR},
        ]
        body = {"id": str(uuid4()), "orderType": "dine_in", "lines": lines, "payments": payments}
        return body

    def post_order(self, till):
        """Return ``(method, path, body, headers)`` of one order from a till."""
        headers = {"Authorization": f"Bearer {self.tokens[till]}"}
        return "POST", "/api/v1/orders", self.order(), headers

    def close(self, counted_minor):
        """Count the drawer and close the session; return the report's data."""
        body = {"id": str(uuid4()), "countedCash": counted_minor}
        self.call("POST", "/sessions/current/count", body, self.manager_token())
        body = {"id": str(uuid4())}
        return self.call("POST", "/sessions/current/close", body, self.manager_token())

    def manager_token(self):
        """Return a fresh token of the manager: a long measurement outlives one."""
        self.manager = self._sign_in()
        return self.manager

    def renew_tokens(self):
        """Sign every cashier in again: an access token lives 15 minutes."""
        self.tokens = [self._pair(number) for number in range(len(self.tokens))]

    def sums(self):
        """Return the number of the store's orders and the sum of their totals."""
        return self.own.sums()
