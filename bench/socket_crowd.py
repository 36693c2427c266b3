"""Many websocket clients in one event loop, as light as can be: the load is not to be the limit."""

import asyncio
import base64
import os
import time
from urllib.parse import urlsplit

_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A


class Socket(asyncio.Protocol):
    """One connection; ``frames`` are ``(time.time() of arrival, bytes)``.

    :param is_greeted: the server speaks first, and only then the connection is open
    :ivar opened: future of ``True``, or ``False`` when it was refused
    :ivar is_closed: the other end has ended it
    """

    def __init__(self, path, headers, first, is_greeted):
        self.loop = asyncio.get_running_loop()
        self.opened = self.loop.create_future()
        self.frames, self.is_closed = [], False
        self._path, self._headers, self._first = path, headers, first
        self._is_greeted = is_greeted
        self._head, self._buffer = True, b""

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {self._path} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", *self._headers]
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data):
        self._buffer += data
        if self._head:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._head, self._buffer = False, rest
            if not head.startswith(b"HTTP/1.1 101"):
                self.transport.close()
                return
            self.send(self._first)
            if not self._is_greeted:
                self.opened.set_result(True)
        self._read_frames()

    def connection_lost(self, _error):
        self.is_closed = True
        if not self.opened.done():
            self.opened.set_result(False)

    def send(self, text, kind=_TEXT):
        """Send one frame."""
        payload = text.encode() if isinstance(text, str) else text
        size = len(payload)
        head = bytes([kind, 0x80 | size]) if size < 126 else bytes([kind, 0xFE, *divmod(size, 256)])
        self.transport.write(head + b"\0\0\0\0" + payload)

    def _read_frames(self):
        while len(self._buffer) >= 2:
            size, start = self._buffer[1], 2
            if size == 126:
                size, start = int.from_bytes(self._buffer[2:4], "big"), 4
            if len(self._buffer) < start + size:
                return
            kind, payload = self._buffer[0], self._buffer[start : start + size]
            self._buffer = self._buffer[start + size :]
            if kind == _PING:
                self.send(payload, _PONG)
            elif kind == _TEXT:
                self.frames.append((time.time(), payload))
                self._note_opened()

    def _note_opened(self):
        if not self.opened.done():
            self.opened.set_result(True)


class Crowd:
    """Connections to one address.

    :param url: ``http://host:port/path``
    :param headers: lines that all send
    :param is_greeted: the server speaks first, and only then a connection is open
    """

    def __init__(self, url, headers=(), is_greeted=True):
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self._headers = [f"Host: {parts.netloc}", *headers]
        self._is_greeted = is_greeted
        self.sockets = []

    async def open(self, first, parallel):
        """Open a connection for each first message; give how many were refused."""
        gate = asyncio.Semaphore(parallel)
        found = await asyncio.gather(*(self._open(text, gate) for text in first))
        self.sockets += [socket for socket in found if socket]
        return sum(socket is None for socket in found)

    async def _open(self, text, gate):
        loop = asyncio.get_running_loop()
        async with gate:
            try:
                _transport, socket = await loop.create_connection(
                    lambda: Socket(self._path, self._headers, text, self._is_greeted),
                    self._host,
                    self._port,
                )
                return socket if await asyncio.wait_for(socket.opened, 60) else None
            except (OSError, asyncio.TimeoutError):
                return None

    def lost(self):
        """Return how many were let in and then sent away."""
        return sum(socket.is_closed for socket in self.sockets)

    async def heard(self, count, patience_s=30):
        """Wait until each connection has ``count`` frames, or for ``patience_s``."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if all(len(socket.frames) >= count for socket in self.sockets):
                return
            await asyncio.sleep(0.02)

    def forget(self):
        """Forget all frames that came."""
        for socket in self.sockets:
            socket.frames.clear()

    async def cut(self):
        """Cut all connections at once."""
        for socket in self.sockets:
            socket.transport.abort()
        self.sockets.clear()
        await asyncio.sleep(1)
