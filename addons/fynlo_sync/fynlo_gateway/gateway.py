"""The gateway: lets connections in, and leaves in good order."""

import asyncio
import json
import random
import signal
from functools import partial

from websockets.asyncio.server import serve

from . import http_side, log, metrics
from .desk import Desk
from .ears import PostgresEar, RedisEar
from .hub import Hub
from .keys import KeySet, KeysUnavailable
from .peer import CLOSE_S, Door
from .redis_store import RedisStore
from .relay import Relay
from .sessions import DatabaseGone, Sessions
from .sweeper import Sweeper
from .tokens import engine

#: A whole store's tills may come back at once.
BACKLOG = 4_096


class Gateway:
    """One process. ``settings`` is a :class:`~.settings.Settings`.

    :ivar port: where it listens
    :ivar half_open: the connections that are not signed in as keys, the oldest first
    """

    def __init__(self, settings):
        self.settings = settings
        self.hub = Hub(settings)
        self.keys = KeySet(settings.jwks_url)
        self.sessions = Sessions(settings.dsn)
        self.desk = Desk(self)
        self.issuer = self.store = self.port = self.relay = None
        self.is_draining = False
        self.half_open = {}
        self._workers = []

    async def run(self):
        """Serve until SIGTERM or SIGINT, then drain."""
        asked_to_end = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, asked_to_end.set)
        await self.start()
        await asked_to_end.wait()
        await self.drain()

    async def start(self):
        """Listen, and connect to the database as soon as it is there."""
        self._loop = asyncio.get_running_loop()
        self._server = await serve(
            self.desk.handle,
            self.settings.host,
            self.settings.port,
            create_connection=partial(Door, settings=self.settings, half_open=self.half_open),
            process_request=self._process_request,
            server_header=None,
            compression=None,
            open_timeout=self.settings.hello_s,
            close_timeout=CLOSE_S,
            ping_interval=self.settings.ping_s,
            ping_timeout=self.settings.ping_s,
            max_size=self.settings.frame_bytes,
            backlog=BACKLOG,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks = [
            self._loop.create_task(self._connect()),
            self._loop.create_task(Sweeper(self).run()),
        ]
        log.tell("listens", port=self.port, redis=bool(self.settings.redis_url))

    async def drain(self):
        """Let others lead, send everybody away over a while, and end."""
        self.is_draining = True
        log.tell("drains", connections=self.desk.count)
        for task in self._tasks:
            task.cancel()
        self._server.close(close_connections=False)
        for worker in self._workers:
            await asyncio.to_thread(worker.stop)
        await self.desk.send_away(self.settings.drain_s)
        for door in list(self.half_open):
            door.transport.abort()
        await self._server.wait_closed()
        self.sessions.close()
        log.tell("ended")

    def is_ready(self):
        """Tell whether it lets connections in: it knows where the relay is."""
        return self.hub.head is not None and not self.is_draining

    def describe(self):
        """Return what ``/healthz`` says."""
        links = {worker.name: worker.is_up for worker in self._workers}
        return {
            "ready": self.is_ready() and links.get("postgresear", False),
            "draining": self.is_draining,
            "links": links,
            "leader": bool(self.relay and self.relay.is_leader),
            "connections": self.desk.count,
        }

    async def _connect(self):
        """Wait for a database that names the issuer of its tokens; then read and hear."""
        while self.issuer is None:
            try:
                self.issuer = await self.sessions.find_issuer()
            except DatabaseGone:
                await asyncio.sleep(1)
        dsn = self.settings.dsn
        if self.settings.redis_url:
            self.store = RedisStore(self.settings.redis_url, self.issuer.partition(":")[2])
            self._workers.append(RedisEar(self.store, self._tell_hub))
        self.relay = Relay(dsn, self.store, self.settings.gather_ms / 1000)
        self._workers = [PostgresEar(dsn, self._tell_hub), *self._workers, self.relay]
        for worker in self._workers:
            worker.start()

    def _tell_hub(self, method, argument):
        """Have the hub do something; called by other threads."""
        self._loop.call_soon_threadsafe(getattr(self.hub, method), argument)

    # --- Plain HTTP

    async def _process_request(self, connection, request):
        """Answer what is no websocket of ours; ``None`` lets it in."""
        if request.path in ("/healthz", "/metrics"):
            return self._answer(connection, request)
        fault = http_side.find_fault(request, self.settings.origins)
        if fault:
            return http_side.refuse(connection, fault)
        if not self.is_ready() or self.desk.count >= self.settings.max_connections:
            return http_side.refuse(connection, "unavailable", random.randint(1, 5))
        connection.token = http_side.read_bearer(request)
        if connection.token is not None:
            return await self._check_token(connection)
        return None

    async def _check_token(self, connection):
        try:
            await self.keys.verify(connection.token, self.issuer)
        except KeysUnavailable:
            return http_side.refuse(connection, "unavailable", random.randint(1, 5))
        except engine.TokenTimeError:
            return http_side.refuse(connection, "token_expired")
        except engine.TokenError:
            return http_side.refuse(connection, "token_invalid")

    def _answer(self, connection, request):
        if request.path == "/healthz":
            health = self.describe()
            status = 200 if health["ready"] else 503
            return http_side.answer(connection, status, json.dumps(health), "application/json")
        if not http_side.is_trusted(connection, request, self.settings.metrics_token):
            return http_side.refuse(connection, "forbidden")
        for name, is_up in self.describe()["links"].items():
            metrics.LINK_UP.labels(name).set(is_up)
        metrics.LEADER.set(self.describe()["leader"])
        metrics.CONNECTIONS.set(self.desk.count)
        metrics.HALF_OPEN.set(len(self.half_open))
        return http_side.answer(connection, 200, metrics.render(), "text/plain; version=0.0.4")
