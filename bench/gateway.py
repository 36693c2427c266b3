"""Telling many tills at once: the gateway beside Odoo's own bus, with the same clients.

Odoo's clients sign in by cookie and subscribe to one channel; ours by token, to one store. What is
timed runs from just before the commit to the arrival at each client.
"""

import asyncio
import json
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg2
from load import Sample
from odoo_own import OdooClient
from servers import with_suite
from socket_crowd import Crowd

from launcher import gateway, ports, process
from launcher.testing import bed, run_python

_HELD_S = 12
_PAUSE_S = 0.2
#: Odoo's websockets under load say a lot.
_ODOO_COMPLAINS = [r"addons[./]bus|odoo\.sql_db|odoo\.http|werkzeug|asyncio|gevent"]
_SIGN_IN = """
import json
stores = [{{"name": name, "payment_method_ids": []}} for name in ("Crowd", "Alone")]
store, other = env["pos.config"].create(stores)
user, sessions = env.ref("base.user_admin"), env["fynlo.auth.session"]
def sign_in(place):
    return sessions._fynlo_open(user, "manager", place).access_token
tokens = [sign_in(store) for _ in range({count})]
alone = sign_in(other)
env.cr.commit()
print(json.dumps({{"store": store.id, "other": other.id, "tokens": tokens, "alone": alone}}))
"""
_ODOO_TELLS = """
import time
time.sleep(1)
for number in range({rounds}):
    env["bus.bus"]._sendone("bench", "bench", {{"sent": time.time(), "filling": "x" * 100}})
    env.cr.commit()
    time.sleep({pause})
"""
#: One transaction writes its notification and stays open, others commit meanwhile.
_ODOO_HOLDS = """
import time
env["bus.bus"]._sendone("bench", "bench", {{"name": "held"}})
env.cr.precommit.run()
until = time.time() + {held}
while time.time() < until:
    with env.registry.cursor() as cr:
        env(cr=cr)["bus.bus"]._sendone("bench", "bench", {{"name": "fast"}})
    time.sleep(1)
env.cr.commit()
time.sleep(2)
"""


def run(clients, crowd, rounds):
    """Return the figures.

    :param clients: of the comparison
    :param crowd: of the gateway alone, more than that
    """
    with with_suite(expected_log=_ODOO_COMPLAINS) as suite:
        facts = json.loads(
            run_python(suite.database, _SIGN_IN.format(count=crowd)).splitlines()[-1]
        )
        figures = {"odoo": asyncio.run(_odoo(suite, clients, rounds))}
        with _running(suite) as (url, pid):
            ours = _Ours(suite.dsn, url, pid, facts, rounds)
            figures |= asyncio.run(ours.measure(clients, crowd))
    odoo, own = figures["odoo"], figures[f"gateway{clients}"]
    figures["timesLower"] = {
        name: round(odoo[name] / own[name], 1) for name in ("p50Ms", "p99Ms") if own[name]
    }
    return figures


# --- Odoo's bus


async def _odoo(suite, clients, rounds):
    client = OdooClient(suite.base_url, suite.database.name)
    headers = [f"Origin: {suite.gevent_url}", f"Cookie: {client.cookie}", "User-Agent: bench"]
    crowd = Crowd(f"{suite.gevent_url}/websocket?version=19.0-2", headers, is_greeted=False)
    words = {"event_name": "subscribe", "data": {"channels": ["bench"], "last": 0}}
    subscribe = json.dumps(words)
    pid = _gevent_pid(suite.pid)
    before = _private_kb(pid)
    refused = await crowd.open([subscribe] * clients, parallel=10)
    await asyncio.sleep(5)
    grown = (_private_kb(pid) - before) / clients
    figures = {"refused": refused + crowd.lost()}
    with _processor(pid, figures, rounds):
        figures |= await _odoo_broadcast(suite, crowd, rounds, clients)
    figures["kbPerConnection"] = round(grown, 1)
    await crowd.cut()
    await asyncio.sleep(5)
    refused = await crowd.open([subscribe] * clients, parallel=clients)
    await asyncio.sleep(10)
    figures["stormRefused"] = refused + crowd.lost()
    await crowd.cut()
    while await crowd.open([subscribe], parallel=1):  # it works on the storm for a while
        await asyncio.sleep(5)
    await asyncio.to_thread(run_python, suite.database, _ODOO_HOLDS.format(held=_HELD_S))
    texts = b"".join(text for _arrived, text in crowd.sockets[0].frames)
    figures["held12sArrives"] = b'"held"' in texts
    await crowd.cut()
    return figures


async def _odoo_broadcast(suite, crowd, rounds, clients):
    pause = 1 + clients / 500
    tell = _ODOO_TELLS.format(rounds=rounds, pause=pause)
    await asyncio.to_thread(run_python, suite.database, tell)
    await asyncio.sleep(pause)
    sample = Sample("odoo")
    for socket in crowd.sockets:
        for arrived, text in socket.frames:
            for word in json.loads(text):
                _add(sample, arrived, word["message"]["payload"]["sent"])
    return _figures(sample, rounds * clients)


