import random
from collections import Counter
from decimal import Decimal
from uuid import uuid4

from odoo.tests import tagged

from ..schemas.carts import OrderCreate, PaymentCreate
from ..schemas.refunds import RefundCreate, RefundLine
from .random_carts import RandomCarts
from .test_pricing_parity import CARTS, SEED

SALES = max(CARTS // 10, 6)


@tagged("post_install", "-at_install")
class TestRefundParity(RandomCarts):
    """Random sales that come back in random parts give back what was sold, tax by tax."""

    def test_the_parts_of_a_sale_add_up_to_it(self):
        dice = random.Random(SEED)
        for number in range(SALES):
            menu = dice.choice(self.menus)
            self.vary_settings(dice, menu)
            with self.subTest(seed=SEED, sale=number, company=menu.company.name):
                order = self.sell(dice, menu)
                for _ in range(30):
                    if self.is_all_back(order):
                        break
                    self.refund(dice, order)
                else:
                    self.refund(dice, order, "all")
                self.assert_given_back(order)

    def sell(self, dice, menu):
        """Sell a random cart for cash and return the order."""
        cart, _expected = self.random_cart(dice, menu)
        device = menu.env["fynlo.device"].search([("config_id", "=", menu.store.id)], limit=1)
        if not device:
            vals = {"name": "Till", "config_id": menu.store.id, "platform": "ios"}
            device = menu.env["fynlo.device"].create(vals)
        env = self.env_of(menu, device_id=device.id)
        store = menu.store.with_env(env)
        env.invalidate_all()
        book = env["fynlo.price.book"]._fynlo_open(store)
        priced = env["fynlo.pricing"]._fynlo_price_cart(cart, store, book)
        payment = PaymentCreate.model_construct(
            id=uuid4(), method=menu.store.payment_method_ids.fynlo_uuid, tendered=None,
            amount=book.currency.to_minor(priced.cash_total), reference=None,
        )  # fmt: skip
        facts = {"id": uuid4(), "occurred_at": None, "stated_total": None, "note": None}
        facts["payments"] = [payment] if payment.amount else []
        order = env["fynlo.checkout"]._fynlo_sell(
            OrderCreate.model_construct(**{**dict(cart), **facts})
        )
        self.assertEqual(order.state, "paid")
        return order

    def is_all_back(self, order):
        order.env.flush_all()
        order.env.invalidate_all()
        left = order.env["fynlo.order.refund"]._fynlo_left(order)
        is_money_back = not any(share.total for share in left.values())
        return is_money_back and not order.has_refundable_lines

    def refund(self, dice, order, kind=None):
        """Give back an amount, some of a line, or all that is left."""
        service = order.env["fynlo.order.refund"]
        left = sum(share.total for share in service._fynlo_left(order).values())
        mains = order.lines.filtered(lambda line: not line.combo_parent_id)
        mains = mains.filtered(lambda line: line.qty > line.refunded_qty)
        kind = kind or dice.choice(("amount", "lines", "lines", "all"))
        if kind == "amount" and left:
            what = {"amount": dice.randint(1, left)}
        elif kind == "lines" and mains:
            line = dice.choice(mains)
            quantity = round(line.qty - line.refunded_qty, 6)
            if quantity > 1 and dice.random() < 0.7:
                quantity = dice.randint(1, int(quantity))
            facts = {"line_id": line.uuid, "quantity": Decimal(str(quantity))}
            what = {"lines": [RefundLine.model_construct(**facts, amount=None, restock=True)]}
        else:
            what = {"all": True}
        facts = {"id": uuid4(), "reason": "x", "payments": [], "restock": True}
        facts |= {"lines": [], "all": False, "amount": None, "approval_token": None}
        service._fynlo_refund_order(order.uuid, RefundCreate.model_construct(**{**facts, **what}))

    def assert_given_back(self, order):
        refunds = order._fynlo_refund_orders()
        to_minor = order.env["fynlo.price.book"]._fynlo_open(order.config_id).currency.to_minor
        sold, taxes = list(order._fynlo_line_shares().values()), Counter()
        for share in sold:
            taxes.update({tax: amount for tax, (_base, amount) in share.taxes.items()})
        back = to_minor(sum(refunds.lines.mapped("price_subtotal_incl")))
        self.assertEqual(sum(share.total for share in sold) + back, 0)
        self.assertEqual(order.fynlo_payment_state, "refunded")
        for refund in refunds:
            # What the closing will book is what was given back.
            booked = refund._fynlo_line_shares().values()
            total = sum(share.total for share in booked)
            lines = to_minor(sum(refund.lines.mapped("price_subtotal_incl")))
            self.assertEqual(total, abs(lines))
            for share in booked:
                taxes.subtract({tax: amount for tax, (_base, amount) in share.taxes.items()})
        self.assertFalse([tax for tax, amount in taxes.items() if amount])
        paid = to_minor(sum((order | refunds).payment_ids.mapped("amount")))
        self.assertEqual(paid, 0)
