from uuid import uuid4

from odoo.tests import tagged

from .common import SellingCase


class OpenOrderCase(SellingCase):
    """A table of two coffees (5.50) that nobody has paid."""

    def setUp(self):
        super().setUp()
        self.first = self.line(self.coffee, 2, note="no sugar")
        self.opened = self.body([self.first], note="by the window")
        self.assertSuccess(self.post(self.opened), 201)
        self.order = self.order_of(self.opened)
        self.path = f"/orders/{self.opened['id']}"

    def patch_order(self, *lines, token=None, **values):
        body = {"lines": list(lines), **values} if lines else values
        return self.api("PATCH", self.path, body, token=token or self.token)

    def step(self, name, token=None, **values):
        body = {"id": str(uuid4()), **values}
        return self.api("POST", f"{self.path}/{name}", body, token=token or self.token)

    def pay(self, method, amount, **extra):
        return self.api(
            "POST", f"{self.path}/payments", self.payment(method, amount, **extra), token=self.token
        )


@tagged("post_install", "-at_install")
class TestOrderEditHttp(OpenOrderCase):
    def test_a_line_is_added_and_the_others_stay(self):
        cake = self.line(self.cake)
        data = self.assertSuccess(self.patch_order(cake))
        self.assertEqual([line["id"] for line in data["lines"]], [self.first["id"], cake["id"]])
        self.assertEqual((data["total"], data["amountDue"], data["version"]), (990, 990, 2))
        self.assertEqual((data["subtotal"], data["taxTotal"]), (900, 90))
        self.assertEqual(data["note"], "by the window")
        self.assertEqual((self.order.amount_total, self.order.amount_tax), (9.9, 0.9))
        self.assertEqual(self.order.fynlo_taxes[0]["amount"], 90)

    def test_the_same_patch_twice_changes_nothing_more(self):
        cake = self.line(self.cake)
        self.assertSuccess(self.patch_order(cake))
        again = {"id": cake["id"], "productId": cake["productId"], "quantity": 1}
        data = self.assertSuccess(self.patch_order(again))
        self.assertEqual((len(data["lines"]), data["total"]), (2, 990))

    def test_a_line_changes_its_quantity_discount_and_note(self):
        patch = {"id": self.first["id"], "quantity": 4, "discountPercent": 10, "note": None}
        data = self.assertSuccess(self.patch_order(patch))
        line = data["lines"][0]
        self.assertEqual((line["quantity"], line["discountPercent"]), (4, 10))
        self.assertEqual((line["note"], line["total"], data["total"]), (None, 990, 990))

    def test_what_is_left_out_stays(self):
        data = self.assertSuccess(self.patch_order({"id": self.first["id"], "note": "oat milk"}))
        line = data["lines"][0]
        self.assertEqual((line["quantity"], line["note"], line["total"]), (2, "oat milk", 550))

    def test_quantity_zero_removes_the_line(self):
        cake = self.line(self.cake)
        self.assertSuccess(self.patch_order(cake))
        gone = {"id": self.first["id"], "quantity": 0}
        data = self.assertSuccess(self.patch_order(gone))
        self.assertEqual([line["id"] for line in data["lines"]], [cake["id"]])
        self.assertEqual(data["total"], 440)
        self.assertSuccess(self.patch_order(gone))  # somebody has removed it before

    def test_the_last_line_cannot_go(self):
        response = self.patch_order({"id": self.first["id"], "quantity": 0})
        self.assertFailure(response, 422, "invalid_fields", ["lines"])
        self.assertEqual(len(self.order.lines), 1)

    def test_a_line_keeps_its_product(self):
        response = self.patch_order({**self.first, "productId": self.cake.fynlo_uuid})
        self.assertFailure(response, 422, "invalid_fields", ["lines.0.productId"])

    def test_a_new_line_needs_product_and_quantity(self):
        response = self.patch_order({"id": str(uuid4()), "note": "?"})
        fields = ["lines.0.productId", "lines.0.quantity"]
        self.assertFailure(response, 422, "invalid_fields", fields)

    def test_a_price_stays_until_its_line_changes(self):
        self.coffee.list_price = 3.0
        data = self.assertSuccess(self.patch_order(self.line(self.cake)))
        self.assertEqual(data["total"], 990)
        data = self.assertSuccess(self.patch_order({"id": self.first["id"], "quantity": 3}))
        self.assertEqual(data["lines"][0]["total"], 990)

    def test_another_version_is_refused_with_the_current_one(self):
        self.assertSuccess(self.patch_order(version=1, note="moved"))
        envelope = self.assertFailure(self.patch_order(version=1, note="x"), 409, "stale_version")
        self.assertEqual(envelope["details"], {"version": 2})
        self.assertEqual(self.order.general_customer_note, "moved")

    def test_null_takes_note_and_table_away(self):
        self.assertSuccess(self.patch_order(note=None, tableId=None))
        self.assertFalse(self.order.general_customer_note)

    def test_a_cashiers_discount_has_its_limit(self):
        self.till.store.fynlo_max_discount_cashier = 10
        patch = {"id": self.first["id"], "discountPercent": 11}
        envelope = self.assertFailure(self.patch_order(patch), 422, "discount_limit")
        self.assertEqual(envelope["details"], {"allowed": 10})
        self.assertEqual(self.order.lines.discount, 0)

    def test_a_paid_order_is_never_changed_again(self):
        self.assertSuccess(self.pay(self.card, 550), 201)
        envelope = self.assertFailure(
            self.patch_order(self.line(self.cake)), 409, "illegal_transition"
        )
        self.assertEqual(envelope["details"], {"state": "completed", "allowed": ["refund", "tip"]})
        self.assertEqual(len(self.order.lines), 1)

    def test_less_than_was_paid_cannot_be_owed(self):
        self.assertSuccess(self.pay(self.cash, 500), 201)
        patch = {"id": self.first["id"], "quantity": 1}
        self.assertFailure(self.patch_order(patch), 409, "order_has_payments")
        self.assertEqual(self.order.lines.qty, 2)

    def test_an_order_of_another_store_is_unknown(self):
        other = self.token_for(self.ada, self.device_2)
        self.assertFailure(self.patch_order(note="x", token=other), 404, "not_found")
        self.assertFailure(self.step("hold", token=other), 404, "not_found")

    def test_each_step_is_logged(self):
        cake = self.line(self.cake)
        self.assertSuccess(self.patch_order(cake))
        step = self.order.fynlo_step_ids
        self.assertEqual(
            (step.step, step.state_before, step.state_after), ("edit", "draft", "draft")
        )
        self.assertEqual((step.employee_id, step.device_id), (self.ada, self.corner_device))
        self.assertEqual(step.version, 2)
        self.assertEqual(step.details, {"added": [cake["id"]], "changed": [], "removed": []})