def _gevent_pid(master):
    for child in psutil.Process(master).children(recursive=True):
        if "gevent" in child.cmdline():
            return child.pid
    raise RuntimeError("Odoo runs no gevent process")


# --- The gateway


@contextmanager
def _running(suite):
    """Run a gateway beside the suite; give its address and process."""
    with ports.hold() as port:
        log = bed().folder / "bench-gateway.log"
        child = gateway.start(
            bed().installation.python, port, suite.dsn, suite.base_url, bed().environment(), log
        )
        mark = process.identity(child.pid)
        try:
            gateway.wait_answers(child, port, log)
            until = time.monotonic() + 20
            while '"ready": true' not in (gateway.health(port) or ""):
                if time.monotonic() > until:
                    raise RuntimeError(f"the gateway is not ready: {log.read_text()}")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}{gateway.PATH}", child.pid
        finally:
            process.stop(mark)


class _Ours:
    def __init__(self, dsn, url, pid, facts, rounds):
        self.dsn, self.pid, self.facts, self.rounds = dsn, pid, facts, rounds
        self.crowd, self.alone = Crowd(url), Crowd(url)

    async def measure(self, clients, crowd):
        """Return the figures of both sizes, of single words, of a storm, and of a held change."""
        hellos = [_hello(token) for token in self.facts["tokens"]]
        before = _private_kb(self.pid)
        refused = await self.crowd.open(hellos[:clients], parallel=50)
        grown = (_private_kb(self.pid) - before) / clients
        found = {f"gateway{clients}": await self._broadcast(clients)}
        found[f"gateway{clients}"] |= {"kbPerConnection": round(grown, 1), "refused": refused}
        await self.crowd.open(hellos[clients:], parallel=50)
        found[f"gateway{crowd}"] = await self._broadcast(crowd)
        await self.alone.open([_hello(self.facts["alone"])], 1)
        found["toOneOf" + str(crowd + 1)] = await self._targeted()
        await self.crowd.cut()
        began = time.monotonic()
        refused = await self.crowd.open(hellos[:clients], parallel=clients)
        storm = {"connections": clients, "refused": refused}
        found["storm"] = storm | {"seconds": round(time.monotonic() - began, 2)}
        found["held12sArrives"] = await self._held()
        return found

    async def _broadcast(self, clients):
        self.crowd.forget()
        sample, figures = Sample("broadcast"), {}
        with _processor(self.pid, figures, self.rounds):
            for _ in range(self.rounds):
                sent = await asyncio.to_thread(self._change, self.facts["store"])
                await self.crowd.heard(1)
                await asyncio.sleep(_PAUSE_S)
                for socket in self.crowd.sockets:
                    for arrived, _text in socket.frames:
                        _add(sample, arrived, sent)
                self.crowd.forget()
        return figures | _figures(sample, self.rounds * clients)

    async def _targeted(self):
        self.alone.forget()
        sample = Sample("targeted")
        for _ in range(self.rounds * 3):
            sent = await asyncio.to_thread(self._change, self.facts["other"])
            await self.alone.heard(1)
            for arrived, _text in self.alone.sockets[0].frames:
                _add(sample, arrived, sent)
            self.alone.forget()
            await asyncio.sleep(_PAUSE_S / 4)
        return _figures(sample, self.rounds * 3)

    async def _held(self):
        """Tell whether a change arrives that is committed 12 s after it was written."""
        self.alone.forget()
        with closing(psycopg2.connect(self.dsn)) as connection:
            _write(connection, "held", self.facts["other"])
            for _ in range(_HELD_S):
                await asyncio.to_thread(self._change, self.facts["other"])
                await asyncio.sleep(1)
            connection.commit()
        await asyncio.sleep(1)
        return b'"held"' in b"".join(text for _at, text in self.alone.sockets[0].frames)

    def _change(self, store_id):
        """Commit one change; give the moment before the commit."""
        with closing(psycopg2.connect(self.dsn)) as connection:
            _write(connection, "product_product", store_id)
            sent = time.time()
            connection.commit()
        return sent


def _write(connection, table, store_id):
    insert = """INSERT INTO fynlo_change (collection, table_name, row_id, op, store_id)
                VALUES ('products', %s, 1, 'U', %s);
                SELECT pg_notify('fynlo_change', '')"""
    connection.cursor().execute(insert, (table, store_id))


def _hello(token):
    return json.dumps({"type": "hello", "token": token})


# --- Both


def _add(sample, arrived, sent):
    sample.add((arrived - sent) * 1000, 200, b"", True)


def _figures(sample, expected):
    shown = {key: sample.figures()[key] for key in ("p50Ms", "p95Ms", "p99Ms", "maxMs")}
    return shown | {"told": f"{len(sample.latencies_ms)}/{expected}"}


@contextmanager
def _processor(pid, figures, rounds):
    """Note the processor time that a process took for each of ``rounds`` in the block."""
    watched = psutil.Process(pid)
    before = sum(watched.cpu_times()[:2])
    yield
    spent_ms = (sum(watched.cpu_times()[:2]) - before) * 1000
    figures["processorMs"] = round(spent_ms / rounds, 1)


def _private_kb(pid):
    """Return the memory that only this process has."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
