"""A real browser, and the one host that it talks to: Odoo, its bus and the gateway behind it."""

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

from websockets.sync.client import connect

PATIENCE_S = 30
_CHUNK = 65_536


class FrontDoor:
    """Hands connections on by their first path, as nginx does.

    :ivar places: ``{beginning of a path: port}``, the longest beginning counts; port 0 turns away
    """

    def __init__(self, places):
        self.places = places
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def close_path(self, path):
        """Turn away whoever comes for a path from now on, and cut those who are there."""
        self.places[path] = 0
        for place, *ends in list(self._open):
            if place == path:
                _cut(*ends)

    def close(self):
        self._listener.close()
        for _place, *ends in list(self._open):
            _cut(*ends)

    def _listen(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        with contextlib.suppress(OSError, IndexError), near:
            head = near.recv(_CHUNK)
            path = head.split(b" ", 2)[1].decode()
            place = max((each for each in self.places if path.startswith(each)), key=len)
            if not self.places[place]:
                return
            with socket.create_connection(("127.0.0.1", self.places[place])) as far:
                held = (place, near, far)
                self._open.add(held)
                far.sendall(head)
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join()
                self._open.discard(held)


def _pump(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    _cut(source, target)


def _cut(*ends):
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class Page:
    """One page of a headless Chromium, over its debugging protocol."""

    def __init__(self, socket_):
        self._socket, self._last = socket_, 0

    def call(self, method, **params):
        """Give the result of a command of the protocol."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE_S))
            if answer.get("id") == self._last:
                assert "error" not in answer, answer
                return answer["result"]

    def run(self, script):
        """Give the value of an expression in the page."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, script, patience_s=PATIENCE_S):
        """Wait until an expression is true; give the seconds that it took."""
        began_s = time.monotonic()
        while not self.run(script):
            if time.monotonic() > began_s + patience_s:
                text = self.run("document.body.innerText")
                raise AssertionError(f"never after {patience_s} s: {script}\n{text}")
            time.sleep(0.02)
        return time.monotonic() - began_s

    def go(self, url):
        self.call("Page.navigate", url=url)

    def shoot(self, path):
        """Write a picture of the page."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def requests_to(self, part):
        """Give how many requests the page has made to addresses with ``part``."""
        entries = 'performance.getEntriesByType("resource")'
        return self.run(f"{entries}.filter((each) => each.name.includes({part!r})).length")


@contextlib.contextmanager
def open_page(folder, url, cookie):
    """Run a Chromium with one page whose session cookie for ``url`` is set."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "these tests need Chromium"
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--disable-dev-shm-usage", "--window-size=1200,900", "--remote-debugging-port=0"]
    profile = folder / "profile"
    with open(folder / "chromium.log", "wb") as log:
        child = subprocess.Popen([*command, f"--user-data-dir={profile}"], stdout=log, stderr=log)
    try:
        with connect(_find_page(profile / "DevToolsActivePort"), max_size=None) as socket_:
            page = Page(socket_)
            page.call("Network.setCookie", name="session_id", value=cookie, url=url)
            yield page
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def _find_page(port_file):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if port_file.exists() and (lines := port_file.read_text().split()):
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                pages = [each for each in json.load(answer) if each["type"] == "page"]
            if pages:
                return pages[0]["webSocketDebuggerUrl"]
        time.sleep(0.05)
    raise AssertionError("the browser has no page")