@tagged("post_install", "-at_install")
class TestOrderPaymentHttp(OpenOrderCase):
    def test_the_covering_payment_finishes_the_sale(self):
        data = self.assertSuccess(self.pay(self.card, 550, reference="T-1"), 201)
        self.assertEqual((data["state"], data["paymentState"]), ("completed", "paid"))
        self.assertEqual((data["amountPaid"], data["amountDue"]), (550, 0))
        self.assertEqual(self.order.state, "paid")
        self.assertEqual(self.order.fynlo_stock_state, "pending")
        self.assertEqual(self.order.fynlo_step_ids.mapped("step"), ["complete", "pay"])

    def test_three_guests_pay_their_parts(self):
        data = self.assertSuccess(self.pay(self.card, 200), 201)
        self.assertEqual((data["paymentState"], data["amountDue"]), ("partial", 350))
        data = self.assertSuccess(self.pay(self.cash, 150, tendered=200), 201)
        self.assertEqual((data["amountDue"], data["change"]), (200, 50))
        data = self.assertSuccess(self.pay(self.cash, 200, tendered=1000), 201)
        self.assertEqual((data["state"], data["change"]), ("completed", 850))
        self.assertEqual(self.order.amount_paid, 5.5)
        self.assertEqual(sum(self.order.payment_ids.mapped("amount")), 5.5)

    def test_more_than_is_owed_is_refused(self):
        self.assertSuccess(self.pay(self.cash, 500), 201)
        envelope = self.assertFailure(self.pay(self.card, 51), 422, "overpaid")
        self.assertEqual(envelope["details"], {"due": 50})
        self.assertEqual(len(self.order.payment_ids), 1)

    def test_the_same_payment_twice_is_one(self):
        body = self.payment(self.cash, 100)
        path = f"{self.path}/payments"
        first = self.assertSuccess(self.api("POST", path, body, token=self.token), 201)
        again = self.assertSuccess(self.api("POST", path, body, token=self.token), 200)
        self.assertEqual(first, again)
        self.assertEqual(len(self.order.payment_ids), 1)

    def test_a_terminal_receipt_pays_once(self):
        self.assertSuccess(self.pay(self.card, 100, reference="T-9"), 201)
        response = self.pay(self.card, 100, reference="T-9")
        self.assertFailure(response, 409, "payment_reference_used")

    def test_bad_fields_are_named_as_in_the_body(self):
        response = self.pay(self.card, 100, tendered=200)
        self.assertFailure(response, 422, "invalid_fields", ["tendered"])

    def test_nothing_is_taken_for_a_cancelled_order(self):
        self.assertSuccess(
            self.step("cancel", self.token_for(self.sue, self.corner_device), reason="gone")
        )
        envelope = self.assertFailure(self.pay(self.cash, 550), 409, "illegal_transition")
        self.assertEqual(envelope["details"], {"state": "cancelled", "allowed": []})

    def test_the_session_closes_on_it(self):
        self.assertSuccess(self.pay(self.cash, 300), 201)
        self.assertSuccess(self.pay(self.card, 250), 201)
        self.session._fynlo_post_stock()
        self.assertEqual(self.order.fynlo_stock_state, "posted")


