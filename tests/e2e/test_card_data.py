"""A thousand card numbers are sent to a running server; nothing of it keeps one.

Two workers, Redis, every way in: bodies, query strings, headers, paths, files, and Odoo's own
calls of the web client. Then its database, its logs, its files and Redis are searched.
"""

import io
import itertools
import socket
import subprocess
import zipfile
from base64 import b64encode
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
import requests

from launcher import process, redis
from launcher.testing import bed, lift_rate_limits, running_server, scratch_database

MARKERS = 1000
TIMEOUT_S = 30
REFUSED = (422, "card_number_not_allowed")
SHEET = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData>'


def card_numbers():
    """Yield Luhn-valid numbers of 16 digits, each once."""
    for number in itertools.count():
        digits = f"4000{(number * 99_991_373) % 10**11:011d}"
        doubled = sum(sum(divmod(2 * int(each), 10)) for each in digits[::2])
        yield f"{digits}{-(doubled + sum(map(int, digits[1::2]))) % 10}"


@contextmanager
def running_redis():
    """Run a Valkey of the test's own, unless the environment names one; give its URL."""
    if redis.external():
        yield redis.external()
        return
    folder = bed().folder
    mark, url = redis.start(folder, bed().installation.python, folder / "valkey.log")
    try:
        yield url
    finally:
        process.stop(mark)


class Planter:
    """Sends numbers by every way in; ``planted`` are those that were sent."""

    def __init__(self, server):
        self.server, self.numbers, self.planted = server, card_numbers(), []
        (owner,) = [login for login in server.demo["logins"] if login["role"] == "owner"]
        sign_in = {"login": owner["login"], "password": owner["password"]}
        self.session = requests.Session()
        told = self.ask("POST", "/auth/login", sign_in).json()["data"]
        token, store = told["accessToken"], server.demo["store"]["id"]
        self.session.headers.update({"Authorization": f"Bearer {token}", "X-Store-Id": store})

    def card(self):
        """Return the next number, spelled in one of several ways."""
        number = next(self.numbers)
        self.planted.append(number)
        groups = [number[start : start + 4] for start in range(0, 16, 4)]
        return (
            "".join(groups) if len(self.planted) % 3 else " -"[len(self.planted) % 2].join(groups)
        )

    def ask(self, method, path, body=None, **headers):
        url = f"{self.server.base_url}/api/v1{path}"
        return self.session.request(method, url, json=body, headers=headers, timeout=TIMEOUT_S)

    def refused(self, method, path, body=None, **headers):
        """Send a request that has to be refused without an echo."""
        known = len(self.planted)
        reply = self.ask(method, path, body, **headers)
        assert (reply.status_code, reply.json()["code"]) == REFUSED, (path, reply.text)
        assert self.planted[known - 1] not in reply.text

    def plant_bodies(self):
        address = {"street1": self.card(), "city": "Albany", "state": "NY", "postalCode": "12207"}
        customer = {"firstName": self.card(), "lastName": "O'Brien", "email": None, "phone": None}
        line = {"id": str(uuid4()), "productId": str(uuid4()), "quantity": 1, "note": self.card()}
        payment = {
            "id": str(uuid4()),
            "method": str(uuid4()),
            "amount": 1,
            "reference": self.card(),
        }
        order = {"orderType": "takeaway", "lines": [line], "payments": [payment]}
        for path, body in (
            ("/customers", {**customer, "address": address}),
            ("/customers", {**customer, self.card(): {"deep": [self.card()]}}),
            ("/orders", {**order, "note": self.card()}),
            ("/orders/quote", order),
            ("/products", {"name": self.card(), "barcode": self.card(), "sku": self.card()}),
            ("/auth/login", {"login": self.card(), "password": self.card()}),
            ("/devices/pair", {"code": self.card(), "name": self.card(), "platform": "ios"}),
            ("/sessions/current/cash-moves", {"type": "in", "amount": 1, "reason": self.card()}),
            ("/employees", {"name": self.card(), "email": f"{self.card()}@example.com"}),
            ("/webhooks", {"url": f"https://{self.card()}.example.com/?card={self.card()}"}),
            ("/payments/intents", {"orderId": self.card(), "paymentMethod": self.card()}),
        ):
            self.refused("POST", path, {"id": str(uuid4()), **body})

    def plant_addresses(self):
        for path in ("/customers", "/products", "/orders", "/audit"):
            self.refused("GET", f"{path}?query={quote(self.card())}")
            self.refused("GET", f"{path}?{quote(self.card())}=1")
        assert self.ask("GET", f"/orders/{quote(self.card())}").status_code == 404
        assert self.ask("GET", f"/{quote(self.card())}").status_code == 404
        key = {"Idempotency-Key": f"key {self.card()}"}
        self.refused("POST", "/devices/pairing-codes", {}, **key)
        reply = self.ask("GET", "/auth/me", **{"X-Request-Id": self.card().replace(" ", ".")})
        assert reply.ok and self.planted[-1] not in str(reply.headers)

    def plant_files(self):
        for kind in ("customers", "products"):
            rows = f"firstName,lastName\n{self.card()},x\nKim,{self.card()}\n".encode()
            for content in (rows, self.workbook(self.card())):
                body = {"id": str(uuid4()), "content": b64encode(content).decode()}
                self.refused("POST", f"/imports/{kind}", {**body, "fileName": "x.csv"})

    def workbook(self, text):
        """Return a file that is a workbook as far as anybody looks before it is kept."""
        space = "http://schemas.openxmlformats.org"
        head, rel = f'xmlns="{space}/package/2006/relationships"', f"{space}/officeDocument/2006"
        main = f"{space}/spreadsheetml/2006/main"
        parts = {
            "_rels/.rels": f'<Relationships {head}><Relationship Id="a" Type="{rel}/relationships/'
            'officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}/relationships"><sheets>'
            '<sheet name="A" sheetId="1" r:id="b"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships {head}><Relationship Id="b" Type="{rel}/'
            'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{SHEET.format(text)}'
            "</worksheet>",
        }
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in parts.items():
                package.writestr(name, content)
        return stream.getvalue()

    def plant_web_client(self):
        """Type a card into a customer's notes in Odoo's own web client."""
        params = {"db": self.server.database.name, "login": "admin", "password": "admin"}
        client = requests.Session()
        self.rpc(client, "/web/session/authenticate", params)
        values = {"name": "Kim", "comment": f"<p>{self.card()}</p>"}
        call = {"model": "res.partner", "method": "create", "args": [[values]], "kwargs": {}}
        told = self.rpc(client, "/web/dataset/call_kw/res.partner/create", call)
        assert "Card numbers are not taken" in told["error"]["data"]["message"], told

    def rpc(self, client, path, params):
        document = {"jsonrpc": "2.0", "method": "call", "params": params}
        url = self.server.base_url + path
        return client.post(url, json=document, timeout=TIMEOUT_S).json()


