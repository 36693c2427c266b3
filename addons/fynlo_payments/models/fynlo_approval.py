import base64
import hmac
from datetime import timedelta
from hashlib import sha256

from odoo import api, fields, models
from odoo.addons.fynlo_base.engine.secrets import derive
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, InvalidFieldsError
from odoo.addons.fynlo_base.principal import STAFF_RANK, principal_of
from odoo.addons.fynlo_pos_api.exceptions import DeviceRequiredError
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..exceptions import ApprovalInvalidError, ApproverRefusedError
from .minor_units import MinorUnits

LIFETIME = timedelta(minutes=5)
PREFIX = "fya_"
OPERATIONS = [("order_refund", "Refund")]
_APPROVERS = [(role, role.title()) for role in STAFF_RANK if role != "cashier"]

_SPEND = """
    UPDATE fynlo_approval SET spent_at = %(now)s, spent_for = %(spent_for)s
    WHERE token_hash = %(token_hash)s AND spent_at IS NULL AND expires_at > %(now)s
      AND operation = %(operation)s AND subject_uuid = %(subject)s AND amount_minor = %(amount)s
      AND config_id = %(store)s AND device_id = %(device)s AND user_id = %(user)s
      AND employee_id IS NOT DISTINCT FROM %(employee)s AND approver_role = ANY(%(roles)s)
    RETURNING id
"""


