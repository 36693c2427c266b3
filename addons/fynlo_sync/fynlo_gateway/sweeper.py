"""Once a second: who has to go, and whose rooms have changed."""

import asyncio
import time

from . import log
from .messages import TRY_AGAIN, UNAUTHORISED, Refused
from .sessions import DatabaseGone

PERIOD_S = 1.0


class Sweeper:
    """Ends connections whose token or session is over, within two seconds of its end."""

    def __init__(self, gateway):
        self.gateway = gateway
        self._round = 0
        self._seen_at_s = time.monotonic()

    async def run(self):
        """Sweep for ever."""
        while True:
            began_s = time.monotonic()
            try:
                await self.sweep()
            except Exception:
                log.fail("sweep_failed")
            await asyncio.sleep(max(0.1, began_s + PERIOD_S - time.monotonic()))

    async def sweep(self):
        """Look at all connections once."""
        self._end_expired()
        self._round += 1
        try:
            await self._end_ended()
            await self._refresh()
            self._seen_at_s = time.monotonic()
        except DatabaseGone:
            self._mind_blindness()

    def _peers(self, uuids=None):
        peers = self.gateway.desk.peers
        chosen = peers if uuids is None else uuids
        return [peer for uuid in chosen for peer in peers.get(uuid, ())]

    def _end_expired(self):
        now_s = time.time()
        for peer in self._peers():
            if peer.expires_at_s <= now_s:
                peer.end(UNAUTHORISED, "token_expired")

    async def _end_ended(self):
        uuids = list(self.gateway.desk.peers)
        # Asked without connections, too: it is how a database that came back is noticed.
        for peer in self._peers(await self.gateway.sessions.find_ended(uuids)):
            peer.end(UNAUTHORISED, "session_ended")

    async def _refresh(self):
        """Move the connections of a part of the sessions to the rooms that are theirs now."""
        rounds = max(1, self.gateway.settings.refresh_s)
        uuids = list(self.gateway.desk.peers)[self._round % rounds :: rounds]
        if not uuids:
            return
        found = await self.gateway.sessions.find_many(uuids)
        for peer in self._peers(found):
            if peer.session.uuid not in found or peer.ending:
                continue
            peer.session = found[peer.session.uuid]
            try:
                self.gateway.hub.join(peer, peer.session.rooms(peer.store))
            except Refused as refusal:
                peer.end(refusal.code, refusal.reason)

    def _mind_blindness(self):
        """Nobody stays whose session cannot be looked at for long."""
        if time.monotonic() < self._seen_at_s + self.gateway.settings.blind_s:
            return
        for peer in self._peers():
            peer.end(TRY_AGAIN, "unavailable")
