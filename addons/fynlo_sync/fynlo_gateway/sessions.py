"""Which sessions live and what they serve: asked of the database, many at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import psycopg2

from . import database
from .messages import FORBIDDEN, Refused

#: A database that says nothing for so long is gone.
PATIENCE_S = 5


class DatabaseGone(Exception):
    """Nobody can tell now."""


@dataclass(frozen=True)
class Session:
    """A sign-in that lives.

    :ivar stores: ``{uuid: (id, company id)}`` of the stores that it serves now
    """

    uuid: str
    user_id: int
    user_uuid: str
    device_id: int | None
    stores: dict

    def rooms(self, store=None):
        """Return the names of the rooms it is in.

        :param store: uuid of the one store it wants to hear of
        :raise Refused: it does not serve that store
        """
        if store is not None and store not in self.stores:
            raise Refused(FORBIDDEN, "store_forbidden")
        places = [self.stores[store]] if store is not None else self.stores.values()
        rooms = {"all", f"user:{self.user_id}"}
        rooms |= {f"device:{self.device_id}"} if self.device_id else set()
        rooms |= {f"store:{store_id}" for store_id, _company in places}
        return frozenset(rooms | {f"company:{company}" for _store, company in places})


class Sessions:
    """One connection in one thread, through which all questions go.

    Those that come while a question is out are asked together, so a thousand connections at once
    are a handful of statements.
    """

    def __init__(self, dsn):
        self._dsn = dsn
        self._connection = None
        self._thread = ThreadPoolExecutor(1, "sessions")
        self._wanted = {}
        self._asking = None

    @cached_property
    def _loop(self):
        return asyncio.get_running_loop()

    async def find(self, uuid):
        """Return the :class:`Session`, or ``None`` when it is over.

        :raise DatabaseGone: the database does not answer
        """
        future = self._wanted.get(uuid)
        if future is None:
            future = self._wanted[uuid] = self._loop.create_future()
        if self._asking is None or self._asking.done():
            self._asking = self._loop.create_task(self._answer())
        return await asyncio.shield(future)

    async def find_many(self, uuids):
        """Return ``{uuid: Session}`` of those that live; raises as :meth:`find`."""
        rows = await self._ask(database.find_sessions, list(uuids))
        return {row[0]: Session(*row) for row in rows}

    async def find_ended(self, uuids):
        """Return those that are over; raises as :meth:`find`."""
        return set(await self._ask(database.find_ended, list(uuids)))

    async def find_issuer(self):
        """Return the issuer of the database's tokens; raises as :meth:`find`."""
        return await self._ask(database.find_issuer)

    def close(self):
        """Let the connection go."""
        self._thread.submit(self._disconnect)
        self._thread.shutdown()

    async def _answer(self):
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            try:
                found = await self.find_many(wanted)
            except DatabaseGone as error:
                for future in wanted.values():
                    future.set_exception(error)
                    future.exception()  # whoever asked may have left
            else:
                for uuid, future in wanted.items():
                    future.set_result(found.get(uuid))

    async def _ask(self, question, *arguments):
        answer = self._loop.run_in_executor(self._thread, self._call, question, arguments)
        try:
            return await asyncio.wait_for(answer, PATIENCE_S)
        except asyncio.TimeoutError:
            raise DatabaseGone from None

    def _call(self, question, arguments):
        """Ask; a connection that broke since the last question is replaced at once."""
        is_old = self._connection is not None
        try:
            if not is_old:
                self._connection = database.connect(self._dsn, PATIENCE_S)
            return question(self._connection, *arguments)
        except psycopg2.Error:
            self._disconnect()
            if is_old:
                return self._call(question, arguments)
            raise DatabaseGone from None

    def _disconnect(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None
