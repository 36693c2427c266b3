from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase


@tagged("post_install", "-at_install")
class TestOrderTip(SellingCase):
    """A sale of one cake and two coffees, 9.90 by card, in a store with tips after the payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till.store.set_tip_after_payment = True

    def setUp(self):
        super().setUp()
        lines = [self.line(self.cake), self.line(self.coffee, 2)]
        self.card_paid = self.payment(self.card, 990)
        self.sold = self.body(lines, [self.card_paid])
        self.assertSuccess(self.post(self.sold), 201)
        self.order = self.order_of(self.sold)

    def tip(self, amount, token=None, sold=None, **extra):
        body = {"id": str(uuid4()), "amount": amount, **extra}
        return self.post(body, token, f"/orders/{(sold or self.sold)['id']}/tip")

    def read_order(self):
        return self.assertSuccess(self.api("GET", f"/orders/{self.sold['id']}", token=self.token))

    def assertUntouched(self):
        data = self.read_order()
        self.assertEqual((data["total"], data["tip"], data["version"]), (990, 0, 1))
        self.assertEqual([each["amount"] for each in data["payments"]], [990])
        self.assertEqual(len(data["lines"]), 2)

    def test_line_and_payment_change_together(self):
        data = self.assertSuccess(self.tip(150, reason="signed"))
        self.assertEqual((data["total"], data["tip"], data["taxTotal"]), (1140, 150, 90))
        self.assertEqual((data["state"], data["paymentState"]), ("completed", "paid"))
        self.assertEqual([each["amount"] for each in data["payments"]], [1140])
        self.assertEqual([tax["amount"] for tax in data["taxes"]], [90])
        self.assertEqual((data["lines"][-1]["kind"], data["lines"][-1]["total"]), ("tip", 150))
        self.assertEqual(data["version"], 2)
        self.assertEqual(self.read_order(), data)
        self.env.invalidate_all()
        self.assertEqual((self.order.amount_paid, self.order.is_tipped), (11.4, True))
        step = self.order.fynlo_step_ids[0]
        self.assertEqual((step.step, step.reason, step.employee_id), ("tip", "signed", self.ada))
        self.assertEqual((step.details["amount_minor"], step.details["before_minor"]), (150, 0))

    def test_another_till_that_sends_it_again_changes_nothing(self):
        uuid = str(uuid4())
        self.assertSuccess(self.tip(150, id=uuid))
        self.assertSuccess(self.tip(100))
        other = self.token_for(self.ada, self._make_device("Paired anew", self.till.store))
        self.assertEqual(self.assertSuccess(self.tip(150, other, id=uuid))["tip"], 100)
        self.assertFailure(self.tip(200, other, id=uuid), 409, "idempotency_conflict")
        third = self.token_for(self.ada, self._make_device("Once more", self.till.store))
        self.assertFailure(self.tip(200, third, id=uuid), 409, "idempotency_conflict")
        self.assertEqual(self.read_order()["tip"], 100)

    def test_a_tip_is_changed_and_taken_back(self):
        self.assertSuccess(self.tip(150))
        data = self.assertSuccess(self.tip(100))
        self.assertEqual((data["total"], data["tip"]), (1090, 100))
        self.assertEqual([each["amount"] for each in data["payments"]], [1090])
        data = self.assertSuccess(self.tip(0))
        self.assertEqual((data["total"], data["tip"], data["taxTotal"]), (990, 0, 90))
        self.assertEqual([each["amount"] for each in data["payments"]], [990])
        self.assertEqual([line["total"] for line in data["lines"]], [440, 550, 0])

    def test_the_tip_of_the_sale_itself_is_changed(self):
        self.sold = self.body(payments=[self.payment(self.card, 325)], tip=50)
        self.assertSuccess(self.post(self.sold), 201)
        data = self.assertSuccess(self.tip(80))
        self.assertEqual((data["total"], data["tip"], len(data["lines"])), (355, 80, 2))
        self.assertEqual([each["amount"] for each in data["payments"]], [355])

    def test_same_id_same_answer_also_from_a_new_till(self):
        body = {"id": str(uuid4()), "amount": 150}
        path = f"/orders/{self.sold['id']}/tip"
        first = self.assertSuccess(self.post(body, path=path))
        self.assertEqual(self.assertSuccess(self.post(body, path=path)), first)
        self.assertFailure(
            self.post({**body, "amount": 151}, path=path), 409, "idempotency_conflict"
        )
        self.assertSuccess(self.tip(100))
        other = self.token_for(self.ada, self._make_device("New till", self.till.store))
        data = self.assertSuccess(self.post(body, other, path))
        self.assertEqual((data["tip"], data["total"]), (100, 1090))

    def test_a_version_that_was_seen(self):
        self.assertSuccess(self.tip(150, version=1))
        envelope = self.assertFailure(self.tip(200, version=1), 409, "stale_version")
        self.assertEqual(envelope["details"], {"version": 2})
        self.assertEqual(self.read_order()["tip"], 150)

    def test_a_taxed_tip_is_paid_with_its_tax(self):
        self.till.store.tip_product_id.taxes_id = [Command.set(self.till.tax.ids)]
        data = self.assertSuccess(self.tip(150))
        self.assertEqual((data["total"], data["taxTotal"], data["tip"]), (1155, 105, 150))
        self.assertEqual([each["amount"] for each in data["payments"]], [1155])
        self.assertEqual([tax["base"] for tax in data["taxes"]], [1050])

    def test_the_payment_that_is_named_bears_it(self):
        cards = [self.payment(self.card, 300), self.payment(self.card, 250)]
        self.sold = self.body([self.line(self.coffee, 2)], cards)
        self.assertSuccess(self.post(self.sold), 201)
        data = self.assertSuccess(self.tip(50, paymentId=cards[1]["id"]))
        amounts = {each["id"]: each["amount"] for each in data["payments"]}
        self.assertEqual(amounts, {cards[0]["id"]: 300, cards[1]["id"]: 300})
        self.assertFailure(
            self.tip(60, paymentId=str(uuid4())), 422, "invalid_fields", ["paymentId"]
        )

    def test_cash_bears_no_tip(self):
        self.sold = self.paid_body()
        self.assertSuccess(self.post(self.sold), 201)
        self.assertFailure(self.tip(50), 422, "invalid_fields", ["paymentId"])
        cash_id = self.sold["payments"][0]["id"]
        self.assertFailure(self.tip(50, paymentId=cash_id), 422, "invalid_fields", ["paymentId"])

    def test_a_payment_never_falls_below_nothing(self):
        payments = [self.payment(self.card, 100), self.payment(self.cash, 475)]
        self.sold = self.body(payments=payments, tip=300)
        self.assertSuccess(self.post(self.sold), 201)
        self.assertFailure(self.tip(0), 422, "invalid_fields", ["amount"])
        self.assertEqual(self.read_order()["total"], 575)

    def test_every_bad_field_is_named(self):
        body = {"id": "x", "amount": -1, "paymentId": "y", "tips": 1}
        self.assertFailure(
            self.post(body, path=f"/orders/{self.sold['id']}/tip"),
            422, "invalid_fields", ["amount", "id", "paymentId", "tips"],
        )  # fmt: skip
        for amount in (1.5, "150", None, 10**15):
            self.assertFailure(self.tip(amount), 422, "invalid_fields", ["amount"])
        self.assertUntouched()

    def test_far_more_than_guests_give_wants_a_supervisor(self):
        envelope = self.assertFailure(self.tip(496), 403, "approval_required")
        self.assertEqual(envelope["details"], {"role": "supervisor", "limit": 495})
        self.assertUntouched()
        self.assertSuccess(self.tip(495))
        self.assertSuccess(self.tip(5000, self.token_for(self.sue, self.corner_device)))
        self.till.store.fynlo_tip_limit = 0
        self.assertSuccess(self.tip(900))

    def test_not_where_tips_come_with_the_payment(self):
        self.till.store.set_tip_after_payment = False
        self.assertFailure(self.tip(100), 422, "invalid_fields", ["amount"])
        self.assertUntouched()

    def test_not_of_an_open_order(self):
        self.sold = self.body()
        self.assertSuccess(self.post(self.sold), 201)
        envelope = self.assertFailure(self.tip(100), 409, "illegal_transition")
        self.assertNotIn("tip", envelope["details"]["allowed"])

    def test_not_after_a_refund(self):
        body = {"id": str(uuid4()), "reason": "cold", "amount": 100}
        path = f"/orders/{self.sold['id']}/refunds"
        sue = self.token_for(self.sue, self.corner_device)
        self.assertSuccess(self.post(body, sue, path), 201)
        envelope = self.assertFailure(self.tip(100), 409, "tip_too_late")
        self.assertEqual(envelope["details"], {"reason": "refunded"})
        self.sold = body
        self.assertFailure(self.tip(100), 409, "tip_too_late")

    def test_not_of_an_invoiced_sale(self):
        self.order.partner_id = self.env["res.partner"].create({"name": "Guest"})
        self.order.with_context(generate_pdf=False).action_pos_order_invoice()
        envelope = self.assertFailure(self.tip(100), 409, "tip_too_late")
        self.assertEqual(envelope["details"], {"reason": "invoiced"})

    def test_not_after_the_session(self):
        self.session.action_pos_session_closing_control()
        self.env.flush_all()
        self.assertFailure(self.tip(100), 409, "session_not_open")
        self.till.open(cash=0)
        self.env.flush_all()
        envelope = self.assertFailure(self.tip(100), 409, "tip_too_late")
        self.assertEqual(envelope["details"], {"reason": "session_closed"})

    def test_hidden_looks_unknown(self):
        elsewhere = self.token_for(self.ada, self.device)
        self.assertFailure(self.tip(100, elsewhere), 404, "not_found")
        self.assertFailure(self.tip(100, sold={"id": str(uuid4())}), 404, "not_found")
        self.assertUntouched()

    def test_the_books_of_the_session_hold_the_tip(self):
        self.assertSuccess(self.tip(150))
        report = self.api("GET", f"/sessions/{self.session.fynlo_uuid}/report",
                          token=self.token_for(self.max, self.corner_device))  # fmt: skip
        self.assertEqual(self.assertSuccess(report)["sales"]["tips"], 150)
        self.env.invalidate_all()
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        lines = self.session.move_id.line_ids
        income = lines.filtered(lambda line: line.account_id.account_type == "income")
        self.assertEqual(-sum(income.mapped("balance")), 10.5)
        self.assertEqual(-sum(lines.filtered("tax_line_id").mapped("balance")), 0.9)
        self.assertEqual(sum(self.order.payment_ids.mapped("amount")), 11.4)
        self.assertEqual(sum(lines.mapped("balance")), 0)

    def test_a_tip_comes_back_with_a_refund(self):
        self.assertSuccess(self.tip(150))
        body = {"id": str(uuid4()), "reason": "cold", "all": True}
        sue = self.token_for(self.sue, self.corner_device)
        data = self.assertSuccess(self.post(body, sue, f"/orders/{self.sold['id']}/refunds"), 201)
        self.assertEqual(data["total"], -1140)
