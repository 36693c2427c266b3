"""What surrounds a gateway in its tests: a database with the changelog, Odoo's keys, tills."""

import ast
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg2
from fynlo_gateway import schema
from fynlo_gateway.tokens import engine
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from launcher import ports
from launcher.paths import ADDONS

HERE = Path(__file__).parent
PATIENCE_S = 10
PATH = "/api/v1/realtime"


def sign(key, kid, issuer, now_s=None, **claims):
    """Return an access token with the kernel's own claims."""
    audience = claims.pop("aud", engine.AUDIENCE)
    claims = {"iss": issuer, "role": "device", **claims}
    return engine.sign(key, kid, claims, int(time.time() if now_s is None else now_s), audience)


def session_state_sql():
    """Return the kernel's function, read from its source: the module itself needs Odoo."""
    tree = ast.parse((ADDONS / "fynlo_base" / "session_state.py").read_text())
    values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    return ast.literal_eval(values["CREATE_FUNCTION"])


class Keys:
    """Odoo's route of the public keys. ``asked`` counts who asked."""

    def __init__(self):
        self.private = engine.load_private_key(engine.make_private_key())
        self.kids, self.asked = ["key-1"], 0
        keys = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                keys.asked += 1
                public = keys.private.public_key()
                document = {"keys": [engine.make_jwk(public, kid) for kid in keys.kids]}
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_arguments):
                """The test says what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v1/auth/jwks"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True)
class Till:
    """A sign-in on a device of one store. Ids are the database's."""

    session: str
    session_id: int
    user: str
    user_id: int
    device: str
    device_id: int
    store: str
    store_id: int


class World:
    """One database with tills that may sign in."""

    def __init__(self, dsn, keys):
        self.dsn, self.keys = dsn, keys
        self.run((HERE / "kernel.sql").read_text())
        self.run(session_state_sql())
        self.run((HERE / "changelog.sql").read_text())
        self.run(schema.CREATE)
        ((self.issuer,),) = self.run("SELECT fynlo_gateway_issuer()")

    def run(self, statement, *values):
        """Run a statement in a transaction of its own; give its rows."""
        with closing(psycopg2.connect(self.dsn)) as connection, connection:
            cursor = connection.cursor()
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def add_store(self, company=1):
        """Return ``(id, uuid)`` of a new store."""
        insert = "INSERT INTO pos_config (company_id) VALUES (%s) RETURNING id, fynlo_uuid"
        return self.run(insert, company)[0]

    def add_till(self, store=None, company=1):
        """Return a :class:`Till` at ``store``, as :meth:`add_store` gave it, or at a new one."""
        store_id, store_uuid = store or self.add_store(company)
        ((user_id, user),) = self.run(
            "INSERT INTO res_users DEFAULT VALUES RETURNING id, fynlo_uuid"
        )
        self.run("INSERT INTO res_company_users_rel VALUES (%s, %s)", company, user_id)
        insert = "INSERT INTO fynlo_device (config_id) VALUES (%s) RETURNING id, fynlo_uuid"
        device_id, device = self.run(insert, store_id)[0]
        session_id, session = self._add_session(user_id, device_id, "device")
        return Till(session, session_id, user, user_id, device, device_id, store_uuid, store_id)

    def add_manager(self, *stores, company=1):
        """Return a manager's sign-in for ``stores`` (pairs): a :class:`Till` without a device."""
        ((user_id, user),) = self.run(
            "INSERT INTO res_users DEFAULT VALUES RETURNING id, fynlo_uuid"
        )
        self.run("INSERT INTO res_company_users_rel VALUES (%s, %s)", company, user_id)
        session_id, session = self._add_session(user_id, None, "manager")
        for store_id, _uuid in stores:
            self.run("INSERT INTO fynlo_session_store_rel VALUES (%s, %s)", session_id, store_id)
        return Till(session, session_id, user, user_id, None, None, None, None)

    def add_page(self, store, company=1):
        """Return the sign-in of a page of the web client for one ``store``, a :class:`Till`."""
        page = self.add_manager(store, company=company)
        mark = "UPDATE fynlo_auth_session SET web_session = %s WHERE id = %s"
        self.run(mark, f"web-{page.session_id}", page.session_id)
        return page

    def _add_session(self, user_id, device_id, role):
        insert = """INSERT INTO fynlo_auth_session (user_id, device_id, role)
                    VALUES (%s, %s, %s) RETURNING id, fynlo_uuid"""
        return self.run(insert, user_id, device_id, role)[0]

    def token(self, till, lives_s=engine.LIFETIME_S, **claims):
        """Return an access token of a till that ends in ``lives_s``."""
        own = {"sub": till.user, "sid": till.session}
        own |= {"dev": till.device, "sto": till.store} if till.device else {}
        now_s = time.time() + lives_s - engine.LIFETIME_S
        claims = {"issuer": self.issuer, **own, **claims}
        return sign(self.keys.private, self.keys.kids[0], now_s=now_s, **claims)

    def change(self, table="product_product", store_id=None, company_id=None):
        """Write one change and commit it."""
        with closing(psycopg2.connect(self.dsn)) as connection, connection:
            write_change(connection, table, store_id, company_id)


