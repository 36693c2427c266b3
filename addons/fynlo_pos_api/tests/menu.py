"""A menu that uses every kind of price and tax that a till can meet; made for random carts."""

from odoo.fields import Command


class Menu:
    """Products, taxes, pricelists and a store of one company.

    :param env: superuser's environment
    :param currency: name of the company's currency, e.g. ``"JPY"``
    :ivar store: the ``pos.config``; ``session`` is its open session
    :ivar products: variants for single lines; ``combos`` are the combo products
    """

    def __init__(self, env, currency):
        code = currency.name
        self.company = env["res.company"].create({
            "name": f"Menu {code}", "currency_id": currency.id, "country_id": env.ref("base.us").id,
        })  # fmt: skip
        env.user.company_ids |= self.company
        companies = [self.company.id, *env.context.get("allowed_company_ids", [])]
        self.env = env(context={**env.context, "allowed_company_ids": companies})
        self._make_accounts()
        self._make_taxes()
        self._make_products()
        self._make_combos()
        self._make_pricelists()
        self._make_positions()
        self._make_store()

    def _create(self, model, **vals):
        return self.env[model].create(vals)

    def _make_accounts(self):
        def make(code, name, kind):
            return self._create(
                "account.account", code=code, name=name, account_type=kind,
                company_ids=[Command.link(self.company.id)],
            )  # fmt: skip

        self.income = make("400000", "Sales", "income")
        self.receivable = make("101300", "Receivable", "asset_receivable")
        self.company.account_default_pos_receivable_account_id = self.receivable
        self.journal = self._create(
            "account.journal", name="Sales", code="MENU", type="sale",
            company_id=self.company.id, default_account_id=self.income.id,
        )  # fmt: skip

    def _make_taxes(self):
        group = self._create("account.tax.group", name="Tax", company_id=self.company.id)
        self.company.account_fiscal_country_id = self.env.ref("base.us")

        def make(name, amount, kind="percent", included=False, **vals):
            override = "tax_included" if included else "tax_excluded"
            return self._create(
                "account.tax", name=name, amount=amount, amount_type=kind, tax_group_id=group.id,
                type_tax_use="sale", company_id=self.company.id, price_include_override=override,
                country_id=self.env.ref("base.us").id, **vals,
            )  # fmt: skip

        self.excluded = make("7.25% excluded", 7.25)
        self.excluded_high = make("19% excluded", 19)
        self.included = make("21% included", 21, included=True)
        self.included_low = make("5.5% included", 5.5, included=True)
        self.fixed = make("Deposit", 0.25, kind="fixed")
        self.fixed_base = make("Sugar", 0.13, kind="fixed", sequence=1, include_base_amount=True)
        self.division = make("10% division", 10, kind="division", included=True)
        child = {"kind": "percent", "sequence": 5}
        first, second = make("State", 3.1, **child), make("City", 1.45, **child)
        self.group = make("Sales tax", 0, kind="group", children_tax_ids=[
            Command.set((first | second).ids)])  # fmt: skip
        self.zero = make("0%", 0)

    def _make_products(self):
        root = self._create("product.category", name="Menu")
        self.food = self._create("product.category", name="Food", parent_id=root.id)
        self.drinks = self._create("product.category", name="Drinks", parent_id=root.id)
        self.burgers = self._create("product.category", name="Burgers", parent_id=self.food.id)
        tax_sets = [
            self.excluded, self.excluded_high, self.included, self.included_low, self.group,
            self.excluded | self.fixed, self.fixed_base | self.excluded_high,
            self.included | self.fixed, self.division, self.excluded | self.excluded_high,
            self.env["account.tax"], self.included_low | self.excluded,
        ]  # fmt: skip
        categories = [root, self.food, self.drinks, self.burgers]
        self.plain = self.env["product.product"]
        for index, taxes in enumerate(tax_sets * 2):
            self.plain |= self._make_product(
                f"Dish {index}", 1.07 + index * 3.33, categories[index % 4], taxes
            ).product_variant_ids
        self.sized = self._make_product("Coffee", 3.2, self.drinks, self.included).product_tmpl_id
        self._add_attribute(self.sized, "Size", "always", {"S": 0, "M": 0.55, "L": 1.15})
        self.grilled = self._make_product(
            "Steak", 24.9, self.burgers, self.excluded
        ).product_tmpl_id
        self._add_attribute(self.grilled, "Doneness", "no_variant", {"Rare": 0, "Well": 0.35})
        self._add_attribute(
            self.grilled, "Extras", "no_variant", {"Egg": 1.5, "Bacon": 2.25}, display_type="multi"
        )
        self._add_attribute(self.sized, "Milk", "no_variant", {"Cow": 0, "Oat": 0.6})
        self.products = self.plain | self.sized.product_variant_ids
        self.products |= self.grilled.product_variant_ids

    def _make_product(self, name, price, category, taxes):
        return self._create(
            "product.product", name=name, list_price=price, standard_price=price * 0.31,
            categ_id=category.id, taxes_id=[Command.set(taxes.ids)], available_in_pos=True,
            company_id=self.company.id,
        )  # fmt: skip

    def _add_attribute(self, template, name, mode, values, display_type="radio"):
        attribute = self._create(
            "product.attribute", name=name, create_variant=mode, display_type=display_type,
            value_ids=[Command.create({"name": value}) for value in values],
        )  # fmt: skip
        line = self._create(
            "product.template.attribute.line", product_tmpl_id=template.id,
            attribute_id=attribute.id, value_ids=[Command.set(attribute.value_ids.ids)],
        )  # fmt: skip
        for value in line.product_template_value_ids:
            value.price_extra = values[value.name]

    def _make_combos(self):
        mains, sides = self.plain[:4] | self.grilled.product_variant_ids, self.plain[4:9]

        def make(name, products, free=1, most=1):
            items = [
                Command.create({"product_id": product.id, "extra_price": 0.75 * (index % 3)})
                for index, product in enumerate(products)
            ]
            return self._create(
                "product.combo", name=name, qty_free=free, qty_max=most, combo_item_ids=items,
                company_id=self.company.id,
            )  # fmt: skip

        first, second = make("Main", mains), make("Side", sides)
        third = make("Sauces", self.plain[9:12], free=2, most=4)
        self.combos = self.env["product.product"]
        for name, price, parts in (
            ("Lunch", 12.49, first | second),
            ("Dinner", 33.1, first | second | third),
        ):
            self.combos |= self._create(
                "product.product", name=name, type="combo", list_price=price,
                combo_ids=[Command.set(parts.ids)], available_in_pos=True,
                company_id=self.company.id, taxes_id=[Command.clear()],
            )  # fmt: skip

    def _make_pricelists(self):
        def make(name, *rules):
            return self._create(
                "product.pricelist", name=name, company_id=self.company.id,
                currency_id=self.company.currency_id.id,
                item_ids=[Command.create(rule) for rule in rules],
            )  # fmt: skip

        formula = {"compute_price": "formula"}
        percent = {"compute_price": "percentage"}
        self.base_list = make(
            "Base",
            {**percent, "percent_price": 5, "applied_on": "3_global"},
            {**formula, "applied_on": "2_product_category", "categ_id": self.drinks.id,
             "price_discount": 7, "price_round": 0.1, "price_surcharge": -0.01},
        )  # fmt: skip
        self.day_list = make(
            "Day",
            {"compute_price": "fixed", "fixed_price": 2.22, "applied_on": "0_product_variant",
             "product_id": self.plain[0].id},
            {**percent, "percent_price": 12.5, "applied_on": "1_product",
             "product_tmpl_id": self.plain[1].product_tmpl_id.id, "min_quantity": 3},
            {**percent, "percent_price": 4, "applied_on": "1_product",
             "product_tmpl_id": self.plain[1].product_tmpl_id.id},
            {**formula, "applied_on": "2_product_category", "categ_id": self.food.id,
             "price_discount": 15, "price_round": 0.05, "price_surcharge": 0.03,
             "price_min_margin": -2, "price_max_margin": 1},
            {**formula, "applied_on": "1_product", "base": "standard_price",
             "product_tmpl_id": self.plain[6].product_tmpl_id.id, "price_markup": 130},
            {**percent, "percent_price": 9, "applied_on": "1_product",
             "product_tmpl_id": self.grilled.id},
            {"compute_price": "fixed", "fixed_price": 4.1, "applied_on": "0_product_variant",
             "product_id": self.sized.product_variant_ids[1].id},
            {"compute_price": "fixed", "fixed_price": 0.5, "applied_on": "3_global",
             "date_start": "2090-01-01 00:00:00"},
        )  # fmt: skip
        self.nested_list = make(
            "Nested",
            {**percent, "base": "pricelist", "base_pricelist_id": self.base_list.id,
             "percent_price": 3, "applied_on": "3_global", "min_quantity": 2},
            {**formula, "base": "pricelist", "base_pricelist_id": self.day_list.id,
             "price_discount": -10, "price_round": 0.25, "applied_on": "2_product_category",
             "categ_id": self.burgers.id},
        )  # fmt: skip
        self.pricelists = self.base_list | self.day_list | self.nested_list

    def _make_positions(self):
        def make(name, *pairs):
            position = self._create(
                "account.fiscal.position", name=name, company_id=self.company.id
            )
            for source, target in pairs:
                target.copy({
                    "name": f"{target.name} for {name}",
                    "fiscal_position_ids": [Command.link(position.id)],
                    "original_tax_ids": [Command.link(source.id)],
                })  # fmt: skip
            return position

        self.away = make("Away", (self.excluded, self.excluded_high), (self.included, self.zero))
        self.exempt = make("Exempt")
        self.positions = self.away | self.exempt

    def _make_store(self):
        presets = self.env["pos.preset"]
        for name, order_type, pricelist, position in (
            ("In", "dine_in", None, None),
            ("Out", "takeaway", None, self.away),
            ("Ride", "delivery", self.nested_list, None),
        ):
            presets |= self._create(
                "pos.preset", name=name, fynlo_order_type=order_type,
                pricelist_id=pricelist and pricelist.id,
                fiscal_position_id=position and position.id,
            )  # fmt: skip
        cash_journal = self._create(
            "account.journal", name="Cash", code="MCSH", type="cash", company_id=self.company.id
        )
        methods = self._create(
            "pos.payment.method", name="Cash", journal_id=cash_journal.id,
            company_id=self.company.id, receivable_account_id=self.receivable.id,
        )  # fmt: skip
        self.roundings = self.env["account.cash.rounding"]
        for method in ("UP", "DOWN", "HALF-UP"):
            self.roundings |= self._create(
                "account.cash.rounding", name=method, rounding=0.05, rounding_method=method,
                strategy="add_invoice_line", profit_account_id=self.income.id,
                loss_account_id=self.income.id,
            )  # fmt: skip
        self.store = self._create(
            "pos.config", name="Store", company_id=self.company.id, journal_id=self.journal.id,
            invoice_journal_id=self.journal.id, payment_method_ids=[Command.set(methods.ids)],
            use_presets=True, default_preset_id=presets[0].id,
            available_preset_ids=[Command.set(presets.ids)], use_pricelist=True,
            available_pricelist_ids=[Command.set(self.pricelists.ids)],
            pricelist_id=self.day_list.id, tax_regime_selection=True,
            fiscal_position_ids=[Command.set(self.positions.ids)],
        )  # fmt: skip
        self.session = self._create("pos.session", config_id=self.store.id)
        self.session.state = "opened"
        self.customers = self.env["res.partner"]
        for name, position in (("Ann", self.exempt), ("Ben", None)):
            customer = self._create("res.partner", name=name, company_id=self.company.id)
            customer.property_account_position_id = position
            self.customers |= customer
