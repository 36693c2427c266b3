import json
from dataclasses import dataclass
from hashlib import sha256

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.retention import STORED_ANSWERS
from ..exceptions import IdempotencyConflictError, InvalidFieldsError
from ..principal import principal_of

_KEY_MIN_LENGTH, _KEY_MAX_LENGTH = 8, 255


@dataclass(frozen=True)
class Ticket:
    """The right to answer one POST; ``answer`` holds the stored answer if it was given before."""

    row_id: int
    answer: bytes | None = None


class FynloIdempotency(models.Model):
    """Answers of finished POSTs, so that a repeated one gives the same and does nothing."""

    _name = "fynlo.idempotency"
    _description = "Fynlo stored answer"
    _log_access = False
    _order = "id desc"

    scope = fields.Char(required=True, readonly=True, help="Device or user, and the route")
    key = fields.Char(required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True, help="SHA-256 of the request")
    answer = fields.Text(readonly=True, help="JSON of the answer's data")
    created_at = fields.Datetime(required=True, readonly=True, index=True)

    _scope_key_unique = models.UniqueIndex("(scope, key)", "This request was made before.")

    @api.model
    def _fynlo_begin(self, spec, path_args, document, key):
        """Claim a POST for this transaction.

        The insert comes first: a parallel twin waits on it, then meets a serialization failure,
        runs again and finds the answer.

        :param path_args: converted parts of the path
        :param document: the parsed body, ``None`` without one
        :param key: the body's ``id`` (``uuid.UUID``), else the text of ``Idempotency-Key``
        :return: a :class:`Ticket`, or ``None`` when the request names no key
        :raise IdempotencyConflictError: the key came before with another request
        :raise InvalidFieldsError: the key is too short, too long or not printable
        """
        if key is None:
            return None
        key = _check_key(str(key))
        principal = principal_of(self.env)
        scope = f"{_actor_of(principal)}:{spec.name}"
        digest = _hash_request(principal.store_id, path_args, document)
        self.env.cr.execute(
            SQL(
                """INSERT INTO fynlo_idempotency (scope, key, request_hash, created_at)
                   VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC')
                   ON CONFLICT (scope, key) DO NOTHING RETURNING id""",
                scope,
                key,
                digest,
            ),
            log_exceptions=False,  # a twin is expected here, and the dispatcher runs us again
        )
        if row := self.env.cr.fetchone():
            return Ticket(row[0])
        return self._fynlo_recall(scope, key, digest)

    @api.model
    def _fynlo_finish(self, ticket, answer):
        """Store the JSON bytes ``answer`` as the answer of ``ticket``."""
        self.env.cr.execute(
            SQL(
                "UPDATE fynlo_idempotency SET answer = %s WHERE id = %s",
                answer.decode(),
                ticket.row_id,
            )
        )

    def _fynlo_give_up(self, ticket):
        """Forget the claim of ``ticket``: there is no answer yet, and it will be asked anew."""
        self.env.cr.execute(SQL("DELETE FROM fynlo_idempotency WHERE id = %s", ticket.row_id))

    def _fynlo_recall(self, scope, key, digest):
        self.env.cr.execute(
            SQL(
                """SELECT id, request_hash, answer FROM fynlo_idempotency
                   WHERE scope = %s AND key = %s""",
                scope,
                key,
            )
        )
        row_id, stored_digest, answer = self.env.cr.fetchone()
        if stored_digest != digest:
            raise IdempotencyConflictError()
        return Ticket(row_id, answer.encode())

    @api.autovacuum
    def _gc_answers(self):
        """Drop the answers that the actor's company keeps no longer.

        A user of several companies may have asked for any of them: the longest term counts.
        """
        query = """WITH term AS (
                       SELECT 'device:' || device.id AS actor, policy.stored_answers_days AS days
                       FROM fynlo_device AS device
                       JOIN fynlo_retention AS policy ON policy.company_id = device.company_id
                       UNION ALL
                       SELECT 'user:' || rel.user_id, max(policy.stored_answers_days)
                       FROM res_company_users_rel AS rel
                       JOIN fynlo_retention AS policy ON policy.company_id = rel.cid
                       GROUP BY rel.user_id)
                   DELETE FROM fynlo_idempotency WHERE id IN (
                       SELECT answer.id FROM fynlo_idempotency AS answer LEFT JOIN term
                         ON term.actor = substring(answer.scope from '^[a-z]+:[0-9]+')
                       WHERE answer.created_at < now() AT TIME ZONE 'UTC'
                             - make_interval(days => COALESCE(term.days, %s)))"""
        self.env.flush_all()
        self.env.cr.execute(SQL(query, STORED_ANSWERS.default))


def _check_key(key):
    if not key.isprintable() or not _KEY_MIN_LENGTH <= len(key) <= _KEY_MAX_LENGTH:
        message = f"Send {_KEY_MIN_LENGTH} to {_KEY_MAX_LENGTH} printable characters."
        error = {"field": "Idempotency-Key", "code": "invalid", "message": message}
        raise InvalidFieldsError(errors=[error])
    return key


def _actor_of(principal):
    """A till stays the same actor when the next cashier sends what the last one queued."""
    if principal.device_id:
        return f"device:{principal.device_id}"
    return f"user:{principal.user_id}"


def _hash_request(store_id, path_args, document):
    """Return a digest that does not depend on the order of keys or on white space."""
    path = sorted((name, str(value)) for name, value in path_args.items())
    subject = [store_id, path, document]
    text = json.dumps(subject, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()