def write_change(connection, table="product_product", store_id=None, company_id=None):
    """Write one change as the changelog's triggers do; the caller commits."""
    cursor = connection.cursor()
    insert = """INSERT INTO fynlo_change (table_name, row_id, op, store_id, company_id)
                VALUES (%s, 1, 'U', %s, %s) RETURNING id"""
    cursor.execute(insert, (table, store_id, company_id))
    (number,) = cursor.fetchone()
    cursor.execute("SELECT pg_notify('fynlo_change', '')")
    return number


class RunningGateway:
    """A gateway process; ``log`` is the path of its log."""

    def __init__(self, process, port, log):
        self.process, self.port, self.log = process, port, log

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}{PATH}"

    def get(self, path, **headers):
        """Ask over plain HTTP; give ``(status, text)``."""
        return http_get(self.port, path, headers)

    def health(self):
        """Return what ``/healthz`` says."""
        return json.loads(self.get("/healthz")[1])

    def wait_for(self, is_so):
        """Wait until ``is_so(health)``."""
        return wait_until(lambda: is_so(self.health()))

    def metric(self, name):
        """Return a figure of ``/metrics``, 0 if it is not there."""
        lines = self.get("/metrics")[1].splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name + " ")), 0)

    def events(self):
        """Return the messages of the log."""
        return [json.loads(line)["message"] for line in self.log.read_text().splitlines()]


def http_get(port, path, headers):
    """Ask once; give ``(status, text)``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@contextmanager
def running_gateway(world, folder, **variables):
    """Run a gateway until the end of the block.

    :param variables: further settings, as in ``HELLO_S=1`` for ``FYNLO_GATEWAY_HELLO_S``, or
        ``REDIS_URL``
    """
    settings = {f"FYNLO_GATEWAY_{name}": str(value) for name, value in variables.items()}
    if "REDIS_URL" in variables:
        settings["REDIS_URL"] = variables["REDIS_URL"]
    with ports.hold() as port:
        log = folder / f"gateway-{port}.log"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ADDONS / "fynlo_sync"),
            "FYNLO_GATEWAY_PORT": str(port),
            "FYNLO_GATEWAY_DSN": world.dsn,
            "FYNLO_GATEWAY_JWKS_URL": world.keys.url,
            "FYNLO_GATEWAY_DRAIN_S": "1",
            **settings,
        }
        environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
        with open(log, "wb") as output:
            command = [sys.executable, "-m", "fynlo_gateway"]
            process = subprocess.Popen(command, env=environment, stderr=output)
        gateway = RunningGateway(process, port, log)
        try:
            wait_until(lambda: process.poll() is None and is_ready(gateway))
            yield gateway
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def named(frames):
    """Return the tables that frames name."""
    return {name for frame in frames for name in frame.get("tables", ())}


def is_ready(gateway):
    """Tell whether it lets connections in."""
    try:
        return gateway.get("/healthz")[0] == 200
    except OSError:
        return False


def wait_until(is_so, patience_s=PATIENCE_S):
    """Wait until ``is_so()`` gives something; give that."""
    deadline = time.monotonic() + patience_s
    while not (found := is_so()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


class Client:
    """One till's connection.

    ``welcome`` is the first frame, ``bye`` the last one once :meth:`closing` has seen the end.

    :param is_silent: do not say hello
    """

    def __init__(self, gateway, token=None, *, header=None, origin=None, is_silent=False, **hello):
        headers = {"Authorization": f"Bearer {header}"} if header else {}
        self._open = ExitStack()
        self.socket = self._open.enter_context(
            connect(
                gateway.url, additional_headers=headers, origin=origin, compression=None,
                open_timeout=PATIENCE_S, close_timeout=1, proxy=None,
            )
        )  # fmt: skip
        self.welcome = {}
        if not is_silent:
            self.say(type="hello", **({"token": token} if token else {}), **hello)
            self.welcome = self.hear()

    def say(self, **message):
        self.socket.send(json.dumps(message))

    def hear(self, timeout_s=PATIENCE_S):
        """Return the next frame."""
        return json.loads(self.socket.recv(timeout_s))

    def hear_all(self, within_s=0.3):
        """Return the frames that come within a while after each other."""
        found = []
        while True:
            try:
                found.append(self.hear(within_s))
            except TimeoutError:
                return found

    def hear_of(self, *tables):
        """Return the frames up to those that name the last of ``tables``."""
        found, wanted = [], set(tables)
        while wanted:
            found.append(self.hear())
            wanted -= set(found[-1].get("tables", ()))
        return found

    def closing(self, patience_s=PATIENCE_S):
        """Wait for the end; give ``(close code, what the last frame said)``."""
        last = self.welcome
        try:
            while True:
                last = self.hear(patience_s)
        except ConnectionClosed as end:
            self.bye = last if last.get("type") == "bye" else {}
            return end.rcvd.code if end.rcvd else None, self.bye.get("code")

    def close(self):
        self._open.close()
