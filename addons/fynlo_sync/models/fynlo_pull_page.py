from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..engine.collection import EVERY_ROW
from ..schemas.collections import COLLECTIONS
from ..schemas.pull import TableChanges

#: What the compaction has merged is told to whoever may not have seen it: it can no longer say
#: which transactions it stands for.
_CHANGED = """
SELECT collection, row_id, max(public_id)
FROM fynlo_change
WHERE xid >= %(since)s::text::xid8
  AND (store_id IS NULL OR store_id = %(store_id)s)
  AND (company_id IS NULL OR company_id = ANY(%(company_ids)s))
  AND (%(known)s IS NULL OR NOT pg_visible_in_snapshot(xid, %(known)s::pg_snapshot)
       OR xid < (SELECT compacted FROM fynlo_sync_epoch))
GROUP BY collection, row_id
"""


class FynloPullPage(models.AbstractModel):
    """Chooses and reads the rows of one page."""

    _name = "fynlo.pull.page"
    _description = "Fynlo page of a pull"

    @api.model
    def _fynlo_fill(self, plan, store, sights, room):
        """Return ``({collection: TableChanges}, plan of the next page or None)``.

        :param store: as readers take it
        :param sights: ``{collection: SQL of the ids that may be seen}``
        :param room: most rows of the page
        """
        tables, changed = {}, {} if plan.since is None else self._fynlo_changed(plan)
        for index, collection in enumerate(COLLECTIONS[plan.index :], plan.index):
            name, after = collection.name, plan.after if index == plan.index else 0
            is_whole = plan.tells_all_of(name)
            if not is_whole and name not in changed:
                continue
            if not room:
                return tables, plan.at(index, after)
            if is_whole:
                ids, gone = self._fynlo_seen(sights[name], after, room), []
                told = len(ids)
            else:
                asked = sorted(each for each in changed[name] if each > after)[:room]
                ids = self._fynlo_seen(sights[name], 0, None, asked)
                gone = self._fynlo_gone(collection, set(asked) - set(ids), changed[name])
                told = len(asked)
            rows = self.env[collection.reader]._fynlo_rows(store, ids) if ids else []
            tables[name] = _changes(rows, gone)
            if told == room:
                return tables, plan.at(index, (ids if is_whole else asked)[-1])
            room -= told
        return tables, None

    def _fynlo_seen(self, sight, after, limit, asked=None):
        """Return the ids of a sight in their order, all above ``after`` or those asked for."""
        query = SQL("SELECT id FROM (%s) seen WHERE id > %s", sight, after)
        if asked is not None:
            query = SQL("%s AND id = ANY(%s)", query, asked)
        query = SQL("%s ORDER BY id", query)
        if limit is not None:
            query = SQL("%s LIMIT %s", query, limit)
        return [id_ for (id_,) in self.env.execute_query(query)]

    def _fynlo_changed(self, plan):
        """Return ``{collection: {id of a row: its public id if its own table has changed}}``."""
        query = SQL(_CHANGED, since=str(plan.since), known=plan.known, **self._fynlo_scope())
        changed = {}
        for name, row_id, public_id in self.env.execute_query(query):
            changed.setdefault(name, {})[row_id] = public_id
        for collection in COLLECTIONS:
            rows = changed.get(collection.name, {})
            if EVERY_ROW in rows:
                del rows[EVERY_ROW]
                ids = dict(self.env.execute_query(self._fynlo_near(collection)))
                changed[collection.name] = {**dict.fromkeys(ids), **rows}
        return changed

    def _fynlo_gone(self, collection, ids, public_ids):
        """Return the public ids of rows that the till may not see, or that are no more.

        A row that itself has changed was logged for this store and company. Of one that something
        else has changed, the row has to say whether it is of them: others are nobody's business.
        """
        gone = {public_ids[id_] for id_ in ids} - {None}
        unknown = [id_ for id_ in ids if public_ids[id_] is None]
        if unknown:
            near = SQL("%s AND changed.id = ANY(%s)", self._fynlo_near(collection), unknown)
            gone.update(dict(self.env.execute_query(near)).values())
        return sorted(gone)

    def _fynlo_near(self, collection):
        """Return the query of ``(id, public id)`` of all rows of this store and company."""
        return SQL(
            """SELECT changed.id, changed.%(public_id)s FROM %(table)s changed
               WHERE (%(where)s) AND COALESCE((%(store)s) = %(store_id)s, TRUE)
                 AND COALESCE((%(company)s) = ANY(%(company_ids)s), TRUE)""",
            public_id=SQL.identifier(collection.public_id),
            table=SQL.identifier(collection.table),
            where=SQL(collection.where),
            store=SQL(collection.store),
            company=SQL(collection.company),
            **self._fynlo_scope(),
        )

    def _fynlo_scope(self):
        company_ids = self.env.company.sudo().parent_ids.ids
        return {"store_id": principal_of(self.env).store_id, "company_ids": company_ids}


def _changes(rows, gone):
    told = {row.id for row in rows}  # a deleted row may have been made again under its id
    return TableChanges.model_construct(
        created=[], updated=rows, deleted=[each for each in gone if each not in told]
    )
