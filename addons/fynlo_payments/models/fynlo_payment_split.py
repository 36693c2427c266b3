from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import (
    IdempotencyConflictError,
    InvalidFieldsError,
    NotFoundError,
)
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.choices import FieldFaults
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.engine.tenders import check_tenders
from odoo.addons.fynlo_pos_api.exceptions import DeviceRequiredError
from odoo.exceptions import UserError
from odoo.fields import Command

from ..exceptions import (
    AmountTooLargeError,
    CardDeclinedError,
    GatewayRefusedError,
    PaymentBusyError,
    TransactionCanceledError,
)
from .fynlo_payment_desk import hash_command
from .fynlo_payment_operation import LEASE_S
from .minor_units import MinorUnits
from .payment_transaction import OPEN_SPLITS

#: How long the guest has to finish what his cards ask of him.
TIME_LIMIT = timedelta(minutes=15)
_SHOWN = {"running": "processing", "compensating": "canceling"}


class FynloPaymentSplit(models.Model):
    """Several tenders that pay one order: all of them, or none.

    What comes next is read from the rows of its tenders (:mod:`..engine.saga`), so whoever finds
    them goes on: the till that asks again, or the janitor.
    """

    _name = "fynlo.payment.split"
    _description = "Split payment"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="config_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    state = fields.Selection(
        [
            ("running", "Under Way"),
            ("compensating", "Letting Go"),
            ("succeeded", "Succeeded"),
            ("canceled", "Cancelled"),
            ("parked", "Needs a Manager"),
        ],
        default="running", required=True, readonly=True, index=True,
    )  # fmt: skip
    code = fields.Char("Reason", readonly=True, help="Why it was given up, or is stuck")
    failed_tender_id = fields.Many2one("fynlo.payment.tender", readonly=True)
    # With a gift card's code in it: who may read it and the rest could try the codes out.
    request_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    amount = fields.Monetary("Total", compute="_compute_amount")
    rounding_minor = MinorUnits(readonly=True, help="What paying in cash rounds the order by")
    booked_at = fields.Datetime("Cash Booked", readonly=True)
    expires_at = fields.Datetime(
        default=lambda self: fields.Datetime.now() + TIME_LIMIT, required=True, readonly=True
    )
    next_try_at = fields.Datetime(
        default=lambda self: fields.Datetime.now() + timedelta(seconds=LEASE_S), readonly=True
    )
    retried_at = fields.Datetime(readonly=True, help="Refusals before that count no more")
    user_id = fields.Many2one("res.users", default=lambda self: self.env.uid, readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)
    tender_ids = fields.One2many("fynlo.payment.tender", "split_id", "Tenders", readonly=True)

    _due_idx = models.Index("(next_try_at) WHERE state IN ('running', 'compensating')")

    @api.depends("tender_ids")
    def _compute_amount(self):
        for split in self:
            split.amount = sum(split.tender_ids.mapped("amount"))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was paid at a till is kept for good."))

    @api.model
    def _fynlo_begin(self, command):
        """Hold an order for the tenders of a ``TransactionCreate``; return the split, sudoed.

        :raise AmountTooLargeError: more than is owed and not being paid
        :raise ApprovalRequiredError: more tips than the store lets the role take
        :raise IdempotencyConflictError: the id belongs to something else
        :raise IllegalTransitionError: the order is finished or cancelled
        :raise InvalidFieldsError: the store has no such methods, the order no such shares
        :raise StoredValueTooLowError: a gift card or eWallet has less
        :raise StoredValueUnknownError: there is no such card
        :raise StoredValueUnusableError: a card does not pay here now
        """
        # Whoever sells may begin one; nobody but the server writes it.
        known_sudo = self.sudo().search([("fynlo_uuid", "=", str(command.id))])
        principal = principal_of(self.env)
        if known_sudo:
            same = known_sudo.config_id.id, known_sudo.request_hash
            if same != (principal.store_id, hash_command(command)):
                raise IdempotencyConflictError()
            return known_sudo
        if not principal.device_id:
            raise DeviceRequiredError()
        desk = self.env["fynlo.payment.desk"]
        desk._fynlo_check_unused([tender.id for tender in command.tenders])
        order = desk._fynlo_hold_order(command.order_id)
        rounding_minor = self._fynlo_check_sum(order, self._fynlo_check_tenders(order, command))
        tips = sum(tender.tip for tender in command.tenders)
        self.env["fynlo.order.tip"]._fynlo_check_size(order, tips)
        tender_vals = self.env["fynlo.payment.tender"]._fynlo_values(order, command.tenders)
        split_sudo = self.sudo().create({
            "fynlo_uuid": str(command.id),
            "order_id": order.id,
            "config_id": principal.store_id,
            "request_hash": hash_command(command),
            "rounding_minor": rounding_minor,
            "employee_id": principal.employee_id,
            "device_id": principal.device_id,
            "tender_ids": [Command.create(vals) for vals in tender_vals],
        })  # fmt: skip
        split_sudo.tender_ids._fynlo_take()
        facts = {"tenders": [[each["fynlo_uuid"], each["amount_minor"]] for each in tender_vals]}
        self.env["fynlo.audit"]._fynlo_log("transaction.begun", split_sudo, facts)
        return split_sudo

    def _fynlo_check_tenders(self, order, command):
        """Return the tenders of a body as the order's payments are settled with.

        :raise InvalidFieldsError: with everything that is wrong
        """
        book = self.env["fynlo.price.book"]._fynlo_open(order.config_id)
        faults = FieldFaults()
        tenders = check_tenders(command.tenders, book, bool(order.partner_id), faults)
        for error in faults.errors:
            error["field"] = error["field"].replace("payments.", "tenders.", 1)
        self.env["fynlo.payment.tender"]._fynlo_check(order, command.tenders, book, faults)
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
        return tenders

    def _fynlo_check_sum(self, order, tenders):
        """Return by how many minor units paying so rounds the order.

        :raise AmountTooLargeError: more than is owed
        """
        settlement = self.env["fynlo.order.payment"]._fynlo_settle_order(order, tenders)
        currency = order.currency_id
        if settlement.paid > settlement.due and not settlement.is_covered:
            before = settlement.paid - sum(tender.amount for tender in tenders)
            due = to_minor(currency.round(settlement.due - before), currency)
            raise AmountTooLargeError(details={"due": max(due, 0)})
        return to_minor(currency.round(settlement.due - order.amount_total), currency)

    @api.model
    def _fynlo_read_split(self, uuid):
        """Return the split of the principal's store with that id, sudoed for what it shows.

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        store_id = principal_of(self.env).store_id
        domain = [("fynlo_uuid", "=", str(uuid)), ("config_id", "=", store_id)]
        found = self.search(domain, limit=1)
        if not found:
            raise NotFoundError()
        return found.sudo()

    @api.model
    def _fynlo_check_none_booked(self, order):
        """Check that nothing of one open order is booked by a transaction that goes on.

        If that is undone, it gives back what it has booked itself: nobody else may before.

        :raise PaymentBusyError: something is
        """
        domain = [("order_id", "=", order.id), ("state", "in", OPEN_SPLITS)]
        # Who refunds need not see transactions; that one goes on is all that is told.
        going_sudo = self.sudo().search([*domain, ("tender_ids.state", "=", "booked")], limit=1)
        if going_sudo:
            raise PaymentBusyError(details={"transactionId": going_sudo.fynlo_uuid})

    def _fynlo_shown_state(self):
        """Return the state of one split, sudoed, in the words of the API."""
        if self.state == "running" and "requires_action" in self.tender_ids.mapped("progress"):
            return "requires_action"
        return _SHOWN.get(self.state, self.state)

    def _fynlo_check_result(self):
        """Say so if one split, sudoed, was given up.

        :raise CardDeclinedError: a bank does not want it
        :raise GatewayRefusedError: a gateway does not want it
        :raise TransactionCanceledError: it took too long, or the order has changed
        """
        if self.state not in ("compensating", "canceled"):
            return
        details = {"state": self._fynlo_shown_state(), "reason": self.code}
        failed = self.failed_tender_id
        last = failed.transaction_id.fynlo_operation_ids.filtered("code").sorted("id")[-1:]
        if failed:
            details["tenderId"] = failed.fynlo_uuid
        if self.code == "card_declined":
            raise CardDeclinedError(details={**details, "declineCode": last.code})
        if self.code == "gateway_refused":
            raise GatewayRefusedError(details={**details, "gatewayCode": last.code})
        raise TransactionCanceledError(details=details)
