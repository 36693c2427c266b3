from uuid import uuid4

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .gift_case import GiftCase


@tagged("post_install", "-at_install")
class TestGiftCardGuard(GiftCase):
    """Whoever writes payments, they agree with the cards."""

    def paid_order(self, amount=275):
        uuid = self.open_order()
        self.assertSuccess(self.transact(self.by_gift(amount), order=uuid), 201)
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def test_no_payment_without_a_card(self):
        order = self.env["pos.order"].search([("uuid", "=", self.order)])
        payments = self.env["pos.payment"].with_user(self.env.ref("base.user_admin"))
        vals = {"pos_order_id": order.id, "payment_method_id": self.gift.id}
        for amount in (1.0, -1.0):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                payments.create({**vals, "amount": amount, "uuid": str(uuid4())})
        held = self.tender(100, paymentMethod="pm_card_threeDSecure2Required")
        gift = self.by_gift(300)
        self.assertSuccess(self.transact(gift, held), 201)
        for wrong in ({"amount": 2.0}, {"payment_method_id": self.wallet.id},
                      {"pos_order_id": self.paid_order(100).id}):  # fmt: skip
            with self.subTest(wrong), self.assertRaises(UserError), self.env.cr.savepoint():
                payments.create({**vals, "amount": 3.0, "uuid": gift["id"], **wrong})

    def test_payments_stay_as_they_are(self):
        order = self.paid_order(100)
        payment = order.payment_ids
        admin = self.env.ref("base.user_admin")
        for vals in ({"amount": 2.0}, {"payment_method_id": self.cash.id}):
            with self.subTest(vals), self.assertRaises(UserError), self.env.cr.savepoint():
                payment.write(vals)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            payment.with_user(admin).fynlo_card_id = self.purse
        with self.assertRaises(UserError), self.env.cr.savepoint():
            payment.unlink()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.action_pos_order_cancel()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.unlink()
        payment.write({"amount": 1.0})  # the same again is no change
        self.assertEqual(self.left(), 900)

    def test_odoos_till_removes_an_order_that_was_given_back(self):
        order = self.paid_order(100)
        boss = self.token_for(self.max, self.corner_device)
        body = {"id": str(uuid4()), "reason": "Left", "all": True}
        self.assertSuccess(self.post(body, boss, f"/orders/{order.uuid}/refunds"), 201)
        self.env["pos.order"].remove_from_ui(order.ids)
        self.assertEqual(order.state, "cancel")
        self.assertEqual((self.left(), self.moves()), (1000, [(100, 0), (0, 100)]))

    def test_money_that_a_card_has_again_pays_nothing_more(self):
        order = self.paid_order(100)
        payment = order.payment_ids
        boss = self.token_for(self.max, self.corner_device)
        body = {"id": str(uuid4()), "reason": "Left", "all": True}
        self.assertSuccess(self.post(body, boss, f"/orders/{order.uuid}/refunds"), 201)
        admin = self.env.ref("base.user_admin")
        other = self.env["pos.order"].search([("uuid", "=", self.order)])
        for vals in ({"pos_order_id": other.id}, {"uuid": str(uuid4())}):
            with self.subTest(vals), self.assertRaises(UserError), self.env.cr.savepoint():
                payment.with_user(admin).write(vals)
        vals = {"pos_order_id": order.id, "payment_method_id": self.gift.id, "amount": 1.0,
                "uuid": payment.uuid}  # fmt: skip
        order.payment_ids.with_user(admin).unlink()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.env["pos.payment"].with_user(admin).create(vals)
        self.assertEqual(self.left(), 1000)

    def test_a_refund_in_odoo_gives_back_too(self):
        order = self.paid_order()
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        wizard = self.env["pos.make.payment"].with_context(active_id=refund.id)
        pay = wizard.create({"payment_method_id": self.gift.id, "config_id": self.till.store.id,
                             "amount": refund.amount_total})  # fmt: skip
        pay.check()
        self.assertEqual((refund.state, self.left()), ("paid", 1000))

    def test_odoo_takes_a_card_that_was_used_here(self):
        """The reward of Odoo's till and the tender here go off the same balance."""
        order = self.paid_order()
        program = self.gift.fynlo_program_id
        order.confirm_coupon_programs({
            self.gift_card.id: {"points": -2.0, "program_id": program.id, "line_codes": [],
                                "coupon_id": self.gift_card.id},
        })  # fmt: skip
        self.assertEqual(self.left(), 525)
        envelope = self.assertFailure(self.transact(self.by_gift(526)), 422, "stored_value_too_low")
        self.assertEqual(envelope["details"]["balance"], 525)

    def test_odoos_till_does_not_offer_the_method(self):
        store = self.till.store
        [vals] = store._load_pos_data_read(store, store)
        self.assertEqual(set(vals["payment_method_ids"]), {self.cash.id, self.card.id,
                                                           self.account.id})  # fmt: skip

    def test_a_tip_on_the_slip_is_no_gift_cards(self):
        self.till.store.write({"iface_tipproduct": True, "set_tip_after_payment": True})
        order = self.paid_order()
        body = {"id": str(uuid4()), "amount": 50, "paymentId": order.payment_ids.uuid}
        answer = self.post(body, path=f"/orders/{order.uuid}/tip")
        self.assertFailure(answer, 422, "invalid_fields", ["paymentId"])

    # --- Setting up

    def test_a_method_that_is_not_complete(self):
        other = self.env["res.company"].create({"name": "Others"})
        programs = self.env["loyalty.program"]
        theirs = programs.create({"name": "T", "program_type": "gift_card", "company_id": other.id})
        coupons = programs.create({"name": "C", "program_type": "promotion"})
        yen = programs.create({"name": "Y", "program_type": "gift_card", "company_id": False,
                               "currency_id": self.env.ref("base.JPY").id})  # fmt: skip
        assets = self.env["account.account"].create(
            {"name": "Cash", "code": f"A{uuid4().hex[:8]}", "account_type": "asset_current"}
        )
        self.session.state = "closed"
        cases = (
            ({"fynlo_program_id": coupons.id}, "gift cards or eWallets are money"),
            ({"fynlo_program_id": theirs.id}, "another company"),
            ({"fynlo_program_id": yen.id}, "another currency"),
            ({"journal_id": False}, "bank journal of their own"),
            ({"journal_id": self.cash.journal_id.copy().id}, "bank journal of their own"),
            ({"outstanding_account_id": False}, "liability account"),
            ({"outstanding_account_id": assets.id}, "liability account"),
            ({"fynlo_provider_id": self.provider.id}, "no gateway"),
        )
        for vals, words in cases:
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, words), \
                    self.env.cr.savepoint():  # fmt: skip
                self.gift.write(vals)

    def test_what_is_sold_to_another_account_is_told(self):
        self.assertFalse(self.gift.fynlo_program_warning)
        income = self.env["account.account"].create(
            {"name": "Sales", "code": f"S{uuid4().hex[:8]}", "account_type": "income"}
        )
        self.shop.sold.property_account_income_id = income
        self.gift.invalidate_recordset()
        self.assertIn("Gift card", self.gift.fynlo_program_warning)

    def test_a_used_method_keeps_its_program(self):
        self.paid_order()
        self.session.state = "closed"
        for method, program in (
            (self.gift, False), (self.gift, self.wallet.fynlo_program_id.id),
        ):  # fmt: skip
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                method.fynlo_program_id = program
        self.gift.fynlo_program_id = self.gift.fynlo_program_id

    def test_a_method_whose_tender_is_held_keeps_its_program(self):
        held = self.tender(100, paymentMethod="pm_card_threeDSecure2Required")
        self.assertSuccess(self.transact(self.by_gift(300), held), 201)
        self.session.state = "closed"
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.gift.fynlo_program_id = False

    def test_a_program_that_became_another_kind_pays_nothing(self):
        """Its cards have no customer: no till finds them without their codes."""
        self.gift.fynlo_program_id.program_type = "promotion"
        uuid = self.open_order()
        tender = self.tender(100, self.gift)
        envelope = self.assertFailure(
            self.transact(tender, order=uuid), 409, "stored_value_unusable"
        )
        self.assertEqual(envelope["details"]["reason"], "other_method")
        self.assertEqual(self.left(), 1000)

    def test_managers_see_the_end_of_the_code(self):
        self.paid_order()
        manager = new_test_user(
            self.env, "gift-manager", groups="fynlo_base.group_fynlo_manager",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        tender = self.env["fynlo.payment.tender"].search([("kind", "=", "stored")], limit=1)
        tender = tender.with_user(manager)
        self.assertEqual(tender.card_masked, f"\u2026{self.gift_card.code[-4:]}")
        with self.assertRaises(AccessError):
            tender.read(["card_id"])
        # With the rest of the body, which they see, the missing characters could be tried out.
        with self.assertRaises(AccessError):
            tender.split_id.read(["request_hash"])

    def test_the_code_is_nowhere(self):
        with self.assertLogs(level="DEBUG") as logs:
            self.paid_order()
            self.post({"code": self.gift_card.code}, path="/payments/stored-value/balance")
        self.assertFalse([line for line in logs.output if self.gift_card.code in line])
        query = "SELECT count(*) FROM fynlo_audit WHERE data::text LIKE %s"
        self.env.cr.execute(query, [f"%{self.gift_card.code}%"])
        self.assertEqual(self.env.cr.fetchone(), (0,))
