"""The catalog of a large store: Odoo's ``load_data`` against ``GET /catalog``."""

import time

from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient, call_params
from servers import with_suite

from launcher.testing import run_python

PRODUCTS = 5000
_FILL = """
categories = env["pos.category"].create([{{"name": f"Category {{n}}"}} for n in range(20)])
tax = env["account.tax"].browse({tax_id})
env["product.template"].create([
    {{
        "name": f"Product {{n}}", "list_price": 1 + n / 100, "available_in_pos": True,
        "taxes_id": [(6, 0, tax.ids)], "barcode": f"20{{n:010d}}",
        "pos_categ_ids": [(6, 0, categories[n % 20].ids)],
    }}
    for n in range({products})
])
env.cr.commit()
"""


def fill(suite, store):
    """Make 5,000 products."""
    facts = {"tax_id": store.own.tax_id, "products": PRODUCTS}
    run_python(suite.database, _FILL.format(**facts))


def find_session(client, config_id):
    """Return the ids of the sessions of a store; ``load_data`` is asked of one."""
    return client.call("pos.session", "search", [["config_id", "=", config_id]], limit=1)


def run(calls, own_calls):
    """Return the time of both, warm, and of a 304; one client."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Catalog", tills=1).open()
        fill(suite, store)
        session_id = find_session(client, store.own.config_id)[0]
        api = Client(suite.base_url, {"Authorization": f"Bearer {store.tokens[0]}"})
        status, headers, raw = api.request("GET", "/api/v1/catalog")
        plain = {"Accept-Encoding": "identity"}
        figures = {"products": PRODUCTS, "catalogBytes": len(raw), "firstStatus": status}
        own = measure_own(suite, client, session_id, own_calls)
        figures["load_data"] = own.figures()
        for name, extra in (
            ("catalog", plain),
            ("catalogGzip", {"Accept-Encoding": "gzip"}),
            ("notModified", {"If-None-Match": headers["ETag"]}),
        ):
            expected = 304 if name == "notModified" else 200
            figures[name] = _measure(name, api, extra, calls, expected).figures()
    figures["times"] = round(figures["load_data"]["p50Ms"] / figures["catalog"]["p50Ms"], 1)
    return figures


def _measure(name, api, headers, calls, expected):
    def make_call(_client, _call):
        return "GET", "/api/v1/catalog", None, headers

    return run_load(name, [api], make_call, calls, is_ok=lambda status, _raw: status == expected)


def measure_own(suite, client, session_id, calls):
    """Measure Odoo's ``load_data`` as its web till calls it; return the ``Sample``."""
    params = call_params("pos.session", "load_data", [[session_id], []])
    body = {"jsonrpc": "2.0", "method": "call", "params": params}
    headers = {"Cookie": client.cookie}

    def make_call(_client, _call):
        return "POST", "/web/dataset/call_kw/pos.session/load_data", body, headers

    own = Client(suite.base_url)
    time.sleep(0.5)
    return run_load(
        "load_data", [own], make_call, calls, is_ok=lambda _status, raw: b'"error"' not in raw[:200]
    )
