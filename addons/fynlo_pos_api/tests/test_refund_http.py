from uuid import uuid4

from odoo.tests import tagged

from .common import SellingCase


class RefundCase(SellingCase):
    """A sale of two coffees and a cake with 10 % off: 9.46, by card 6.00 and cash 3.46."""

    def setUp(self):
        super().setUp()
        self.two = self.line(self.coffee, 2)
        self.one = self.line(self.cake, 1, discountPercent=10)
        payments = [self.payment(self.cash, 346), self.payment(self.card, 600)]
        self.sold = self.body([self.two, self.one], payments)
        self.assertSuccess(self.post(self.sold), 201)
        self.order = self.order_of(self.sold)
        self.token = self.token_for(self.sue, self.corner_device)

    def refund_body(self, **values):
        return {"id": str(uuid4()), "reason": "cold", **values}

    def refund(self, token=None, **values):
        path = f"/orders/{self.sold['id']}/refunds"
        return self.post(self.refund_body(**values), token, path)

    def read_order(self):
        path = f"/orders/{self.sold['id']}"
        return self.assertSuccess(self.api("GET", path, token=self.token))

    def paid_back(self, data):
        return {each["method"]["name"]: each["amount"] for each in data["payments"]}


@tagged("post_install", "-at_install")
class TestRefundHttp(RefundCase):
    def test_all_comes_back_the_way_it_was_paid(self):
        data = self.assertSuccess(self.refund(all=True), 201)
        self.assertEqual((data["total"], data["taxTotal"], data["state"]), (-946, -86, "completed"))
        self.assertEqual(self.paid_back(data), {"Card": -600, "Cash": -346})
        self.assertEqual(data["refundOf"], self.sold["id"])
        self.assertEqual([line["quantity"] for line in data["lines"]], [-2, -1])
        self.assertEqual([tax["amount"] for tax in data["taxes"]], [-86])
        origin = self.read_order()
        self.assertEqual((origin["paymentState"], origin["version"]), ("refunded", 2))
        self.assertEqual([line["refundedTotal"] for line in origin["lines"]], [550, 396])
        self.assertEqual([each["total"] for each in origin["refunds"]], [-946])

    def test_one_line_comes_back_and_the_card_before_cash(self):
        lines = [{"lineId": self.two["id"], "quantity": 1}]
        data = self.assertSuccess(self.refund(lines=lines), 201)
        self.assertEqual((data["total"], self.paid_back(data)), (-275, {"Card": -275}))
        self.assertEqual(self.read_order()["paymentState"], "partially_refunded")
        data = self.assertSuccess(self.refund(all=True), 201)
        self.assertEqual(self.paid_back(data), {"Card": -325, "Cash": -346})
        self.assertEqual(self.read_order()["paymentState"], "refunded")

    def test_an_amount_is_spread_over_the_lines_with_its_tax(self):
        data = self.assertSuccess(self.refund(amount=100), 201)
        self.assertEqual((data["total"], data["taxTotal"]), (-100, -9))
        self.assertEqual([line["total"] for line in data["lines"]], [-58, -42])
        self.assertEqual([line["quantity"] for line in data["lines"]], [0, 0])
        data = self.assertSuccess(self.refund(all=True), 201)
        self.assertEqual((data["total"], data["taxTotal"]), (-846, -77))

    def test_an_amount_off_one_line_lessens_what_its_goods_give_back(self):
        lines = [{"lineId": self.one["id"], "amount": 396}]
        data = self.assertSuccess(self.refund(lines=lines), 201)
        self.assertEqual([line["total"] for line in data["lines"]], [-396])
        lines = [{"lineId": self.one["id"], "quantity": 1}]
        data = self.assertSuccess(self.refund(lines=lines), 201)
        self.assertEqual((data["total"], data["payments"]), (0, []))
        self.session._fynlo_post_stock()
        self.assertEqual(self.till.on_hand(self.cake), 100)

    def test_never_more_than_was_sold(self):
        lines = [{"lineId": self.two["id"], "quantity": 3}]
        self.assertEqual(self.refund(lines=lines).status_code, 422)
        body = self.refund_body(lines=lines)
        path = f"/orders/{self.sold['id']}/refunds"
        envelope = self.assertFailure(
            self.post(body, path=path), 422, "refund_too_large", ["lines.0.quantity"]
        )
        self.assertIn("At most 2", envelope["errors"][0]["message"])
        lines = [{"lineId": self.two["id"], "amount": 551}]
        self.assertFailure(self.refund(lines=lines), 422, "refund_too_large", ["lines.0.amount"])
        envelope = self.assertFailure(self.refund(amount=947), 422, "refund_too_large")
        self.assertEqual(envelope["details"], {"refundable": 946})
        self.assertSuccess(self.refund(all=True), 201)
        self.assertFailure(self.refund(all=True), 422, "refund_too_large")
        self.assertFailure(self.refund(amount=1), 422, "refund_too_large")

    def test_the_same_refund_twice_pays_once(self):
        body = self.refund_body(all=True)
        path = f"/orders/{self.sold['id']}/refunds"
        first = self.post(body, path=path)
        again = self.post(body, path=path)
        self.assertEqual(self.assertSuccess(first, 201), self.assertSuccess(again))
        self.assertEqual(again.headers["Idempotent-Replay"], "true")
        other = {**body, "reason": "other"}
        self.assertFailure(self.post(other, path=path), 409, "idempotency_conflict")
        self.assertEqual(len(self.order._fynlo_refund_orders()), 1)

    def test_another_till_that_sends_it_again_pays_nothing_more(self):
        """The till was paired anew: to the server it is another one."""
        opened = self.body()
        self.assertSuccess(self.post(opened), 201)
        path = f"/orders/{opened['id']}"
        self.assertSuccess(self.post(self.payment(self.card, 200), path=f"{path}/payments"), 201)
        again = self.token_for(self.sue, self._make_device("Paired anew", self.till.store))
        for refunds, body in (
            (f"{path}/refunds", self.refund_body(amount=100)),
            (f"/orders/{self.sold['id']}/refunds", self.refund_body(amount=100)),
        ):
            first = self.assertSuccess(self.post(body, path=refunds), 201)
            second = self.assertSuccess(self.post(body, again, refunds), 201)
            self.assertEqual((second["id"], second["version"]), (first["id"], first["version"]))
        self.assertEqual(self.order_of(opened).amount_paid, 1.0)
        self.assertEqual(len(self.order._fynlo_refund_orders()), 1)

    def test_who_may_refund_is_the_stores_choice(self):
        cashier = self.token_for(self.ada, self.corner_device)
        envelope = self.assertFailure(self.refund(cashier, all=True), 403, "approval_required")
        self.assertEqual(envelope["details"]["role"], "supervisor")
        reasons = [{"reason": "role", "role": "supervisor"}]
        self.assertEqual(envelope["details"]["reasons"], reasons)
        self.till.store.fynlo_refund_role = "cashier"
        self.assertSuccess(self.refund(cashier, amount=100), 201)

    def test_more_than_the_limit_wants_a_manager(self):
        self.till.store.fynlo_refund_limit = 5.0
        self.assertSuccess(self.refund(amount=300), 201)
        envelope = self.assertFailure(self.refund(amount=201), 403, "approval_required")
        self.assertEqual(envelope["details"]["role"], "manager")
        reasons = [{"reason": "amount", "role": "manager", "limit": 500}]
        self.assertEqual(envelope["details"]["reasons"], reasons)
        self.assertSuccess(
            self.refund(self.token_for(self.max, self.corner_device), amount=201), 201
        )

    def test_another_way_than_it_was_paid_wants_a_manager(self):
        payments = [self.payment(self.cash, 946)]
        response = self.refund(all=True, payments=payments)
        self.assertFailure(response, 403, "approval_required")
        manager = self.token_for(self.max, self.corner_device)
        data = self.assertSuccess(self.refund(manager, all=True, payments=payments), 201)
        self.assertEqual(self.paid_back(data), {"Cash": -946})
        self.assertEqual(data["payments"][0]["id"], payments[0]["id"])

    def test_payments_that_do_not_add_up_are_refused(self):
        payments = [self.payment(self.card, 600)]
        response = self.refund(all=True, payments=payments)
        self.assertFailure(response, 422, "invalid_fields", ["payments"])
        payments = [self.payment(self.card, 946)]
        payments[0]["method"] = str(uuid4())
        response = self.refund(all=True, payments=payments)
        self.assertFailure(response, 422, "invalid_fields", ["payments.0.method"])

    def test_payments_of_an_open_order_are_given_back(self):
        opened = self.body()
        self.assertSuccess(self.post(opened), 201)
        path = f"/orders/{opened['id']}"
        for method, amount in ((self.card, 100), (self.cash, 50)):
            self.assertSuccess(
                self.post(self.payment(method, amount), path=f"{path}/payments"), 201
            )
        refunds = f"{path}/refunds"
        self.assertFailure(
            self.post(self.refund_body(amount=151), path=refunds), 422, "refund_too_large"
        )
        lines = [{"lineId": opened["lines"][0]["id"], "quantity": 1}]
        response = self.post(self.refund_body(lines=lines), path=refunds)
        self.assertFailure(response, 422, "invalid_fields", ["lines"])
        cashier = self.token_for(self.ada, self.corner_device)
        response = self.post(self.refund_body(all=True), cashier, refunds)
        self.assertFailure(response, 403, "approval_required")
        manager = self.token_for(self.max, self.corner_device)
        body = self.refund_body(all=True, payments=[self.payment(self.cash, 150)])
        self.assertFailure(self.post(body, manager, refunds), 422, "invalid_fields", ["payments"])
        data = self.assertSuccess(self.post(self.refund_body(amount=120), path=refunds), 201)
        self.assertEqual((data["amountPaid"], data["amountDue"]), (30, 245))
        self.assertEqual([each["amount"] for each in data["payments"]], [100, 50, -100, -20])
        data = self.assertSuccess(self.post(self.refund_body(all=True), path=refunds), 201)
        self.assertEqual((data["amountPaid"], data["paymentState"]), (0, "unpaid"))
        cancel = {"id": str(uuid4()), "reason": "left"}
        data = self.assertSuccess(self.post(cancel, path=f"{path}/cancel"))
        self.assertEqual(data["state"], "cancelled")

    def test_a_refund_and_an_unknown_order_give_nothing_back(self):
        body, path = self.refund_body(all=True), "/orders/{}/refunds"
        refund = self.assertSuccess(self.refund(all=True), 201)
        body = self.refund_body(all=True)
        response = self.post(body, path=path.format(refund["id"]))
        self.assertFailure(response, 409, "illegal_transition")
        self.assertFailure(self.post(body, path=path.format(uuid4())), 404, "not_found")

    def test_goods_come_back_or_are_thrown_away(self):
        lines = [
            {"lineId": self.two["id"], "quantity": 1},
            {"lineId": self.one["id"], "quantity": 1, "restock": False},
        ]
        self.assertSuccess(self.refund(lines=lines), 201)
        goods = self.coffee | self.cake
        expected = {self.coffee.id: 99.0, self.cake.id: 99.0}
        self.assertEqual(goods._fynlo_available(self.till.store), expected)
        self.session._fynlo_post_stock()
        self.env.invalidate_all()
        self.assertEqual(goods._fynlo_available(self.till.store), expected)
        self.assertEqual([self.till.on_hand(each) for each in goods], [99.0, 99.0])
        scrap = self.env["stock.scrap"].search([("product_id", "=", self.cake.id)])
        self.assertEqual((scrap.scrap_qty, scrap.state), (1.0, "done"))

    def test_a_refund_takes_its_margin_back(self):
        data = self.assertSuccess(self.refund(all=True), 201)
        refund = self.order_of(data)
        refund.lines._compute_total_cost(self.env["stock.move"])
        self.order.lines._compute_total_cost(self.env["stock.move"])
        self.env.invalidate_all()
        self.assertAlmostEqual(refund.margin, -self.order.margin)
        self.assertLess(refund.margin, 0)

    def test_a_refund_of_the_web_pos_counts(self):
        """It stores the amounts of a refund's lines above zero."""
        data = self.assertSuccess(
            self.refund(lines=[{"lineId": self.two["id"], "quantity": 1}]), 201
        )
        line = self.order_of(data).lines
        line.price_subtotal, line.price_subtotal_incl = 2.5, 2.75
        origin = self.read_order()
        self.assertEqual([each["refundedTotal"] for each in origin["lines"]], [275, 0])
        refund = self.api("GET", f"/orders/{data['id']}", token=self.token)
        self.assertEqual(self.assertSuccess(refund)["lines"][0]["total"], -275)

    def test_each_bad_field_is_named(self):
        cases = [
            ({}, ["body"]),
            ({"all": True, "amount": 5}, ["body"]),
            ({"amount": 0}, ["amount"]),
            ({"lines": [{"lineId": self.two["id"]}]}, ["lines.0"]),
            ({"lines": [{"lineId": str(uuid4()), "quantity": 1}]}, ["lines.0.lineId"]),
            ({"all": True, "reason": ""}, ["reason"]),
            ({"all": 1, "price": 3}, ["all", "price"]),
        ]
        for values, fields in cases:
            with self.subTest(values=values):
                self.assertFailure(self.refund(**values), 422, "invalid_fields", fields)
        self.assertFalse(self.order._fynlo_refund_orders())

    def test_the_step_is_logged_and_audited(self):
        self.assertSuccess(self.refund(amount=100), 201)
        step = self.order.fynlo_step_ids[0]
        self.assertEqual((step.step, step.reason, step.employee_id), ("refund", "cold", self.sue))
        self.assertEqual(step.details["amount_minor"], 100)
        entry = self.env["fynlo.audit"].search([("action", "=", "order.refund")], limit=1)
        self.assertEqual(entry.data["amount_minor"], 100)

    def test_the_books_balance_after_refunds_of_every_kind(self):
        self.assertSuccess(self.refund(amount=101), 201)
        self.assertSuccess(self.refund(lines=[{"lineId": self.two["id"], "quantity": 1}]), 201)
        self.assertSuccess(self.refund(all=True), 201)
        self.session.action_pos_session_closing_control()
        self.env.invalidate_all()
        self.assertEqual(self.session.state, "closed")
        lines = self.session.move_id.line_ids
        income = lines.filtered(lambda line: line.account_id.account_type == "income")
        taxes = lines.filtered("tax_line_id")
        self.assertEqual(
            (round(sum(income.mapped("balance")), 2), sum(taxes.mapped("balance"))), (0, 0)
        )
