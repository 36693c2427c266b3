"""What the relay tells the gateways, and how long a gateway remembers it. No I/O."""

import json
from collections import deque
from dataclasses import asdict, dataclass, replace

#: A notification of PostgreSQL carries 8000 bytes.
MAX_NOTIFICATION_BYTES = 7_000


@dataclass(frozen=True)
class Head:
    """A place in the history of pokes.

    :ivar epoch: of the changelog, as in ``fynlo_sync_epoch``
    :ivar stream: counts how often the history had to begin anew
    :ivar position: number of the last batch
    """

    epoch: int
    stream: int
    position: int

    @property
    def label(self):
        """The epoch as clients see it: positions of two labels cannot be compared."""
        return f"{self.epoch}.{self.stream}"

    @property
    def order(self):
        """Sorts heads of one database by time. Its epochs do not: they are drawn by lot."""
        return self.stream, self.position


@dataclass(frozen=True)
class Batch:
    """The changes between two snapshots: which tables, for whom.

    :ivar tables: ``{room: [table, ...]}``
    :ivar is_unknown: what changed before is not known, everybody has to pull
    :ivar term: tells one time of leading from the others
    """

    head: Head
    tables: dict
    is_unknown: bool = False
    term: str = ""

    def to_json(self):
        """Return the text that travels over PostgreSQL and Redis."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text):
        """Return the batch of a text of ours."""
        values = json.loads(text)
        return cls(Head(**values.pop("head")), **values)


def make_batches(head, tables):
    """Return the batches after ``head`` that carry ``tables``, each small enough to be notified.

    :param tables: ``{room: [table, ...]}``
    """
    batches, chunk, size = [], {}, 0
    for room, names in tables.items():
        length = len(json.dumps({room: names}))
        if chunk and size + length > MAX_NOTIFICATION_BYTES:
            batches.append(chunk)
            chunk, size = {}, 0
        chunk[room] = names
        size += length
    batches += [chunk] if chunk else []
    return [
        Batch(replace(head, position=head.position + number), part)
        for number, part in enumerate(batches, 1)
    ]


class History:
    """The batches that one gateway has seen, without a gap."""

    def __init__(self, size):
        self._batches = deque()
        self._size = size
        self._floor = None

    def restart(self, head):
        """Forget everything; what follows ``head`` will be held."""
        self._batches.clear()
        self._floor = head

    def append(self, batch):
        """Hold one more batch, and let go of the oldest when there are too many."""
        if batch.head.label != self._floor.label:
            self.restart(replace(batch.head, position=batch.head.position - 1))
        self._batches.append(batch)
        if len(self._batches) > self._size:
            self._floor = self._batches.popleft().head

    def since(self, position, rooms):
        """Return the tables that changed for ``rooms`` after ``position``; ``None``: not known."""
        if self._floor is None or position < self._floor.position:
            return None
        tables = set()
        for batch in reversed(self._batches):
            if batch.head.position <= position:
                break
            for room in rooms & batch.tables.keys():
                tables.update(batch.tables[room])
        return tables
