import json
import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.card_numbers import mask_card_numbers
from ..principal import find_principal
from ..schemas.base import to_odoo_datetime
from .fynlo_audit_seal import install_guard

#: Words that no key of audit data may hold: the trail is kept for years and read by many.
_SECRET_WORDS = frozenset(
    ("password", "passwd", "secret", "token", "pin", "totp", "badge", "barcode", "pan", "cvc")
)
#: Who took part: prefix of the fields, and the model behind the number.
_PARTS = {
    "user": "res.users",
    "employee": "hr.employee",
    "device": "fynlo.device",
    "store": "pos.config",
}
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
    user_id = fields.Integer("User number", readonly=True, index=True, aggregator=None)
    employee_id = fields.Integer(
        "Employee number", readonly=True, index="btree_not_null", aggregator=None
    )
    device_id = fields.Integer(
        "Till number", readonly=True, index="btree_not_null", aggregator=None
    )
    store_id = fields.Integer(
        "Store number", readonly=True, index="btree_not_null", aggregator=None
    )
    company_id = fields.Integer("Company number", readonly=True, index=True, aggregator=None)
    request_id = fields.Char("Request ID", readonly=True)
    data = fields.Json(readonly=True)

    user_uuid = fields.Char(compute="_compute_parts")
    user_name = fields.Char("User", compute="_compute_parts")
    employee_uuid = fields.Char(compute="_compute_parts")
    employee_name = fields.Char("Employee", compute="_compute_parts")
    device_uuid = fields.Char(compute="_compute_parts")
    device_name = fields.Char("Till", compute="_compute_parts")
    store_uuid = fields.Char(compute="_compute_parts")
    store_name = fields.Char("Store", compute="_compute_parts")
    seal_number = fields.Integer("Seal", compute="_compute_seal")
    seal_hash = fields.Char("Hash", compute="_compute_seal")
    seal_previous_hash = fields.Char("Hash before", compute="_compute_seal")
    data_text = fields.Text("Facts", compute="_compute_data_text")

    def init(self):
        """Refuse every change of a row, also by SQL of the role that owns the table."""
        install_guard(self.env.cr, self._table)

    def _compute_parts(self):
        """Name who is still there; of who is gone the trail keeps the number alone."""
        for part, model in _PARTS.items():
            ids = {entry[f"{part}_id"] for entry in self} - {0}
            found_sudo = self.env[model].sudo().browse(ids).exists()
            by_id = {record.id: record for record in found_sudo}
            for entry in self:
                record = by_id.get(entry[f"{part}_id"])
                entry[f"{part}_uuid"] = record.fynlo_uuid if record else False
                entry[f"{part}_name"] = record.display_name if record else False

    def _compute_seal(self):
        seals_sudo = self.env["fynlo.audit.seal"].sudo().search([("audit_id", "in", self.ids)])
        by_entry = {seal.audit_id: seal for seal in seals_sudo}
        for entry in self:
            seal = by_entry.get(entry.id)
            entry.seal_number = seal.seq if seal else 0
            entry.seal_hash = seal.row_hash if seal else False
            entry.seal_previous_hash = seal.previous_hash if seal else False

    def _compute_data_text(self):
        for entry in self:
            entry.data_text = json.dumps(entry.data or {}, indent=2, ensure_ascii=False)

    @api.model
    def _fynlo_search(self, query):
        """Return one page of the entries that the user may see, newest first, and their number.

        :param query: a :class:`~..schemas.audit.AuditQuery`
        """
        domain = Domain.TRUE
        if query.action:
            domain &= Domain("action", "=", query.action)
        if query.subject:
            domain &= Domain("subject_uuid", "=", str(query.subject))
        for part in ("user", "employee", "device"):
            if uuid := getattr(query, part):
                domain &= Domain(f"{part}_id", "in", self._fynlo_part_ids(part, uuid))
        if query.from_:
            domain &= Domain("created_at", ">=", to_odoo_datetime(query.from_))
        if query.to:
            domain &= Domain("created_at", "<", to_odoo_datetime(query.to))
        offset = (query.page - 1) * query.limit
        entries = self.search(domain, offset=offset, limit=query.limit, order="id desc")
        return entries, self.search_count(domain)

    def _fynlo_part_ids(self, part, uuid):
        """An id of somebody whom the user may not see only narrows what he may see anyway."""
        people_sudo = self.env[_PARTS[part]].sudo().with_context(active_test=False)
        return people_sudo.search([("fynlo_uuid", "=", str(uuid))]).ids

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
                json.dumps(_without_cards(data or {}), default=str),
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


def _without_cards(value):
    """Return the facts with the numbers of cards in their texts taken out."""
    if isinstance(value, str):
        return mask_card_numbers(value)
    if isinstance(value, dict):
        return {key: _without_cards(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_cards(item) for item in value]
    return value
