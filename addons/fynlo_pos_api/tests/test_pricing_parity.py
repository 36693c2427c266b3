import os
import random
from unittest.mock import patch
from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import float_round

from ..engine.price_rules import PriceRules
from ..schemas.carts import OrderCreate
from ..schemas.order_edits import OrderPatch
from .random_carts import RandomCarts

CARTS = 600 if os.environ.get("FYNLO_LONG_TESTS") else 40
REPRICED = max(CARTS // 15, 10)
SEED = int(os.environ.get("FYNLO_PARITY_SEED", "20261121"))


@tagged("post_install", "-at_install")
class TestPricingParity(RandomCarts):
    """Random carts, priced by the API and by Odoo on fresh records, agree to the cent."""

    def test_random_carts_cost_what_odoo_computes(self):
        dice = random.Random(SEED)
        for number in range(CARTS):
            menu = dice.choice(self.menus)
            self.vary_settings(dice, menu)
            cart, expected = self.random_cart(dice, menu)
            priced = self.price(menu, cart)
            with self.subTest(seed=SEED, cart=number, company=menu.company.name):
                self.assert_same(menu, priced, self.reference(menu, cart, expected))

    def test_comparison_notices_one_cent(self):
        dice = random.Random(SEED)
        menu = self.menus[0]
        find_price = PriceRules.find_price

        def find_wrong_price(*args, **options):
            return find_price(*args, **options) + 0.01

        for number in range(5):
            cart, expected = self.random_cart(dice, menu)
            with patch.object(PriceRules, "find_price", find_wrong_price):
                priced = self.price(menu, cart)
            with self.subTest(seed=SEED, cart=number), self.assertRaises(AssertionError):
                self.assert_same(menu, priced, self.reference(menu, cart, expected))

    def test_orders_priced_anew_cost_what_a_new_cart_costs(self):
        """Another order type brings another pricelist and fiscal position to every line."""
        dice = random.Random(SEED)
        for number in range(REPRICED):
            menu = dice.choice(self.menus)
            self.vary_settings(dice, menu)
            cart, _expected = self.random_cart(dice, menu)
            kinds = ["dine_in", "takeaway", "delivery"]
            kinds.remove(cart.order_type)
            order_type = dice.choice(kinds)
            with self.subTest(seed=SEED, cart=number, company=menu.company.name):
                order = self.reprice(menu, cart, order_type)
                priced = self.price(menu, cart.model_copy(update={"order_type": order_type}))
                self.assertMoney(menu, order.amount_total, priced.total)
                self.assertMoney(menu, order.amount_tax, priced.tax)
                self.assertEqual(
                    sorted(
                        (line.product_id.id, line.qty, line.tax_ids.ids, line.price_unit)
                        for line in order.lines
                    ),
                    sorted(
                        (line.product.id, line.quantity, list(line.tax_ids), line.unit_price)
                        for line in priced.lines
                    ),
                )

    def reprice(self, menu, cart, order_type):
        """Book a cart as an open order, change its type, and return the order."""
        vals = {"name": "Till", "config_id": menu.store.id, "platform": "ios"}
        device = menu.env["fynlo.device"].create(vals)
        env = self.env_of(menu, device_id=device.id)
        facts = {"id": uuid4(), "occurred_at": None, "payments": [], "stated_total": None}
        command = OrderCreate.model_construct(**{**dict(cart), **facts, "note": None})
        env["fynlo.checkout"]._fynlo_sell(command)
        change = OrderPatch.model_validate({"orderType": order_type})
        order = env["fynlo.order.edit"]._fynlo_edit_order(command.id, change)
        env.flush_all()
        env.invalidate_all()
        return order

    def price(self, menu, cart):
        env = self.env_of(menu)
        env.flush_all()
        env.invalidate_all()
        store = menu.store.with_env(env)
        book = env["fynlo.price.book"]._fynlo_open(store)
        return env["fynlo.pricing"]._fynlo_price_cart(cart, store, book)

    def reference(self, menu, cart, expected):
        """Return a draft order of Odoo with the same content, and its tax details by line."""
        customer, chosen = expected
        preset = menu.store.available_preset_ids.filtered(
            lambda each: each.fynlo_order_type == cart.order_type
        )
        position = preset.fiscal_position_id
        if customer and not position:
            position = customer.property_account_position_id
        pricelist = preset.pricelist_id or menu.store.pricelist_id
        vals = []
        for line, (product, values, items) in zip(cart.lines, chosen, strict=True):
            for child, quantity, price in reference_prices(pricelist, line, product, values, items):
                vals.append({
                    "product_id": child.id, "qty": quantity, "price_unit": price,
                    "discount": float(line.discount_percent), "price_subtotal": 0,
                    "tax_ids": [Command.set(child.taxes_id.ids)], "price_subtotal_incl": 0,
                    "full_product_name": child.name,
                })  # fmt: skip
        order = menu.env["pos.order"].create({
            "session_id": menu.session.id, "company_id": menu.company.id,
            "partner_id": customer and customer.id, "pricelist_id": pricelist.id,
            "fiscal_position_id": position.id, "amount_tax": 0, "amount_total": 0,
            "amount_paid": 0, "amount_return": 0, "lines": [Command.create(each) for each in vals],
        })  # fmt: skip
        order._compute_prices()
        return order

    def assert_same(self, menu, priced, order):
        self.assertEqual(len(priced.lines), len(order.lines))
        base_lines = order.lines._prepare_tax_base_line_values()
        engine = menu.env["account.tax"]
        engine._add_tax_details_in_base_lines(base_lines, menu.company)
        engine._round_base_lines_tax_details(base_lines, menu.company)
        taxes = {}
        for line, record, base_line in zip(priced.lines, order.lines, base_lines, strict=True):
            details = base_line["tax_details"]
            self.assertEqual(line.unit_price, record.price_unit, record.full_product_name)
            self.assertEqual(line.quantity, record.qty)
            self.assertEqual(line.applied_tax_ids, tuple(record.tax_ids_after_fiscal_position.ids))
            self.assertMoney(menu, line.subtotal, details["total_excluded_currency"])
            self.assertMoney(menu, line.total, details["total_included_currency"])
            for data in details["taxes_data"]:
                name = data["tax"].id
                taxes[name] = taxes.get(name, 0) + data["tax_amount_currency"]
        self.assertEqual({share.tax_id for share in priced.taxes}, set(taxes))
        for share in priced.taxes:
            self.assertMoney(menu, share.amount, taxes[share.tax_id])
        self.assertMoney(menu, sum(share.amount for share in priced.taxes), order.amount_tax)
        self.assertMoney(menu, priced.tax, order.amount_tax)
        self.assertMoney(menu, priced.total, order.amount_total)

    def assertMoney(self, menu, left, right):
        currency = menu.company.currency_id
        self.assertEqual(currency.compare_amounts(left, right), 0, f"{left} is not {right}")


def reference_prices(pricelist, line, product, values, items):
    """Yield ``(product, quantity, unit price)`` of the records that a line becomes."""
    quantity = float(line.quantity)
    if product.type != "combo":
        price = odoo_price(pricelist, product, quantity, sum(values.mapped("price_extra")))
        digits = product.env["decimal.precision"].precision_get("Product Price")
        yield product, quantity, float_round(price, precision_digits=digits)
        return
    yield product, quantity, 0.0
    yield from reference_combo(pricelist, quantity, product, items)


def odoo_price(pricelist, product, quantity, extra):
    """Return the price of Odoo's Python; a base pricelist gets no modifiers, as in the web POS."""
    rule_id = pricelist._get_product_rule(product, quantity)
    rule = product.env["product.pricelist.item"].browse(rule_id)
    if not (rule.base == "pricelist" and rule.compute_price != "fixed"):
        product = product.with_context(no_variant_attributes_price_extra=extra)
    return pricelist._get_product_price(product, quantity)


def reference_combo(pricelist, quantity, product, items):
    """Split a combo's price, written down from the web POS's JavaScript line by line."""
    currency = product.company_id.currency_id
    parent_price = odoo_price(pricelist, product, 1, 0)
    items = sorted(items, key=lambda each: (each[0].combo_id.id, each[0].id))
    free, extra, taken = [], [], {}
    for item, count, values in items:
        left = item.combo_id.qty_free - taken.get(item.combo_id, 0)
        included = min(count, left)
        if left > 0:
            free.append((item, included, values))
            taken[item.combo_id] = taken.get(item.combo_id, 0) + included
        if count > max(included, 0):
            extra.append((item, count - max(included, 0), values))
    original = sum(item.combo_id.base_price * count for item, count, _values in free)
    remaining = parent_price
    for index, (item, count, values) in enumerate(free):
        price = currency.round(item.combo_id.base_price * parent_price / original)
        remaining -= price * count
        if index == len(free) - 1:
            price += remaining
        price += sum(values.mapped("price_extra")) + item.extra_price
        yield item.product_id, count * quantity, price
    for item, count, values in extra:
        price = currency.round(item.combo_id.base_price)
        price += sum(values.mapped("price_extra")) + item.extra_price
        yield item.product_id, count * quantity, price
