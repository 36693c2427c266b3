from odoo.fields import Command
from odoo.tests import tagged

from .capture_case import CaptureCase


@tagged("post_install", "-at_install")
class TestCapture(CaptureCase):
    """Whatever changes a row of a till is in the log."""

    def test_menu(self):
        template = self.env["product.template"].browse(self.coffee.product_tmpl_id.id)
        tax = self.till.tax
        category = self.env["pos.category"].create({"name": "Hot"})
        colour = self.env["product.attribute"].create(
            {"name": "Milk", "create_variant": "no_variant",
             "value_ids": [Command.create({"name": "Oat"}), Command.create({"name": "Cow"})]}
        )  # fmt: skip
        line = {"attribute_id": colour.id, "value_ids": [Command.set(colour.value_ids.ids)]}
        size = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": n}) for n in ("S", "L")]}
        )
        sizes = {"attribute_id": size.id, "value_ids": [Command.set(size.value_ids.ids)]}
        outages = self.env["fynlo.product.outage"]
        store = self.till.store
        for name, act, *expected in (
            ("name", lambda: template.write({"name": "Latte"}), "products"),
            ("price", lambda: template.write({"list_price": 3}), "prices"),
            ("category", lambda: template.write({"pos_categ_ids": category.ids}), "products"),
            ("category's name", lambda: category.write({"name": "Warm"}), "categories"),
            ("tax", lambda: tax.write({"amount": 20}), "taxes"),
            ("taxes", lambda: template.write({"taxes_id": [Command.clear()]}), "products"),
            ("choice", lambda: template.write({"attribute_line_ids": [Command.create(line)]}),
             "products"),
            ("value", lambda: colour.value_ids[0].write({"name": "Soy"}), "products"),
            ("question", lambda: colour.write({"name": "Drink"}), "products"),
            ("surcharge", lambda: template.attribute_line_ids.product_template_value_ids[0].write(
                {"price_extra": 1}), "products"),
            ("barcode", lambda: self.cake.write({"barcode": "12345670"}), "products"),
            ("sold out", lambda: outages._fynlo_begin(store, self.cake, None, None), "products"),
            ("variants", lambda: template.write({"attribute_line_ids": [Command.create(sizes)]}),
             "products", "prices", "stock"),
            ("archived", lambda: template.write({"active": False}), "products", "prices", "stock"),
            ("out of range", lambda: self.cake.write({"available_in_pos": False}), "products"),
        ):  # fmt: skip
            with self.subTest(name):
                self.check(act, *expected)

    def test_prices(self):
        pricelist = self.env["product.pricelist"].create({"name": "Happy hour"})
        store, items = self.till.store, self.env["product.pricelist.item"]
        store.current_session_id.state = "closed"  # Odoo locks the pricelist meanwhile
        vals = {"pricelist_id": pricelist.id, "compute_price": "fixed", "fixed_price": 1}
        of_cake = {"applied_on": "0_product_variant", "product_id": self.cake.id}
        every = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 10}
        rate = {"currency_id": self.env.company.currency_id.id}
        terms = {"use_pricelist": True, "available_pricelist_ids": pricelist.ids}

        def remove():  # as PostgreSQL cascades it: no method of a model is called
            self.env.cr.execute(
                "DELETE FROM product_pricelist_item WHERE pricelist_id = %s", [pricelist.id]
            )
            self.env.invalidate_all()

        for name, act in (
            ("a rule", lambda: items.create({**vals, **of_cake})),
            ("the store's list", lambda: store.write({**terms, "pricelist_id": pricelist.id})),
            ("a rule for all", lambda: items.create({**vals, **every, **rate})),
            ("raw SQL", remove),
        ):
            with self.subTest(name):
                self.check(act, *(["prices"] if name not in ("a rule",) else []))

    def test_sales(self):
        order = {}

        def sell():
            order.update(self.assertSuccess(self.post(self.body()), 201))

        def pay():
            body = {**self.payment(self.cash, 275)}
            self.assertSuccess(self.post(body, path=f"/orders/{order['id']}/payments"), 201)

        def refund():
            body = {"id": "01890000-0000-7000-8000-000000000001", "all": True}
            body |= {"reason": "Cold", "payments": [self.payment(self.cash, 275)]}
            token = self.token_for(self.max, self.corner_device)
            self.assertSuccess(self.post(body, token, path=f"/orders/{order['id']}/refunds"), 201)

        def edit():
            line = self.line(self.cake, note="no sugar")
            path = f"/orders/{order['id']}"
            self.assertSuccess(self.api("PATCH", path, {"lines": [line]}, token=self.token))
            lines = [{"id": line["id"], "quantity": 0}]
            self.assertSuccess(self.api("PATCH", path, {"lines": lines}, token=self.token))

        for name, act, *expected in (
            ("an order", sell, "orders", "orderLines", "stock"),
            ("an edit", edit, "orders"),
            ("its payment", pay, "orders", "payments"),
            ("its stock", self.session._fynlo_post_stock, "stock"),
            ("its refund", refund, "orders", "orderLines", "payments"),
            ("the web POS", lambda: self.till.sell_in_web_pos(self.session, {self.cake: 2}),
             "orders", "orderLines", "payments", "stock"),
            ("the closing", self.session.close_session_from_ui, "orders", "orderLines"),
        ):  # fmt: skip
            with self.subTest(name):
                self.check(act, *expected)

    def rename_card(self):
        """Past Odoo, which forbids it while a session is open."""
        query = """UPDATE pos_payment_method SET name = '{"en_US": "Terminal"}' WHERE id = %s"""
        self.env.cr.execute(query, [self.card.id])

    def test_people_and_store(self):
        ada, store = self.ada, self.till.store
        guests = self.env["res.partner"]
        tag = self.env["res.partner.category"].create({"name": "Regular"})
        floor = self.env["restaurant.floor"].create(
            {"name": "Hall", "table_ids": [Command.create({"table_number": 1})]}
        )
        guest = guests.create({"name": "Guest", "fynlo_is_customer": True})
        for name, act, *expected in (
            ("customer", lambda: guest.write({"phone": "+49 30 1"}), "customers"),
            ("tag", lambda: guest.write({"category_id": tag.ids}), "customers"),
            ("tag's name", lambda: tag.write({"name": "Friend"}), "customers"),
            ("archived", lambda: guest.write({"active": False}), "customers"),
            ("job", lambda: ada.write({"job_title": "Barista"}), "employees"),
            ("other store", lambda: ada.write({"fynlo_store_ids": self.store_2.ids}), "employees"),
            ("floor", lambda: floor.write({"pos_config_ids": store.ids}), "floors", "tables"),
            ("table", lambda: floor.table_ids.write({"seats": 9}), "tables"),
            ("no table", lambda: floor.table_ids.write({"active": False}), "tables"),
            ("method", self.rename_card, "paymentMethods"),
            ("settings", lambda: store.write({"name": "Corner 2"}), "settings"),
        ):
            with self.subTest(name):
                self.check(act, *expected)

    def test_nothing_is_logged_of_what_no_till_sees(self):
        self.read_everything()
        mark = self.mark()
        self.env.cr.execute("UPDATE product_template SET write_date = now(), color = 3")
        self.env["res.partner"].create({"name": "A supplier"}).unlink()
        self.assertEqual(self.logged_since(mark), set())

    def test_what_is_rolled_back_is_not_logged(self):
        mark = self.mark()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.coffee.product_tmpl_id.list_price = 9
            self.env.flush_all()
            self.assertTrue(self.logged_since(mark))
            raise ZeroDivisionError
        self.assertEqual(self.logged_since(mark), set())

    def test_a_change_is_signed_by_its_device(self):
        operation = "01890000-0000-7000-8000-00000000000a"
        log = self.env["fynlo.change"]
        log._fynlo_sign(self.corner_device.id, operation)
        mark = self.mark()
        self.coffee.product_tmpl_id.list_price = 9
        self.env.flush_all()
        query = "SELECT device_id, operation::text FROM fynlo_change WHERE id > %s"
        self.env.cr.execute(query, [mark])
        self.assertEqual(set(self.env.cr.fetchall()), {(self.corner_device.id, operation)})
        log._fynlo_sign(None)
