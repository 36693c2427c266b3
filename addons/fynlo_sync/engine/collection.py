"""How a collection of the sync declares what it is made of."""

from dataclasses import dataclass

#: What a source gives as a row to say that every row of the collection has changed.
EVERY_ROW = 0


@dataclass(frozen=True)
class Source:
    """A table beside the collection's own whose changes change what a till sees.

    SQL here sees the changed row, before and after, under the name ``changed``.

    :ivar table: its name in PostgreSQL
    :ivar rows: query of the ids of the collection's rows that it changes; ``SELECT 0`` for all
    :ivar columns: columns whose change counts; none given: those of a relation, which Odoo only
        adds to and takes from
    :ivar store: SQL of the ``pos.config`` that alone is concerned, ``NULL`` for all
    :ivar company: SQL of the company that alone is concerned, ``NULL`` for all
    :ivar public_id: SQL of the public id of ``hit.row_id``, of a source that says whose the row
        is: who had it is told that it has gone
    :ivar only_updates: its rows are there before those of the collection and go after them, so
        that the collection's own table tells of both
    :ivar given: SQL that is cheap to ask and true of few changed rows: the others concern none
    """

    table: str
    rows: str
    columns: tuple[str, ...] = ()
    store: str = "NULL"
    company: str = "NULL"
    public_id: str = "NULL"
    only_updates: bool = False
    given: str = ""


@dataclass(frozen=True)
class Collection:
    """One table of the till's database: where its rows come from and what of them counts.

    :ivar name: its name on the wire
    :ivar table: table of PostgreSQL with one row for each of its rows
    :ivar columns: columns of that table whose change is told
    :ivar reader: model that chooses and reads the rows, see ``fynlo.pull.collection``
    :ivar row: schema of a row, flat: texts, numbers, booleans, and JSON as text
    :ivar sources: other tables that it depends on
    :ivar public_id: column with the id on the wire
    :ivar store: SQL of the store of a row, ``NULL`` if several may see it
    :ivar company: SQL of the company of a row, ``NULL`` if several may see it
    :ivar where: SQL of the rows that can ever be a till's: of the others nothing is logged
    """

    name: str
    table: str
    columns: tuple[str, ...]
    reader: str
    row: type
    sources: tuple[Source, ...] = ()
    public_id: str = "fynlo_uuid"
    store: str = "NULL"
    company: str = "NULL"
    where: str = "TRUE"
