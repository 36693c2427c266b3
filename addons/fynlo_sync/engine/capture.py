"""From the declared collections to the triggers that write the log of changes."""

import re
from dataclasses import dataclass
from hashlib import sha256

#: Event of a trigger: its word in SQL, and its transition tables.
EVENTS = {
    "I": ("INSERT", "NEW TABLE AS new_rows"),
    "U": ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    "D": ("DELETE", "OLD TABLE AS old_rows"),
}
_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $capture$
BEGIN
    INSERT INTO fynlo_change (collection, table_name, row_id, op, store_id, company_id, public_id)
    {query};
    IF FOUND THEN
        PERFORM pg_notify('fynlo_change', '');
    END IF;
    RETURN NULL;
END $capture$;
DROP TRIGGER IF EXISTS {trigger} ON "{table}";
CREATE TRIGGER {trigger} AFTER {event} ON "{table}" REFERENCING {transition}
FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
_NAMED = re.compile(r"\bchanged\.(\w+)")


@dataclass(frozen=True)
class _Entry:
    """What a change of one table logs for one collection.

    :ivar counting: columns whose update counts; none: every update does
    :ivar select: what is logged, and of which rows of ``changed``; ``{op}`` and ``{changed}`` open
    """

    counting: tuple
    select: str

    @property
    def named(self):
        """Columns of the changed row that the entry reads, sorted."""
        return sorted(set(_NAMED.findall(self.select)))

    def fill(self, op, changed):
        return self.select.replace("{op}", op).replace("{changed}", changed)


def plan_capture(collections, columns_of):
    """Return ``{table: SQL}`` that installs the triggers of each table.

    :param collections: the declared :class:`~.collection.Collection` tuple
    :param columns_of: ``{table: set of its columns}`` of the database. Tables that it lacks are
        not watched, columns that it lacks do not count.
    """
    entries = {}
    for collection in collections:
        own = _Entry(collection.columns, _own_select(collection))
        entries.setdefault(collection.table, []).append(own)
        for source in collection.sources:
            entry = _Entry(source.columns, _source_select(collection, source))
            entries.setdefault(source.table, []).append(entry)
    plan = {}
    for table, of_table in sorted(entries.items()):
        columns = columns_of.get(table, set())
        usable = [each for each in of_table if columns.issuperset(each.named)]
        if columns and usable:
            plan[table] = "".join(_make_trigger(table, op, usable, columns) for op in EVENTS)
    return plan


def digest_of(plan):
    """Return a text that is another one as soon as any trigger of the plan is."""
    return sha256(repr(sorted(plan.items())).encode()).hexdigest()


def function_name(table, event):
    """Return the name of the function behind a trigger; PostgreSQL takes 63 letters."""
    return f"fynlo_change_{event.lower()}_{table}"[:63]


def _own_select(collection):
    return (
        f"SELECT '{collection.name}', '{collection.table}', changed.id, '{{op}}', "
        f"({collection.store})::integer, ({collection.company})::integer, "
        f"changed.{collection.public_id} FROM {{changed}} AS changed WHERE {collection.where}"
    )


def _source_select(collection, source):
    return (
        f"SELECT '{collection.name}', '{collection.table}', hit.row_id, 'U', "
        f"({source.store})::integer, ({source.company})::integer, ({source.public_id}) "
        f"FROM {{changed}} AS changed, LATERAL ({source.rows}) AS hit(row_id) "
        f"WHERE hit.row_id IS NOT NULL"
    )


def _make_trigger(table, op, entries, columns):
    word, transition = EVENTS[op]
    if op == "U":
        query = _update_query(entries, columns)
    else:
        rows = "new_rows" if op == "I" else "old_rows"
        query = "\n    UNION ".join(entry.fill(op, rows) for entry in entries)
    return _FUNCTION.format(
        function=function_name(table, op),
        trigger=f"fynlo_change_{op.lower()}",
        table=table,
        event=word,
        transition=transition,
        query=query,
    )


def _update_query(entries, columns):
    """Return the query of what an update logs, of the rows as they were and as they are.

    The rows are paired once, for all that looks at them.
    """
    counting = {entry: [name for name in entry.counting if name in columns] for entry in entries}
    selects = "\n    UNION ".join(
        entry.fill("U", _changed(entry.named, counting[entry])) for entry in entries
    )
    tracked = sorted({name for names in counting.values() for name in names})
    if not tracked:
        return selects
    kept = sorted({name for entry in entries for name in entry.named} | set(tracked))
    pairs = ", ".join(f'o."{name}" AS "o_{name}", n."{name}" AS "n_{name}"' for name in kept)
    return (
        f"WITH pair AS MATERIALIZED (SELECT {pairs} FROM old_rows o JOIN new_rows n "
        f"ON n.id = o.id WHERE {_differs(tracked, 'o.', 'n.')})\n    {selects}"
    )


def _changed(named, counting):
    if not counting:
        names = ", ".join(f'"{name}"' for name in named)
        return f"(SELECT {names} FROM old_rows UNION ALL SELECT {names} FROM new_rows)"
    sides = (", ".join(f'"{side}_{name}" AS "{name}"' for name in named) for side in ("o", "n"))
    condition = _differs(counting, "o_", "n_")
    return "({})".format(
        " UNION ALL ".join(f"SELECT {side} FROM pair WHERE {condition}" for side in sides)
    )


def _differs(names, past, present):
    """Return the condition that a pair differs; a prefix is ``o.`` of a row, ``o_`` of a pair."""
    sides = (", ".join(_column(prefix, name) for name in names) for prefix in (past, present))
    return "ROW({}) IS DISTINCT FROM ROW({})".format(*sides)


def _column(prefix, name):
    return f'{prefix}"{name}"' if prefix.endswith(".") else f'"{prefix}{name}"'
