from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase, minutes_ago


@tagged("post_install", "-at_install")
class TestOrderForgeriesHttp(SellingCase):
    """What Odoo's own way from till to server believes, and the API does not."""

    # What a body may not even say

    def test_fields_that_the_server_decides_are_unknown(self):
        forged = {
            "state": "paid",
            "totalAmount": 1,
            "amountTotal": 1,
            "amountTax": 0,
            "amountPaid": 1,
            "amount_total": 1,
            "companyId": 1,
            "company_id": 1,
            "userId": 2,
            "user_id": 2,
            "sessionId": 1,
            "session_id": 1,
            "dateOrder": "2020-01-01 00:00:00",
            "date_order": "2020-01-01 00:00:00",
            "pricelistId": 1,
            "fiscalPositionId": 1,
            "isRefund": True,
            "toInvoice": True,
            "accountMove": 1,
            "posReference": "0001",
            "employeeId": str(uuid4()),
            "deviceId": str(uuid4()),
            "relationsUuidMapping": {},
        }
        for name, value in forged.items():
            with self.subTest(name):
                body = self.paid_body(**{name: value})
                self.assertRefused(body, 422, "invalid_fields", [name])

    def test_prices_taxes_and_refunds_of_a_line_are_unknown(self):
        forged = {
            "priceUnit": 0.01,
            "price_unit": 0.01,
            "unitPrice": 1,
            "discount": 100,
            "taxIds": [],
            "tax_ids": [],
            "priceSubtotal": 1,
            "subtotal": 1,
            "total": 1,
            "priceExtra": -5,
            "refundedOrderlineId": 1,
            "isRewardLine": True,
        }
        for name, value in forged.items():
            with self.subTest(name):
                body = self.body([self.line(self.coffee, **{name: value})])
                self.assertRefused(body, 422, "invalid_fields", [f"lines.0.{name}"])

    def test_status_and_change_of_a_payment_are_unknown(self):
        forged = {"isChange": True, "paymentStatus": "done", "cardNo": "4242", "amountReturn": 5}
        for name, value in forged.items():
            with self.subTest(name):
                body = self.body(payments=[self.payment(self.cash, 275, **{name: value})])
                self.assertRefused(body, 422, "invalid_fields", [f"payments.0.{name}"])

    # Quantities

    def test_quantities_that_no_till_sells(self):
        for quantity in (-1, 0, -0.5, 10**6 + 1, 1e300, "5", None, True, [1]):
            with self.subTest(quantity):
                body = self.body([self.line(self.coffee, quantity)])
                self.assertRefused(body, 422, "invalid_fields", ["lines.0.quantity"])

    def test_nan_is_no_json(self):
        raw = b'{"id": "%s", "orderType": "dine_in", "lines": [{"id": "%s", "productId": "%s",'
        raw = raw % tuple(str(uuid4()).encode() for _ in range(3)) + b' "quantity": NaN}]}'
        response = self.api("POST", "/orders", token=self.token, raw=raw)
        self.assertIn(response.status_code, (400, 422))

    def test_quantity_finer_than_the_unit(self):
        body = self.body([self.line(self.coffee, 0.125)])
        self.assertRefused(body, 422, "invalid_fields", ["lines.0.quantity"])

    def test_absurd_total(self):
        self.coffee.list_price = 10**8
        body = self.body([self.line(self.coffee, 999999)])
        self.assertRefused(body, 422, "invalid_fields", ["lines"])

    # Discounts

    def test_discount_above_the_role(self):
        body = self.body([self.line(self.coffee, discountPercent=10.01)])
        envelope = self.assertRefused(body, 422, "discount_limit", ["lines.0.discountPercent"])
        self.assertEqual(envelope["details"], {"allowed": 10.0})
        token = self.token_for(self.max, self.corner_device)
        self.assertSuccess(self.post(body, token), 201)

    def test_discount_above_all_or_below_nothing(self):
        for percent in (100.01, -10):
            with self.subTest(percent):
                body = self.body([self.line(self.coffee, discountPercent=percent)])
                fields = ["lines.0.discountPercent"]
                self.assertRefused(body, 422, "invalid_fields", fields)

    def test_unknown_discount_code(self):
        envelope = self.assertRefused(
            self.paid_body(discountCodes=["FREE"]), 422, "unknown_discount_code"
        )
        self.assertEqual(envelope["details"], {"codes": ["FREE"]})

    # Products

    def test_archived_product_and_product_out_of_range(self):
        for field in ("active", "available_in_pos", "sale_ok"):
            with self.subTest(field):
                self.coffee.product_tmpl_id[field] = False
                envelope = self.assertRefused(self.paid_body(), 422, "product_unavailable")
                self.assertEqual(envelope["details"]["productIds"], [self.coffee.fynlo_uuid])
                self.coffee.product_tmpl_id[field] = True

    def test_product_of_another_company_is_unknown(self):
        foreign = self.coffee.copy({"company_id": self.company_b.id, "taxes_id": False})
        for product_id in (foreign.fynlo_uuid, str(uuid4())):
            line = {"id": str(uuid4()), "productId": product_id, "quantity": 1}
            body = self.body([line])
            self.assertRefused(body, 422, "invalid_fields", ["lines.0.productId"])

    def test_modifier_of_another_product(self):
        value = self.modifier_of(self.cake)
        body = self.body([self.line(self.coffee, modifiers=[{"id": value.fynlo_uuid}])])
        self.assertRefused(body, 422, "invalid_fields", ["lines.0.modifiers.0.id"])

    def test_leaving_out_the_modifier_that_costs(self):
        value = self.modifier_of(self.coffee)
        self.assertRefused(self.body(), 422, "invalid_fields", ["lines.0.modifiers"])
        twice = [{"id": value.fynlo_uuid}, {"id": value.fynlo_uuid}]
        body = self.body([self.line(self.coffee, modifiers=twice)])
        self.assertRefused(body, 422, "invalid_fields", ["lines.0.modifiers.1.id"])

    def modifier_of(self, product):
        """Give ``product`` a question with two answers and return the dearer one."""
        names = [Command.create({"name": name}) for name in ("Small", "Large")]
        vals = {"name": "Size", "create_variant": "no_variant", "value_ids": names}
        attribute = self.env["product.attribute"].create(vals)
        vals = {"product_tmpl_id": product.product_tmpl_id.id, "attribute_id": attribute.id}
        vals["value_ids"] = [Command.set(attribute.value_ids.ids)]
        values = self.env["product.template.attribute.line"].create(vals).product_template_value_ids
        values[1].price_extra = 1
        return values[1]

    def test_items_of_a_combo_for_a_product_that_is_none(self):
        item = {"comboItemId": str(uuid4())}
        body = self.body([self.line(self.coffee, comboItems=[item])])
        self.assertRefused(body, 422, "invalid_fields", ["lines.0.comboItems"])

    # Payments

    def test_less_than_the_price_does_not_finish_a_sale(self):
        body = self.body(payments=[self.payment(self.cash, 1)])
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual((data["state"], data["amountDue"]), ("draft", 274))

    def test_more_than_the_price_by_card_or_cash(self):
        for method in (self.card, self.cash):
            body = self.body(payments=[self.payment(method, 276)])
            envelope = self.assertRefused(body, 422, "overpaid")
            self.assertEqual(envelope["details"], {"due": 275})

    def test_change_without_cash(self):
        body = self.body(payments=[self.payment(self.card, 275, tendered=500)])
        self.assertRefused(body, 422, "invalid_fields", ["payments.0.tendered"])

    def test_less_handed_over_than_paid(self):
        body = self.body(payments=[self.payment(self.cash, 275, tendered=200)])
        self.assertRefused(body, 422, "invalid_fields", ["payments.0.tendered"])

    def test_payments_of_nothing_and_below(self):
        for amount in (0, -275, 2.75, "275", 10**13):
            with self.subTest(amount):
                body = self.body(payments=[self.payment(self.cash, amount)])
                self.assertRefused(body, 422, "invalid_fields", ["payments.0.amount"])

    def test_payment_method_of_another_store(self):
        foreign = self.store.payment_method_ids[:1]
        for method_id in (foreign.fynlo_uuid, str(uuid4())):
            payment = {"id": str(uuid4()), "method": method_id, "amount": 275}
            body = self.body(payments=[payment])
            self.assertRefused(body, 422, "invalid_fields", ["payments.0.method"])

    def test_one_terminal_receipt_pays_one_order(self):
        first = self.body(payments=[self.payment(self.card, 275, reference="A-1")])
        self.assertSuccess(self.post(first), 201)
        second = self.body(payments=[self.payment(self.card, 275, reference="A-1")])
        envelope = self.assertRefused(second, 409, "payment_reference_used")
        self.assertEqual(envelope["details"], {"reference": "A-1"})

    def test_one_terminal_receipt_twice_in_one_order(self):
        payments = [self.payment(self.card, amount, reference="A-2") for amount in (100, 175)]
        body = self.body(payments=payments)
        self.assertRefused(body, 422, "invalid_fields", ["payments.1.reference"])

    def test_payment_id_of_another_order(self):
        first = self.paid_body()
        self.assertSuccess(self.post(first), 201)
        second = self.paid_body()
        second["payments"][0]["id"] = first["payments"][0]["id"]
        self.assertRefused(second, 409, "conflict")

    # Identity of orders and lines

    def test_same_id_with_another_body(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        other = {**self.body(), "id": body["id"]}
        self.assertFailure(self.post(other), 409, "idempotency_conflict")
        self.assertEqual(self.order_of(body).state, "paid")

    def test_id_of_an_order_of_another_till(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        till = self._make_device("Corner till 2", self.till.store)
        self.assertRefused({**self.paid_body(), "id": body["id"]}, 409, "idempotency_conflict",
                           token=self.token_for(self.sue, till))  # fmt: skip

    def test_line_of_another_order(self):
        first = self.body()
        self.assertSuccess(self.post(first), 201)
        second = self.body([self.line(self.cake)])
        second["lines"][0]["id"] = first["lines"][0]["id"]
        self.assertRefused(second, 409, "conflict")
        self.assertEqual(self.order_of(first).lines.product_id, self.coffee)

    def test_repeated_ids_within_a_body(self):
        line, payment = self.line(self.coffee), self.payment(self.cash, 100)
        self.assertRefused(self.body([line, line]), 422, "invalid_fields", ["lines"])
        body = self.body(payments=[payment, payment])
        self.assertRefused(body, 422, "invalid_fields", ["payments"])

    def test_two_drafts_on_a_table_stay_two(self):
        floor = self.env["restaurant.floor"].create(
            {"name": "Hall", "pos_config_ids": [Command.link(self.till.store.id)]}
        )
        table = self.env["restaurant.table"].create({"floor_id": floor.id, "table_number": 1})
        bodies = [self.body(tableId=table.fynlo_uuid) for _ in range(2)]
        for body in bodies:
            self.assertSuccess(self.post(body), 201)
        orders = [self.order_of(body) for body in bodies]
        self.assertEqual([len(order.lines) for order in orders], [1, 1])
        self.assertEqual([order.amount_total for order in orders], [2.75, 2.75])

    def test_table_of_another_store(self):
        floor = self.env["restaurant.floor"].create(
            {"name": "Quay", "pos_config_ids": [Command.link(self.store_2.id)]}
        )
        table = self.env["restaurant.table"].create({"floor_id": floor.id, "table_number": 1})
        for table_id in (table.fynlo_uuid, str(uuid4())):
            body = self.body(tableId=table_id)
            self.assertRefused(body, 422, "invalid_fields", ["tableId"])

    def test_customer_of_another_company(self):
        guest = self.env["res.partner"].create({"name": "G", "company_id": self.company_b.id})
        for customer_id in (guest.fynlo_uuid, str(uuid4())):
            body = self.body(customerId=customer_id)
            self.assertRefused(body, 422, "invalid_fields", ["customerId"])

    # Sessions, tills and time

    def test_session_that_is_not_open(self):
        for state in ("opening_control", "closing_control", "closed"):
            with self.subTest(state):
                self.session.state = state
                self.assertRefused(self.paid_body(), 409, "session_not_open")

    def test_store_without_session(self):
        token = self.token_for(self.ada, self.device)
        self.assertRefused(self.paid_body(), 409, "session_not_open", token=token)

    def test_manager_without_a_till(self):
        headers = {"X-Store-Id": self.till.store.fynlo_uuid}
        response = self.post(self.paid_body(), self.token_for(self.olga), headers=headers)
        self.assertFailure(response, 422, "device_required")

    def test_kitchen_and_till_cannot_sell(self):
        cook = self._make_employee("Kit", "kitchen")
        for who in (cook, self.corner_device):
            token = self.token_for(who, self.corner_device)
            self.assertRefused(self.paid_body(), 403, "forbidden", token=token)

    def test_sale_of_the_future_or_of_long_ago(self):
        for minutes in (-10, 60 * 24 * 8):
            body = self.paid_body(occurredAt=minutes_ago(minutes))
            self.assertRefused(body, 422, "invalid_fields", ["occurredAt"])

    def test_forged_total_of_an_online_sale(self):
        body = self.body(payments=[self.payment(self.cash, 1)], statedTotal=1)
        self.assertRefused(body, 409, "price_changed")
