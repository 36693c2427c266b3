"""Random carts of a menu that uses every kind of price and tax."""

from decimal import Decimal
from uuid import uuid4

from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.tests import TransactionCase

from ..schemas.carts import CartLine, ComboItemChoice, ModifierChoice, QuoteRequest
from .menu import Menu


class RandomCarts(TransactionCase):
    """``menus`` are companies with currencies of two, no and three decimals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        currencies = env["res.currency"].with_context(active_test=False)
        cls.menus = []
        for code in ("USD", "JPY", "KWD"):
            currency = currencies.search([("name", "=", code)])
            currency.active = True
            cls.menus.append(Menu(env, currency))

    def vary_settings(self, dice, menu):
        menu.company.tax_calculation_rounding_method = dice.choice(
            ("round_per_line", "round_globally")
        )
        menu.session.state = "closed"  # Odoo locks these settings while a session is open
        menu.store.write({
            "cash_rounding": dice.random() < 0.4,
            "rounding_method": dice.choice(menu.roundings).id,
            "only_round_cash_method": dice.random() < 0.5,
            "pricelist_id": dice.choice(menu.pricelists).id,
        })  # fmt: skip
        menu.session.state = "opened"

    def random_cart(self, dice, menu):
        """Return a random body and, for each line, the product and the chosen values."""
        lines, chosen = [], []
        for _ in range(dice.randint(1, 6)):
            product = dice.choice(menu.products + menu.combos)
            items, values = [], menu.env["product.template.attribute.value"]
            if product.type == "combo":
                items = self.random_items(dice, product)
            else:
                values = self.random_values(dice, product)
            quantity = Decimal(dice.randint(1, 5))
            if product.type != "combo" and dice.random() < 0.3:
                quantity = Decimal(dice.randint(1, 499)) / 100
            discount = dice.choice((0, 0, 0, 10, 33.33, 50, 100))
            lines.append(CartLine.model_construct(
                id=uuid4(), product_id=product.fynlo_uuid, quantity=quantity,
                modifiers=as_choices(values), discount_percent=Decimal(str(discount)), note=None,
                combo_items=[
                    ComboItemChoice.model_construct(
                        combo_item_id=item.fynlo_uuid, quantity=count, modifiers=as_choices(extra)
                    )
                    for item, count, extra in items
                ],
            ))  # fmt: skip
            chosen.append((product, values, items))
        customer = dice.choice([None, None, *menu.customers])
        cart = QuoteRequest.model_construct(
            order_type=dice.choice(("dine_in", "takeaway", "delivery")),
            customer_id=customer and customer.fynlo_uuid, lines=lines, discount_codes=[],
        )  # fmt: skip
        return cart, (customer, chosen)

    def random_values(self, dice, product):
        values = product.env["product.template.attribute.value"]
        for line in product.attribute_line_ids:
            if line.attribute_id.create_variant == "no_variant":
                options = list(line.product_template_value_ids)
                is_multiple = line.attribute_id.display_type == "multi"
                count = dice.randint(0, len(options)) if is_multiple else 1
                for value in dice.sample(options, count):
                    values |= value
        return values

    def random_items(self, dice, product):
        items = []
        for combo in product.combo_ids:
            remaining = dice.randint(combo.qty_free, combo.qty_max)
            options = list(combo.combo_item_ids)
            dice.shuffle(options)
            while remaining:
                item = options.pop()
                count = dice.randint(1, remaining) if options else remaining
                items.append((item, count, self.random_values(dice, item.product_id)))
                remaining -= count
        return items

    def env_of(self, menu, **facts):
        principal = Principal(
            user_id=self.env.uid, company_id=menu.company.id, role="manager", session="x",
            store_ids=(menu.store.id,), store_id=menu.store.id, **facts,
        )  # fmt: skip
        return menu.env(context={**menu.env.context, CONTEXT_KEY: principal})


def as_choices(values):
    return [
        ModifierChoice.model_construct(id=value.fynlo_uuid, custom_value=None) for value in values
    ]
