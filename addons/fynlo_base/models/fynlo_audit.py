import json
import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..principal import find_principal
from .fynlo_audit_seal import install_guard

#: Words that no key of audit data may hold: the trail is kept for years and read by many.
_SECRET_WORDS = frozenset(
    ("password", "passwd", "secret", "token", "pin", "totp", "badge", "barcode", "pan", "cvc")
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


class FynloAudit(models.Model):
    """Who did what, when, on which till. Rows are added and never changed or removed.

    Ids of people, tills and stores are plain numbers: a row outlives what it speaks of.
    """

    _name = "fynlo.audit"
    _description = "Fynlo audit entry"
    _log_access = False
    _order = "id desc"
    _rec_name = "action"

    created_at = fields.Datetime(required=True, readonly=True, index=True)
    action = fields.Char(required=True, readonly=True, index=True)
    model = fields.Char(readonly=True, help="Model of the subject")
    res_id = fields.Integer("Record ID", readonly=True, aggregator=None)
    subject_uuid = fields.Char("Subject ID", readonly=True, index="btree_not_null")
    user_id = fields.Integer(readonly=True, index=True, aggregator=None)
    employee_id = fields.Integer(readonly=True, index="btree_not_null", aggregator=None)
    device_id = fields.Integer(readonly=True, index="btree_not_null", aggregator=None)
    store_id = fields.Integer(readonly=True, index="btree_not_null", aggregator=None)
    company_id = fields.Integer(readonly=True, index=True, aggregator=None)
    request_id = fields.Char("Request ID", readonly=True)
    data = fields.Json(readonly=True)

    def init(self):
        """Refuse every change of a row, also by SQL of the role that owns the table."""
        install_guard(self.env.cr, self._table)

    @api.model
    def _fynlo_log(self, action, subject=None, data=None):
        """Add a row to the trail, in the transaction of what it tells of.

        Actor, till, store and request come from the principal.

        :param action: ``<thing>.<verb>``, e.g. ``device.revoke``
        :param subject: the one record it is about, or ``None``
        :param data: JSON-ready facts; no secrets
        :raise ValueError: a key of ``data`` names a secret
        """
        _refuse_secrets(data)
        principal = find_principal(self.env)
        self.env.cr.execute(
            SQL(
                """
                WITH entry AS (
                    INSERT INTO fynlo_audit (created_at, action, model, res_id, subject_uuid,
                        user_id, employee_id, device_id, store_id, company_id, request_id, data)
                    VALUES (clock_timestamp() AT TIME ZONE 'UTC', %s, %s, %s, %s,
                            %s, %s, %s, %s, %s, %s, %s)
                    RETURNING id
                )
                INSERT INTO fynlo_audit_queue (audit_id) SELECT id FROM entry
                """,
                action,
                subject._name if subject else None,
                subject.id if subject else None,
                _uuid_of(subject),
                self.env.uid,
                principal.employee_id if principal else None,
                principal.device_id if principal else None,
                principal.store_id if principal else None,
                self.env.company.id,
                principal.request_id if principal else None,
                json.dumps(data or {}, default=str),
            )
        )

    @api.model
    def _fynlo_drop_guard(self):
        """Take the guards away, so that the tables can go with the module."""
        self.env.cr.execute("DROP FUNCTION IF EXISTS fynlo_refuse_change() CASCADE")


def _uuid_of(subject):
    if not subject:
        return None
    for name in ("fynlo_uuid", "uuid"):
        if name in subject._fields:
            return subject[name] or None
    return None


def _refuse_secrets(value):
    """Look at keys only: a value is whatever the caller has decided to tell."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not _SECRET_WORDS.isdisjoint(map(str.lower, _WORD.findall(str(key)))):
                raise ValueError(f"The audit trail may not hold {key!r}.")
            _refuse_secrets(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_secrets(item)
