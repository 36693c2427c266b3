"""Refunds whose money is hard to count, down to the entry of the closed session."""

import json
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from ..schemas.refunds import RefundCreate
from .till import Till


class RefundBooksCase(FynloCase):
    """A store that rounds cash to 0.05."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        account = cls.till.cash.journal_id.profit_account_id
        coins = cls.env["account.cash.rounding"].create({
            "name": "5", "rounding": 0.05, "rounding_method": "HALF-UP",
            "strategy": "add_invoice_line",
            "profit_account_id": account.id, "loss_account_id": account.id,
        })  # fmt: skip
        cls.till.store.write({
            "cash_rounding": True, "rounding_method": coins.id, "only_round_cash_method": True,
        })  # fmt: skip
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        cls.session = cls.till.open()

    def setUp(self):
        super().setUp()
        self.actor = self.env_as(self.max, device=self.corner_device)

    def sell(self, quantities, method, amount, **extra):
        lines = [
            {"id": str(uuid4()), "productId": product.fynlo_uuid, "quantity": quantity, **more}
            for product, quantity, more in quantities
        ]
        payment = {"id": str(uuid4()), "method": method.fynlo_uuid, "amount": amount}
        body = {"id": str(uuid4()), "orderType": "dine_in", "lines": lines, "payments": [payment]}
        command = OrderCreate.model_validate_json(json.dumps({**body, **extra}))
        return self.actor["fynlo.checkout"]._fynlo_sell(command)

    def refund(self, order, **values):
        body = {"id": str(uuid4()), "reason": "cold", **values}
        command = RefundCreate.model_validate_json(json.dumps(body))
        return self.actor["fynlo.order.refund"]._fynlo_refund_order(order.uuid, command)

    def assertBooksBalance(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        lines = self.session.move_id.line_ids
        income = lines.filtered(lambda line: line.account_id.account_type == "income")
        currency = self.session.currency_id
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        self.assertAlmostEqual(sum(income.mapped("amount_currency")), 0)
        self.assertAlmostEqual(sum(lines.filtered("tax_line_id").mapped("amount_currency")), 0)
        self.assertFalse(currency.round(sum(self.session.order_ids.payment_ids.mapped("amount"))))


@tagged("post_install", "-at_install")
class TestRefundBooks(RefundBooksCase):
    def test_coins_come_back_and_the_books_balance(self):
        goods = [(self.till.coffee, 3, {"discountPercent": 7}), (self.till.cake, 1, {})]
        # 6.98 + 4.00 and 10 %: 12.08, in coins 12.10
        order = self.sell(goods, self.till.cash, 1210)
        self.assertEqual(
            (order.state, order.amount_total, order.amount_paid), ("paid", 12.08, 12.1)
        )
        self.refund(order, amount=333)
        self.refund(order, lines=[{"lineId": order.lines[0].uuid, "quantity": 1}])
        self.refund(order, all=True)
        self.assertBooksBalance()

    def test_given_back_in_another_way(self):
        order = self.sell([(self.till.coffee, 1, {"discountPercent": 1})], self.till.card, 273)
        payments = [{"id": str(uuid4()), "method": self.till.cash.fynlo_uuid, "amount": 273}]
        self.refund(order, all=True, payments=payments)
        self.assertBooksBalance()
