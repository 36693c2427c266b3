"""What a request with a token costs at least, beside bare routes of Odoo's.

``/web/session/check`` is Odoo's route that does nothing for a signed-in user; ``/web/health`` is
the one that does nothing for anybody. Ours is the poll of a till whose catalog has not changed.
"""

from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient
from servers import with_suite

CLIENTS = 4
_RPC = {"jsonrpc": "2.0", "method": "call", "params": {}}


def run(calls, rounds):
    """Return requests per second of all, and ours as a share, from alternating rounds."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Floor", tills=1)
        ours = {"Authorization": f"Bearer {store.tokens[0]}"}
        _, headers, _ = Client(suite.base_url, ours).request("GET", "/api/v1/catalog")
        ours["If-None-Match"] = headers["ETag"]
        calls_of = {
            "health": ("GET", "/web/health", None, {}, 200),
            "sessionCheck": ("POST", "/web/session/check", _RPC, {"Cookie": client.cookie}, 200),
            "token": ("GET", "/api/v1/catalog", None, ours, 304),
        }
        found = {name: [] for name in calls_of}
        for name, call in calls_of.items():
            _measure(suite, name, call, 20)
        for _ in range(rounds):
            for name, call in calls_of.items():
                found[name].append(_measure(suite, name, call, calls))
    figures = {name: _median(samples).figures() for name, samples in found.items()}
    for name in ("health", "sessionCheck"):
        share = figures["token"]["perSecond"] / figures[name]["perSecond"]
        figures[f"shareOf{name[0].upper()}{name[1:]}"] = round(share, 3)
    return figures


def _measure(suite, name, call, count):
    *request, expected = call
    clients = [Client(suite.base_url) for _ in range(CLIENTS)]
    return run_load(
        name, clients, lambda *_: request, count, is_ok=lambda status, _raw: status == expected
    )


def _median(samples):
    """Return the sample with the median rate."""
    ordered = sorted(samples, key=lambda one: len(one.latencies_ms) / one.seconds)
    return ordered[len(ordered) // 2]
