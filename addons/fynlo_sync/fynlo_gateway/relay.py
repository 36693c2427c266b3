"""The relay: reads the changelog and tells all gateways. One of them leads, the others stand by."""

import secrets
import time
from contextlib import closing
from dataclasses import replace

import psycopg2

from . import database, log, metrics, redis_store
from .batch import Batch, Head, make_batches
from .worker import Worker

#: How often the others try to lead, and the leader looks although nobody called it.
STANDBY_S, IDLE_S = 0.5, 2.0
#: How often an idle leader saves its place, and how long it does without a Redis that failed.
SAVE_S, RETRY_S = 60, 2


class Relay(Worker):
    """Leads when it holds the database's lock.

    What it reads are the rows that are visible now and were not in the snapshot it read last: a
    transaction that stays open for long is told when it commits, however many ids came after its.
    The place is saved with the notification in one transaction. With Redis it is saved after the
    publication, so the next leader may tell a change twice and never leaves one out.

    :ivar is_leader: this gateway reads for all
    """

    breaks = (psycopg2.Error,)

    def __init__(self, dsn, store=None, gather_s=0.02):
        super().__init__()
        self.is_leader = False
        self._dsn, self._store, self._gather_s = dsn, store, gather_s
        self._saved_at_s = self._retry_at_s = 0.0
        self._term = self._cluster = ""

    def work(self):
        with closing(database.connect(self._dsn)) as connection:
            self.up()
            try:
                while not self.is_stopping and not database.try_to_lead(connection):
                    database.wait(connection, STANDBY_S, self.wakes)
                if not self.is_stopping:
                    self._lead(connection)
            finally:
                self.is_leader = False

    def _lead(self, connection):
        database.listen(connection, database.CHANGE)
        place = database.read_place(connection)
        self._cluster = database.read_cluster(connection)
        if place and not self._is_good(connection, place):
            place = replace(place, snapshot=None)
        self.is_leader, self._term = True, secrets.token_hex(4)
        log.tell("leads", position=place.head.position if place else None)
        while not self.is_stopping:
            began_s = time.monotonic()
            place = self._relay(connection, place)
            if database.wait(connection, IDLE_S, self.wakes):
                # The first change of a burst goes out at once, those that follow go together.
                self._stopping.wait(max(0, began_s + self._gather_s - time.monotonic()))

    def _relay(self, connection, place):
        """Tell what is new since ``place``; give the new place."""
        reading = database.read_changes(connection, place and place.snapshot)
        if place is None or not place.snapshot or place.head.epoch != reading.epoch:
            return self._begin_anew(connection, place, reading)
        batches = make_batches(place.head, reading.tables)
        place = replace(place, snapshot=reading.snapshot)
        if batches:
            place = self._tell(connection, place, batches)
        elif time.monotonic() > self._saved_at_s + SAVE_S:
            self._save(connection, place)  # the changelog drops what is far behind
        return place

    def _is_good(self, connection, place):
        """Tell whether a place of before means something: of this cluster, and nothing dropped."""
        is_compacted = database.is_compacted(connection, place.snapshot)
        return place.cluster == self._cluster and not is_compacted

    def _begin_anew(self, connection, place, reading):
        """What changed until now cannot be known: have everybody pull."""
        head = Head(reading.epoch, place.head.stream + 1 if place else 1, 0)
        log.warn("begins_anew", epoch=head.epoch, stream=head.stream)
        fresh = database.Place(self._cluster, reading.snapshot, head)
        batch = Batch(replace(head, position=1), {}, is_unknown=True)
        return self._tell(connection, fresh, [batch])

    def _tell(self, connection, place, batches):
        """Tell the batches and save the place; give the place."""
        place = replace(place, head=batches[-1].head)
        batches = [replace(batch, term=self._term) for batch in batches]
        if self._store and time.monotonic() > self._retry_at_s:
            try:
                place = self._publish(connection, place, batches)
                metrics.RELAYED.labels("redis").inc(len(batches))
                batches = ()
            except redis_store.Error as error:
                log.warn("redis_lost", error=type(error).__name__)
                self._retry_at_s = time.monotonic() + RETRY_S
        self._save(connection, place, batches)
        metrics.RELAYED.labels("postgres").inc(len(batches))
        return place

    def _save(self, connection, place, batches=()):
        database.save_place(connection, place, batches)
        self._saved_at_s = time.monotonic()

    def _publish(self, connection, place, batches):
        """Tell over Redis; give the place in the history that it holds.

        :raise redis_store.Error: it does not answer
        """
        if all(self._store.publish(batch) for batch in batches):
            return place
        # Redis lacks something: begin a new history. Its name is saved first, and who cannot do
        # that leads no more.
        head = replace(place.head, stream=place.head.stream + 1)
        before = replace(head, position=batches[0].head.position - 1)
        behind = database.read_place(connection)
        if behind:
            database.save_place(connection, replace(behind, head=before))
        self._store.restart(before)
        for batch in batches:
            self._store.publish(replace(batch, head=replace(batch.head, stream=head.stream)))
        return replace(place, head=head)
