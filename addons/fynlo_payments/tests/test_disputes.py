import itertools
from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .books import BooksCase


@tagged("post_install", "-at_install")
class TestDisputes(BooksCase):
    def dispute(self):
        return self.env["fynlo.payment.dispute"].search([("provider_id", "=", self.provider.id)])

    def test_a_dispute_is_followed_to_its_end(self):
        order, charge = self.charge()
        made = self.peer.books.open_dispute(charge["id"], days=5)
        self.deliver_all()
        found = self.dispute()
        self.assertEqual((found.amount, found.state, found.reason),
                         (2.75, "needs_response", "Fraudulent"))  # fmt: skip
        self.assertEqual((found.order_id.uuid, found.config_id), (order, self.till.store))
        [activity] = found.activity_ids
        self.assertEqual(activity.date_deadline, fields.Date.today() + timedelta(days=5))
        self.peer.books.change_dispute(made["id"], "under_review")
        self.deliver_all()
        self.assertEqual((found.state, found.activity_ids.ids), ("under_review", []))
        self.peer.books.change_dispute(made["id"], "lost")
        self.deliver_all()
        self.assertEqual((self.dispute(), found.state), (found, "lost"))

    # --- The web shop's payments

    def charge_in_shop(self):
        """Pay 10.00 dollars in the web shop; return the payment and the gateway's charge."""
        card = self.env.ref("payment.payment_method_card")
        token = self.env["payment.token"].create(
            {"provider_id": self.provider.id, "payment_method_id": card.id, "provider_ref": "cus_1",
             "partner_id": self.company.partner_id.id, "stripe_payment_method": "pm_card_visa"}
        )  # fmt: skip
        payment = self.env["payment.transaction"].create(
            {"provider_id": self.provider.id, "payment_method_id": card.id, "token_id": token.id,
             "reference": f"WEB-{uuid4().hex[:8]}", "amount": 10.0, "operation": "online_token",
             "currency_id": self.env.ref("base.USD").id, "partner_id": token.partner_id.id}
        )  # fmt: skip
        payment._charge_with_token()
        self.assertEqual(payment.state, "done")
        self.delivered = len(self.peer.events.log)
        return payment, self.peer.objects.list("charge")[0]

    def deliver_new(self):
        """Take in what the gateway has told since the last time, twice and the last one first."""
        new = self.peer.events.log[self.delivered :]
        self.delivered += len(new)
        for event in (*reversed(new), *new):
            self.deliver(event)
        ids = [each["id"] for each in new]
        kept = self.env["fynlo.payment.event"].search([("event_id", "in", ids)])
        self.assertEqual((len(kept), kept.filtered(lambda each: not each.processed_at).ids),
                         (len(new), []))  # fmt: skip

    def test_a_dispute_of_the_web_shop_is_one(self):
        payment, charge = self.charge_in_shop()
        made = self.peer.books.open_dispute(charge["id"])
        self.deliver_new()
        found = self.dispute()
        self.assertEqual((found.transaction_id, found.amount, found.state),
                         (payment, 10.0, "needs_response"))  # fmt: skip
        self.assertFalse(found.config_id or found.order_id)
        self.assertEqual(len(found.activity_ids), 1)
        self.peer.books.change_dispute(made["id"], "lost")
        self.deliver_new()
        self.assertEqual((self.dispute(), found.state), (found, "lost"))
        self.assertEqual((payment.state, payment.child_transaction_ids.ids), ("done", []))

    def test_a_refund_of_the_web_shop_is_odoos(self):
        payment, charge = self.charge_in_shop()
        asked = {"payment_intent": charge["payment_intent"], "amount": "250"}
        made = self.peer.objects.create_refund(asked)  # by somebody in the dashboard
        self.deliver_new()
        child = payment.child_transaction_ids
        facts = child.operation, child.amount, child.state, child.provider_reference
        self.assertEqual(facts, ("refund", -2.5, "done", made["id"]))
        self.assertFalse(self.env["fynlo.payment.operation"].search([("kind", "=", "refund")]))
        self.peer.books.return_refund(made["id"])
        self.deliver_new()
        self.assertEqual((payment.child_transaction_ids, child.state), (child, "error"))

    def test_a_refund_of_a_till_is_none_of_odoos(self):
        """It is not booked, either: managers are told at once, and once."""
        self._make_user("mia", "manager")
        _order, charge = self.charge()
        self.delivered = len(self.peer.events.log)
        asked = {"payment_intent": charge["payment_intent"], "amount": "200"}
        made = self.peer.objects.create_refund(asked)
        self.deliver_new()
        payment = self.env["payment.transaction"].search(
            [("provider_reference", "=", charge["payment_intent"])]
        )
        self.assertEqual((payment.fynlo_state, payment.child_transaction_ids.ids),
                         ("succeeded", []))  # fmt: skip
        managers = len(payment._fynlo_managers())
        activities = payment.fynlo_order_id.session_id.activity_ids
        self.assertEqual((payment.fynlo_stray, len(activities)), (2.0, managers))
        self.assertEqual(payment.sudo()._fynlo_refundable(), 75)
        self.assertFalse(payment.fynlo_order_id._fynlo_refund_orders())
        self.peer.books.return_refund(made["id"])
        self.deliver_new()
        activities = payment.fynlo_order_id.session_id.activity_ids
        self.assertEqual((payment.fynlo_stray, len(activities)), (0.0, 2 * managers))
        self.assertEqual(payment.sudo()._fynlo_refundable(), 275)
        with self.assertRaises(AccessError):
            payment.with_user(self.env.ref("base.user_admin")).fynlo_stray_minor = 1

    def test_events_in_any_order_and_twice_end_alike(self):
        for order in itertools.permutations(range(3)):
            with self.subTest(order):
                _order, charge = self.charge()
                known = len(self.peer.events.log)
                made = self.peer.books.open_dispute(charge["id"])
                for status in ("under_review", "won"):
                    self.peer.books.change_dispute(made["id"], status)
                events = self.peer.events.log[known:]
                for number in (*order, *order):
                    self.deliver(events[number])
                found = self.dispute().filtered(
                    lambda each, ref=made["id"]: each.gateway_ref == ref
                )
                self.assertEqual(found.mapped("state"), ["won"])
                self.assertFalse(found.activity_ids)

    def test_an_event_waits_for_a_gateway_that_is_away(self):
        _order, charge = self.charge()
        self.peer.books.open_dispute(charge["id"])
        self.peer.fail("GET /v1/disputes", "500", times=3)
        self.deliver_all()
        self.assertFalse(self.dispute())
        self.env["fynlo.payment.event"]._fynlo_cron_apply()
        self.assertEqual(len(self.dispute()), 1)

    def test_a_payout_that_fails_is_told(self):
        made = self.peer.books.pay_out(123456)
        self.deliver_all()
        found = self.env["fynlo.payment.payout"].search([("gateway_ref", "=", made["id"])])
        self.assertEqual((found.amount, found.state), (1234.56, "pending"))
        self.peer.books.change_payout(made["id"], "failed", "account_closed")
        self.deliver_all()
        self.assertEqual((found.state, found.failure), ("failed", "Account closed"))
        self.assertEqual(len(found.activity_ids), 1)

    def test_who_sees_and_changes_them(self):
        _order, charge = self.charge()
        self.peer.books.open_dispute(charge["id"])
        payout = self.peer.books.pay_out(100)
        self.deliver_all()
        found = self.dispute()
        manager = self._make_user("mia", "manager")
        found.with_user(manager).note = "He was here."
        for values in ({"state": "won"}, {"amount": 1.0}):
            with self.assertRaises(AccessError):
                found.with_user(manager).write(values)
        limited = self._make_user("lim", "manager", stores=self.store_2)
        cashier = self._make_user("cas", "cashier")
        payouts = self.env["fynlo.payment.payout"]
        for user in (limited, cashier):
            with self.assertRaises(AccessError):
                found.with_user(user).read(["amount"])
        payout = payouts.search([("gateway_ref", "=", payout["id"])])
        self.assertEqual(payout.with_user(manager).amount, 1.0)
        with self.assertRaises(AccessError):
            payout.with_user(limited).read(["amount"])
