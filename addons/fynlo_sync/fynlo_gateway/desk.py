"""Where connections sign in, say what they missed, and are sent away."""

import asyncio
from contextlib import suppress
from datetime import datetime, timezone

from websockets.exceptions import ConnectionClosed

from . import messages, metrics
from .keys import KeysUnavailable
from .messages import (
    FORBIDDEN,
    REPLACED,
    RESTARTING,
    TOO_LATE,
    TOO_MUCH,
    TRY_AGAIN,
    UNAUTHORISED,
    Refused,
)
from .peer import Peer
from .redis_store import Error as RedisError
from .sessions import DatabaseGone
from .tokens import engine

#: Connections that are sent away at once when the gateway drains.
AWAY_STEP_S = 0.05


class Desk:
    """The signed-in connections of one gateway.

    :ivar peers: ``{session uuid: its connections, the oldest first}``
    """

    def __init__(self, gateway):
        self.gateway = gateway
        self.peers = {}
        self.count = 0

    async def handle(self, connection):
        """Serve one connection from its first message to its end."""
        peer = Peer(self.gateway, connection)
        try:
            with suppress(ConnectionClosed):
                await self._greet(peer)
                async for text in connection:
                    await self._hear(peer, text)
        except Refused as refusal:
            peer.end(refusal.code, refusal.reason)
        finally:
            self._forget(peer)
            if peer.ending:
                await peer.ending

    async def send_away(self, within_s):
        """End all connections, spread over ``within_s``, as a restart does."""
        everybody = [peer for peers in self.peers.values() for peer in peers]
        steps = max(1, int(within_s / AWAY_STEP_S))
        size = max(1, -(-len(everybody) // steps))
        endings = []
        for start in range(0, len(everybody), size):
            for peer in everybody[start : start + size]:
                endings.append(peer.end(RESTARTING, "restarting"))
            await asyncio.sleep(AWAY_STEP_S)
        await asyncio.gather(*endings)

    # --- Signing in

    async def _greet(self, peer):
        """Read the first message and answer it; then the connection is in its rooms."""
        try:
            text = await asyncio.wait_for(peer.connection.recv(), self.gateway.settings.hello_s)
        except asyncio.TimeoutError:
            raise Refused(TOO_LATE, "hello_late") from None
        peer.connection.is_heard = True
        hello = messages.read_hello(text)
        given = peer.connection.token
        await self._sign(peer, hello.token if given is None else given)
        peer.store = str(hello.store) if hello.store else None
        rooms = peer.session.rooms(peer.store)
        if self.gateway.hub.head is None:
            raise Refused(TRY_AGAIN, "unavailable")
        missed = await self._find_missed(hello, rooms)
        self._register(peer)
        self.gateway.hub.join(peer, rooms)
        self._welcome(peer, hello, missed)

    def _welcome(self, peer, hello, missed):
        """Say where the relay is, and what was missed; nothing can come in between."""
        head = self.gateway.hub.head
        facts = {"id": head.position, "epoch": head.label, "expiresAt": _instant(peer)}
        frames = [messages.frame("welcome", **facts, pingS=self.gateway.settings.ping_s)]
        how = "new" if hello.last is None else "resync" if missed is None else "resumed"
        metrics.RESUMED.labels(how).inc()
        if how == "resync":
            frames.append(messages.resync(head.position, head.label))
        elif missed:
            frames.append(messages.changes(head.position, head.label, missed))
        for text in frames:
            peer.connection.put(messages.serialise(text))

    async def _find_missed(self, hello, rooms):
        """Return the tables that changed since ``hello.last``; ``None`` when that is not known."""
        hub, store = self.gateway.hub, self.gateway.store
        if hello.last is None:
            return None
        missed = hub.missed(hello.last, hello.epoch, rooms)
        head = hub.head
        if missed is not None or not store or hello.epoch != head.label:
            return missed
        try:
            held = await asyncio.to_thread(store.since, head, hello.last, rooms)
        except RedisError:
            return None
        if held is None or hello.last > held[1]:
            return None
        # What came while Redis was asked is held here.
        later = hub.missed(min(held[1], hub.head.position), hello.epoch, rooms)
        return None if later is None else held[0] | later

    async def _sign(self, peer, token):
        """Check a token and its session, and note them.

        :raise Refused: not with this token
        """
        if token is None:
            raise Refused(UNAUTHORISED, "token_missing")
        try:
            claims = await self.gateway.keys.verify(token, self.gateway.issuer)
            session = await self.gateway.sessions.find(claims["sid"])
        except (KeysUnavailable, DatabaseGone):
            raise Refused(TRY_AGAIN, "unavailable") from None
        except engine.TokenTimeError:
            raise Refused(UNAUTHORISED, "token_expired") from None
        except engine.TokenError:
            raise Refused(UNAUTHORISED, "token_invalid") from None
        if session is None:
            raise Refused(UNAUTHORISED, "session_ended")
        self._unregister(peer)
        peer.sign(claims, session)

    async def _hear(self, peer, text):
        """Take a later message: a new token."""
        if not peer.messages.take():
            raise Refused(TOO_MUCH, "too_many_messages")
        reauth = messages.read_reauth(text)
        await self._sign(peer, reauth.token)
        self._register(peer)
        self.gateway.hub.join(peer, peer.session.rooms(peer.store))
        text = messages.frame("authenticated", expiresAt=_instant(peer))
        peer.connection.put(messages.serialise(text))

    # --- Who is here

    def _register(self, peer):
        """Count the connection; the oldest of too many of one session makes room."""
        if peer.ending:
            raise Refused(FORBIDDEN, "ended")
        if self.gateway.is_draining:  # nobody would send it away any more
            raise Refused(RESTARTING, "restarting")
        self.gateway.half_open.pop(peer.connection, None)
        peers = self.peers.setdefault(peer.session.uuid, [])
        peers.append(peer)
        self.count += 1
        if len(peers) > self.gateway.settings.max_per_session:
            oldest = peers[0]
            self._unregister(oldest)
            oldest.end(REPLACED, "replaced")

    def _unregister(self, peer):
        peers = self.peers.get(peer.session.uuid, []) if peer.session else []
        if peer in peers:
            peers.remove(peer)
            self.count -= 1
            if not peers:
                del self.peers[peer.session.uuid]

    def _forget(self, peer):
        self._unregister(peer)
        self.gateway.hub.leave(peer)


def _instant(peer):
    """Return when the connection's token ends, as the API writes times."""
    ends_at = datetime.fromtimestamp(peer.expires_at_s - engine.LEEWAY_S, timezone.utc)
    return ends_at.isoformat(timespec="seconds").replace("+00:00", "Z")
