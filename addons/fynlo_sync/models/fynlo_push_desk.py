import logging
import time
from dataclasses import dataclass, replace
from uuid import UUID

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import (
    CardNumberNotAllowedError,
    FynloError,
    InvalidJsonError,
)
from odoo.addons.fynlo_base.http.body import check_storable
from odoo.addons.fynlo_base.http.card_guard import check_document
from odoo.addons.fynlo_base.http.errors import is_outage, to_fynlo_error
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.exceptions import SessionNotOpenError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from psycopg2.errors import ExclusionViolation, ForeignKeyViolation, UniqueViolation

from ..engine.clock import Instant, bound, parse_instant
from ..engine.merge import UNKNOWN, Column, Rule
from ..engine.push_outcome import CONFLICT, REJECTED, RETRY, Outcome
from ..engine.push_rules import rule_of
from ..schemas.collections import COLLECTIONS
from ..schemas.push_rows import unfold

_logger = logging.getLogger(__name__)
#: What somebody who was faster is the reason of. What other checks refuse stays refused.
_TWINS = UniqueViolation, ForeignKeyViolation, ExclusionViolation
_BY_NAME = {each.name: each for each in COLLECTIONS}
#: What the compaction has merged stands for changes of others, too, and for some that were open.
_SEEN_ANEW = """
SELECT 1 FROM fynlo_change WHERE collection = %(collection)s AND row_id = %(row_id)s
  AND xid >= %(since)s::text::xid8
  AND (xid < (SELECT compacted FROM fynlo_sync_epoch)
       OR device_id IS DISTINCT FROM %(device_id)s
       AND (%(known)s IS NULL OR NOT pg_visible_in_snapshot(xid, %(known)s::pg_snapshot)))
LIMIT 1
"""
_OTHER = """
SELECT device_id FROM fynlo_change WHERE collection = %(collection)s
  AND (row_id = %(row_id)s OR (%(row_id)s IS NULL AND public_id = %(uuid)s))
  AND xid >= %(since)s::text::xid8
  AND (%(known)s IS NULL OR NOT pg_visible_in_snapshot(xid, %(known)s::pg_snapshot))
  AND device_id IS DISTINCT FROM %(device_id)s ORDER BY id DESC LIMIT 1
"""
_TOUCH = """
INSERT INTO fynlo_change (collection, table_name, row_id, op, store_id, company_id, public_id)
SELECT %(collection)s, %(table)s, row_id, %(op)s, %(store_id)s, %(company_id)s, public_id
FROM unnest(%(ids)s::bigint[], %(public_ids)s::text[]) AS changed(row_id, public_id)
"""
#: Numbers of rows that are in no table begin here: PostgreSQL's own are smaller.
_NO_ROW = 2**62


@dataclass(frozen=True)
class Desk:
    """What all aggregates of a push share.

    :ivar device: the till, sudoed
    :ivar sight: what it had seen, see ``fynlo.sync.past``
    :ivar offset_ms: what the server's clock shows more than the till's
    :ivar now_ms: the server's time
    :ivar base: text of what it had seen
    """

    device: object
    sight: object
    offset_ms: int
    now_ms: int
    base: str

    def instant_of(self, aggregate):
        """Return when the till changed something, by the server's clock; now, if it is silent."""
        told = aggregate.extra("_clock")
        try:
            instant = parse_instant(told) if isinstance(told, str) else Instant(self.now_ms)
        except ValueError:
            instant = Instant(self.now_ms)
        writer = self.device.fynlo_uuid
        return bound(replace(instant, writer=writer), self.now_ms, self.offset_ms if told else 0)


