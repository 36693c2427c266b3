from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor, to_minor
from odoo.exceptions import UserError

from ..clients.stripe_calls import LONGEST_CALL_S
from ..engine.outcome import OPEN
from ..exceptions import CardDeclinedError, GatewayRefusedError, PaymentStateError
from .minor_units import MinorUnits

#: How long an operation is left to who asks for it: longer than any call takes.
LEASE_S = LONGEST_CALL_S + 10
KINDS = [
    ("create", "Begin"),
    ("confirm", "Try Again"),
    ("capture", "Capture"),
    ("cancel", "Cancel"),
    ("refund", "Refund"),
]
#: Code of a cancellation that has found nothing to cancel.
NOTHING_THERE = "nothing_there"


class FynloPaymentOperation(models.Model):
    """One thing that a gateway is asked to do, written down before it is asked.

    Its idempotency key is as old as the row: however often it is asked, it is done once. What it
    asks for never changes; how it ended is written once, each step of it into the audit trail.
    """

    _name = "fynlo.payment.operation"
    _description = "Payment operation"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "id desc"
    _rec_name = "transaction_id"

    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="config_id.company_id", store=True, precompute=True)
    order_id = fields.Many2one(related="transaction_id.fynlo_order_id", string="Order")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waits for Another"),
            ("prepared", "Prepared"),
            ("unknown", "Unknown"),
            ("requires_action", "Waits for the Guest"),
            ("processing", "Processing"),
            ("authorized", "Authorised"),
            ("succeeded", "Succeeded"),
            ("declined", "Declined"),
            ("canceled", "Cancelled"),
            ("failed", "Failed"),
        ],
        default="prepared", required=True, readonly=True, index=True,
    )  # fmt: skip
    amount_minor = MinorUnits("Amount (minor)", readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True, precompute=True)
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    params = fields.Json(readonly=True, help="What the gateway is asked")
    request_hash = fields.Char(readonly=True)
    idempotency_key = fields.Char(
        default=lambda self: str(uuid4()), required=True, readonly=True, groups="base.group_system"
    )
    gateway_ref = fields.Char("Gateway Reference", readonly=True, index="btree_not_null")
    client_secret = fields.Char(readonly=True, groups="base.group_system")
    next_action = fields.Char(readonly=True)
    code = fields.Char("Gateway Code", readonly=True)
    message = fields.Char("Gateway Message", readonly=True)
    attempts = fields.Integer(default=1, readonly=True)
    next_try_at = fields.Datetime(
        default=lambda self: fields.Datetime.now() + timedelta(seconds=LEASE_S), readonly=True
    )
    asked_at = fields.Datetime(
        default=fields.Datetime.now, readonly=True, help="The gateway was asked for it last"
    )
    account_mark = fields.Char(
        readonly=True, groups="base.group_system", help="Tells the account that was asked"
    )
    user_id = fields.Many2one("res.users", default=lambda self: self.env.uid, readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)

    _key_unique = models.Constraint(
        "UNIQUE(idempotency_key)", "Another operation has this idempotency key."
    )
    # One thing at a time: two captures or a capture and a cancellation cannot cross.
    _one_open = models.UniqueIndex(
        "(transaction_id) WHERE state IN ('prepared', 'unknown')",
        "The payment is being worked on.",
    )
    _due_idx = models.Index("(next_try_at) WHERE state IN ('prepared', 'unknown')")

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for operation in self:
            operation.amount = from_minor(operation.amount_minor, operation.currency_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was asked of a gateway is kept for good."))

    @api.model
    def _fynlo_prepare(self, payment_sudo, kind, params, **vals):
        """Write down what a gateway will be asked; return the operation, sudoed.

        :param payment_sudo: the payment, locked
        :param params: what the client is given; ``amount`` is the payment's if it is left out
        :param vals: who asks, and the id that he gave it
        """
        amount = params.get("amount") or to_minor(payment_sudo.amount, payment_sudo.currency_id)
        # The right to do it was checked; nobody but the server writes operations.
        operation_sudo = self.sudo().create({
            "transaction_id": payment_sudo.id,
            "config_id": payment_sudo.fynlo_config_id.id,
            "kind": kind,
            "amount_minor": amount,
            "params": params,
            "account_mark": payment_sudo.provider_id._fynlo_account_mark(),
            **vals,
        })  # fmt: skip
        payment_sudo.fynlo_change_count += 1
        facts = {"kind": kind, "amount_minor": amount}
        self.env["fynlo.audit"]._fynlo_log("payment.prepared", operation_sudo, facts)
        return operation_sudo

    def _fynlo_make_due(self):
        """Leave one operation, sudoed, that nobody waits for to the janitor."""
        self.next_try_at = fields.Datetime.now()

    def _fynlo_is_open(self):
        """Tell whether nobody knows yet how one operation ended."""
        return self.state in OPEN

    def _fynlo_check_result(self):
        """Say so if a gateway has refused one operation, sudoed.

        :raise CardDeclinedError: the bank does not want it
        :raise GatewayRefusedError: the gateway does not want it; nothing was done
        :raise PaymentStateError: too late for a cancellation: the guest has paid
        """
        state = self.transaction_id.fynlo_state
        if state == "succeeded" and self.state in ("declined", "failed"):
            if self.kind == "cancel":
                raise PaymentStateError(details={"state": state})
            return  # refused because it is done: another way has taken the money
        facts = {"paymentId": self.transaction_id.fynlo_uuid}
        if self.state == "declined":
            raise CardDeclinedError(details={**facts, "declineCode": self.code})
        if self.state == "failed":
            raise GatewayRefusedError(details={**facts, "gatewayCode": self.code})

    def _fynlo_record(self, outcome):
        """Write down how one operation, sudoed, ended, and bring its payment there.

        Whoever comes second changes nothing: the till's own request, its repetition and the
        janitor may all know of it. Only money that was taken counts after a refusal, too.

        :param outcome: an :class:`Outcome`
        """
        if not self._fynlo_is_news(outcome):
            return
        self.transaction_id._fynlo_lock_payment()
        if self.kind != "refund":  # all others are answered with the payment itself
            outcome = self.transaction_id._fynlo_check_told(outcome, self.amount_minor)
        if not self._fynlo_is_news(outcome):
            return
        facts = {"code": outcome.code or False, "message": outcome.message or False}
        if not outcome.is_known:
            self.write({**facts, "state": "unknown", "next_try_at": self._fynlo_next_try(outcome)})
            return
        values = outcome.values
        facts |= {"gateway_ref": values.get("ref"), "next_action": values.get("next_action")}
        self.write({**facts, "state": outcome.state, "client_secret": values.get("client_secret")})
        self._fynlo_carry_over(outcome)
        self.env["fynlo.audit"]._fynlo_log(
            f"payment.{self.kind}",
            self,
            {"state": outcome.state, "amount_minor": self.amount_minor, "code": outcome.code},
        )

    def _fynlo_is_news(self, outcome):
        """Tell whether an outcome tells of more than is known of one operation, sudoed.

        Who has looked while the call was still on its way has seen less than its answer.
        """
        if self._fynlo_is_open() or (self.state == "failed" and outcome.kind == "answered"):
            return True
        has_taken = outcome.kind == "answered" and outcome.state in ("authorized", "succeeded")
        return has_taken and self.state in ("declined", "requires_action", "processing")

    def _fynlo_next_try(self, outcome):
        """Return when the janitor looks again: at once when the gateway is back, else later."""
        now = fields.Datetime.now()
        longest_s = 300 if self.create_date > now - timedelta(hours=2) else 3600
        pause_s = 0 if outcome.is_away else min(10 * 2 ** min(self.attempts, 10), longest_s)
        return now + timedelta(seconds=pause_s)

    def _fynlo_carry_over(self, outcome):
        """Bring the payment to where its operation has brought it, and what came after that."""
        payment, values = self.transaction_id, outcome.values
        payment.fynlo_change_count += 1
        if outcome.kind != "failed" or self.kind == "create":
            payment._fynlo_follow(outcome.state, values)
            if (self.kind, outcome.state) == ("capture", "succeeded"):
                payment.fynlo_tip_minor = self.params.get("tip", 0)
        elif values.get("ref"):  # nothing was done, and the payment is not where it was thought
            payment._fynlo_follow(values["state"], values)
        if outcome.now:
            payment._fynlo_follow(outcome.now.state, outcome.now.values)
