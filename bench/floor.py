"""What a request with a token costs at least, beside a bare route of Odoo's."""

from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient
from servers import with_suite

CLIENTS = 4
BARE = "/web/health"
OURS = "/api/v1/auth/me"


def run(calls, rounds):
    """Return requests per second of both, and their ratio, from alternating rounds."""
    found = {BARE: [], OURS: []}
    with with_suite() as suite:
        store = FynloStore(suite, OdooClient(suite.base_url, suite.database.name), "Floor", tills=1)
        headers = {"Authorization": f"Bearer {store.tokens[0]}"}
        clients = [Client(suite.base_url) for _ in range(CLIENTS)]

        def measure(path, count):
            def make_call(_client, _call):
                return "GET", path, None, headers

            return run_load(path, clients, make_call, count, is_ok=lambda status, _raw: status == 200)

        measure(BARE, 20)
        measure(OURS, 20)
        for _ in range(rounds):
            for path, samples in found.items():
                samples.append(measure(path, calls))
    medians = {
        path: sorted(samples, key=lambda one: len(one.latencies_ms) / one.seconds)[rounds // 2]
        for path, samples in found.items()
    }
    figures = {path: sample.figures() for path, sample in medians.items()}
    figures["share"] = round(figures[OURS]["perSecond"] / figures[BARE]["perSecond"], 3)
    return figures
