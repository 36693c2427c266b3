from odoo import api, fields, models

from ..engine.outcome import Outcome
from ..exceptions import PaymentDeniedError, PaymentInReviewError

#: How an operation ends that the gateway is not asked for.
DENIED = "payment_denied"


class FynloFraudCheck(models.Model):
    """What a person makes of a payment that was found suspicious."""

    _inherit = "fynlo.fraud.check"

    def action_approve(self):
        """Let suspicious payments pass: what was held may be captured."""
        self._fynlo_review("approved")

    def action_decline(self):
        """Refuse suspicious payments: what is held is not captured, what was taken is given back
        by a refund."""
        self._fynlo_review("declined")

    def _fynlo_review(self, answer):
        """Write down who has looked at open checks and what he says.

        :raise ForbiddenError: he is no manager
        """
        self.check_access("read")
        self.env["res.users"]._fynlo_require("manager")
        facts = {"reviewer_id": self.env.uid, "reviewed_at": fields.Datetime.now()}
        # Managers read checks; that they answer them is asked above.
        for check_sudo in self.sudo().filtered(lambda each: each.review_state == "open"):
            check_sudo.write({**facts, "review_state": answer})
            self.env["fynlo.audit"]._fynlo_log(
                "payment.review", check_sudo.transaction_id, {"answer": answer}
            )


class FynloPaymentDesk(models.AbstractModel):
    _inherit = "fynlo.payment.desk"

    def _fynlo_params(self, payment_sudo, kind, command):
        """Capture nothing that somebody has to look at first; a split payment does not wait.

        :raise PaymentDeniedError: a manager has declined it
        :raise PaymentInReviewError: no manager has looked at it yet
        """
        if kind == "capture" and not payment_sudo._fynlo_is_led(kind):
            payment_sudo._fynlo_check_review()
        return super()._fynlo_params(payment_sudo, kind, command)


class FynloPaymentOperation(models.Model):
    _inherit = "fynlo.payment.operation"

    fynlo_check_ids = fields.One2many("fynlo.fraud.check", "operation_id", readonly=True)

    @api.model
    def _fynlo_prepare(self, payment_sudo, kind, params, **vals):
        """Judge what takes money before anybody is asked for it."""
        operation_sudo = super()._fynlo_prepare(payment_sudo, kind, params, **vals)
        if kind in ("create", "confirm"):
            self.env["fynlo.fraud.check"]._fynlo_judge(operation_sudo)
        return operation_sudo

    def _fynlo_ask(self, gateway):
        """Ask nobody for what is denied."""
        was_asked = self.state != "prepared" or self.gateway_ref
        if self.fynlo_check_ids.decision == "deny" and not was_asked:
            message = self.env._("The fraud rules of this store do not allow it.")
            return lambda: Outcome("declined", code=DENIED, message=message)
        return super()._fynlo_ask(gateway)

    def _fynlo_check_result(self):
        """Say so if the rules have refused one operation, sudoed.

        :raise PaymentDeniedError: nobody was charged
        """
        if self.state == "declined" and self.code == DENIED:
            raise PaymentDeniedError(details={"paymentId": self.transaction_id.fynlo_uuid})
        super()._fynlo_check_result()

    def _fynlo_carry_over(self, outcome):
        """Judge again once the gateway has told which card it was, and is believed."""
        super()._fynlo_carry_over(outcome)
        for told in filter(None, (outcome, outcome.now)):
            self.transaction_id._fynlo_learn_card(told)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    fynlo_check_ids = fields.One2many("fynlo.fraud.check", "transaction_id", readonly=True)
    fynlo_is_in_review = fields.Boolean(
        "To Review", compute="_compute_fynlo_is_in_review", compute_sudo=True
    )

    @api.depends("fynlo_check_ids.review_state")
    def _compute_fynlo_is_in_review(self):
        for payment in self:
            payment.fynlo_is_in_review = "open" in payment.fynlo_check_ids.mapped("review_state")

    def _fynlo_settle(self, outcome, seen):
        """Judge again when an event has told which card it was: the guest's own device paid."""
        counts = super()._fynlo_settle(outcome, seen)
        if counts:
            self._fynlo_learn_card(outcome)
        return counts

    def _fynlo_learn_card(self, outcome):
        """Give the last check of one payment, sudoed, what a gateway tells of the card."""
        card = outcome.values.get("card")
        last_sudo = self.sudo().fynlo_check_ids.sorted("id")[-1:]
        if card and last_sudo:
            last_sudo._fynlo_learn(card, self.fynlo_state)

    def _fynlo_is_denied(self):
        """Tell whether the rules do not let one payment, sudoed, pass; an empty one is none."""
        return self.fynlo_check_ids.sorted("id")[-1:].decision == "deny"

    def _fynlo_check_review(self):
        """Make sure that one payment, sudoed, may be captured.

        :raise PaymentDeniedError: the rules or a manager have refused it
        :raise PaymentInReviewError: no manager has looked at it yet
        """
        states = set(self.fynlo_check_ids.mapped("review_state"))
        if "declined" in states or self._fynlo_is_denied():
            raise PaymentDeniedError(details={"paymentId": self.fynlo_uuid})
        if "open" in states:
            raise PaymentInReviewError(details={"paymentId": self.fynlo_uuid})