class FynloPushDesk(models.AbstractModel):
    """What booking an order and a customer have in common."""

    _name = "fynlo.push.desk"
    _description = "Fynlo desk of a push"

    @api.model
    def _fynlo_open(self, query, device, offset_ms):
        """Return the :class:`Desk` of a ``PushQuery``."""
        sight = self.env["fynlo.sync.past"]._fynlo_sight(query, device)
        now_ms = int(time.time() * 1000)
        return Desk(device, sight, offset_ms, now_ms, f"{query.last_pulled_at}/{query.snapshot}")

    @api.model
    def _fynlo_attempt(self, aggregate, act, *args):
        """Return ``act(*args)``, an :class:`Outcome`; what fails is undone and told.

        A push fails as a whole where another transaction is in its way, and is run again; and where
        the database is in trouble, which is not the record's fault: the till sends all of it again.
        """
        try:
            self._fynlo_check_rows(aggregate)
            with self.env.cr.savepoint():
                return act(*args)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except _TWINS:  # somebody was faster: next time it is seen
            return Outcome(aggregate, RETRY, "busy", "Others write the same record now.")
        except Exception as error:
            if is_outage(error):
                raise
            return self._fynlo_refuse(aggregate, error)

    @api.model
    def _fynlo_check_rows(self, aggregate):
        """Refuse what nothing may store; the rest of the push has nothing to do with it.

        :raise InvalidJsonError: infinite numbers, NUL characters
        :raise CardNumberNotAllowedError: the number of a card
        """
        check_storable([each.row for each in aggregate.changes])
        check_document([unfold(each.row) for each in aggregate.changes])

    @api.model
    def _fynlo_refuse(self, aggregate, error):
        """Return the :class:`Outcome` of an exception."""
        told = error if isinstance(error, FynloError) else to_fynlo_error(error)
        if told.http_status >= 500:
            _logger.error(
                "%s %s was not booked.", aggregate.collection, aggregate.id, exc_info=error
            )
        is_waiting = isinstance(told, SessionNotOpenError) or told.http_status >= 500
        outcome = Outcome(
            aggregate,
            RETRY if is_waiting else REJECTED,
            told.code,
            str(told),
            [dict(each) for each in told.errors],
        )
        outcome.is_unkept = isinstance(told, CardNumberNotAllowedError | InvalidJsonError)
        return outcome

    @api.model
    def _fynlo_read_row(self, collection, record):
        """Return one record as its row on the wire, ``{column: value}`` without its id."""
        reader = self.env[_BY_NAME[collection].reader]
        store, _book = reader._fynlo_store()
        [row] = reader._fynlo_rows(store, record.ids)
        theirs = row.model_dump(by_alias=True, mode="json")
        del theirs["id"]
        return theirs

    @api.model
    def _fynlo_is_changed(self, collection, row_id, sight):
        """Tell whether others have changed a row since a till saw it; ``None``: nobody knows."""
        if sight.since is None:
            return None
        query = SQL(
            _SEEN_ANEW,
            collection=collection,
            row_id=row_id,
            since=str(sight.since),
            known=sight.known,
            device_id=sight.device_id,
        )
        return bool(self.env.execute_query(query))

    @api.model
    def _fynlo_blame(self, collection, uuid, row_id, sight):
        """Return the fields of a conflict that say who else has changed a row since.

        :param row_id: its number in the database, ``None`` if it is there no more
        """
        if sight.since is None:
            return {"cause": "unknown"}
        query = SQL(
            _OTHER,
            collection=collection,
            uuid=uuid,
            row_id=row_id or None,
            since=str(sight.since),
            known=sight.known,
            device_id=sight.device_id,
        )
        found = self.env.execute_query(query)
        return {"other_device_id": found[0][0]} if found else {"cause": "unknown"}

    @api.model
    def _fynlo_columns(self, desk, change, theirs, row_id, to_wire):
        """Return ``{name: Column}`` of a till's row, for a merge.

        :param theirs: ``{column: value on the wire}`` of the server's row, normalised
        :param row_id: number of that row in the database
        :param to_wire: ``function(column, JSON of PostgreSQL)``: an earlier value on the wire
        """
        rule, sight = rule_of(change.collection), desk.sight
        past = {}
        if sight.since is not None:
            past = self.env["fynlo.sync.past"]._fynlo_changes(sight, rule.table, row_id)
        named = change.row.get("_changed")
        named = set(named.split(",")) if isinstance(named, str) and named else None
        columns = {}
        for name, value in change.row.items():
            if name not in theirs or (named is not None and name not in named):
                continue
            base, changed_at = theirs[name], Instant(0)
            if sight.since is None:
                base = UNKNOWN
            elif rule.columns.get(name) is Rule.DELTA:
                base -= self.env["fynlo.sync.past"]._fynlo_shift(
                    sight, rule.table, row_id, rule.past[name], base
                )
            elif rule.past.get(name) in past:
                was, changed_at = past[rule.past[name]]
                base = to_wire(name, was)
            columns[name] = Column(base, theirs[name], value, changed_at)
        return columns

    @api.model
    def _fynlo_close_merge(self, outcome, change, columns, merged, row_id, desk, name):
        """Write down what a merge has set aside and complete the :class:`Outcome`.

        :param name: what people call the record
        """
        aside = merged.asked + merged.lost + merged.beaten
        if aside:
            told = [
                (
                    column,
                    columns[column].base,
                    columns[column].theirs,
                    columns[column].mine,
                    "device" if column in merged.beaten else "server",
                )
                for column in aside
            ]
            state = "open" if merged.asked else "settled"
            conflict = self.env["fynlo.sync.conflict"]._fynlo_record(
                "columns", change, told, state, subject_name=name,
                operation=outcome.aggregate.claim,
                order_uuid=outcome.aggregate.collection == "orders" and outcome.aggregate.id,
                **self._fynlo_blame(change.collection, change.id, row_id, desk.sight),
            )  # fmt: skip
            outcome.conflict_id = conflict.fynlo_uuid
        if merged.asked or merged.lost:
            outcome.status = CONFLICT
        if aside or merged.differs(columns):
            outcome.touched.add((change.collection, row_id))
            outcome.is_changed = True

    def _fynlo_bring_back(self, outcomes):
        """Note as touched the rows that a till has deleted, and that were not let go."""
        kept = {}
        for outcome in outcomes:
            for change in outcome.spared:
                if change.collection in _BY_NAME:
                    kept.setdefault(change.collection, {})[change.id] = outcome
        for name, by_uuid in kept.items():
            query = SQL(
                "SELECT id, %(public_id)s FROM %(table)s WHERE %(public_id)s = ANY(%(uuids)s)",
                public_id=SQL.identifier(_BY_NAME[name].public_id),
                table=SQL.identifier(_BY_NAME[name].table),
                uuids=list(by_uuid),
            )
            for row_id, uuid in self.env.execute_query(query):
                by_uuid[uuid].touched.add((name, row_id))
                by_uuid[uuid].is_changed = True

    @api.model
    def _fynlo_touch(self, outcomes):
        """Have the till told anew what it believes wrongly, with its next pull."""
        self._fynlo_bring_back(outcomes)
        principal, rows = principal_of(self.env), {}
        for outcome in outcomes:
            for collection, row_id in outcome.touched:
                rows.setdefault((collection, "U"), []).append((row_id, None))
            renamed = {(each.collection, each.told_id) for each in outcome.renamed}
            renamed = {each for each in renamed if each[0] in _BY_NAME}
            for collection, public_id in outcome.buried | renamed:
                number = _NO_ROW + UUID(public_id).int % _NO_ROW
                rows.setdefault((collection, "D"), []).append((number, public_id))
        for (collection, op), told in rows.items():
            ids, public_ids = zip(*told, strict=True)
            query = SQL(
                _TOUCH,
                collection=collection,
                table=_BY_NAME[collection].table,
                op=op,
                store_id=principal.store_id,
                company_id=principal.company_id,
                ids=list(ids),
                public_ids=list(public_ids),
            )
            self.env.cr.execute(query)
