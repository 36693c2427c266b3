"""The manager's board and the kitchen's page in a real browser, told by a real gateway."""

import time
from contextlib import closing, contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
import pytest
import requests
from browser import FrontDoor, open_page
from world import wait_until

from launcher import first_sale, gateway, ports
from launcher.first_sale import Api
from launcher.testing import bed, lift_rate_limits, running_server, scratch_database

TOLD_WITHIN_S = 2
REALTIME, BUS = "/api/v1/realtime", "/websocket"
READ_BOARD = "fynlo.board/read_board"
ORDERS = 'Number(document.querySelector(".o_fynlo_board .b-orders")?.innerText)'
TICKETS = 'document.querySelectorAll(".k-ticket").length'
#: The station that sees what all others make.
SHOW_EXPO = """
[...document.querySelectorAll(".k-tab")].find((tab) => tab.innerText.startsWith("Expo")).click()
"""
IS_EXPO = 'document.querySelector(".k-tab[aria-current=true]")?.innerText.startsWith("Expo")'
IS_ONLINE = '!!document.querySelector(".k-live.k-on")'
BUSY_S = 40


class Site:
    """A restaurant behind one host."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self._held = ports.hold()
        self.gateway_port = self._held.__enter__()
        odoo, bus = (urlsplit(url).port for url in (server.base_url, server.gevent_url))
        self.door = FrontDoor({"/": odoo, BUS: bus, REALTIME: self.gateway_port})
        self.bus_port = bus
        self.gateway = None
        self.api = Api(server.base_url)
        self.till = first_sale.sign_in_cashier(self.api, server.demo)
        first_sale.ensure_session(self.api, self.till)
        catalog = self.api.call("", "GET", "/catalog", token=self.till)
        self.lines = first_sale.choose_lines(catalog)[:1]
        self.cash = next(each for each in catalog["paymentMethods"] if each["type"] == "cash")

    def note(self, what, figure):
        """Keep a figure beside the pictures."""
        with open(self.folder / "figures.txt", "a") as file:
            file.write(f"{what}: {figure:.3f}\n")

    def start_gateway(self):
        log = self.folder / "gateway.log"
        python = bed().installation.python
        self.gateway = gateway.start(
            python, self.gateway_port, self.server.dsn, self.door.url, bed().environment(), log
        )
        wait_until(lambda: '"ready": true' in (gateway.health(self.gateway_port) or ""))

    def stop_gateway(self):
        self.gateway.terminate()
        self.gateway.wait(15)
        self.gateway = None

    def close(self):
        if self.gateway:
            self.stop_gateway()
        self.door.close()
        self._held.__exit__(None, None, None)

    def connections(self):
        """Give how many pages the gateway has."""
        text = gateway.health(self.gateway_port) or ""
        return int(text.partition('"connections": ')[2].partition("}")[0] or 0)

    def wait_connected(self, count=1):
        wait_until(lambda: self.connections() == count, BUSY_S)

    def sell(self):
        cart = {"orderType": "takeaway", "lines": self._new_lines()}
        quote = self.api.call("", "POST", "/orders/quote", cart, self.till)
        payment = {"id": str(uuid4()), "method": self.cash["id"], "amount": quote["cashTotal"]}
        payment["tendered"] = quote["cashTotal"]
        order = {"id": str(uuid4()), **cart, "payments": [payment], "statedTotal": quote["total"]}
        return self.api.call("", "POST", "/orders", order, self.till)

    def fire(self):
        order = {"id": str(uuid4()), "orderType": "takeaway", "lines": self._new_lines()}
        self.api.call("", "POST", "/orders", order, self.till)
        path = f"/orders/{order['id']}/send"
        return self.api.call("", "POST", path, {"id": str(uuid4())}, self.till)

    def _new_lines(self):
        return [{**line, "id": str(uuid4())} for line in self.lines]

    @contextmanager
    def page(self, path, role="manager"):
        """Open a page as somebody of the demo."""
        login = next(each for each in self.server.demo["logins"] if each["role"] == role)
        params = {"db": self.server.database.name, "login": login["login"]}
        body = {"jsonrpc": "2.0", "params": {**params, "password": login["password"]}}
        url = f"{self.door.url}/web/session/authenticate"
        answer = requests.post(url, json=body, timeout=60)
        cookie = answer.cookies["session_id"]
        folder = self.folder / uuid4().hex
        folder.mkdir()
        with open_page(folder, self.door.url, cookie) as page:
            page.go(self.door.url + path)
            yield SimpleNamespace(page=page, cookie=cookie, login=login["login"])


@pytest.fixture(scope="module")
def server():
    # The bus is cut in the middle, and who is cut off says so.
    complaints = [r"addons[./]bus|odoo\.http.*[Ww]ebsocket|werkzeug"]
    with scratch_database(demo=True) as database:
        lift_rate_limits(database)
        with running_server(database, expected_log=complaints) as running:
            yield running


@pytest.fixture
def site(server, tmp_path):
    made = Site(server, tmp_path)
    made.start_gateway()
    yield made
    made.close()


def took(act, page, condition, patience_s=TOLD_WITHIN_S):
    """Act, and give the seconds from then until the page shows it."""
    began_s = time.monotonic()
    act()
    page.wait_for(condition, patience_s)
    return time.monotonic() - began_s


def orders_are(page, more):
    return f"{ORDERS} === {page.run(ORDERS) + more}"


def tickets_are(page, more):
    return f"{TICKETS} === {page.run(TICKETS) + more}"


def test_the_board_is_told_of_a_sale_and_asks_seldom(site):
    site.door.close_path(BUS)
    with site.page("/odoo/fynlo-today") as opened:
        page = opened.page
        page.wait_for(f"{ORDERS} >= 0", BUSY_S)
        site.wait_connected()
        for _ in range(3):
            time.sleep(1.2)  # a read of the last sale is over
            site.note("sale to board, told", took(site.sell, page, orders_are(page, 1)))
        page.run("performance.clearResourceTimings()")
        time.sleep(30)
        told = page.requests_to(READ_BOARD)
        site.note("reads in 30 s, told", told)
        assert 1 <= told <= 3
        site.stop_gateway()
        page.wait_for("true")
        site.note("sale to board, alone", took(site.sell, page, orders_are(page, 1), 4))
        page.run("performance.clearResourceTimings()")
        time.sleep(15)
        alone = page.requests_to(READ_BOARD)
        site.note("reads in 15 s, alone", alone)
        assert 8 <= alone <= 11
        site.start_gateway()
        site.wait_connected()
        time.sleep(2)
        page.run("performance.clearResourceTimings()")
        site.note("sale to board, again", took(site.sell, page, orders_are(page, 1)))
        time.sleep(5)
        assert page.requests_to(READ_BOARD) <= 2
        page.shoot(site.folder / "board.png")


def test_the_kitchen_is_told_without_the_bus_and_by_the_bus_without_the_gateway(site):
    site.door.close_path(BUS)
    with site.page("/fynlo/kitchen") as opened:
        page = opened.page
        page.wait_for(IS_ONLINE, BUSY_S)
        page.run(SHOW_EXPO)
        page.wait_for(IS_EXPO)
        site.wait_connected()
        site.note("fire to kitchen, told", took(site.fire, page, tickets_are(page, 1)))
        assert page.run(IS_ONLINE)
        site.door.places[BUS] = site.bus_port
        site.stop_gateway()
        time.sleep(12)  # the bus comes back by itself
        page.wait_for(IS_ONLINE)
        site.note("fire to kitchen, bus", took(site.fire, page, tickets_are(page, 1)))
        site.start_gateway()
        site.wait_connected()
        site.door.close_path(BUS)
        time.sleep(2)
        assert page.run(IS_ONLINE)
        site.note("fire to kitchen, again", took(site.fire, page, tickets_are(page, 1)))
        page.shoot(site.folder / "kitchen.png")


def log_out(site, opened):
    url = f"{site.door.url}/web/session/logout"
    cookies = {"session_id": opened.cookie}
    answer = requests.get(url, cookies=cookies, allow_redirects=False, timeout=30)
    assert answer.status_code == 303


def set_active(site, login, is_active):
    with closing(psycopg2.connect(site.server.dsn)) as connection, connection:
        query = "UPDATE res_users SET active = %s WHERE login = %s"
        connection.cursor().execute(query, [is_active, login])


def archive(site, opened):
    set_active(site, opened.login, False)


@pytest.mark.parametrize("end", [log_out, archive])
def test_a_page_leaves_the_gateway_with_its_user(site, end):
    with site.page("/odoo/fynlo-today") as opened:
        site.wait_connected()
        end(site, opened)
        began_s = time.monotonic()
        site.wait_connected(0)
        assert time.monotonic() - began_s < TOLD_WITHIN_S
        time.sleep(3)
        assert site.connections() == 0
        set_active(site, opened.login, True)
