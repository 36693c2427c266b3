"""Puts the rows of a push together into aggregates: what is booked together or not at all."""

from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from uuid import UUID, uuid5

#: Tables whose rows belong to an order, with the column that names it.
PARTS = {"orderLines": "orderId", "payments": "orderId"}
CREATED, UPDATED, DELETED = "created", "updated", "deleted"
#: What is wrong with a deletion of what is not there: nothing.
GONE = "gone"


@dataclass(frozen=True)
class Change:
    """One row of a push.

    :ivar kind: ``created``, ``updated`` or ``deleted``
    :ivar row: its columns; of a deleted one nothing
    :ivar told_id: its id as the till writes it, perhaps in capital letters
    """

    collection: str
    id: str
    kind: str
    row: dict = field(default_factory=dict)
    told_id: str = field(default="", compare=False)


@dataclass
class Aggregate:
    """What is booked together: an order with its lines and payments, or a single row.

    :ivar id: that of the root
    :ivar root: the root's own change, if there is one
    :ivar parts: the other changes
    :ivar fault: code of what is wrong with it as a whole, ``None`` if nothing is
    :ivar claim: UUID of its operation, once that is claimed
    """

    collection: str
    id: str
    root: Change | None = None
    parts: list = field(default_factory=list)
    fault: str | None = None
    claim: str | None = None

    @property
    def changes(self):
        """All its changes, the root's first."""
        return ([self.root] if self.root else []) + self.parts

    def parts_of(self, collection):
        """Return its changes in one other table."""
        return [each for each in self.parts if each.collection == collection]

    def extra(self, name):
        """Return what the till says of the operation under ``name``, or ``None``."""
        return next((each.row[name] for each in self.changes if each.row.get(name)), None)

    @property
    def digest(self):
        """SHA-256 of what it says."""
        subject = sorted(
            ((each.collection, each.id, each.kind, _plain(each.row)) for each in self.changes),
            key=lambda told: told[:3],  # two of one id may differ in their rows
        )
        return sha256(dumps(subject, ensure_ascii=True).encode()).hexdigest()

    def operation(self, device_uuid, base):
        """Return the UUID of the operation: the till's own, else one made of what it says.

        :param base: what the till had seen; the same change on another base is another operation
        """
        told = self.extra("_op")
        if is_uuid(told):
            return str(UUID(told))
        return str(uuid5(UUID(device_uuid), f"{base}/{self.collection}/{self.id}/{self.digest}"))

    def document(self):
        """Return it as JSON-ready ``changes``, to be kept."""
        tables = {}
        for each in self.changes:
            table = tables.setdefault(each.collection, {CREATED: [], UPDATED: [], DELETED: []})
            table[each.kind].append(each.id if each.kind == DELETED else each.row)
        return tables


def read_changes(tables):
    """Return ``(changes, faults)`` of ``{collection: table}``; faults are changes without an id.

    :param tables: each with ``created``, ``updated`` and ``deleted``
    """
    changes, faults = [], []
    for name, table in tables.items():
        rows = [(CREATED, row) for row in table.created] + [(UPDATED, row) for row in table.updated]
        rows += [(DELETED, {"id": row_id}) for row_id in table.deleted]
        for kind, row in rows:
            row_id = row.get("id")
            told = {} if kind == DELETED else row
            if is_uuid(row_id):
                changes.append(Change(name, row_id.lower(), kind, told, row_id))
            else:
                faults.append(Change(name, str(row_id)[:200], kind, told))
    return changes, faults


def group(changes, order_of):
    """Return the :class:`Aggregate` list: customers first, which orders name.

    :param order_of: ``{id of a line or payment: id of its order}`` of what the server has; a row
        that is there belongs where it was
    """
    found, seen = {}, {}
    for change in changes:
        collection, row_id = change.collection, change.id
        if column := PARTS.get(collection):
            parent = order_of.get(row_id) or change.row.get(column)
            if is_uuid(parent):
                collection, row_id = "orders", parent.lower()
        aggregate = found.setdefault((collection, row_id), Aggregate(collection, row_id))
        key = (change.collection, change.id)
        if key in seen:
            aggregate.fault = seen[key].fault = "repeated_id"
        seen[key] = aggregate
        if key == (collection, row_id):
            aggregate.root = aggregate.root or change
        else:
            aggregate.parts.append(change)
        if collection in PARTS:
            aggregate.fault = GONE if change.kind == DELETED else "unknown_parent"
    return sorted(found.values(), key=lambda each: each.collection != "customers")


def is_uuid(value):
    """Tell whether a value is the text of a UUID."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _plain(row):
    """Return the columns of a row without what the till keeps for itself."""
    return {name: row[name] for name in sorted(row) if name not in ("_status", "_changed")}
