"""Who is connected and what is said to whom. Lives in the event loop, does no I/O of its own."""

from collections import deque

from . import messages, metrics
from .batch import History

#: Of so many batches the leader is remembered.
TERMS = 100


class Hub:
    """The rooms of one gateway, and the pokes that it remembers.

    :ivar head: the last batch that is known of; ``None`` before the first word from the database
    """

    def __init__(self, settings):
        self.head = None
        self._history = History(settings.history)
        self._limit = settings.write_buffer_bytes
        self._rooms = {}
        self._terms = deque(maxlen=TERMS)

    # --- Who is here

    def join(self, peer, rooms):
        """Put a connection into exactly these rooms."""
        for room in peer.rooms - rooms:
            self._leave(peer, room)
        for room in rooms - peer.rooms:
            self._rooms.setdefault(room, set()).add(peer)
        peer.rooms = frozenset(rooms)

    def leave(self, peer):
        """Take a connection out of all rooms."""
        self.join(peer, frozenset())

    def _leave(self, peer, room):
        members = self._rooms[room]
        members.discard(peer)
        if not members:
            del self._rooms[room]

    # --- What is told

    def catch_up(self, head):
        """A link was made (again): the relay is at ``head``; what came before may be missing."""
        if self.head is None:
            self._history.restart(head)
            self.head = head
        elif head.order > self.head.order:
            self._lose(head)

    def receive(self, batch):
        """Tell a batch to the rooms it is for; one that came twice is told once."""
        if self.head is None:
            self.catch_up(batch.head)  # nobody is let in before
            return
        is_new_term = batch.term not in self._terms
        self._terms.append(batch.term)
        is_old = batch.head.order <= self.head.order
        if is_old and not is_new_term:
            return  # came over the other way, too
        # A new leader that begins further back: the database lost what it had told (a failover).
        is_gap = is_old or batch.head.position > self.head.position + 1
        if batch.is_unknown or batch.head.epoch != self.head.epoch or is_gap:
            self._lose(batch.head)
            return
        self.head = batch.head
        self._history.append(batch)
        with metrics.FAN_OUT.time():
            self._spread(batch)

    def whisper(self, word):
        """Tell a ``(room, topic)`` that is held nowhere and about no table."""
        room, topic = word
        peers = self._rooms.get(room, ())
        self._send(peers, messages.frame("direct", topic=topic), "direct")

    def missed(self, position, epoch, rooms):
        """Return the tables that a connection missed; ``None``: not known here."""
        if self.head is None or epoch != self.head.label or position > self.head.position:
            return None
        return self._history.since(position, rooms)

    def _spread(self, batch):
        """Send one frame to each; who is in several of the rooms gets the tables of all."""
        wanted = {}
        for room in batch.tables.keys() & self._rooms.keys():
            for peer in self._rooms[room]:
                wanted.setdefault(peer, []).append(room)
        groups = {}
        for peer, rooms in wanted.items():
            groups.setdefault(tuple(rooms), []).append(peer)
        for rooms, peers in groups.items():
            tables = {table for room in rooms for table in batch.tables[room]}
            text = messages.changes(self.head.position, self.head.label, tables)
            self._send(peers, text, "changes")

    def _lose(self, head):
        """Something was not heard: have everybody pull."""
        self._history.restart(head)
        self.head = head
        everybody = list(self._rooms.get("all", ()))
        spread_ms = messages.spread_ms(len(everybody))
        for peer in everybody:
            text = messages.resync(head.position, head.label, spread_ms)
            self._send([peer], text, "resync")

    def _send(self, peers, text, kind):
        """Send without waiting for anybody; who does not read is dropped."""
        peers = list(peers)
        data = messages.serialise(text)
        for peer in peers:
            peer.connection.put(data)
            if peer.connection.unread_bytes > self._limit:
                peer.drop_slow()
        metrics.SENT.labels(kind).inc(len(peers))
