"""What the log of changes costs who writes: the same sales with its triggers and without."""

from contextlib import contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

import psycopg2
from fynlo_store import TOTAL_MINOR, FynloStore
from odoo_own import OdooClient
from servers import with_suite

_TRIGGERS = """
SELECT format('ALTER TABLE %s {} TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger
WHERE tgname LIKE 'fynlo_change_%' OR tgname = 'fynlo_sync_past'
"""


def run(calls, rounds):
    """Return the processor's milliseconds of a payment and of a sale, of one till."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Capture", tills=1).open()
        connection = psycopg2.connect(suite.dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cost = Cost(suite, store, cursor)
            cost.measure(10)  # compiles what servers keep
            found = {True: [], False: []}
            for number in range(rounds):
                for logs in (True, False) if number % 2 else (False, True):
                    if number % 8 == 0:
                        store.renew_tokens()
                    with cost.logging(logs):
                        found[logs].append(cost.measure(calls))
        connection.close()
    return {name: _compare(name, found) for name in ("payment", "sale")}


def _compare(name, found):
    """Return medians; the cost is that of pairs, so that what disturbs both does not count."""
    logged, bare = ([figures[name] for figures in found[logs]] for logs in (True, False))
    costs = [
        sum(one.values()) - sum(other.values()) for one, other in zip(logged, bare, strict=True)
    ]
    whole = median(sum(figures.values()) for figures in bare)
    return {
        "odooMs": round(median(figures["odoo"] for figures in bare), 1),
        "postgresMs": round(median(figures["db"] for figures in bare), 1),
        "logMs": round(median(costs), 2),
        "logPercent": round(median(costs) / whole * 100, 1),
    }


class Cost:
    """Sells, and reads from the kernel what the processes of Odoo and PostgreSQL took for it."""

    def __init__(self, suite, store, cursor):
        self.suite, self.store, self.cursor = suite, store, cursor
        cursor.execute("SELECT pg_backend_pid()")
        [self.own] = cursor.fetchone()
        self.postmaster = _parent(self.own)

    @contextmanager
    def logging(self, logs):
        """Have changes logged, or not."""
        if not logs:
            self._switch("DISABLE")
        try:
            yield
        finally:
            self._switch("ENABLE")

    def measure(self, calls):
        """Return ``{"payment": {"odoo": ms, "db": ms}, "sale": …}``, each of one."""
        orders = [
            self._post("/orders", {**self.store.order(), "payments": []}) for _ in range(calls)
        ]
        payment = {"method": self.store.ids["card"], "amount": TOTAL_MINOR}
        return {
            "payment": self._time(
                lambda order: self._post(
                    f"/orders/{order['id']}/payments", {**payment, "id": str(uuid4())}
                ),
                orders,
            ),
            "sale": self._time(lambda _: self._post("/orders", self.store.order()), orders),
        }

    def _switch(self, word):
        self.cursor.execute(_TRIGGERS.format(word))
        for (statement,) in self.cursor.fetchall():
            self.cursor.execute(statement)

    def _post(self, path, body):
        return self.store.call("POST", path, body, self.store.tokens[0])

    def _time(self, act, subjects):
        before = self._spent()
        for subject in subjects:
            act(subject)
        after = self._spent()
        return {part: (after[part] - before[part]) / len(subjects) for part in after}

    def _spent(self):
        children = {int(path.name): _parent(path.name) for path in _processes()}
        odoo = [pid for pid, parent in children.items() if self.suite.pid in (pid, parent)]
        backends = [pid for pid, parent in children.items() if parent == self.postmaster]
        return {"odoo": _spent(odoo), "db": _spent(set(backends) - {self.own})}


def _processes():
    return [path for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it has ended
        return None
    return int(fields[1])


def _spent(pids):
    """Return the milliseconds that the threads of processes have been on a processor."""
    files = [path for pid in pids for path in Path("/proc").glob(f"{pid}/task/*/schedstat")]
    return sum(int(path.read_text().split()[0]) for path in files) / 1_000_000