def read_redis(url):
    """Return everything that Redis keeps, as bytes: what it would send to a replica."""
    place = urlsplit(url)
    with closing(socket.create_connection((place.hostname, place.port), TIMEOUT_S)) as line:
        line.sendall(b"SYNC\r\n")
        head = b""
        while not head.strip().startswith(b"$") or not head.endswith(b"\r\n"):
            head += line.recv(1)
        size, body = int(head.strip()[1:]), b""
        while len(body) < size:
            body += line.recv(65536)
        return body


def dump_of(database):
    """Return the whole database as ``pg_dump`` writes it."""
    command = [bed().server.programs / "pg_dump", "--inserts", "--dbname", database.dsn]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def places():
    """Plant the numbers; give ``(planted, {place: bytes})``, read while the server runs."""
    with scratch_database(demo=True) as database, running_redis() as url:
        lift_rate_limits(database)
        with running_server(database, environment={"REDIS_URL": url}) as server:
            planter = Planter(server)
            while len(planter.planted) < MARKERS:
                planter.plant_bodies()
                planter.plant_addresses()
                planter.plant_files()
                planter.plant_web_client()
            logs = [path.read_bytes() for path in bed().folder.glob("*.log")]
            store = bed().folder / "data" / "filestore" / database.name
            files = [path.read_bytes() for path in store.rglob("*") if path.is_file()]
            yield (
                planter.planted,
                {
                    "database": dump_of(database),
                    "logs": b"\n".join(logs),
                    "files": b"\n".join(files),
                    "redis": read_redis(url),
                },
            )


@pytest.mark.parametrize("place", ["database", "logs", "files", "redis"])
def test_nothing_keeps_a_card_number(place, places):
    planted, contents = places
    assert len(planted) >= MARKERS and contents[place]
    bare = contents[place].translate(None, b" -.+").replace(b"%20", b"")
    assert [number for number in planted if number.encode() in bare] == []


def test_the_search_would_find_one(places):
    """What was planted beside a card, and is kept, is found by the same means."""
    planted, contents = places
    assert b"/auth/login" in contents["logs"]
    assert b"res_partner" in contents["database"]
    assert planted[0].encode() not in contents["database"]
