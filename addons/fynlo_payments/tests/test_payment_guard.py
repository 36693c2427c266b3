from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.fynlo_base.exceptions import CardNumberNotAllowedError, ForbiddenError
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestPaymentGuard(PaymentCase):
    """Nothing but its operations moves a payment of a till."""

    def setUp(self):
        super().setUp()
        body = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        self.env.invalidate_all()
        transactions = self.env["payment.transaction"]
        self.payment = transactions.search([("fynlo_uuid", "=", body["id"])])
        groups = ("account.group_account_manager", "base.group_system")
        self.clerk = self.env["res.users"].create({
            "name": "Clerk", "login": "clerk",
            "group_ids": [Command.link(self.env.ref(group).id) for group in groups],
        })  # fmt: skip

    def test_accountants_write_no_payments(self):
        mine = self.payment.with_user(self.clerk)
        for vals in (
            {"fynlo_state": "succeeded"}, {"fynlo_booked_at": fields.Datetime.now()},
            {"fynlo_captured_minor": 1}, {"fynlo_order_id": False}, {"fynlo_uuid": "x"},
            {"state": "done"}, {"provider_reference": "pi_other"}, {"amount": 1.0},
            {"reference": "other"}, {"provider_id": False},
        ):  # fmt: skip
            with self.subTest(vals), self.assertRaises(AccessError):
                mine.write(vals)
        mine.write({"state": "authorized", "state_message": "a note"})  # no change
        self.assertRaises(UserError, mine.unlink)
        self.assertRaises(UserError, self.payment.unlink)
        vals = {"provider_id": self.provider.id, "amount": 1, "reference": "forged"}
        vals |= {
            "currency_id": self.company.currency_id.id,
            "partner_id": self.company.partner_id.id,
        }
        vals["payment_method_id"] = self.payment.payment_method_id.id
        made = mine.create(vals)
        made.write({"amount": 2})  # one of the web shop's
        with self.assertRaises(AccessError):
            mine.create({**vals, "reference": "forged-2", "fynlo_state": "succeeded"})
        forging = mine.with_context(default_fynlo_state="succeeded", default_fynlo_uuid="x")
        for number, each in enumerate((forging, forging.sudo())):
            made = each.create({**vals, "reference": f"by-default-{number}"})
            self.assertEqual((made.fynlo_state, made.fynlo_uuid), (False, False))

    def test_odoos_buttons_move_no_money(self):
        mine, asked = self.payment.with_user(self.clerk), len(self.peer.requests)
        for name in ("_capture", "_void", "_refund", "_charge_with_token"):
            with self.subTest(name), self.assertRaises(UserError):
                getattr(mine.sudo(), name)()
        self.assertRaises(UserError, mine.action_capture)
        self.assertRaises(UserError, mine.action_void)
        self.assertEqual(len(self.peer.requests), asked)

    def test_odoos_webhook_changes_no_payment_of_a_till(self):
        succeeded = {"id": "pi_forged", "status": "succeeded", "amount": 1, "currency": "usd"}
        data = {"reference": self.payment.reference, "payment_intent": succeeded}
        before = self.payment.read(["state", "provider_reference", "token_id"])
        self.payment.browse().sudo()._process("stripe", data)
        self.assertEqual(self.payment.read(["state", "provider_reference", "token_id"]), before)

    def test_odoos_webhook_makes_no_refund_of_a_tills_payment(self):
        with self.assertRaises(ValidationError):
            self.payment.sudo()._create_child_transaction(1.0, is_refund=True)

    def test_what_was_asked_is_in_the_audit_trail(self):
        operation = self.payment.fynlo_operation_ids
        domain = [("subject_uuid", "=", operation.fynlo_uuid)]
        entries = self.env["fynlo.audit"].search([*domain, ("model", "=", operation._name)])
        told = [(each.action, each.data["amount_minor"]) for each in entries.sorted("id")]
        self.assertEqual(told, [("payment.prepared", 275), ("payment.create", 275)])
        self.assertEqual(entries.mapped("employee_uuid"), [self.ada.fynlo_uuid] * 2)

    # --- Settling by hand

    def settle_by_hand(self, payment, user, verdict, reason="seen in the dashboard"):
        wizard = self.env["fynlo.payment.settle.wizard"].with_user(user)
        vals = {"transaction_id": payment.id, "verdict": verdict, "reason": reason}
        return wizard.create(vals).action_fynlo_settle()

    def test_a_manager_settles_what_the_gateway_does_not_tell(self):
        manager = self._make_user("manager", "manager")
        self.peer.fail("POST /v1/payment_intents$", "drop_before", times=3)
        body = self.intent(self.open_order())
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "unknown")
        self.env.invalidate_all()
        payment = self.payment.search([("fynlo_uuid", "=", body["id"])])
        operation = payment.fynlo_operation_ids
        with self.assertRaises(AccessError):
            self.settle_by_hand(payment, self._make_user("cashier", "cashier"), "nothing")
        with self.assertRaises(UserError):
            self.settle_by_hand(payment, manager, "nothing", reason="  ")
        with self.assertRaises(CardNumberNotAllowedError):
            self.settle_by_hand(payment, manager, "nothing", reason="card 4242 4242 4242 4242")
        operation.next_try_at = "2040-01-01"
        self.settle_by_hand(payment, manager, "look")
        self.assertLessEqual(operation.next_try_at, fields.Datetime.now())
        self.settle_by_hand(payment, manager, "nothing")
        self.assertEqual((operation.state, operation.code), ("failed", "settled_by_hand"))
        self.assertEqual(payment.fynlo_state, "failed")
        self.assertFalse(payment.fynlo_order_id._fynlo_held_tenders())
        domain = [("action", "=", "payment.settled_by_hand"), ("res_id", "=", operation.id)]
        told = self.env["fynlo.audit"].search(domain, order="id")
        self.assertEqual([each.data["verdict"] for each in told], ["look", "nothing"])
        self.assertEqual(told.mapped("user_id"), [manager.id] * 2)
        with self.assertRaises(UserError):
            self.settle_by_hand(payment, manager, "nothing")

    # --- Booking what was left

    def take(self):
        """Let the gateway capture it while the till does not know."""
        self.peer.objects.capture_intent(self.payment.provider_reference, {})
        read = self.provider._fynlo_gateway().read_intent(self.payment.provider_reference)
        self.payment.sudo()._fynlo_settle(read, self.payment.fynlo_change_count)

    def books(self):
        """Return ``(employee, user)`` whom the order's payment and its step name."""
        order = self.payment.fynlo_order_id
        step = order.fynlo_step_ids.filtered(lambda each: each.step == "pay")
        return order.payment_ids.employee_id, step.user_id

    def test_who_has_asked_is_named_in_the_books(self):
        self.take()
        self.payment.sudo()._fynlo_book()
        user, _role = self.ada._fynlo_acting_user()
        self.assertEqual(self.books(), (self.ada, user))

    def test_who_has_left_is_followed_by_the_technical_cashier(self):
        self.take()
        self.ada.fynlo_role = False
        self.payment.sudo()._fynlo_book()
        cashier = self.company._fynlo_technical_user("cashier")
        self.assertEqual(self.books(), (self.ada, cashier))
        self.assertEqual(self.payment.fynlo_order_id.state, "paid")

    def test_a_manager_books_what_was_left(self):
        self.take()
        self.env.cr.execute("UPDATE pos_session SET state = 'closing_control' WHERE id = %s",
                            [self.session.id])  # fmt: skip
        self.env.invalidate_all()
        manager = self._make_user("manager", "manager")
        cashier = self._make_user("cashier", "cashier")
        with self.assertRaises(ForbiddenError):
            self.payment.with_user(cashier).action_fynlo_book()
        told = self.payment.with_user(manager).action_fynlo_book()
        self.assertEqual(told["params"]["type"], "warning")
        self.assertEqual(self.payment.fynlo_booking_error, "session_not_open")
        self.env.cr.execute("UPDATE pos_session SET state = 'opened' WHERE id = %s",
                            [self.session.id])  # fmt: skip
        self.env.invalidate_all()
        told = self.payment.with_user(manager).action_fynlo_book()
        self.assertEqual(told["params"]["type"], "success")
        self.assertFalse(self.payment.fynlo_booking_error)
        self.assertEqual(self.payment.fynlo_order_id.state, "paid")

    # --- Managers

    def alarms(self):
        """Let the janitor tell managers; return those of the session's activities."""
        janitor = self.env["fynlo.payment.janitor"]
        at_once = patch.object(type(janitor), "_fynlo_commit_after", lambda _, tell: tell())
        with at_once:
            janitor._fynlo_tell_managers()
        found = self.env["mail.activity"].search([("res_model", "=", "pos.session")])
        return found.filtered(lambda each: each.res_id == self.session.id)

    def age(self, **values):
        self.env.flush_all()
        for name, value in values.items():
            query = SQL("UPDATE payment_transaction SET %s = %s WHERE id = %s",
                        SQL.identifier(name), value, self.payment.id)  # fmt: skip
            self.env.execute_query(query)
        self.env.invalidate_all()

    def test_managers_are_told_once_of_what_is_not_booked(self):
        manager = self._make_user("manager", "manager")
        self._make_user("cashier", "cashier")
        self.take()
        self.assertFalse(self.alarms())
        self.age(last_state_change=fields.Datetime.now() - timedelta(minutes=6))
        told = self.alarms()
        self.assertIn(manager, told.user_id)
        everybody = self.env.ref("fynlo_base.group_fynlo_manager").all_user_ids
        self.assertFalse(told.user_id - everybody)
        self.assertIn(self.payment.reference, told[0].note)
        self.assertEqual(self.alarms(), told)
        self.payment.sudo()._fynlo_book()
        self.assertTrue(self.payment.fynlo_booked_at)
        self.assertFalse(told.exists())
        self.assertFalse(self.alarms())

    def test_managers_are_told_before_a_card_lets_go(self):
        lasts = self.payment.fynlo_expires_at - self.payment.create_date
        self.assertEqual(round(lasts / timedelta(days=1)), 7)
        self.assertFalse(self.alarms())
        self.age(fynlo_expires_at=fields.Datetime.now() + timedelta(hours=23))
        told = self.alarms()
        self.assertTrue(told)
        self.assertEqual(self.alarms(), told)
        self.take()
        self.assertFalse(told.exists())
