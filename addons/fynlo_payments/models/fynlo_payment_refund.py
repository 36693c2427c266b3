from uuid import UUID, uuid5

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.addons.fynlo_pos_api.exceptions import RefundTooLargeError
from odoo.addons.fynlo_pos_api.schemas.refunds import RefundCreate, RefundPayment
from odoo.exceptions import UserError

from ..engine.outcome import GIVEN
from ..exceptions import GatewayRefusedError, PaymentBusyError, PaymentStateError
from .fynlo_payment_desk import hash_command
from .minor_units import MinorUnits

STATES = [
    ("open", "Under Way"),
    ("booked", "Given Back"),
    ("partial", "Given Back in Part"),
    ("refused", "Refused"),
    ("returned", "Sent Back by the Bank"),
]


class FynloPaymentRefund(models.Model):
    """Money of an order that goes back over gateways before the books say so.

    One at a time for an order: what is left of it cannot change in between.
    """

    _name = "fynlo.payment.refund"
    _description = "Card refund"
    _inherit = ["fynlo.payment.alert", "fynlo.uuid.mixin"]
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="config_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_minor = MinorUnits(required=True, readonly=True)
    amount = fields.Monetary("To Cards", compute="_compute_amount", store=True)
    reason = fields.Char(required=True, readonly=True)
    command = fields.Json(readonly=True, help="What was asked for, to be booked in the end")
    request_hash = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        STATES, default="open", required=True, readonly=True, index=True, tracking=True
    )
    operation_ids = fields.One2many(
        "fynlo.payment.operation", "refund_id", "Operations", readonly=True
    )
    employee_id = fields.Many2one("hr.employee", readonly=True, index=True)
    refund_order_id = fields.Many2one("pos.order", "Refund", readonly=True)
    booked_at = fields.Datetime("Booked", readonly=True)
    booking_error = fields.Char("Not Booked Because", readonly=True)
    booking_tries = fields.Integer(readonly=True)
    booking_at = fields.Datetime("Booked Again At", readonly=True)

    _one_open = models.UniqueIndex(
        "(order_id) WHERE state = 'open'", "Money of this order is going back already."
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for refund in self:
            refund.amount = from_minor(refund.amount_minor, refund.currency_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was given back is kept for good."))

    # --- Asking

    @api.model
    def _fynlo_refund_payment(self, uuid, command):
        """Give money of one payment back; return the refund, sudoed, or a ``Later`` of it.

        :param command: a ``PaymentRefundCreate``; the same one again returns the same refund
        :raise NotFoundError: unknown payment, or of another store
        :raise PaymentStateError: it has taken nothing, or is not booked yet
        :raise RefundTooLargeError: more than is left of it
        :raise ApprovalRequiredError: somebody else has to approve it
        """
        payment_sudo = self.env["payment.transaction"]._fynlo_read_payment(uuid)
        payment_sudo._fynlo_lock_payment()
        known_sudo = self._fynlo_find_twin(command)
        if known_sudo:
            return known_sudo._fynlo_go_on()
        if payment_sudo.fynlo_state != "succeeded" or not payment_sudo.fynlo_booked_at:
            raise PaymentStateError(details={"state": payment_sudo.fynlo_state})
        left = payment_sudo._fynlo_refundable()
        amount = left if command.amount is None else command.amount
        if not 0 < amount <= left:
            raise RefundTooLargeError(details={"refundable": left})
        asked = self._fynlo_order_refund(payment_sudo, command, amount)
        service = self.env["fynlo.order.refund"].with_context(
            fynlo_refund_hash=hash_command(command)
        )
        return service._fynlo_begin_refund(payment_sudo.fynlo_order_id.uuid, asked)

    def _fynlo_order_refund(self, payment_sudo, command, amount):
        """Return the ``RefundCreate`` of an amount of one payment, to that payment alone."""
        part = RefundPayment.model_construct(
            id=uuid5(command.id, payment_sudo.fynlo_uuid),
            method=UUID(payment_sudo.fynlo_method_id.fynlo_uuid),
            amount=amount,
            reference=None,
        )
        return RefundCreate.model_construct(
            id=command.id,
            amount=amount,
            payments=[part],
            reason=command.reason,
            with_receipt=command.with_receipt,
            approval_token=command.approval_token,
        )

    @api.model
    def _fynlo_find_twin(self, command):
        """Return the refund with the id of a body, sudoed, or an empty recordset.

        :raise IdempotencyConflictError: the id belongs to something else
        """
        # Who refunds may not read refunds; the store is his own.
        found_sudo = self.sudo().search([("fynlo_uuid", "=", str(command.id))])
        if not found_sudo:
            return found_sudo
        same_store = found_sudo.config_id.id == principal_of(self.env).store_id
        if not same_store or found_sudo.request_hash != hash_command(command):
            raise IdempotencyConflictError()
        return found_sudo

    @api.model
    def _fynlo_check_none_open(self, order):
        """Check that no other refund of one order is under way.

        :raise PaymentBusyError: one is
        """
        domain = [("order_id", "=", order.id), ("state", "=", "open")]
        if open_sudo := self.sudo().search(domain, limit=1):
            raise PaymentBusyError(details={"refundId": open_sudo.fynlo_uuid})

    @api.model
    def _fynlo_read(self, uuid):
        """Return the refund of the principal's store with that id, sudoed for what it shows.

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        domain = [("fynlo_uuid", "=", str(uuid))]
        domain.append(("config_id", "=", principal_of(self.env).store_id))
        found_sudo = self.sudo().search(domain)
        if not found_sudo:
            raise NotFoundError()
        return found_sudo

    @api.model
    def _fynlo_open(self, order, booked, parts, command):
        """Write down a refund and what its gateways will be asked; return it, sudoed.

        :param booked: the ``RefundCreate`` to book; of its payments those without a gateway
        :param parts: ``[(payment, amount in minor units, id)]``, payments sudoed and locked
        :param command: the one that was sent
        """
        facts = booked.model_dump(
            mode="json", by_alias=True, exclude={"approval_token"}, exclude_none=True
        )
        # The right to refund was checked; nobody but the server writes refunds.
        refund_sudo = self.sudo().create({
            "fynlo_uuid": str(command.id),
            "order_id": order.id,
            "config_id": order.config_id.id,
            "currency_id": order.currency_id.id,
            "amount_minor": sum(amount for _payment, amount, _uuid in parts),
            "reason": command.reason,
            "command": facts,
            "request_hash": self.env.context.get("fynlo_refund_hash") or hash_command(command),
            "employee_id": principal_of(self.env).employee_id,
        })  # fmt: skip
        for part in parts:
            refund_sudo._fynlo_prepare_part(*part)
        return refund_sudo

    def _fynlo_prepare_part(self, payment_sudo, amount, uuid):
        principal = principal_of(self.env)
        payment_sudo.fynlo_refunded_minor += amount
        params = {"amount": amount, "currency": self.currency_id.name,
                  "metadata": {"fynlo_refund": uuid}}  # fmt: skip
        self.env["fynlo.payment.operation"]._fynlo_prepare(
            payment_sudo, "refund", params, fynlo_uuid=uuid, refund_id=self.id,
            employee_id=principal.employee_id, device_id=principal.device_id,
        )  # fmt: skip

    # --- Telling

    def _fynlo_told_state(self):
        """Return the state of one refund, sudoed, in the words of the API."""
        if self.state == "open":
            is_open = any(each._fynlo_is_open() for each in self.operation_ids)
            return "unknown" if is_open else "succeeded"
        return {"booked": "succeeded", "refused": "failed"}.get(self.state, self.state)

    def _fynlo_check_result(self):
        """Say so if gateways have refused one refund, sudoed; return it.

        :raise GatewayRefusedError: nothing, or not all of it, was given back
        """
        if self.state in ("refused", "partial"):
            failed = self.operation_ids.filtered(lambda each: each.state not in GIVEN)
            given = sum((self.operation_ids - failed).mapped("amount_minor"))
            facts = {"refundId": self.fynlo_uuid, "gatewayCode": failed[:1].code, "given": given}
            raise GatewayRefusedError(details=facts)
        return self
