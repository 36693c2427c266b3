"""A chain of SHA-256 hashes over rows: a changed, removed or inserted row breaks it."""

import json
from dataclasses import dataclass
from hashlib import sha256

#: What stands before the first link.
GENESIS = "0" * 64


def hash_link(previous, seq, row):
    """Return the hash (64 hex digits) of one link.

    :param previous: hash of the link before, :data:`GENESIS` for the first
    :param seq: position in the chain, from 1
    :param row: sequence of JSON-ready values
    """
    text = json.dumps([previous, seq, *row], separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold.

    :ivar kind: ``changed``, ``removed`` or ``inserted``
    :ivar seq: position in the chain; ``None`` for a row that was never sealed
    :ivar row_id: id of the row, ``None`` when nobody can tell any more
    """

    kind: str
    seq: int | None
    row_id: int | None


def find_break(links, head=None):
    """Return the first :class:`Break` of a chain and the number of links that hold before it.

    :param links: iterable of ``(seq, row_id, previous, hash, row)`` in the order of ``seq``;
        ``row`` is ``None`` when the row is gone
    :param head: ``(seq, hash)`` of a link that was noted down elsewhere, or ``None``
    """
    expected_seq, last_hash = 1, GENESIS
    for seq, row_id, previous, stored, row in links:
        if seq != expected_seq or row is None:
            return Break("removed", expected_seq, row_id if seq == expected_seq else None)
        if previous != last_hash or stored != hash_link(previous, seq, row):
            return Break("changed", seq, row_id)
        if head and seq == head[0] and stored != head[1]:
            return Break("changed", seq, row_id)
        expected_seq, last_hash = seq + 1, stored
    if head and head[0] >= expected_seq:
        return Break("removed", expected_seq, None)
    return None