@tagged("post_install", "-at_install")
class TestOrderStepsHttp(OpenOrderCase):
    def test_hold_and_take_up_again(self):
        self.assertEqual(self.assertSuccess(self.step("hold"))["state"], "held")
        envelope = self.assertFailure(self.step("hold"), 409, "illegal_transition")
        self.assertEqual(envelope["details"]["state"], "held")
        self.assertIn("release", envelope["details"]["allowed"])
        data = self.assertSuccess(self.step("hold", held=False))
        self.assertEqual((data["state"], data["version"]), ("draft", 3))

    def test_a_void_wants_role_and_reason(self):
        self.assertFailure(self.step("cancel", reason="typo"), 403, "forbidden")
        supervisor = self.token_for(self.sue, self.corner_device)
        self.assertFailure(self.step("cancel", supervisor), 422, "invalid_fields", ["reason"])
        data = self.assertSuccess(self.step("cancel", supervisor, reason="O'Brien left"))
        self.assertEqual(data["state"], "cancelled")
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.order.fynlo_step_ids[0].reason, "O'Brien left")
        row = self.env["fynlo.audit"].search([("action", "=", "order.void")], limit=1)
        self.assertEqual(row.data, {"reason": "O'Brien left", "total_minor": 550})

    def test_a_store_may_let_cashiers_void(self):
        self.till.store.fynlo_void_role = "cashier"
        self.assertSuccess(self.step("cancel", reason="typo"))

    def test_what_was_paid_in_part_is_not_voided(self):
        self.assertSuccess(self.pay(self.cash, 100), 201)
        supervisor = self.token_for(self.sue, self.corner_device)
        response = self.step("cancel", supervisor, reason="typo")
        self.assertFailure(response, 409, "order_has_payments")
        self.assertEqual(self.order.state, "draft")

    def test_transfer_to_a_colleague(self):
        data = self.assertSuccess(self.step("transfer", employeeId=self.sue.fynlo_uuid))
        self.assertEqual(data["employee"]["name"], "Sue")
        self.assertEqual(self.order.fynlo_step_ids[0].details, {"employee": ["Ada", "Sue"]})

    def test_transfer_goes_to_people_of_the_store_only(self):
        for stranger in (self.bob.fynlo_uuid, str(uuid4())):
            response = self.step("transfer", employeeId=stranger)
            self.assertFailure(response, 422, "invalid_fields", ["employeeId"])
        self.assertFailure(self.step("transfer"), 422, "invalid_fields", ["body"])

    def test_an_order_is_complete_when_nothing_is_owed(self):
        envelope = self.assertFailure(self.step("complete"), 409, "order_not_paid")
        self.assertEqual(envelope["details"], {"due": 550})
        manager = self.token_for(self.max, self.corner_device)
        patch = {"id": self.first["id"], "discountPercent": 100}
        self.assertSuccess(self.patch_order(patch, token=manager))
        data = self.assertSuccess(self.step("complete", reason="on the house"))
        self.assertEqual((data["state"], data["total"]), ("completed", 0))
        self.assertEqual(self.order.state, "paid")
