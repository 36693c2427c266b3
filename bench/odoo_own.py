"""Odoo's own way of selling, over its own JSON-RPC, as its web till does it."""

import http.cookiejar
import json
import urllib.request
from uuid import uuid4

PRICES = (70.0, 40.0)


class OdooClient:
    """A signed-in web client session."""

    def __init__(self, base_url, database, login="admin", password="admin"):
        self.base_url = base_url
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        params = {"db": database, "login": login, "password": password}
        self.uid = self._post("/web/session/authenticate", params)["uid"]
        self.cookie = "; ".join(f"{item.name}={item.value}" for item in jar)

    def _post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            self.base_url + path, body, {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=300) as response:
            reply = json.load(response)
        if "error" in reply:
            raise RuntimeError(reply["error"]["data"]["message"])
        return reply.get("result")

    def call(self, model, method, *args, **kwargs):
        """Call a public method of a model; the first of ``args`` is usually the ids."""
        params = call_params(model, method, args, kwargs)
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)


def call_params(model, method, args, kwargs=None):
    """Return the parameters of ``call_kw``."""
    return {"model": model, "method": method, "args": list(args), "kwargs": kwargs or {}}


class OdooStore:
    """A till of Odoo's own with two storable products and two payment methods.

    ``stock_at_closing`` is copied by Odoo onto the session when :meth:`open` makes it.
    """

    def __init__(self, client, name, *, stock_at_closing):
        self.client = client
        self.session_id = None
        call = client.call
        self.company_id = call("res.users", "read", [client.uid], ["company_id"])[0]["company_id"][
            0
        ]
        mode = "closing" if stock_at_closing else "real"
        call(
            "res.company",
            "write",
            [self.company_id],
            {"point_of_sale_update_stock_quantities": mode},
        )
        self.tax_id = self._find_or_make_tax()
        self.products = [self._make_product(f"{name} {price}", price) for price in PRICES]
        self.config_id = call("pos.config", "create", [{"name": name}])[0]
        self.cash_id, self.card_id = self._payment_methods()

    def _find_or_make_tax(self):
        domain = [["type_tax_use", "=", "sale"], ["amount", "=", 15.0]]
        found = self.client.call("account.tax", "search", domain, limit=1)
        values = {"name": "Bench 15%", "amount": 15.0, "type_tax_use": "sale"}
        return found[0] if found else self.client.call("account.tax", "create", [values])[0]

    def _make_product(self, name, price):
        values = {"name": name, "list_price": price, "available_in_pos": True}
        values |= {"is_storable": True, "taxes_id": [[6, 0, [self.tax_id]]]}
        template = self.client.call("product.template", "create", [values])[0]
        read = self.client.call("product.template", "read", [template], ["product_variant_id"])
        return read[0]["product_variant_id"][0]

    def _payment_methods(self):
        """Give the till a cash and a card method of its own."""
        call = self.client.call
        ids = []
        for kind in ("cash", "bank"):
            journals = call("account.journal", "search", [["type", "=", kind]], limit=1)
            if kind == "cash":
                code = f"C{self.config_id}"
                journals = call(
                    "account.journal",
                    "create",
                    [{"name": f"Cash {code}", "type": "cash", "code": code}],
                )
            values = {"name": f"{kind} {self.config_id}", "journal_id": journals[0]}
            ids.append(call("pos.payment.method", "create", [values])[0])
        call("pos.config", "write", [self.config_id], {"payment_method_ids": [[6, 0, ids]]})
        return ids

    def open(self):
        """Open a session with 100.00 in the drawer; return this store."""
        self.client.call("pos.config", "open_ui", [self.config_id])
        domain = [["config_id", "=", self.config_id], ["state", "!=", "closed"]]
        self.session_id = self.client.call("pos.session", "search", domain)[0]
        self.client.call("pos.session", "set_opening_control", [self.session_id], 100, "")
        return self

    def order(self, number, *, with_references):
        """Return the payload of one paid order: two products, card and cash, to the cent."""
        lines, total, tax = [], 0.0, 0.0
        for index, (product, price) in enumerate(zip(self.products, PRICES, strict=True)):
            quantity = 2 - index
            net, line_tax = price * quantity, round(price * quantity * 0.15, 2)
            line = {"uuid": str(uuid4()), "product_id": product, "qty": quantity}
            line |= {"price_unit": price, "discount": 0, "tax_ids": [[6, 0, [self.tax_id]]]}
            line |= {"price_subtotal": net, "price_subtotal_incl": net + line_tax}
            line["full_product_name"] = f"Product {index}"
            if with_references:
                line["name"] = f"Bench/{number}/{index}"
            lines.append([0, 0, line])
            total, tax = round(total + net + line_tax, 2), round(tax + line_tax, 2)
        card = round(total * 0.6, 2)
        payments = [(self.card_id, card), (self.cash_id, round(total - card, 2))]
        order = {"uuid": str(uuid4()), "access_token": str(uuid4()), "state": "paid"}
        order |= {"session_id": self.session_id, "company_id": self.company_id}
        order |= {"user_id": self.client.uid, "amount_total": total, "amount_tax": tax}
        order |= {"amount_paid": total, "amount_return": 0, "lines": lines, "to_invoice": False}
        order["payment_ids"] = [
            [0, 0, {"uuid": str(uuid4()), "payment_method_id": method, "amount": amount}]
            for method, amount in payments
        ]
        order |= {"last_order_preparation_change": "{}", "relations_uuid_mapping": {}}
        if with_references:
            order |= {"pos_reference": f"26-{self.config_id:03d}-{number:06d}"}
            order |= {"tracking_number": str(number), "sequence_number": number}
        return order

    def rpc(self, number, *, with_references):
        """Return ``(method, path, body, headers)`` of one order as the web till sends it."""
        return self._sync([self.order(number, with_references=with_references)])

    def rpc_many(self, numbers, size):
        """Return ``(method, path, body, headers)`` of ``size`` orders that come together."""
        return self._sync([self.order(next(numbers), with_references=True) for _ in range(size)])

    def _sync(self, orders):
        params = call_params("pos.order", "sync_from_ui", [orders])
        params["kwargs"]["context"] = {"config_id": self.config_id, "device_identifier": "1"}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        headers = {"Cookie": self.client.cookie}
        return "POST", "/web/dataset/call_kw/pos.order/sync_from_ui", body, headers

    def sums(self):
        """Return the number of the store's orders and the sum of their totals."""
        domain = [["config_id", "=", self.config_id]]
        rows = self.client.call("pos.order", "search_read", domain, ["amount_total", "uuid"])
        return len(rows), round(sum(row["amount_total"] for row in rows), 2)
