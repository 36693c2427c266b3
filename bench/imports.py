"""Tables in and out over the API: 50,000 customers and products, as CSV and as XLSX.

An upload is answered at once; a background job does the work. ``seconds`` is from the upload to
the end that a poll tells, ``odooCpuS`` what the server's processes have computed meanwhile: on a
busy machine they wait. ``memoryMb`` is the most that one of them has held.
"""

import base64
import csv
import io
import os
import time
from pathlib import Path
from uuid import uuid4

from fynlo_store import FynloStore
from load import Client
from odoo_own import OdooClient
from openpyxl import Workbook, load_workbook
from servers import with_suite

TARGET_S, TARGET_MB = 60, 300
_POLL_S, _GIVE_UP_S = 0.25, 900
_CHANGED = {"customers": "phone", "products": "price"}


def _customer(number):
    return {
        "firstName": f"Ann{number}", "lastName": f"O'Brien {number % 977}", "type": "individual",
        "email": f"ann{number}@example.com", "phone": f"+1{2120000000 + number}",
        "tags": ("", "vip", "vip|early")[number % 3], "street1": f"{number} Main St",
        "city": "New York", "state": "NY", "postalCode": "10001", "country": "US",
    }  # fmt: skip


def _product(number):
    return {
        "name": f"Thing {number}", "price": f"{number % 97}.50", "sku": f"S{number}",
        "barcode": f"{4000000000000 + number}", "description": "good", "stocked": "true",
    }  # fmt: skip


_ROWS = {"customers": _customer, "products": _product}


def _write(kind, rows):
    """Return rows (dicts of text) as the bytes of a file."""
    if kind == "csv":
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return stream.getvalue().encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _change(content, column):
    """Return an exported workbook or CSV as a CSV in which every row says something new."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    for number, row in enumerate(rows):
        row[column] = f"+1{3120000000 + number}" if column == "phone" else f"{number % 89}.25"
    return _write("csv", rows)


def _count(content):
    if content.startswith(b"PK"):
        return sum(1 for _ in load_workbook(io.BytesIO(content), read_only=True).active.rows) - 1
    return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8-sig")))) - 1


class _Processes:
    """What the processes of a server use, from one moment on."""

    def __init__(self, master_pid):
        self.master_pid, self.used_s = master_pid, {}

    def forget(self):
        """Begin anew: what was used before does not count."""
        self.used_s = {pid: self._cpu_s(pid) for pid in self._pids()}
        for pid in self.used_s:
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def cpu_s(self):
        """Return the seconds that all of them have computed since then."""
        return sum(self._cpu_s(pid) - self.used_s.get(pid, 0) for pid in self._pids())

    def peak_mb(self):
        """Return the most memory that one of them has held since then."""
        return max(self._peak_kb(pid) for pid in self._pids()) // 1024

    def _pids(self):
        tasks = Path(f"/proc/{self.master_pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    @staticmethod
    def _cpu_s(pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def _peak_kb(pid):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


class _Case:
    """Imports and exports of one store's manager."""

    def __init__(self, suite, store):
        self.store, self.processes = store, _Processes(suite.pid)
        self.api = Client(suite.base_url)

    def call(self, method, path, body=None):
        """Return the bytes of a success."""
        headers = {"Authorization": f"Bearer {self.store.manager}"}
        headers |= {"X-Store-Id": self.store.ids["store"]}
        status, _, raw = self.api.request(method, f"/api/v1{path}", body, headers)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {raw[:500].decode()}")
        return raw

    def load(self, kind, content, expected, mode="all_or_nothing", dry_run=False):
        """Import a file and return the figures; ``expected`` is ``(counter, rows)``."""
        self.store.manager_token()
        text = base64.b64encode(content).decode()
        body = {"id": str(uuid4()), "content": text, "mode": mode, "dryRun": dry_run}
        self.processes.forget()
        began = time.monotonic()
        self.call("POST", f"/imports/{kind}", body)
        answered, told = time.monotonic(), self.wait(body["id"])
        counter, rows = expected
        if told["state"] != "done" or told[counter] != rows:
            raise RuntimeError(f"{kind}: {told}")
        seconds = time.monotonic() - began
        return self.figures(rows, seconds, answeredS=round(answered - began, 1))

    def wait(self, uuid):
        """Poll an import until it ends and return what is told of it."""
        until = time.monotonic() + _GIVE_UP_S
        while time.monotonic() < until:
            path = f"/imports/{uuid}"
            found = self.store.call("GET", path, token=self.store.manager)
            if found["state"] in ("done", "failed"):
                return found
            time.sleep(_POLL_S)
        raise RuntimeError(f"import {uuid} did not end in {_GIVE_UP_S} s")

    def export(self, kind, file_format, rows):
        """Export all and return ``(figures, bytes)``."""
        self.store.manager_token()
        self.processes.forget()
        began = time.monotonic()
        content = self.call("GET", f"/exports/{kind}?format={file_format}")
        seconds = time.monotonic() - began
        if _count(content) < rows:
            raise RuntimeError(f"{kind}: {_count(content)} of {rows} rows")
        return self.figures(_count(content), seconds), content

    def figures(self, rows, seconds, **more):
        """Return the figures of one case."""
        used = self.processes
        used = {"odooCpuS": round(used.cpu_s(), 1), "memoryMb": used.peak_mb()}
        target = {"targetS": TARGET_S, "targetMb": TARGET_MB}
        return {"rows": rows, "seconds": round(seconds, 1), **used, **more, **target}


def _measure(case, kind, rows):
    figures = {}

    def add(name, found):
        figures[f"{kind} {name}"] = found
        print(f"  {kind} {name}: {found['seconds']} s, {found['memoryMb']} MB", flush=True)

    table = [_ROWS[kind](number) for number in range(rows)]
    created = ("created", rows)
    add("dry run xlsx", case.load(kind, _write("xlsx", table), created, dry_run=True))
    add("dry run csv", case.load(kind, _write("csv", table), created, dry_run=True))
    add("new csv", case.load(kind, _write("csv", table), created))
    for file_format in ("csv", "xlsx"):
        found, content = case.export(kind, file_format, rows)
        add(f"export {file_format}", found)
        if file_format == "csv":
            exported = content
        counted = ("unchanged", found["rows"])
        add(f"unchanged {file_format}", case.load(kind, content, counted))
    changed, counted = _change(exported, _CHANGED[kind]), ("updated", found["rows"])
    add("changed csv", case.load(kind, changed, counted, mode="skip_bad"))
    return figures


def run(rows):
    """Return seconds and memory of each case beside what is wanted for 50,000 rows."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Imports", tills=0)
        case = _Case(suite, store)
        return {
            name: found
            for kind in _ROWS
            for name, found in _measure(case, kind, rows).items()
        }  # fmt: skip
