"""What ``/metrics`` tells of sales, over all workers."""

import urllib.request

from launcher.first_sale import Api, sell
from launcher.testing import running_server


def sales_of(server):
    """Return the line of ``/metrics`` that counts finished sales, or ``None``."""
    with urllib.request.urlopen(server.base_url + "/api/v1/metrics") as response:
        lines = response.read().decode().splitlines()
    return next((line for line in lines if line.startswith("fynlo_orders_total{")), None)


def test_a_committed_sale_is_counted_once():
    with running_server(demo=True) as server:
        assert sales_of(server) is None
        for _ in range(2):
            sell(Api(server.base_url), server.demo)
        assert sales_of(server) == 'fynlo_orders_total{state="completed"} 2.0'
