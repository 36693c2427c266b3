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
DECLARE
    counts boolean[];
    is_logged boolean := false;
BEGIN{body}
    IF is_logged THEN
        PERFORM pg_notify('fynlo_change', '');
    END IF;
    RETURN NULL;
END $capture$;
DROP TRIGGER IF EXISTS {trigger} ON "{table}";
CREATE TRIGGER {trigger} AFTER {event} ON "{table}" REFERENCING {transition}
FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
_INSERT = """
    INSERT INTO fynlo_change (collection, table_name, row_id, op, store_id, company_id, public_id)
    {query};
    is_logged := is_logged OR FOUND;"""
#: Odoo throws a connection's plans away after each request, so planning is what a trigger costs:
#: first it is asked what counts, and only the statements that log something are planned.
_COUNTS = """
    SELECT ARRAY[{conditions}] INTO counts FROM old_rows o JOIN new_rows n ON n.id = o.id;"""
_IF_COUNTS = """
    IF counts[{number}] THEN{insert}
    END IF;"""
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
        body = _update_body(entries, columns)
    else:
        rows = "new_rows" if op == "I" else "old_rows"
        query = "\n    UNION ".join(entry.fill(op, rows) for entry in entries)
        body = _INSERT.format(query=query)
    return _FUNCTION.format(
        function=function_name(table, op),
        trigger=f"fynlo_change_{op.lower()}",
        table=table,
        event=word,
        transition=transition,
        body=body,
    )


def _update_body(entries, columns):
    """Return the statements that log an update, of the rows as they were and as they are."""
    counting = {entry: [name for name in entry.counting if name in columns] for entry in entries}
    tracked = [entry for entry in entries if counting[entry]]
    body = ""
    if tracked:
        conditions = ", ".join(f"bool_or({_differs(counting[entry])})" for entry in tracked)
        body = _COUNTS.format(conditions=conditions)
    for number, entry in enumerate(tracked, start=1):
        insert = _insert_changed(entry, _changed(entry.named, counting[entry]))
        body += _IF_COUNTS.format(number=number, insert=insert.replace("\n", "\n    "))
    for entry in entries:
        if entry not in tracked:
            names = ", ".join(f'"{name}"' for name in entry.named)
            sides = f"SELECT {names} FROM old_rows UNION ALL SELECT {names} FROM new_rows"
            body += _insert_changed(entry, f"({sides})")
    return body


def _insert_changed(entry, changed):
    query = f"SELECT DISTINCT * FROM ({entry.fill('U', changed)}) AS told"
    return _INSERT.format(query=query)


def _changed(named, counting):
    """Return the query of both sides of each row that differs."""
    named = named or ["id"]  # VALUES wants a column
    names = ", ".join(f'"{name}"' for name in named)
    past, present = (", ".join(f'{side}."{name}"' for name in named) for side in "on")
    return (
        f"(SELECT side.* FROM old_rows o JOIN new_rows n ON n.id = o.id, "
        f"LATERAL (VALUES ({past}), ({present})) AS side({names}) WHERE {_differs(counting)})"
    )


def _differs(names):
    past, present = (", ".join(f'{side}."{name}"' for name in names) for side in "on")
    return f"ROW({past}) IS DISTINCT FROM ROW({present})"
