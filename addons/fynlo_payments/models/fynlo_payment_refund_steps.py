import json
from datetime import timedelta
from functools import partial
from uuid import UUID

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later
from odoo.addons.fynlo_base.server_mark import SERVER_MARK
from odoo.addons.fynlo_pos_api.schemas.refunds import RefundCreate, RefundPayment
from odoo.exceptions import UserError

from ..engine.outcome import GIVEN, Outcome
from .fynlo_order_refund import GIVEN_BACK

_PAUSE_S, _LONGEST_PAUSE_S = 60, 3600
_NOT_ASKED = Outcome("failed", code="not_asked", message="Another part of it was refused.")


class FynloPaymentRefund(models.Model):
    """How a refund is carried out: gateways are asked, it is written down, then booked."""

    _inherit = "fynlo.payment.refund"

    def _fynlo_go_on(self):
        """Return one refund, sudoed, as it is; a ``Later`` of it while gateways are to be asked."""
        waiting = self.operation_ids.sorted("id").filtered(
            lambda each: each._fynlo_repeat()._fynlo_is_to_ask()
        )
        if not waiting:
            self._fynlo_book()
            return self._fynlo_check_result()
        return self._fynlo_carry_out(waiting._fynlo_repeat())

    def _fynlo_carry_out(self, operations):
        """Return the ``Later`` that asks the gateways of one refund, sudoed, and books it.

        In turn: one that refuses keeps the others from being asked.
        """
        calls = [operation._fynlo_make_call() for operation in operations]
        return Later(
            call=partial(_ask_in_turn, calls),
            steps=(
                partial(self._fynlo_record_all, operations),
                lambda _: self._fynlo_book(),
                lambda _: self._fynlo_check_result(),
            ),
        )

    def _fynlo_record_all(self, operations, outcomes):
        for operation, outcome in zip(operations, outcomes, strict=True):
            operation._fynlo_record(outcome)

    # --- Into the books

    def _fynlo_is_to_book(self):
        """Tell whether it is known of one refund, sudoed, what to book, and it is not booked."""
        is_known = not any(each._fynlo_is_open() for each in self.operation_ids)
        return self.state == "open" and is_known

    def _fynlo_book(self):
        """Book what gateways have given back of one refund, sudoed; once.

        If not all of it was given, the money that was is booked, and no goods.
        """
        if not self._fynlo_is_to_book():
            return
        self.order_id._fynlo_touch_money()
        self.invalidate_recordset()
        if not self._fynlo_is_to_book():
            return
        given = self.operation_ids.filtered(lambda each: each.state in GIVEN)
        if not given:
            self.state = "refused"
            return
        is_whole = given == self.operation_ids
        try:
            with self.env.cr.savepoint():
                self._fynlo_book_given(given, is_whole)
        except UserError as error:
            self._fynlo_postpone(getattr(error, "code", "business_rule"))

    def _fynlo_book_given(self, given, is_whole):
        first = self.operation_ids.sorted("id")[:1]
        desk = self.env["fynlo.payment.desk"]
        env = desk._fynlo_env_of(self.config_id, first.employee_id, first.device_id)
        service = env["fynlo.order.refund"].with_context(**{GIVEN_BACK: SERVER_MARK})
        command = self._fynlo_booking(given, is_whole)
        self.write({
            "state": "booked" if is_whole else "partial",
            "booked_at": fields.Datetime.now(), "booking_error": False,
        })  # fmt: skip
        booked = service._fynlo_refund_order(self.order_id.uuid, command)
        self.refund_order_id = booked
        if not is_whole:
            summary = self.env._("A refund was refused in part: give the rest back otherwise")
            self._fynlo_alert(summary, fields.Date.today())

    def _fynlo_booking(self, given, is_whole):
        """Return the ``RefundCreate`` that books what was given, and the rest of it if all was."""
        command = RefundCreate.model_validate_json(json.dumps(self.command))
        payments = [_payment_of(operation) for operation in given.sorted("id")]
        if is_whole:
            payments += command.payments
        if is_whole and self.order_id.state != "draft":
            return command.model_copy(update={"payments": payments})
        amount = sum(payment.amount for payment in payments)
        money = {"lines": [], "all": False, "amount": amount, "payments": payments}
        return command.model_copy(update=money)

    def _fynlo_postpone(self, code):
        """Note why one refund, sudoed, is not booked, and when it is tried again."""
        if self.booking_error != code:
            facts = {"code": code, "amount_minor": self.amount_minor}
            self.env["fynlo.audit"]._fynlo_log("payment.refund_not_booked", self, facts)
        pause_s = min(_PAUSE_S * 2 ** min(self.booking_tries, 10), _LONGEST_PAUSE_S)
        self.write({
            "booking_error": code,
            "booking_tries": self.booking_tries + 1,
            "booking_at": fields.Datetime.now() + timedelta(seconds=pause_s),
        })  # fmt: skip

    # --- Afterwards

    @api.model
    def _fynlo_follow(self, provider, values):
        """Note what a gateway tells of a refund that it has given: banks may send it back.

        :param provider: one ``payment.provider``, sudoed
        :param values: of ``read_refund``
        """
        operation_sudo = self.env["fynlo.payment.operation"].sudo().search(
            [("gateway_ref", "=", values["ref"]), ("kind", "=", "refund"),
             ("transaction_id.provider_id", "=", provider.id)]
        )  # fmt: skip
        if not operation_sudo:
            self.env["payment.transaction"]._fynlo_follow_stray_refund(provider, values)
            return
        refund_sudo = operation_sudo.refund_id
        if (operation_sudo.state, values["state"]) == ("processing", "succeeded"):
            operation_sudo.state = "succeeded"  # nobody has to look after it any more
        is_back = values["state"] in ("failed", "canceled") and operation_sudo.state in GIVEN
        if not is_back or refund_sudo.state == "returned":
            return
        payment_sudo = operation_sudo.transaction_id
        payment_sudo._fynlo_lock_payment()
        refund_sudo.state = "returned"
        payment_sudo._fynlo_count_refunded()
        shown = refund_sudo.currency_id.format(refund_sudo.amount)
        summary = self.env._("The bank has sent a refund of %s back: give it otherwise", shown)
        refund_sudo._fynlo_alert(summary, fields.Date.today())
        facts = {"amount_minor": operation_sudo.amount_minor}
        self.env["fynlo.audit"]._fynlo_log("payment.refund_returned", refund_sudo, facts)


def _payment_of(operation):
    return RefundPayment.model_construct(
        id=UUID(operation.fynlo_uuid),
        method=UUID(operation.transaction_id.fynlo_method_id.fynlo_uuid),
        amount=operation.amount_minor,
        reference=operation.gateway_ref,
    )


def _ask_in_turn(calls):
    outcomes = []
    for call in calls:
        is_refused = any(each.kind in ("failed", "declined") for each in outcomes)
        outcomes.append(_NOT_ASKED if is_refused else call())
    return outcomes
