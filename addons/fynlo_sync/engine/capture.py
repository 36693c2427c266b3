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
    rows_told bigint;
    counts bigint[];
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
#: A full join cannot become a nested loop. The plan of an update of one row is kept for the rest
#: of the transaction, and that of thousands of rows may come next.
_COUNTS = """
    SELECT count(*), ARRAY[{counts}] INTO rows_told, counts
    FROM old_rows o FULL JOIN new_rows n ON n.id = o.id;"""
#: Mostly all rows of a statement have changed: then none is compared again.
_IF_COUNTS = """
    IF counts[{number}] = rows_told AND rows_told > 0 THEN{whole}
    ELSIF counts[{number}] > 0 THEN{part}
    END IF;"""
_IF_ANY = """
    IF {counts} > 0 THEN{asked}
    END IF;"""
_IF_GIVEN = """
    IF EXISTS (SELECT FROM {changed} AS changed WHERE {given}) THEN{logged}
    END IF;"""
_NAMED = re.compile(r"\bchanged\.(\w+)")


@dataclass(frozen=True)
class _Entry:
    """What a change of one table logs for one collection.

    :ivar counting: columns whose update counts; none: every update does
    :ivar select: what is logged, and of which rows of ``changed``; ``{op}`` and ``{changed}`` open
    :ivar given: there is nothing to log unless it is true of a changed row
    :ivar events: the letters of :data:`EVENTS` that log something
    """

    counting: tuple
    select: str
    given: str = ""
    events: str = "IUD"

    @property
    def named(self):
        """Columns of the changed row that the logged rows are made of."""
        return _named(self.select)

    @property
    def needed(self):
        """Columns without which the entry cannot be watched."""
        return _named(self.select + self.given)

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
            events = "U" if source.only_updates else "IUD"
            select = _source_select(collection, source)
            entry = _Entry(source.columns, select, source.given, events)
            entries.setdefault(source.table, []).append(entry)
    plan = {}
    for table, of_table in sorted(entries.items()):
        columns = columns_of.get(table, set())
        usable = [each for each in of_table if columns.issuperset(each.needed)]
        if columns and usable:
            plan[table] = "".join(_make_triggers(table, usable, columns))
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


def _make_triggers(table, entries, columns):
    for op in EVENTS:
        logging = [entry for entry in entries if op in entry.events]
        if logging:
            yield _make_trigger(table, op, logging, columns)


def _make_trigger(table, op, entries, columns):
    word, transition = EVENTS[op]
    body = _update_body(entries, columns) if op == "U" else _row_body(op, entries)
    return _FUNCTION.format(
        function=function_name(table, op),
        trigger=f"fynlo_change_{op.lower()}",
        table=table,
        event=word,
        transition=transition,
        body=body,
    )


def _row_body(op, entries):
    """Return the statements that log what was made or deleted."""
    rows = "new_rows" if op == "I" else "old_rows"
    logged = {}
    for entry in entries:
        logged.setdefault(entry.given, []).append(entry.fill(op, rows))
    return "".join(
        _if_given(given, rows, _INSERT.format(query="\n    UNION ".join(selects)))
        for given, selects in logged.items()
    )


def _update_body(entries, columns):
    """Return the statements that log an update, of the rows as they were and as they are."""
    counting = {entry: [name for name in entry.counting if name in columns] for entry in entries}
    tracked = [entry for entry in entries if counting[entry]]
    body = ""
    if tracked:
        parts = (f"count(*) FILTER (WHERE {_differs(counting[entry])})" for entry in tracked)
        body = _COUNTS.format(counts=", ".join(parts))
    logged = {}
    for number, entry in enumerate(tracked, start=1):
        whole = _insert_sides(entry, _sides(entry.named))
        part = _insert_sides(entry, _changed_sides(entry.named, counting[entry]))
        told = _IF_COUNTS.format(number=number, whole=whole, part=part)
        logged.setdefault(entry.given, {})[number] = told
    for given, told in logged.items():
        counts = " + ".join(f"counts[{number}]" for number in told)
        asked = _if_given(given, _sides(_named(given)), "".join(told.values()))
        body += _IF_ANY.format(counts=counts, asked=asked) if given else asked
    for entry in entries:
        if entry not in tracked:
            body += _insert_sides(entry, _sides(entry.named))
    return body


def _if_given(given, changed, logged):
    return _IF_GIVEN.format(changed=changed, given=given, logged=logged) if given else logged


def _insert_sides(entry, sides):
    query = f"SELECT DISTINCT * FROM ({entry.fill('U', sides)}) AS told"
    return _INSERT.format(query=query)


def _named(text):
    """Return the columns of the changed row that SQL reads, sorted; never none."""
    return sorted(set(_NAMED.findall(text))) or ["id"]


def _sides(named):
    """Return the query of all rows of the statement, as they were and as they are."""
    names = ", ".join(f'"{name}"' for name in named)
    return f"(SELECT {names} FROM old_rows UNION ALL SELECT {names} FROM new_rows)"


def _changed_sides(named, counting):
    """Return the query of both sides of each row that differs."""
    names = ", ".join(f'"{name}"' for name in named)
    past, present = (", ".join(f'{side}."{name}"' for name in named) for side in "on")
    return (
        f"(SELECT side.* FROM old_rows o FULL JOIN new_rows n ON n.id = o.id, "
        f"LATERAL (VALUES ({past}), ({present})) AS side({names}) WHERE {_differs(counting)})"
    )


def _differs(names):
    past, present = (", ".join(f'{side}."{name}"' for name in names) for side in "on")
    return f"ROW({past}) IS DISTINCT FROM ROW({present})"