class FynloApproval(models.Model):
    """A second person's consent to one act, given with his PIN on the till that asks.

    The till holds the token, the row its hash. Whoever changes what is asked needs another.
    """

    _name = "fynlo.approval"
    _description = "Approval"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "id desc"
    _rec_name = "order_id"

    operation = fields.Selection(OPERATIONS, required=True, readonly=True)
    subject_uuid = fields.Char("Subject ID", required=True, readonly=True, index=True)
    order_id = fields.Many2one("pos.order", readonly=True, index="btree_not_null")
    amount_minor = MinorUnits(required=True, readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="config_id.company_id", store=True, precompute=True)
    device_id = fields.Many2one("fynlo.device", "Till", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Asked as", required=True, readonly=True)
    employee_id = fields.Many2one("hr.employee", "Asked by", readonly=True, index=True)
    approver_id = fields.Many2one(
        "hr.employee", "Approved by", required=True, readonly=True, index=True
    )
    approver_role = fields.Selection(_APPROVERS, "As", required=True, readonly=True)
    token_hash = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    expires_at = fields.Datetime("Good until", required=True, readonly=True)
    spent_at = fields.Datetime("Used", readonly=True)
    spent_for = fields.Char("Used for", readonly=True, help="Fynlo ID of what it has allowed")

    _token_hash_unique = models.UniqueIndex("(token_hash)")

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for approval in self:
            digits = approval.currency_id.decimal_places
            approval.amount = approval.amount_minor / 10**digits

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was approved is kept for good."))

    # --- Giving

    @api.model
    def _fynlo_approve(self, command):
        """Return ``(approval, token)`` of who consents with his PIN; the approval is sudoed.

        :param command: an ``ApprovalCreate``; the same one again returns the same
        :raise PinInvalidError, LockedOutError: as signing in by PIN
        :raise ApproverRefusedError: who asks may not consent himself, and no cashier may
        :raise InvalidFieldsError: the store has no such order
        :raise IdempotencyConflictError: the id belongs to something else
        """
        if not principal_of(self.env).device_id:
            raise DeviceRequiredError()
        order = self._fynlo_find_subject(command)
        approver_sudo, device_sudo = self.env["hr.employee"]._fynlo_identify(command)
        role = self._fynlo_check_approver(approver_sudo)
        vals = self._fynlo_values(command, order, approver_sudo, role)
        # Who asks may not write approvals; what makes this one is the other's PIN.
        approvals_sudo = self.sudo()
        approval_sudo = approvals_sudo.search([("fynlo_uuid", "=", str(command.id))])
        if approval_sudo:
            approval_sudo._fynlo_check_same(vals)
            return approval_sudo, _token_of(approval_sudo.fynlo_uuid)
        token = _token_of(str(command.id))
        expiry = fields.Datetime.now() + LIFETIME
        vals |= {"token_hash": _hash(token), "expires_at": expiry}
        approval_sudo = approvals_sudo.create({**vals, "fynlo_uuid": str(command.id)})
        facts = {"operation": command.operation, "subject": str(command.subject_id)}
        facts |= {"amount_minor": command.amount, "approver": approver_sudo.fynlo_uuid}
        self.env["fynlo.audit"]._fynlo_log("approval.give", approval_sudo, facts)
        return approval_sudo, token

    def _fynlo_find_subject(self, command):
        """Return the order that a body names."""
        store_id = principal_of(self.env).store_id
        domain = [("uuid", "=", str(command.subject_id)), ("config_id", "=", store_id)]
        order = self.env["pos.order"].search(domain, limit=1)
        if not order:
            error = {"field": "subjectId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return order

    def _fynlo_check_approver(self, approver_sudo):
        """Return the role in which one employee, sudoed, consents."""
        principal = principal_of(self.env)
        user_sudo, role = approver_sudo._fynlo_acting_user()
        is_same = approver_sudo.id == principal.employee_id
        if not principal.employee_id:  # a manager who signed in with his password
            is_same = approver_sudo.user_id.id == principal.user_id or user_sudo == self.env.user
        if is_same:
            raise ApproverRefusedError(details={"reason": "same_person"})
        if role not in dict(_APPROVERS):
            raise ApproverRefusedError(details={"reason": "role", "role": "supervisor"})
        return role

    def _fynlo_values(self, command, order, approver_sudo, role):
        principal = principal_of(self.env)
        return {
            "operation": command.operation,
            "subject_uuid": str(command.subject_id),
            "order_id": order.id,
            "amount_minor": command.amount,
            "currency_id": order.currency_id.id,
            "config_id": principal.store_id,
            "device_id": principal.device_id,
            "user_id": principal.user_id,
            "employee_id": principal.employee_id or False,
            "approver_id": approver_sudo.id,
            "approver_role": role,
        }

    def _fynlo_check_same(self, vals):
        for name, value in vals.items():
            field = self._fields[name]
            if field.convert_to_write(self[name], self) != value:
                raise IdempotencyConflictError()

    # --- Using

    @api.model
    def _fynlo_spend(self, token, operation, subject_uuid, amount, role, spent_for):
        """Use up a consent for exactly this act of exactly this person on this till.

        Of two at once one gets it: the row is written, and the other runs again without it.

        :param role: the lowest role that has to have consented
        :param spent_for: public id of what it allows
        :return: the approval (one record, sudoed)
        :raise ApprovalInvalidError: unknown, used, expired, or given for something else
        """
        principal = principal_of(self.env)
        rows = self.env.execute_query(SQL(
            _SPEND, now=fields.Datetime.now(), spent_for=str(spent_for), token_hash=_hash(token),
            operation=operation, subject=str(subject_uuid), amount=amount,
            store=principal.store_id, device=principal.device_id, user=principal.user_id,
            employee=principal.employee_id, roles=list(STAFF_RANK[STAFF_RANK.index(role):]),
        ))  # fmt: skip
        if not rows:
            raise ApprovalInvalidError()
        approval_sudo = self.sudo().browse(rows[0])
        approval_sudo.invalidate_recordset()
        facts = {"subject": str(subject_uuid), "amount_minor": amount, "for": str(spent_for)}
        self.env["fynlo.audit"]._fynlo_log("approval.use", approval_sudo, facts)
        return approval_sudo


def _token_of(uuid):
    """Return the token of an approval: nobody without the server's secret can make it."""
    mark = hmac.new(derive("approval"), uuid.encode(), sha256).digest()
    return PREFIX + base64.urlsafe_b64encode(mark).decode().rstrip("=")


def _hash(token):
    return sha256(token.encode()).hexdigest()
