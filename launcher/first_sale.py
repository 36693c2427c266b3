"""The first sale, as a till makes it: over HTTP, from pairing to the receipt, each step shown."""

import json
import urllib.error
import urllib.request
from uuid import uuid4

from .errors import LauncherError
from .terminal import say

SHOWN_CHARACTERS = 1200


class Api:
    """A client of one Fynlo that prints each request and reply.

    :param base_url: without a slash at its end
    """

    def __init__(self, base_url):
        self.base_url = base_url

    def call(self, title, method, path, body=None, token=None):
        """Send one request; give the reply's ``data``.

        :raise LauncherError: the reply is no success
        """
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"{self.base_url}/api/v1{path}", data, headers, method=method
        )
        say(f"\n== {title}\n> {method} /api/v1{path}")
        if body is not None:
            say(_indented("> ", body))
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                status, document = reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            raise LauncherError(
                f"{method} {path} got {error.code}: {error.read().decode()}"
            ) from None
        except OSError as error:
            raise LauncherError(f"{self.base_url} does not answer: {error}.") from None
        say(f"< {status}\n{_indented('< ', document['data'])}")
        return document["data"]


def sell(api, demo):
    """Make the whole sale on a running store; give the finished order.

    :param demo: what the demo restaurant told (logins, PINs)
    """
    cashier = sign_in_cashier(api, demo)
    catalog = api.call("The menu", "GET", "/catalog", token=cashier)
    ensure_session(api, cashier)
    lines = choose_lines(catalog)
    cart = {"orderType": "takeaway", "lines": lines}
    quote = api.call("What does it cost?", "POST", "/orders/quote", cart, cashier)
    cash = next(method for method in catalog["paymentMethods"] if method["type"] == "cash")
    owed = quote["cashTotal"]
    handed_over = -(-owed // 1000) * 1000
    payment = {"id": str(uuid4()), "method": cash["id"], "amount": owed, "tendered": handed_over}
    order = {"id": str(uuid4()), **cart, "payments": [payment], "statedTotal": quote["total"]}
    sold = api.call("Sold, paid in cash", "POST", "/orders", order, cashier)
    api.call("The receipt", "GET", f"/orders/{sold['id']}/receipt?format=json", token=cashier)
    return sold


def sign_in_cashier(api, demo):
    """Pair a new till as the manager, and sign a cashier in on it; give the cashier's token."""
    manager = next(login for login in demo["logins"] if login["role"] == "manager")
    signed_in = api.call(
        "The manager signs in",
        "POST",
        "/auth/login",
        {"login": manager["login"], "password": manager["password"]},
    )
    token, store = signed_in["accessToken"], signed_in["stores"][0]["id"]
    code = api.call(
        "and asks for a pairing code", "POST", "/devices/pairing-codes", {"storeId": store}, token
    )
    till = {"code": code["code"], "name": "Demo till", "platform": "ios"}
    paired = api.call("A till is paired with it", "POST", "/devices/pair", till)
    cashier = next(pin for pin in demo["pins"] if pin["role"] == "cashier")
    pin = {"employeeId": cashier["employee_id"], "pin": cashier["pin"]}
    title = f"{cashier['employee']} signs in on the till by PIN"
    return api.call(title, "POST", "/auth/pin", pin, paired["accessToken"])["accessToken"]


def ensure_session(api, token):
    """Open the day's session, unless somebody has: then join it."""
    try:
        api.call("Is a session open?", "GET", "/sessions/current", token=token)
    except LauncherError as refused:
        if "session_not_open" not in str(refused):
            raise
        say("< no")
        body = {"id": str(uuid4()), "openingCash": 10000}
        api.call(
            "The session opens with 100.00 in the drawer", "POST", "/sessions/open", body, token
        )


def choose_lines(catalog):
    """Choose two products that ask no questions, two of the first and one of the second."""
    plain = [
        product
        for product in catalog["products"]
        if product["sold"] and product["type"] == "product" and not product["choices"]
        if product["variants"][0]["available"]
    ]
    return [
        {"id": str(uuid4()), "productId": product["variants"][0]["id"], "quantity": quantity}
        for product, quantity in zip(plain, (2, 1), strict=False)
    ]


def _indented(mark, value):
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > SHOWN_CHARACTERS:
        text = f"{text[:SHOWN_CHARACTERS]}\n... ({len(text)} characters)"
    return "\n".join(f"{mark}{line}" for line in text.splitlines())
