from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.addons.fynlo_base.tests.common import WRONG_PIN
from odoo.tests import tagged

from .approvals import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovals(ApprovalCase):
    def test_a_second_persons_pin_lets_a_cashier_refund(self):
        details = self.assertFailure(self.refund(), 403, "approval_required")["details"]
        self.assertEqual(
            (details["operation"], details["subjectId"], details["amount"], details["role"]),
            ("order_refund", self.sold["id"], 275, "supervisor"),
        )
        reply = self.assertSuccess(self.consent(), 201)
        self.assertEqual((reply["approver"]["name"], reply["approver"]["role"]),
                         ("Sue", "supervisor"))  # fmt: skip
        data = self.assertSuccess(self.refund(approvalToken=reply["approvalToken"]), 201)
        self.assertEqual(data["total"], -275)
        approval = self.env["fynlo.approval"].search([("fynlo_uuid", "=", reply["id"])])
        self.assertEqual((approval.spent_for, approval.amount), (data["id"], 2.75))
        self.assertEqual((approval.employee_id, approval.approver_id), (self.ada, self.sue))

    def test_a_token_is_stored_as_its_hash_and_told_again_for_the_same_id(self):
        body = {"id": str(uuid4())}
        first = self.assertSuccess(self.consent(**body), 201)
        self.assertEqual(self.assertSuccess(self.consent(**body), 201), first)
        self.assertFailure(self.consent(**body, amount=100), 409, "idempotency_conflict")
        self.env.cr.execute("SELECT token_hash FROM fynlo_approval")
        stored = [hash_ for (hash_,) in self.env.cr.fetchall()]
        self.assertNotIn(first["approvalToken"], stored)
        self.env.cr.execute("SELECT data::text FROM fynlo_audit")
        self.assertNotIn(first["approvalToken"], str(self.env.cr.fetchall()))

    def test_nobody_approves_himself(self):
        # Whoever may refund alone needs nobody; a limit makes Sue need a manager.
        self.till.store.fynlo_refund_limit = 1.0
        token = self.token_for(self.sue, self.corner_device)
        self.assertEqual(self.reasons(self.refund(token)), {"amount": "manager"})
        envelope = self.assertFailure(self.consent(self.sue, token), 403, "approver_refused")
        self.assertEqual(envelope["details"], {"reason": "same_person"})
        envelope = self.assertFailure(self.consent(self.ada, token), 403, "approver_refused")
        self.assertEqual(envelope["details"], {"reason": "role", "role": "supervisor"})

    def test_a_supervisor_does_not_stand_in_for_a_manager(self):
        self.till.store.fynlo_refund_limit = 1.0
        approval = self.approval(self.sue)
        envelope = self.assertFailure(self.refund(approvalToken=approval), 403, "approval_invalid")
        self.assertEqual(envelope["details"]["role"], "manager")
        approval = self.approval(self.max)
        self.assertSuccess(self.refund(approvalToken=approval), 201)

    def test_a_token_is_good_for_what_was_asked_and_nothing_else(self):
        approval = self.approval()
        other = self.paid_body()
        self.assertSuccess(self.post(other), 201)
        body = {"id": str(uuid4()), "reason": "cold", "all": True, "approvalToken": approval}
        elsewhere = self.post(body, path=f"/orders/{other['id']}/refunds")
        self.assertFailure(elsewhere, 403, "approval_invalid")
        self.assertFailure(self.refund(amount=100, approvalToken=approval), 403, "approval_invalid")
        colleague = self._make_employee("O'Brien", "cashier")
        for device in (self.corner_device, self._make_device("Bar till", self.till.store)):
            who = colleague if device == self.corner_device else self.ada
            token = self.token_for(who, device)
            reply = self.refund(token, approvalToken=approval)
            self.assertFailure(reply, 403, "approval_invalid")
        self.assertSuccess(self.refund(approvalToken=approval), 201)

    def test_a_token_is_used_once(self):
        approval = self.approval(amount=100)
        self.assertSuccess(self.refund(amount=100, approvalToken=approval), 201)
        again = self.refund(amount=100, approvalToken=approval)
        self.assertFailure(again, 403, "approval_invalid")

    def test_a_refund_that_fails_uses_nothing_up(self):
        approval = self.approval()
        wrong = [self.payment(self.cash, 100)]
        reply = self.refund(all=True, payments=wrong, approvalToken=approval)
        self.assertFailure(reply, 422, "invalid_fields", {"payments"})
        self.assertSuccess(self.refund(approvalToken=approval), 201)

    def test_five_minutes(self):
        approval, now = self.approval(), fields.Datetime.now()
        until = self.env["fynlo.approval"].search([], limit=1).expires_at
        self.assertAlmostEqual((until - now).total_seconds(), 300, delta=5)
        self.env.cr.execute(
            "UPDATE fynlo_approval SET expires_at = %s",
            [fields.Datetime.now() - timedelta(seconds=1)],
        )
        self.assertFailure(self.refund(approvalToken=approval), 403, "approval_invalid")

    def test_wrong_pins_count_as_those_of_signing_in(self):
        for _ in range(5):
            self.assertFailure(self.consent(pin=WRONG_PIN), 401, "pin_invalid")
        self.assertFailure(self.consent(), 429, "locked_out")
        device = self.token_for(self.corner_device)
        body = {"employeeId": self.sue.fynlo_uuid, "pin": WRONG_PIN}
        self.assertFailure(self.post(body, device, "/auth/pin"), 429, "locked_out")
        made = [("subject_uuid", "=", self.sold["id"])]
        self.assertFalse(self.env["fynlo.approval"].search(made))

    def test_every_bad_field_is_named(self):
        body = {"id": "1", "operation": "everything", "subjectId": 4, "amount": 0, "pin": "abc"}
        reply = self.post(body, path="/approvals")
        self.assertFailure(
            reply, 422, "invalid_fields", {"id", "operation", "subjectId", "amount", "pin"}
        )
        reply = self.consent(subjectId=str(uuid4()))
        self.assertFailure(reply, 422, "invalid_fields", {"subjectId"})
