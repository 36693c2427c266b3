from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .test_refund_http import RefundCase


@tagged("post_install", "-at_install")
class TestRefundAttacksHttp(RefundCase):
    """Money that should not leave the drawer, and goods that nobody sold."""

    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def refund_of(self, order, token=None, **values):
        return self.post(self.refund_body(**values), token, f"/orders/{order.uuid}/refunds")

    def web_order(self, lines, method=None, **extra):
        """Sell in the web POS: ``lines`` are ``(product, quantity, price, origin line)``."""
        commands, total, tax = [], 0.0, 0.0
        for product, quantity, price, origin in lines:
            net = round(quantity * price, 2)
            gross = round(net * 1.1, 2)
            total, tax = total + gross, tax + gross - net
            commands.append(Command.create({
                "product_id": product.id, "qty": quantity, "price_unit": price, "name": "1",
                "price_subtotal": net, "price_subtotal_incl": gross,
                "tax_ids": [Command.set(product.taxes_id.ids)],
                "full_product_name": product.name,
                "refunded_orderline_id": origin.id if origin else False,
            }))  # fmt: skip
        total, tax = round(total, 2), round(tax, 2)
        payment = {"payment_method_id": (method or self.cash).id, "amount": total}
        order = self.env["pos.order"].create({
            "session_id": self.session.id, "uuid": str(uuid4()), "lines": commands,
            "amount_total": total, "amount_tax": tax, "amount_paid": total, "amount_return": 0.0,
            "payment_ids": [Command.create(payment)], "state": "draft", **extra,
        })  # fmt: skip
        order.action_pos_order_paid()
        return order

    def close(self):
        """Close the session; return the balance of its entry by type of account."""
        self.session.action_pos_session_closing_control()
        self.env.invalidate_all()
        self.assertEqual(self.session.state, "closed")
        self.assertAlmostEqual(sum(self.session.move_id.line_ids.mapped("balance")), 0)
        sums = {}
        for line in self.session.move_id.line_ids:
            key = "tax" if line.tax_line_id else line.account_id.account_type
            sums[key] = round(sums.get(key, 0) + line.balance, 2)
        return sums

    def test_goods_exchanged_in_the_web_pos_do_not_come_back_again(self):
        origin = self.web_order([(self.coffee, 2, 2.5, None)])
        self.web_order([(self.coffee, -1, 2.5, origin.lines), (self.cake, 2, 4.0, None)])
        response = self.refund_of(origin, self.manager, amount=276)
        self.assertFailure(response, 422, "refund_too_large")
        data = self.assertSuccess(self.refund_of(origin, all=True), 201)
        self.assertEqual((data["total"], self.paid_back(data)), (-275, {"Cash": -275}))
        self.assertFailure(self.refund_of(origin, all=True), 422, "refund_too_large")
        self.close()

    def test_an_exchange_in_which_money_went_back(self):
        origin = self.web_order([(self.coffee, 4, 2.5, None)], self.card)
        self.web_order([(self.coffee, -3, 2.5, origin.lines), (self.cake, 1, 4.0, None)], self.card)
        response = self.refund_of(origin, self.manager, amount=276)
        self.assertFailure(response, 422, "refund_too_large")
        data = self.assertSuccess(self.refund_of(origin, all=True), 201)
        self.assertEqual((data["total"], self.paid_back(data)), (-275, {"Card": -275}))

    def test_a_line_with_a_rebate_on_the_whole_gives_no_more_than_was_paid(self):
        rebate = self.cake
        origin = self.web_order([(self.coffee, 2, 2.5, None), (rebate, 1, -4.0, None)])
        coffee = origin.lines[0]
        lines = [{"lineId": coffee.uuid, "quantity": 2}]
        envelope = self.assertFailure(self.refund_of(origin, lines=lines), 422, "refund_too_large")
        self.assertEqual(envelope["details"], {"refundable": 110})
        data = self.assertSuccess(self.refund_of(origin, all=True), 201)
        self.assertEqual((data["total"], self.paid_back(data)), (-110, {"Cash": -110}))
        self.assertEqual(self.close()["income"], -7.6 - 1.0)

    def test_a_limit_is_not_passed_in_small_steps(self):
        self.till.store.fynlo_refund_limit = 1.5
        opened = self.body()
        self.assertSuccess(self.post(opened), 201)
        path = f"/orders/{opened['id']}/payments"
        self.assertSuccess(self.post(self.payment(self.cash, 270), path=path), 201)
        order = self.order_of(opened)
        self.assertSuccess(self.refund_of(order, amount=100), 201)
        self.assertFailure(self.refund_of(order, amount=100), 403, "approval_required")
        self.assertSuccess(self.refund_of(order, self.manager, amount=100), 201)

    def test_a_refund_has_an_id_of_its_own(self):
        body = {**self.refund_body(amount=100), "id": self.sold["id"]}
        response = self.post(body, path=f"/orders/{self.sold['id']}/refunds")
        self.assertFailure(response, 409, "conflict")
        used = self.order.payment_ids[0].uuid
        payment = {**self.payment(self.card, 100), "id": used}
        response = self.refund(amount=100, payments=[payment])
        self.assertFailure(response, 409, "conflict")
        two = [self.payment(self.card, 50)] * 2
        response = self.refund(amount=100, payments=two)
        self.assertFailure(response, 422, "invalid_fields", ["payments"])
        two = [self.payment(self.card, 50, reference="R1") for _ in range(2)]
        response = self.refund(amount=100, payments=two)
        self.assertFailure(response, 422, "invalid_fields", ["payments.1.reference"])
        response = self.refund(
            self.manager, amount=100, payments=[self.payment(self.cash, 100, reference="R")]
        )
        self.assertFailure(response, 422, "invalid_fields", ["payments.0.reference"])

    def test_nobody_unknown_gets_a_credit(self):
        journal = self.card.journal_id.copy({"name": "Later"})
        vals = {"name": "Later", "split_transactions": True, "journal_id": journal.id}
        later = self.env["pos.payment.method"].create(vals)
        self.session.action_pos_session_closing_control()
        self.till.store.payment_method_ids |= later
        self.till.open()
        payments = [self.payment(later, 946)]
        response = self.refund(self.manager, all=True, payments=payments)
        self.assertFailure(response, 422, "invalid_fields", ["customerId"])

    def test_goods_come_back_as_fine_as_their_unit(self):
        lines = [{"lineId": self.two["id"], "quantity": 0.005}]
        response = self.refund(lines=lines)
        self.assertFailure(response, 422, "invalid_fields", ["lines.0.quantity"])

    def test_tip_service_and_comp_come_back_and_the_books_balance(self):
        product = self.till._make_product("Service", 0, 0)
        product.write({"type": "service", "is_storable": False})
        self.till.store.fynlo_service_product_id = product
        self.till.store.fynlo_service_percent = 12.5
        lines = [self.line(self.coffee, 2), self.line(self.cake, compReason="late")]
        # 5.00 and 0.63 for service, 10 % tax: 5.50 + 0.69, and 1.00 tip
        body = self.body(lines, [self.payment(self.card, 719)], tip=100)
        self.assertSuccess(self.post(body), 201)
        order = self.order_of(body)
        self.assertSuccess(self.refund_of(order, amount=333), 201)
        data = self.assertSuccess(self.refund_of(order, all=True), 201)
        self.assertEqual(data["total"], -386)
        self.assertEqual(self.refund(all=True).status_code, 201)
        self.assertEqual(self.close(), {"income": 0, "tax": 0, "asset_receivable": 0})

    def test_bills_that_were_split_merged_and_given_back(self):
        opened = self.body([self.line(self.coffee, 3), self.line(self.cake)], tip=100)
        self.assertSuccess(self.post(opened), 201)
        path, order = f"/orders/{opened['id']}", self.order_of(opened)
        self.assertSuccess(self.post(self.payment(self.cash, 300), path=f"{path}/payments"), 201)
        self.assertSuccess(self.refund_of(order, amount=100), 201)
        lines = [{"lineId": opened["lines"][0]["id"], "quantity": 1}]
        part = {"id": str(uuid4()), "lines": lines}
        self.assertSuccess(self.post({"id": str(uuid4()), "orders": [part]}, path=f"{path}/split"))
        other = f"/orders/{part['id']}"
        self.assertSuccess(self.post(self.payment(self.card, 100), path=f"{other}/payments"), 201)
        merge = {"id": str(uuid4()), "orderIds": [opened["id"]]}
        data = self.assertSuccess(self.post(merge, path=f"{other}/merge"))
        self.assertEqual((data["total"], data["amountPaid"]), (1365, 300))
        pay = self.payment(self.cash, 1065, tendered=1100)
        data = self.assertSuccess(self.post(pay, path=f"{other}/payments"), 201)
        self.assertEqual((data["state"], data["change"]), ("completed", 35))
        merged = self.order_of(part)
        coffee = merged.lines.filtered(lambda line: line.qty == 2)
        lines = [{"lineId": coffee.uuid, "quantity": 2, "restock": False}]
        self.assertSuccess(self.refund_of(merged, lines=lines), 201)
        self.assertSuccess(self.refund_of(merged, amount=111), 201)
        data = self.assertSuccess(self.refund_of(merged, all=True), 201)
        self.assertEqual((data["total"], self.paid_back(data)), (-704, {"Cash": -704}))
        self.assertSuccess(self.refund(all=True), 201)
        self.assertEqual(self.close(), {"income": 0, "tax": 0, "asset_receivable": 0})
        on_hand = [self.till.on_hand(each) for each in (self.coffee, self.cake)]
        self.assertEqual(on_hand, [98, 100])

    def test_a_sale_of_a_closed_session(self):
        self.close()
        self.session = self.till.open()
        self.assertSuccess(self.refund(amount=123), 201)
        self.assertSuccess(self.refund(all=True), 201)
        self.assertEqual(self.close(), {"income": 8.6, "tax": 0.86, "asset_receivable": -9.46})

    def test_an_invoiced_sale(self):
        self.order.partner_id = self.env["res.partner"].create({"name": "O'Brien"})
        self.order.action_pos_order_invoice()
        self.assertSuccess(self.refund(amount=123), 201)
        self.assertSuccess(self.refund(all=True), 201)
        self.close()
        paid = sum(self.order.account_move.mapped("amount_residual"))
        self.assertEqual(paid, 0)
