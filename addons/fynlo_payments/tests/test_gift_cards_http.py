from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .gift_case import GiftCase


@tagged("post_install", "-at_install")
class TestGiftCards(GiftCase):
    def test_seven_tenders_pay_an_order_and_the_books(self):
        tenders = (
            self.tender(100, self.cash, tendered=500),
            self.tender(50, channel="card_present"),
            self.tender(60),
            self.tender(70, channel="apple_pay"),
            self.by_gift(80),
            self.tender(90, self.wallet),
            self.tender(100, self.account),
        )
        data = self.assertSuccess(self.transact(*tenders), 201)
        told = [each["state"] for each in data["tenders"]]
        self.assertEqual((data["state"], told), ("succeeded", ["succeeded"] * 7))
        ends = [each["card"] for each in data["tenders"]]
        self.assertEqual(ends[4], f"\u2026{self.gift_card.code[-4:]}")
        self.assertEqual(ends.count(None), 5)
        self.assertEqual((self.left(), self.left(self.purse)), (920, 210))
        self.assertEqual(self.read_order(self.order)["paymentState"], "paid")
        self.assertEqual(self.assertSuccess(self.again(), 201), data)
        self.assertEqual((self.moves(), self.moves(self.purse)), ([(80, 0)], [(90, 0)]))
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual(self.shop.read_account(), -170)

    def test_what_is_sold_less_what_is_paid_is_what_is_left(self):
        """The account owes what is on the cards: sold, paid with, and given back."""
        self.sell_in_odoo(20.0)
        card = self.shop.make_card(20.0)  # as Odoo makes it for what was sold
        paid = self.transact(self.by_gift(275, card), self.tender(275, self.cash))
        self.assertSuccess(paid, 201)
        token = self.token_for(self.max, self.corner_device)
        lines = [{"lineId": self.read_order(self.order)["lines"][0]["id"], "quantity": 1}]
        body = {"id": str(uuid4()), "reason": "Cold", "lines": lines}
        self.assertSuccess(self.post(body, token, f"/orders/{self.order}/refunds"), 201)
        second = self.open_order()
        self.assertSuccess(self.transact(self.by_gift(275, card), order=second), 201)
        self.assertEqual(self.left(card), 1725)
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual(self.shop.read_account(), 1725)

    def sell_in_odoo(self, price):
        """Sell what fills a gift card, as Odoo's own till does."""
        order = self.env["pos.order"].create({
            "session_id": self.session.id, "company_id": self.company.id,
            "config_id": self.till.store.id, "name": "Odoo/0001", "amount_total": price,
            "amount_tax": 0.0, "amount_paid": 0.0, "amount_return": 0.0,
            "lines": [Command.create({
                "product_id": self.shop.sold.id, "qty": 1.0, "price_unit": price,
                "price_subtotal": price, "price_subtotal_incl": price,
            })],
        })  # fmt: skip
        order.add_payment({"pos_order_id": order.id, "amount": price,
                           "payment_method_id": self.cash.id})  # fmt: skip
        order.action_pos_order_paid()

    def test_what_fills_a_card_is_not_sold_over_the_api(self):
        """It would make no card. A product that begins to is left out at once."""
        cases = (self.shop.sold, self.env.ref("loyalty.gift_card_product_50"))
        for product in cases:
            body = self.body(lines=[self.line(product)], payments=[self.payment(self.cash, 5000)])
            self.assertRefused(body, 422, "product_unavailable")
        told = self.assertSuccess(self.api("GET", "/catalog", token=self.token))
        names = {each["name"] for each in told["products"]}
        self.assertFalse(names & {"Gift card", "Gift Card", "Top-up eWallet"}, names)
        self.assertIn("Cake", names)
        self.assertSuccess(self.post(self.body(lines=[self.line(self.cake)])), 201)
        self.wallet.fynlo_program_id.rule_ids.product_ids |= self.cake
        self.assertRefused(self.body(lines=[self.line(self.cake)]), 422, "product_unavailable")

    def test_an_invoice_leaves_nothing_open(self):
        self.assertSuccess(self.transact(self.by_gift(550)), 201)
        order = self.env["pos.order"].search([("uuid", "=", self.order)])
        order.sudo().action_pos_order_invoice()
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual(self.shop.read_account(), -550)
        self.assertEqual(order.account_move.amount_residual, 0)

    def test_a_declined_card_puts_it_back_once(self):
        declined = self.tender(350, paymentMethod="pm_card_chargeDeclined")
        self.assertFailure(self.transact(self.by_gift(200), declined), 402, "card_declined")
        self.assertFailure(self.again(), 402, "card_declined")
        self.assertEqual((self.left(), self.moves()), (1000, [(200, 0), (0, 200)]))
        self.assertEqual(
            [each["state"] for each in self.read_transaction()["tenders"]], ["canceled"] * 2
        )
        self.assertEqual(self.read_order(self.order)["amountDue"], 550)

    def test_a_capture_that_is_refused_puts_it_back_on_its_own_card(self):
        first = self.shop.make_card(1.0)
        self.assertSuccess(self.transact(self.by_gift(100, first)), 201)
        self.peer.fail("capture$", "400")
        both = self.by_gift(200), self.tender(250)
        self.assertFailure(self.transact(*both), 502, "gateway_refused")
        self.assertEqual((self.left(), self.left(first)), (1000, 0))
        self.assertEqual(self.moves(), [(200, 0), (0, 200)])
        told = self.read_order(self.order)
        self.assertEqual((told["amountDue"], [each["amount"] for each in told["payments"]]),
                         (450, [100, 200, -200]))  # fmt: skip

    def test_what_is_held_is_off_the_card(self):
        waiting = self.tender(100, paymentMethod="pm_card_threeDSecure2Required")
        self.assertSuccess(self.transact(self.by_gift(450), waiting), 201)
        self.assertEqual(self.left(), 550)
        held = self.sent
        other = self.transact(self.by_gift(275), order=self.open_order())
        self.assertSuccess(other, 201)
        much = self.transact(self.by_gift(276), order=self.open_order(lines=[self.line(self.cake)]))
        envelope = self.assertFailure(much, 422, "stored_value_too_low")
        tender_id = self.sent["tenders"][0]["id"]
        self.assertEqual(envelope["details"], {"balance": 275, "tenderId": tender_id})
        boss, body = self.token_for(self.max, self.corner_device), {"reason": "Left"}
        void = self.post({"id": str(uuid4()), **body}, boss, f"/orders/{self.order}/cancel")
        self.assertFailure(void, 409, "payment_under_way")
        self.assertSuccess(self.step(waiting["id"], "cancel"))
        self.assertFailure(self.post(held, path="/payments/transactions"), 409,
                           "transaction_canceled")  # fmt: skip
        self.assertEqual(self.left(), 725)

    def test_two_tenders_of_one_card_share_its_balance(self):
        small = self.shop.make_card(5.0)
        both = self.by_gift(275, small), self.by_gift(275, small)
        envelope = self.assertFailure(self.transact(*both), 422, "stored_value_too_low")
        self.assertEqual(envelope["details"], {"balance": 225, "tenderId": both[1]["id"]})
        self.assertEqual((self.left(small), self.moves(small)), (500, []))

    def test_only_a_transaction_takes_it(self):
        for method in (self.gift, self.wallet):
            direct = self.post(self.payment(method, 100), path=f"/orders/{self.order}/payments")
            self.assertFailure(direct, 422, "invalid_fields", {"method": "needs_gateway"})
            sale = self.body(payments=[self.payment(method, 275)], customerId=self.guest.fynlo_uuid)
            self.assertRefused(sale, 422, "invalid_fields", {"payments.0.method": "needs_gateway"})
        self.assertEqual(self.left(), 1000)

    # --- Bad input

    def test_fields_that_do_not_go_together(self):
        order = self.open_order(lines=[self.line(self.cake)])
        tenders = (
            self.tender(50, self.gift),
            self.by_gift(50, tip=5),
            self.tender(50, self.wallet, code="0441"),
            self.tender(50, self.cash, code="0441"),
            self.by_gift(50, channel="online"),
            self.by_gift(50, tendered=60),
        )
        names = ["tenders.0.code", "tenders.1.tip", "tenders.2.code", "customerId"]
        names += ["tenders.3.code", "tenders.4.channel", "tenders.5.tendered"]
        self.assertFailure(self.transact(*tenders, order=order), 422, "invalid_fields", names)
        for code in ("", "4" * 101, 5):
            wrong = self.transact(self.tender(50, self.gift, code=code))
            self.assertFailure(wrong, 422, "invalid_fields", ["tenders.0.code"])
        for amount in (0, -5, 1.5):
            wrong = self.transact(self.by_gift(amount))
            self.assertFailure(wrong, 422, "invalid_fields", ["tenders.0.amount"])

    def test_cards_that_do_not_pay_here(self):
        today = fields.Date.context_today(self.env.user)
        yesterday, tomorrow = fields.Date.subtract(today, days=1), fields.Date.add(today, days=1)
        program = self.gift.fynlo_program_id
        elsewhere = self.till.store.copy({"name": "Elsewhere"})
        cases = (
            ("expired", self.gift_card, {"expiration_date": yesterday}),
            ("inactive", self.gift_card, {"active": False}),
            ("expired", program, {"date_to": yesterday}),
            ("too_early", program, {"date_from": tomorrow}),
            ("inactive", program, {"active": False}),
            ("other_store", program, {"pos_config_ids": elsewhere.ids}),
            ("other_store", program, {"pos_ok": False}),
            ("currency", program, {"currency_id": self.env.ref("base.JPY").id}),
        )
        for reason, record, vals in cases:
            with self.subTest(reason=reason, vals=vals), self.env.cr.savepoint() as savepoint:
                record.write(vals)
                self.env.flush_all()
                for asked in (
                    self.transact(self.by_gift(50)),
                    self.balance(code=self.gift_card.code),
                ):
                    envelope = self.assertFailure(asked, 409, "stored_value_unusable")
                    self.assertEqual(envelope["details"], {"reason": reason})
                savepoint.rollback()
            self.env.invalidate_all()
        self.gift_card.expiration_date = today
        self.assertSuccess(self.transact(self.by_gift(50)), 201)

    def test_cards_that_are_not_known_here(self):
        stranger = self.env["res.company"].create({"name": "Strangers"})
        foreign = self.env["loyalty.program"].create(
            {"name": "Theirs", "program_type": "gift_card", "company_id": stranger.id}
        )
        card = self.env["loyalty.card"].create({"program_id": foreign.id, "points": 5})
        answers = [
            self.assertFailure(self.transact(self.tender(50, self.gift, code=code)), 404,
                               "stored_value_unknown")
            for code in (card.code, "0440-none", self.purse.code)
        ]  # fmt: skip
        for answer in answers:
            answer.pop("requestId", None)
            answer.pop("timestamp", None)
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])
        poor = self.env["res.partner"].create({"name": "Poor", "customer_rank": 1})
        order = self.open_order(customerId=poor.fynlo_uuid)
        nothing = self.transact(self.tender(50, self.wallet), order=order)
        self.assertFailure(nothing, 404, "stored_value_unknown")

    # --- Balances

    def balance(self, token=None, **body):
        return self.post(body, token, "/payments/stored-value/balance")

    def test_balances(self):
        data = self.assertSuccess(self.balance(code=self.gift_card.code))
        card = {
            "methodId": self.gift.fynlo_uuid, "type": "gift_card", "program": "Our gift_card",
            "card": f"\u2026{self.gift_card.code[-4:]}", "balance": 1000, "expiresOn": None,
        }  # fmt: skip
        self.assertEqual(data, {"cards": [card]})
        self.purse.expiration_date = "2099-01-31"
        [purse] = self.assertSuccess(self.balance(customerId=self.guest.fynlo_uuid))["cards"]
        self.assertEqual((purse["type"], purse["balance"], purse["expiresOn"]),
                         ("ewallet", 300, "2099-01-31"))  # fmt: skip
        poor = self.env["res.partner"].create({"name": "Poor", "fynlo_is_customer": True})
        self.assertEqual(
            self.assertSuccess(self.balance(customerId=poor.fynlo_uuid)), {"cards": []}
        )
        self.assertFailure(self.balance(customerId=str(uuid4())), 404, "not_found")
        for body in ({}, {"code": "0441", "customerId": self.guest.fynlo_uuid}):
            self.assertFailure(self.balance(**body), 422, "invalid_fields")
        self.assertEqual(self.moves(), [])

    def test_guessing_closes_the_till(self):
        for number in range(9):
            self.assertFailure(self.balance(code=f"0440-{number}"), 404, "stored_value_unknown")
        self.assertSuccess(self.balance(code=self.gift_card.code))  # is no clean slate
        guess = self.transact(self.tender(50, self.gift, code="0440-9"))
        self.assertFailure(guess, 404, "stored_value_unknown")
        for asked in (self.balance(code=self.gift_card.code), self.transact(self.by_gift(50))):
            self.assertFailure(asked, 429, "locked_out")
        self.assertSuccess(self.transact(self.tender(50, self.wallet)), 201)

    def test_capabilities_name_the_methods(self):
        data = self.assertSuccess(self.api("GET", "/payments/capabilities", token=self.token))
        told = {each["methodId"]: each["storedValue"] for each in data["methods"]}
        self.assertEqual(
            [told[each.fynlo_uuid] for each in (self.gift, self.wallet, self.cash, self.card)],
            ["gift_card", "ewallet", None, None],
        )
