from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase, minutes_ago


@tagged("post_install", "-at_install")
class TestOrderHttp(SellingCase):
    def test_sale_paid_in_cash_with_change(self):
        body = self.body(
            [self.line(self.coffee, 2, note="no sugar"), self.line(self.cake)],
            [self.payment(self.cash, 990, tendered=1000)],
        )
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual(data["state"], "completed")
        self.assertEqual(data["paymentState"], "paid")
        self.assertEqual(data["currency"], "USD")
        self.assertEqual((data["subtotal"], data["taxTotal"], data["total"]), (900, 90, 990))
        self.assertEqual((data["amountPaid"], data["amountDue"], data["change"]), (990, 0, 10))
        self.assertEqual(
            [(line["total"], line["note"]) for line in data["lines"]],
            [(550, "no sugar"), (440, None)],
        )
        self.assertEqual(data["taxes"][0]["id"], self.till.tax.fynlo_uuid)
        self.assertEqual((data["taxes"][0]["base"], data["taxes"][0]["amount"]), (900, 90))
        payment = data["payments"][0]
        self.assertEqual(
            (payment["amount"], payment["tendered"], payment["change"]), (990, 1000, 10)
        )
        self.assertEqual(data["employee"], {"id": self.ada.sudo().fynlo_uuid, "name": "Ada"})
        self.assertEqual(data["device"]["name"], "Corner till")

    def test_sale_is_a_pos_order_with_its_payments(self):
        body = self.body([self.line(self.coffee, 2)], [self.payment(self.cash, 550, tendered=600)])
        self.assertSuccess(self.post(body), 201)
        order = self.order_of(body)
        self.assertEqual(order.state, "paid")
        self.assertEqual((order.amount_total, order.amount_tax), (5.5, 0.5))
        self.assertEqual((order.amount_paid, order.amount_return), (5.5, 0.5))
        self.assertEqual(order.session_id, self.session)
        self.assertEqual(order.employee_id, self.ada)
        self.assertEqual(order.fynlo_device_id, self.corner_device)
        self.assertEqual(order.lines.price_subtotal_incl, 5.5)
        self.assertEqual(
            sorted((each.amount, each.is_change) for each in order.payment_ids),
            [(-0.5, True), (6.0, False)],
        )

    def test_costs_of_an_open_order_are_noted_when_it_is_paid(self):
        self.coffee.categ_id.property_cost_method = "standard"
        self.coffee.standard_price = 1.25
        for is_known in (True, False):
            with self.subTest(is_known=is_known):
                body = self.body([self.line(self.coffee, 2)])
                self.assertSuccess(self.post(body), 201)
                if not is_known:  # as after a restart
                    self.env["fynlo.price.book"]._fynlo_open(self.till.store).variants.clear()
                path, payment = f"/orders/{body['id']}/payments", self.payment(self.cash, 550)
                self.assertSuccess(self.api("POST", path, payment, token=self.token), 201)
                order = self.order_of(body)
                self.assertTrue(order.is_total_cost_computed)
                self.assertEqual((order.lines.total_cost, order.margin), (2.5, 2.5))

    def paid_twice_in_cash(self, second):
        """Sell two coffees for 2.00 and, by another payment, 3.50 in cash; return the reply."""
        payments = [self.payment(self.cash, 200), self.payment(second, 350, tendered=1000)]
        body = self.body([self.line(self.coffee, 2)], payments)
        data = self.assertSuccess(self.post(body), 201)
        views = [(each["amount"], each["tendered"], each["change"]) for each in data["payments"]]
        self.assertEqual(views, [(200, 200, 0), (350, 1000, 650)])
        return self.order_of(body)

    def kept_by_method(self, order):
        by_method = order.payment_ids.grouped("payment_method_id")
        return {method: sum(each.mapped("amount")) for method, each in by_method.items()}

    def test_change_belongs_to_the_payment_that_gave_it(self):
        order = self.paid_twice_in_cash(self.cash)
        self.assertEqual(order.payment_ids.sorted("amount").mapped("amount"), [-6.5, 2.0, 10.0])

    def test_each_cash_method_keeps_what_it_was_paid(self):
        journal = self.cash.journal_id.copy({"name": "Bar", "code": "BARC"})
        bar = self.cash.copy({"name": "Bar", "journal_id": journal.id})
        self.env.cr.execute(
            "INSERT INTO pos_config_pos_payment_method_rel VALUES (%s, %s)",
            [self.till.store.id, bar.id],
        )
        self.env.invalidate_all()
        order = self.paid_twice_in_cash(bar)
        self.assertEqual(self.kept_by_method(order), {self.cash: 2.0, bar: 3.5})
        payments = [self.payment(method, 275, tendered=500) for method in (self.cash, bar)]
        body = self.body([self.line(self.coffee, 2)], payments)
        data = self.assertSuccess(self.post(body), 201)
        kept = self.kept_by_method(self.order_of(body))
        self.assertEqual(kept, {self.cash: 2.75, bar: 2.75})
        self.assertEqual((data["amountPaid"], data["change"]), (550, 225))

    def test_card_of_an_outside_terminal_with_cash(self):
        body = self.body(
            [self.line(self.coffee, 4)],
            [self.payment(self.card, 1000, reference="T-81"), self.payment(self.cash, 100)],
        )
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual(data["paymentState"], "paid")
        self.assertEqual([each["type"] for each in data["payments"]], ["card", "cash"])
        self.assertEqual(data["payments"][0]["reference"], "T-81")

    def test_order_without_payment_stays_open(self):
        body = self.body(note="by the window")
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual((data["state"], data["paymentState"]), ("draft", "unpaid"))
        self.assertEqual((data["amountDue"], data["note"]), (275, "by the window"))
        self.assertEqual(self.order_of(body).state, "draft")

    def test_part_of_the_payment_leaves_the_order_open(self):
        body = self.body(payments=[self.payment(self.cash, 100)])
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual((data["state"], data["paymentState"]), ("draft", "partial"))
        self.assertEqual((data["amountPaid"], data["amountDue"]), (100, 175))

    def test_same_body_twice_is_one_sale(self):
        body = self.paid_body()
        first = self.assertSuccess(self.post(body), 201)
        response = self.post(body)
        self.assertEqual(self.assertSuccess(response, 200), first)
        self.assertEqual(response.headers["Idempotent-Replay"], "true")
        self.assertEqual(len(self.order_of(body)), 1)

    def test_quote_tells_the_price_and_writes_nothing(self):
        body = {"orderType": "takeaway", "lines": [self.line(self.cake, 3, discountPercent=10)]}
        before = self.row_counts()
        data = self.assertSuccess(self.post(body, path="/orders/quote"))
        self.assertEqual((data["subtotal"], data["taxTotal"], data["total"]), (1080, 108, 1188))
        self.assertEqual((data["cashTotal"], data["rounding"]), (1188, 0))
        self.assertEqual(self.row_counts(), before)

    def row_counts(self):
        """Return the rows written so far, by table of the business, as PostgreSQL counts them."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
               WHERE relname ~ '^(pos|stock|account|product|res|ir_sequence|fynlo_(audit|idem))'
               ORDER BY relname"""
        )
        return self.env.cr.fetchall()

    def test_quote_needs_no_session(self):
        self.session.state = "closing_control"
        body = {"orderType": "dine_in", "lines": [self.line(self.coffee)]}
        self.assertEqual(self.assertSuccess(self.post(body, path="/orders/quote"))["total"], 275)

    def test_read_one_order_and_its_receipt(self):
        body = self.paid_body()
        created = self.assertSuccess(self.post(body), 201)
        path = f"/orders/{body['id']}"
        self.assertEqual(self.assertSuccess(self.api("GET", path, token=self.token)), created)
        receipt = self.assertSuccess(self.api("GET", f"{path}/receipt", token=self.token))
        self.assertEqual(receipt["order"], created)
        self.assertEqual(receipt["seller"]["store"], "Corner")

    def test_receipt_tells_of_company_and_store_what_odoo_does(self):
        names = ("name", "street", "city", "zip", "phone", "email", "vat")
        self.company.write({"street": "1 O'Brien's Quay", "city": "Leith", "zip": "EH6",
                            "phone": "+44 131", "email": "a@b.example",
                            "vat": False, "country_id": self.env.ref("base.uk").id})  # fmt: skip
        self.till.store.write({"receipt_header": "Hello", "receipt_footer": False,
                               "fynlo_receipt_logo": False,
                               "fynlo_receipt_paper": "58mm"})  # fmt: skip
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        path = f"/orders/{body['id']}/receipt"
        receipt = self.assertSuccess(self.api("GET", path, token=self.token))
        wire = {"zip": "postalCode", "vat": "taxNumber"}
        seller = {name: receipt["seller"][wire.get(name, name)] for name in names}
        self.assertEqual(seller, {name: self.company[name] or None for name in names})
        self.assertEqual(receipt["seller"]["country"], "GB")
        settings = self.assertSuccess(self.api("GET", "/settings", token=self.token))
        self.assertEqual(receipt["layout"], settings["receipt"])
        self.assertEqual((receipt["header"], receipt["footer"]), ("Hello", None))

    def test_order_of_the_web_pos_is_read_alike(self):
        order = self.till.sell_in_web_pos(self.session, {self.coffee: 2})
        data = self.assertSuccess(self.api("GET", f"/orders/{order.uuid}", token=self.token))
        self.assertEqual((data["state"], data["paymentState"]), ("completed", "paid"))
        self.assertEqual((data["total"], data["taxTotal"]), (550, 50))
        self.assertEqual(data["taxes"][0]["amount"], 50)

    def test_list_is_filtered_and_paged(self):
        bodies = [self.paid_body() for _ in range(3)] + [self.body()]
        for body in bodies:
            self.assertSuccess(self.post(body), 201)
        first = self.list_orders("?limit=3")
        self.assertEqual((first["total"], first["totalPages"], first["page"]), (4, 2, 1))
        second = self.list_orders("?limit=3&page=2")
        ids = [order["id"] for order in first["orders"] + second["orders"]]
        self.assertEqual(ids, [body["id"] for body in reversed(bodies)])
        self.assertEqual(self.list_orders("?state=draft")["orders"][0]["id"], bodies[3]["id"])
        self.assertEqual(self.list_orders(f"?employee={self.ada.sudo().fynlo_uuid}")["total"], 4)
        self.assertEqual(self.list_orders(f"?employee={uuid4()}")["total"], 0)
        self.assertEqual(self.list_orders("?from=2099-01-01T00:00:00Z")["total"], 0)

    def list_orders(self, query):
        return self.assertSuccess(self.api("GET", f"/orders{query}", token=self.token))

    def test_other_stores_orders_are_hidden(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        for who in (self.bob, self.sue):
            token = self.token_for(who)
            response = self.api("GET", f"/orders/{body['id']}", token=token)
            self.assertFailure(response, 404, "not_found")
            self.assertEqual(
                self.assertSuccess(self.api("GET", "/orders", token=token))["total"], 0
            )

    def test_table_and_customer_are_named(self):
        floor = self.env["restaurant.floor"].create(
            {"name": "Hall", "pos_config_ids": [Command.link(self.till.store.id)]}
        )
        table = self.env["restaurant.table"].create({"floor_id": floor.id, "table_number": 7})
        guest = self.env["res.partner"].create({"name": "Gina", "email": "gina@example.com"})
        body = self.body(tableId=table.fynlo_uuid, customerId=guest.fynlo_uuid)
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual(data["table"]["id"], table.fynlo_uuid)
        self.assertEqual(data["customer"]["name"], "Gina")
        self.assertEqual(self.order_of(body).email, "gina@example.com")
        self.assertSuccess(self.post(self.body()), 201)
        for name, record in (("table", table), ("customer", guest)):
            found = self.list_orders(f"?{name}={record.fynlo_uuid}")["orders"]
            self.assertEqual([order["id"] for order in found], [body["id"]])

    def test_offline_sale_keeps_what_the_guest_paid_and_is_flagged(self):
        body = self.body(
            payments=[self.payment(self.cash, 250)], statedTotal=250, occurredAt=minutes_ago(10)
        )
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual((data["total"], data["priceDifference"]), (250, -25))
        self.assertEqual(data["paymentState"], "paid")
        order = self.order_of(body)
        self.assertEqual(order.lines.mapped("price_subtotal_incl"), [2.75, -0.25])
        entry = self.env["fynlo.audit"].sudo().search([("action", "=", "order.price_difference")])
        self.assertEqual(len(entry), 1)

    def test_offline_sale_of_what_was_withdrawn_since(self):
        body = self.paid_body(occurredAt=minutes_ago(30), statedTotal=275)
        self.coffee.active = False
        self.assertSuccess(self.post(body), 201)
        row = self.env["fynlo.audit"].search([], limit=1, order="id desc")
        self.assertEqual(row.action, "order.withdrawn_products")
        self.assertEqual(row.data, {"product_ids": [self.coffee.fynlo_uuid]})
        self.assertRefused(self.paid_body(statedTotal=275), 422, "product_unavailable")

    def test_offline_sale_to_a_customer_who_was_archived_since(self):
        customer = self.env["res.partner"].create({"name": "O'Brien"})
        body = self.paid_body(occurredAt=minutes_ago(30), customerId=customer.fynlo_uuid)
        customer.active = False
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual(data["customer"]["name"], "O'Brien")
        body = self.paid_body(customerId=customer.fynlo_uuid)
        self.assertRefused(body, 422, "invalid_fields", ["customerId"])

    def test_offline_difference_is_no_larger_than_the_price(self):
        for stated in (551, 10**12):
            payment = self.payment(self.card, stated)
            body = self.body(payments=[payment], occurredAt=minutes_ago(30), statedTotal=stated)
            self.assertRefused(body, 409, "price_changed")

    def test_a_till_that_was_paired_anew_sends_its_sale_again(self):
        body = self.paid_body()
        first = self.assertSuccess(self.post(body), 201)
        device = self._make_device("Corner till again", self.till.store)
        token = self.token_for(self.ada, device)
        self.assertEqual(self.assertSuccess(self.post(body, token), 201), first)
        body["lines"][0]["quantity"] = 2
        token = self.token_for(self.ada, self._make_device("A third", self.till.store))
        envelope = self.assertFailure(self.post(body, token), 409, "idempotency_conflict")
        self.assertEqual(envelope["details"], {"reference": first["reference"]})

    def test_online_sale_at_another_price_is_refused_with_the_cart(self):
        envelope = self.assertRefused(
            self.body(payments=[self.payment(self.cash, 250)], statedTotal=250),
            409,
            "price_changed",
        )
        self.assertEqual(envelope["details"]["statedTotal"], 250)
        self.assertEqual(envelope["details"]["cart"]["total"], 275)
