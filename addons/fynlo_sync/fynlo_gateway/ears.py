"""Threads that hear what the relay tells, over PostgreSQL and over Redis."""

import json
from contextlib import closing

import psycopg2

from . import database, log, redis_store
from .batch import Batch
from .worker import Worker

HEAR_S = 5
MAX_TOPIC = 100


class PostgresEar(Worker):
    """Hears batches, and words to one store, user or device.

    :param tell: ``tell(function name, argument)`` has the hub do something in its event loop
    """

    breaks = (psycopg2.Error,)

    def __init__(self, dsn, tell):
        super().__init__()
        self._dsn, self._tell = dsn, tell

    def work(self):
        with closing(database.connect(self._dsn)) as connection:
            database.listen(connection, database.BATCH, database.DIRECT)
            place = database.read_place(connection)
            self.up()
            if place:
                self._tell("catch_up", place.head)
            while not self.is_stopping:
                came = database.wait(connection, HEAR_S, self.wakes)
                for notification in came:
                    self._hear(notification)
                if not came:
                    database.run(connection, "SELECT 1")  # is it still there?

    def _hear(self, notification):
        if notification.channel == database.BATCH:
            self._tell("receive", Batch.from_json(notification.payload))
            return
        try:
            word = json.loads(notification.payload)
            self._tell("whisper", (str(word["room"]), str(word["topic"])[:MAX_TOPIC]))
        except (ValueError, KeyError, TypeError):
            log.warn("direct_word_refused")


class RedisEar(Worker):
    """Hears batches that the relay publishes; asks where it is after each interruption."""

    breaks = (redis_store.Error,)

    def __init__(self, store, tell):
        super().__init__()
        self._store, self._tell = store, tell

    def work(self):
        with self._store.subscribe() as subscription:
            label, position = self._store.read_head()
            self.up()
            if label:
                self._tell("catch_up", redis_store.parse_label(label, position))
            while not self.is_stopping:
                message = subscription.get_message(timeout=1)
                if message:
                    self._tell("receive", Batch.from_json(message["data"]))
