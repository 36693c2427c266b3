"""One connection: what limits it, and how it ends."""

import asyncio
import socket
import time
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from . import messages, metrics
from .tokens import engine

#: A dropped connection may take so long to read what is left and say goodbye.
CLOSE_S = 3
KERNEL_BUFFER_BYTES = 65_536
#: Who has not said hello for so long makes room, if somebody else comes.
YIELDS_AFTER_S = 1


class Bucket:
    """Lets ``burst`` through at once and ``per_s`` in the long run."""

    __slots__ = ("_at_s", "_burst", "_left", "_per_s")

    def __init__(self, burst, per_s):
        self._left = self._burst = burst
        self._per_s = per_s
        self._at_s = time.monotonic()

    def take(self, amount=1):
        """Take ``amount``; ``False`` when there is not so much."""
        now_s = time.monotonic()
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        self._left -= amount
        return self._left >= 0


class Door(ServerConnection):
    """A connection of the library's that counts as half open until it is signed in.

    What it sends is counted here, so that frames count which the library answers by itself.

    :ivar token: of the ``Authorization`` header, ``None`` without one
    :ivar is_heard: it has said hello
    """

    def __init__(self, *arguments, settings, half_open, **options):
        super().__init__(*arguments, **options)
        self.token, self.is_heard = None, False
        self._since_s = time.monotonic()
        self._settings, self._half_open = settings, half_open
        self._bytes = Bucket(settings.bytes_burst, settings.bytes_per_s)

    def connection_made(self, transport):
        super().connection_made(transport)
        # Little of what a slow reader is sent waits where nobody sees it.
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES
        )
        is_full = len(self._half_open) >= self._settings.max_half_open
        if is_full and not self._make_room():
            metrics.REFUSED.labels("half_open").inc()
            transport.abort()
            return
        self._half_open[self] = None

    def _make_room(self):
        """Cut who has been silent longest, if that is long; tell whether somebody was."""
        silent = (door for door in self._half_open if not door.is_heard)
        longest = next(silent, None)
        if longest is None or time.monotonic() - longest._since_s < YIELDS_AFTER_S:
            return False
        metrics.CLOSED.labels("half_open").inc()
        del self._half_open[longest]
        longest.transport.abort()
        return True

    def connection_lost(self, exc):
        self._half_open.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data):
        if not self._bytes.take(len(data)):
            metrics.CLOSED.labels("flood").inc()
            self.transport.abort()
            return
        super().data_received(data)

    def put(self, data):
        """Write a whole frame without waiting; nothing when it is about to close."""
        if self.state is State.OPEN:
            self.transport.write(data)

    @property
    def unread_bytes(self):
        """How much waits until the other end reads."""
        return self.transport.get_write_buffer_size()


class Peer:
    """A connection that is signed in, or about to."""

    __slots__ = (
        "connection", "device", "ending", "expires_at_s", "gateway", "messages", "rooms", "session",
        "store", "user",
    )  # fmt: skip

    def __init__(self, gateway, connection):
        self.gateway, self.connection = gateway, connection
        self.rooms = frozenset()
        self.session = self.store = self.user = self.device = self.ending = None
        self.expires_at_s = 0
        self.messages = Bucket(gateway.settings.messages_burst, 1)

    def sign(self, claims, session):
        """Note whose connection it is.

        :raise messages.Refused: the token is of another user, or of another till or store
        """
        bearer = (claims["sub"], claims.get("dev"))
        is_stranger = self.session is not None and bearer != (self.user, self.device)
        if is_stranger or claims["sub"] != session.user_uuid:
            raise messages.Refused(messages.FORBIDDEN, "bearer_forbidden")
        if "sto" in claims and claims["sto"] not in session.stores:
            raise messages.Refused(messages.FORBIDDEN, "store_forbidden")
        self.user, self.device = bearer
        self.session = session
        self.expires_at_s = claims["exp"] + engine.LEEWAY_S

    def end(self, code, reason):
        """Say goodbye and close, without waiting for it; only the first reason counts."""
        if self.ending is None:
            metrics.CLOSED.labels(reason).inc()
            self.gateway.hub.leave(self)
            self.ending = asyncio.get_running_loop().create_task(self._end(code, reason))
        return self.ending

    def drop_slow(self):
        """End a connection that does not read; others do not wait for it."""
        self.end(messages.TRY_AGAIN, "too_slow")

    async def _end(self, code, reason):
        transport = self.connection.transport
        try:
            # It may be gone, or not read what is left.
            with suppress(asyncio.TimeoutError, ConnectionClosed):
                await asyncio.wait_for(self._say_goodbye(code, reason), CLOSE_S)
        finally:
            transport.abort()

    async def _say_goodbye(self, code, reason):
        if self.connection.unread_bytes == 0:
            await self.connection.send(messages.bye(reason, self.gateway.desk.count))
        await self.connection.close(code, reason)
