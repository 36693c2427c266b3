import json

from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

#: What has become of an operation.
STATES = [
    ("applied", "Booked"),
    ("conflict", "Conflict"),
    ("rejected", "Rejected"),
    ("blocked", "Blocked"),
    ("retry", "Waiting"),
    ("replaced", "Sent Again"),
]
SETTLED = frozenset(("applied", "conflict"))
_KEPT_DAYS = 90
_CLAIM = """
INSERT INTO fynlo_sync_op (uuid, device_id, config_id, company_id, user_id, employee_id, role,
                           collection, subject, payload_hash, state, attempts, created_at)
SELECT op.uuid, %(device_id)s, %(config_id)s, %(company_id)s, %(user_id)s, %(employee_id)s,
       %(role)s, op.collection, op.subject, op.hash, 'retry', 0, now() AT TIME ZONE 'UTC'
FROM unnest(%(uuids)s::text[], %(collections)s::text[], %(subjects)s::text[], %(hashes)s::text[])
    AS op(uuid, collection, subject, hash)
ORDER BY op.uuid
ON CONFLICT (uuid) DO NOTHING
"""
_FINISH = """
UPDATE fynlo_sync_op op SET state = done.state, code = done.code, message = done.message,
    faults = done.faults::jsonb, body = done.body::jsonb, payload_hash = done.hash,
    attempts = op.attempts + 1,
    settled_at = CASE WHEN done.state IN ('applied', 'conflict')
                      THEN now() AT TIME ZONE 'UTC' END
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS done(uuid, state, code, message, faults, body, hash)
WHERE op.uuid = done.uuid AND op.device_id = %s
"""
# Rows of one base come together: one that shares none with an earlier one stands beside it.
_REPLACE = """
UPDATE fynlo_sync_op past SET state = 'replaced', body = NULL,
    settled_at = now() AT TIME ZONE 'UTC'
FROM unnest(%(uuids)s::text[], %(rows)s::jsonb[]) AS told(uuid, ids)
JOIN fynlo_sync_op op ON op.uuid = told.uuid
WHERE past.device_id = %(device_id)s AND past.device_id = op.device_id
  AND past.collection = op.collection AND past.subject = op.subject AND past.id < op.id
  AND past.state IN ('rejected', 'blocked', 'retry')
  AND (past.body IS NULL
       OR (told.ids ? past.subject OR NOT past.body->'changes' ? past.collection)
       AND EXISTS (
           SELECT FROM jsonb_each(past.body->'changes') AS kept(name, changes),
               jsonb_array_elements(
                   changes->'created' || (changes->'updated') || (changes->'deleted')) AS line
           WHERE told.ids ? lower(COALESCE(line->>'id', line #>> '{}'))))
"""


class FynloSyncOp(models.Model):
    """What a till has asked for by a push, written in the transaction of its effect.

    Who sends it again gets the answer that is here. What could not be booked is kept whole.
    """

    _name = "fynlo.sync.op"
    _description = "Operation of a till"
    _log_access = False
    _order = "id desc"
    _rec_name = "subject"

    uuid = fields.Char("Operation", required=True, readonly=True)
    device_id = fields.Many2one(
        "fynlo.device", "Till", required=True, readonly=True, ondelete="restrict", index=True
    )
    config_id = fields.Many2one(
        "pos.config", "Store", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    role = fields.Char(required=True, readonly=True)
    collection = fields.Char("Table", required=True, readonly=True)
    subject = fields.Char("Record", required=True, readonly=True, index=True)
    payload_hash = fields.Char("SHA-256", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, index=True)
    code = fields.Char(readonly=True)
    message = fields.Char(readonly=True)
    faults = fields.Json(readonly=True)
    body = fields.Json(readonly=True, help="What the till sent, until it is booked")
    body_text = fields.Text("Sent", compute="_compute_body_text")
    attempts = fields.Integer(readonly=True, aggregator=None)
    created_at = fields.Datetime("First Sent", required=True, readonly=True, index=True)
    settled_at = fields.Datetime("Settled", readonly=True)

    _uuid_unique = models.UniqueIndex("(uuid)", "This operation came before.")

    @api.depends("body")
    def _compute_body_text(self):
        for operation in self:
            body = operation.body
            operation.body_text = json.dumps(body, indent=2, ensure_ascii=False) if body else False

    @api.model
    def _fynlo_claim(self, wanted):
        """Claim operations for this transaction; return ``{uuid: (hash, state, code, device)}``.

        A twin in another transaction waits here, then runs again and finds what came of it.

        :param wanted: ``{uuid: (collection, subject, hash)}``
        :return: of those that are settled, or are not the caller's: with the hash they came with
        """
        principal = principal_of(self.env)
        columns = list(zip(*wanted.values(), strict=True)) or [(), (), ()]
        collections, subjects, hashes = map(list, columns)
        query = SQL(
            _CLAIM,
            device_id=principal.device_id,
            config_id=principal.store_id,
            company_id=principal.company_id,
            user_id=principal.user_id,
            employee_id=principal.employee_id,
            role=principal.role,
            uuids=list(wanted),
            collections=collections,
            subjects=subjects,
            hashes=hashes,
        )
        self.env.cr.execute(query, log_exceptions=False)
        query = """SELECT uuid, payload_hash, state, code, device_id FROM fynlo_sync_op
                   WHERE uuid = ANY(%s)"""
        return {uuid: facts for uuid, *facts in self.env.execute_query(SQL(query, list(wanted)))}

    @api.model
    def _fynlo_finish(self, outcomes, told):
        """Write what has become of claimed operations.

        What the same till has sent of the same rows before and could not be booked is replaced: it
        sends all that is unsent on one base. Parts that come alone replace no whole order.

        :param outcomes: ``[(uuid, state, code, message, faults, body, hash)]``; faults and body
            are JSON-ready
        :param told: for each the ids of the rows that it names
        """
        rows = [
            (uuid, state, code, message and message[:500], _dump(faults), _dump(body), digest)
            for uuid, state, code, message, faults, body, digest in outcomes
        ]
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            device_id = principal_of(self.env).device_id
            self.env.cr.execute(SQL(_FINISH, *columns, device_id))
            ids = [json.dumps(each) for each in told]
            query = SQL(_REPLACE, uuids=columns[0], device_id=device_id, rows=ids)
            self.env.cr.execute(query)
        self.invalidate_model(flush=False)

    @api.autovacuum
    def _gc_operations(self):
        """Drop what was settled long ago; what is still waiting stays."""
        query = """DELETE FROM fynlo_sync_op
                   WHERE settled_at < now() AT TIME ZONE 'UTC' - make_interval(days => %s)"""
        self.env.cr.execute(SQL(query, _KEPT_DAYS))


def _dump(value):
    return None if value is None else json.dumps(value)
