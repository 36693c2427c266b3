from unittest.mock import patch
from uuid import uuid4

from odoo.tests import tagged

from ..models import fynlo_payment_event_job, fynlo_payment_janitor_refund
from ..models.fynlo_payment_janitor import FynloPaymentJanitor
from .books import carry_out_here
from .square_case import SquareCase


@tagged("post_install", "-at_install")
class TestSquareRefunds(SquareCase):
    """Square takes its time: a refund is pending for days, and may fail."""

    def setUp(self):
        super().setUp()
        self.patch(fynlo_payment_event_job, "ask_at_once", lambda _env, laters: laters)
        for module in (fynlo_payment_event_job, fynlo_payment_janitor_refund):
            self.patch(module, "carry_out", carry_out_here)
        self.payment, _ = self.begin()
        self.token = self.token_for(self.sue, self.corner_device)

    def refund(self):
        """Refund the payment; return the refund, and what Square has of it."""
        body = {"id": str(uuid4()), "reason": "cold"}
        data = self.assertSuccess(self.post(body, path=f"/payments/{self.payment}/refunds"), 201)
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
        record = self.env["fynlo.payment.refund"].search([("fynlo_uuid", "=", data["id"])])
        return record, list(self.square.refunds.values())[-1]

    def deliver(self, kept):
        """Let Square tell of a refund; its event is taken in and applied."""
        told = {"id": kept["id"], "payment_id": kept["payment_id"]}
        event = {"event_id": str(uuid4()), "type": "refund.updated",
                 "data": {"type": "refund", "object": {"refund": told}}}  # fmt: skip
        self.assertEqual(self.tell(event), (200, 1))
        self.env["fynlo.payment.event"]._fynlo_cron_apply()
        found = self.env["fynlo.payment.event"].search([("event_id", "=", event["event_id"])])
        self.assertTrue(found.processed_at)

    def look(self):
        """Let the janitor look after refunds that are on their way; return how many there were."""
        janitor = self.env["fynlo.payment.janitor"]
        found = janitor._fynlo_find_on_their_way().filtered(
            lambda each: each.transaction_id.provider_id == self.provider
        )
        with patch.object(FynloPaymentJanitor, "_fynlo_commit_after", lambda _self, act: act()):
            for operation in found:
                janitor._fynlo_look_at_refund(self.provider, operation)
        return len(found)

    def assertReturned(self, record):
        told = record.state, len(record.activity_ids)
        self.assertEqual(told, ("returned", 1))
        payment = record.operation_ids.transaction_id
        self.assertEqual((payment.fynlo_refunded_minor, payment._fynlo_refundable()), (0, 275))

    def test_one_that_fails_is_told_by_its_event(self):
        record, kept = self.refund()
        self.deliver(kept)
        self.assertEqual(record.state, "booked")
        kept["status"] = "FAILED"
        for _ in range(2):
            self.deliver(kept)
        self.assertReturned(record)

    def test_one_that_fails_without_a_word_is_found(self):
        record, kept = self.refund()
        self.assertEqual(self.look(), 0)  # too early
        record.operation_ids.next_try_at = False
        self.assertEqual((self.look(), self.look(), record.state), (1, 0, "booked"))
        kept["status"] = "REJECTED"
        record.operation_ids.next_try_at = False
        self.assertEqual(self.look(), 1)
        self.assertReturned(record)
        record.operation_ids.next_try_at = False
        self.assertEqual(self.look(), 0)

    def test_one_that_arrives_is_looked_at_no_more(self):
        record, kept = self.refund()
        kept["status"] = "COMPLETED"
        self.deliver(kept)
        self.assertEqual((self.look(), record.state), (0, "booked"))
        self.assertEqual(record.operation_ids.state, "succeeded")

    def test_one_of_the_dashboard_is_told_and_not_booked(self):
        [paid] = self.square.payments.values()
        money = {"amount": 75, "currency": "USD"}
        asked = {"payment_id": paid["id"], "amount_money": money, "reason": "by phone"}
        kept = self.square._refund(asked)["refund"]
        self.deliver(kept)
        payment = self.env["payment.transaction"].search([("fynlo_uuid", "=", self.payment)])
        self.assertEqual((payment.fynlo_stray, payment.fynlo_refunded_minor), (0.75, 0))
        self.assertEqual(payment.sudo()._fynlo_refundable(), 200)
        activities = payment.fynlo_order_id.session_id.activity_ids
        self.assertEqual(len(activities), len(payment._fynlo_managers()))
