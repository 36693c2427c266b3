import json

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import (
    BusinessRuleError,
    ConflictError,
    InvalidFieldsError,
    NotFoundError,
)
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal, find_principal, principal_of
from odoo.fields import Command

from ..engine.merge import UNKNOWN

STATES = [
    ("open", "To Decide"),
    ("settled", "Settled by Time"),
    ("server", "Server Kept"),
    ("device", "Till's Taken"),
    ("mixed", "Both"),
]
KINDS = [
    ("columns", "Changed by Both"),
    ("deletion", "Deleted and Changed"),
    ("finished", "Finished Meanwhile"),
]
#: Why a manager is asked.
CAUSES = [
    ("changed", "Others have changed it meanwhile"),
    ("unknown", "Nobody knows what the till had seen"),
    ("forbidden", "Whoever was signed in may not do it"),
]
#: What writes what was decided of a collection; all but customers are parts of orders.
_SERVICES = {"customers": "fynlo.push.customers"}
_ORDER_SERVICE = "fynlo.push.order_edit"


class FynloSyncConflict(models.Model):
    """A till and somebody else have changed the same: what each had, side by side."""

    _name = "fynlo.sync.conflict"
    _description = "Conflict of a till"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "id desc"
    _rec_name = "subject_name"

    config_id = fields.Many2one(
        "pos.config", "Store", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="config_id.company_id", store=True, index=True)
    device_id = fields.Many2one(
        "fynlo.device", "Till", required=True, readonly=True, ondelete="restrict", index=True
    )
    employee_id = fields.Many2one("hr.employee", "Signed In", readonly=True)
    operation = fields.Char(readonly=True, index="btree_not_null")
    collection = fields.Char("Table", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    subject = fields.Char("Record", required=True, readonly=True, index=True)
    order_uuid = fields.Char("Order", readonly=True, help="That the record belongs to")
    subject_name = fields.Char("Name", readonly=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True, default="changed")
    other_device_id = fields.Many2one(
        "fynlo.device", "Other Till", readonly=True, ondelete="restrict",
        help="That has changed it; none if it was no till",
    )  # fmt: skip
    state = fields.Selection(STATES, required=True, readonly=True, default="open", index=True)
    written_at = fields.Datetime("Written on the Till", readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    resolved_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    column_ids = fields.One2many("fynlo.sync.conflict.column", "conflict_id", "Columns")

    @api.model
    def _fynlo_record(self, kind, change, columns, state="open", **facts):
        """Write a conflict down and return it, sudoed.

        :param kind: key of ``KINDS``
        :param change: the :class:`~..engine.push_batch.Change` of the till
        :param columns: ``[(name, base, theirs, mine, choice)]``; a base may be ``UNKNOWN``
        :param facts: further fields
        """
        principal = principal_of(self.env)
        # Whoever sends a change may leave it here; only managers read it.
        return self.sudo().create({
            "config_id": principal.store_id,
            "device_id": principal.device_id,
            "employee_id": principal.employee_id,
            "collection": change.collection,
            "kind": kind,
            "subject": change.id,
            "state": state,
            **facts,
            "column_ids": [
                Command.create({
                    "name": name,
                    "base": _to_text(base),
                    "theirs": _to_text(theirs),
                    "mine": _to_text(mine),
                    "choice": choice,
                    "is_written": choice == "device",
                })
                for name, base, theirs, mine, choice in columns
            ],
        })  # fmt: skip

    @api.model
    def _fynlo_search_page(self, query):
        """Return ``(conflicts, total)`` of one page of the principal's store.

        :param query: a ``ConflictQuery``
        """
        domain = [("config_id", "=", principal_of(self.env).store_id)]
        if query.state:
            domain.append(("state", "=", query.state))
        found = self.search(domain, offset=query.offset, limit=query.limit)
        return found, query.find_total(len(found), lambda: self.search_count(domain))

    @api.model
    def _fynlo_find(self, uuid):
        """Return the conflict of the principal's store with that id.

        :raise NotFoundError: unknown, or of another store
        """
        store_id = principal_of(self.env).store_id
        found = self._fynlo_by_uuid(uuid)
        if found.config_id.id != store_id:
            raise NotFoundError()
        return found

    def _fynlo_resolve_conflict(self, choices, default="server"):
        """Decide one conflict: write what was chosen of the till, tell all tills.

        :param choices: ``{column: "server" or "device"}``
        :param default: for columns that are not named
        :raise ConflictError: it was decided before
        :raise InvalidFieldsError: there is no such column
        """
        self.check_access("write")
        self.lock_for_update()
        if self.state not in ("open", "settled"):
            raise ConflictError(details={"state": self.state})
        self._fynlo_check_named(choices)
        for column in self.column_ids:
            column.choice = choices.get(column.name, default)
        self._fynlo_apply()
        chosen = set(self.column_ids.mapped("choice")) or {default}
        self.write({
            "state": chosen.pop() if len(chosen) == 1 else "mixed",
            "resolved_at": fields.Datetime.now(),
            "resolved_by_id": self.env.uid,
        })  # fmt: skip
        facts = {"columns": {each.name: each.choice for each in self.column_ids}}
        self.env["fynlo.audit"]._fynlo_log("sync.resolve", self, facts)

    def _fynlo_check_named(self, choices):
        message = "The conflict has no such column."
        errors = [
            {"field": f"columns.{name}", "code": "unknown_reference", "message": message}
            for name in sorted(set(choices) - set(self.column_ids.mapped("name")))
        ]
        if errors:
            raise InvalidFieldsError(errors=errors)

    def _fynlo_apply(self):
        """Write what was chosen of the till, and what it had written over if that is to stay.

        :raise BusinessRuleError: the order is finished, nothing can be added to it
        """
        values = {
            column.name: json.loads(column._fynlo_chosen() or "null")
            for column in self.column_ids
            if column.choice == "device" or column.is_written
        }
        if not values:
            return
        if self.kind == "finished":
            raise BusinessRuleError(self.env._("The order is finished. Sell or refund it anew."))
        acting = self._fynlo_as_principal()
        service = acting.env[_SERVICES.get(self.collection, _ORDER_SERVICE)]
        if self.kind == "columns":
            service._fynlo_overwrite(self, values)
        elif values["deleted"] is True:
            service._fynlo_delete(self)
        else:
            service._fynlo_add_again(self, values["deleted"])

    def _fynlo_as_principal(self):
        """Return it for who acts: over the API himself, in the web client as his role."""
        if find_principal(self.env):
            return self
        user = self.env.user
        principal = Principal(
            user_id=user.id,
            company_id=self.company_id.id,
            role=user._fynlo_role(),
            session="web",
            store_ids=tuple(user._fynlo_stores().ids),
            store_id=self.config_id.id,
        )
        return self.with_company(self.company_id).with_context(**{CONTEXT_KEY: principal})

    def action_fynlo_keep(self):
        """Button: what the server has stays."""
        for conflict in self:
            conflict._fynlo_resolve_conflict({}, "server")

    def action_fynlo_take(self):
        """Button: what the till sent is written."""
        for conflict in self:
            conflict._fynlo_resolve_conflict({}, "device")

    def action_fynlo_choose(self):
        """Button: column by column, as it is ticked."""
        for conflict in self:
            choices = {each.name: each.choice for each in conflict.column_ids}
            conflict._fynlo_resolve_conflict(choices)

    def action_fynlo_open(self):
        """Button: show the record that it is about."""
        self.ensure_one()
        model, key, uuid = "pos.order", "uuid", self.order_uuid
        if self.collection == "customers":
            model, key, uuid = "res.partner", "fynlo_uuid", self.subject
        return self.env[model].search([(key, "=", uuid)], limit=1).get_formview_action()


class FynloSyncConflictColumn(models.Model):
    """One column of a conflict: what both had, what the server has, what the till sent."""

    _name = "fynlo.sync.conflict.column"
    _description = "Column of a conflict"
    _order = "conflict_id, id"

    conflict_id = fields.Many2one(
        "fynlo.sync.conflict", required=True, readonly=True, index=True, ondelete="cascade"
    )
    config_id = fields.Many2one(related="conflict_id.config_id")
    company_id = fields.Many2one(related="conflict_id.company_id")
    name = fields.Char("Name on the Wire", required=True, readonly=True)
    base = fields.Char("Before", readonly=True)
    theirs = fields.Char("Server", readonly=True)
    mine = fields.Char("Till", readonly=True)
    is_written = fields.Boolean(readonly=True, help="The till's value was the later one")
    choice = fields.Selection(
        [("server", "Server"), ("device", "Till")], "Keep", required=True, default="server"
    )

    def _fynlo_chosen(self):
        """Return the JSON of what was chosen of one column."""
        return self.mine if self.choice == "device" else self.theirs


def _to_text(value):
    """Return JSON; nothing of a value that nobody knows."""
    return False if value is UNKNOWN else json.dumps(value, ensure_ascii=False)
