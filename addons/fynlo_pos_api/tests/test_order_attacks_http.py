from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .test_order_split_http import SplitCase


@tagged("post_install", "-at_install")
class TestOrderAttacksHttp(SplitCase):
    """What a cashier tries on an open order to get goods for nothing."""

    def setUp(self):
        super().setUp()
        self.supervisor = self.token_for(self.sue, self.corner_device)
        self.comp = {"id": self.first["id"], "compReason": "late"}

    def other_order(self, *lines, token=None, **extra):
        body = self.body(list(lines) or None, **extra)
        return body, self.assertSuccess(self.post(body, token), 201)

    def test_what_was_given_for_free_does_not_grow(self):
        self.assertSuccess(self.patch_order(self.comp, token=self.supervisor))
        more = {"id": self.first["id"], "quantity": 50}
        self.assertFailure(self.patch_order(more), 403, "approval_required")
        less = {"id": self.first["id"], "quantity": 1}
        data = self.assertSuccess(self.patch_order(less))
        self.assertEqual((data["lines"][0]["quantity"], data["total"]), (1, 440))
        self.assertSuccess(self.patch_order(more, token=self.supervisor))

    def test_a_discount_above_the_role_does_not_grow(self):
        manager = self.token_for(self.max, self.corner_device)
        patch = {"id": self.first["id"], "discountPercent": 60}
        self.assertSuccess(self.patch_order(patch, token=manager))
        more = {"id": self.first["id"], "quantity": 3}
        envelope = self.assertFailure(
            self.patch_order(more), 422, "discount_limit", ["lines.0.discountPercent"]
        )
        self.assertEqual(envelope["details"], {"allowed": 10})
        self.assertSuccess(self.patch_order(more, token=manager))

    def test_a_comp_stays_whole(self):
        self.assertSuccess(self.patch_order(self.comp, token=self.supervisor))
        patch = {"id": self.first["id"], "discountPercent": 5}
        response = self.patch_order(patch)
        self.assertFailure(response, 422, "invalid_fields", ["lines.0.discountPercent"])
        data = self.assertSuccess(self.patch_order({**patch, "compReason": None}))
        line = data["lines"][0]
        self.assertEqual((line["discountPercent"], line["compReason"]), (5, None))

    def test_a_tip_does_not_become_a_dish(self):
        data = self.assertSuccess(self.patch_order(tip=100))
        [tip] = [line["id"] for line in data["lines"] if line["kind"] == "tip"]
        for values in ({"tip": None}, {}):
            response = self.patch_order({**self.line(self.cake), "id": tip}, **values)
            self.assertFailure(response, 422, "invalid_fields", ["lines.0.id"])

    def test_a_new_line_has_an_id_of_its_own(self):
        body, _data = self.other_order()
        used = body["lines"][0]["id"]
        response = self.patch_order({**self.line(self.cake), "id": used})
        self.assertFailure(response, 409, "conflict")
        self.assertRefused(self.body([{**self.line(self.cake), "id": used}]), 409, "conflict")
        for new_id in (used, self.second["id"]):
            lines = [{"lineId": self.first["id"], "quantity": 1, "id": new_id}]
            response = self.split(orders=[{"id": str(uuid4()), "lines": lines}])
            self.assertFailure(response, 409, "conflict")
        lines[0]["id"] = str(uuid4())
        parts = [{"id": str(uuid4()), "lines": [{**lines[0], "quantity": 0.5}]} for _ in range(2)]
        self.assertFailure(self.split(orders=parts), 409, "conflict")
        self.assertEqual(self.order.lines.mapped("qty"), [2, 1])

    def test_a_payment_has_an_id_of_its_own(self):
        first = self.payment(self.card, 100)
        path = f"{self.path}/payments"
        self.assertSuccess(self.post(first, path=path), 201)
        body, _data = self.other_order()
        response = self.post(first, path=f"/orders/{body['id']}/payments")
        self.assertFailure(response, 409, "idempotency_conflict")
        response = self.post(self.body(payments=[first]))
        self.assertFailure(response, 409, "conflict")

    def test_a_line_is_split_as_fine_as_its_unit(self):
        lines = [{"lineId": self.first["id"], "quantity": 0.005}]
        response = self.split(orders=[{"id": str(uuid4()), "lines": lines}])
        self.assertFailure(response, 422, "invalid_fields", ["orders.0.lines.0.quantity"])

    def test_what_was_cooked_is_not_taken_off_another_bill(self):
        coffee = self.coffee.product_tmpl_id
        vals = {"name": "Bar", "config_id": self.till.store.id, "product_ids": coffee.ids}
        self.env["fynlo.kitchen.station"].create(vals)
        self.assertSuccess(self.step("send"))
        body, _data = self.other_order()
        part = {"id": str(uuid4()), "lines": [{"lineId": self.first["id"], "quantity": 1}]}
        data = self.assertSuccess(self.split(orders=[part]))
        [moved] = [line["id"] for line in data["orders"][0]["lines"]]
        less = {"lines": [{"id": moved, "quantity": 0}, self.line(self.cake)]}
        response = self.api("PATCH", f"/orders/{part['id']}", less, token=self.token)
        self.assertFailure(response, 403, "approval_required")
        merge = {"id": str(uuid4()), "orderIds": [part["id"]]}
        self.assertSuccess(self.post(merge, path=f"/orders/{body['id']}/merge"))
        less["lines"].pop()
        response = self.api("PATCH", f"/orders/{body['id']}", less, token=self.token)
        self.assertFailure(response, 403, "approval_required")
        for order_id in (body["id"], self.opened["id"]):
            cancel = {"id": str(uuid4()), "reason": "x"}
            response = self.post(cancel, path=f"/orders/{order_id}/cancel")
            self.assertFailure(response, 403, "forbidden")

    def test_a_merge_waives_no_service(self):
        self.till.store.fynlo_service_percent = 10
        product = self.till._make_product("Service", 0, 0)
        product.write({"type": "service", "is_storable": False})
        self.till.store.fynlo_service_product_id = product
        body, data = self.other_order(token=self.supervisor, serviceCharge=False)
        self.assertEqual(data["total"], 275)
        merge = {"id": str(uuid4()), "orderIds": [self.opened["id"]]}
        data = self.assertSuccess(self.post(merge, path=f"/orders/{body['id']}/merge"))
        kinds = [line["kind"] for line in data["lines"]]
        self.assertIn("service_charge", kinds)

    def test_a_combo_does_not_get_cheaper_by_what_was_taken_off_the_menu(self):
        items = [Command.create({"product_id": each.id}) for each in (self.coffee, self.cake)]
        combo = self.env["product.combo"].create({"name": "Sweet", "combo_item_ids": items})
        vals = {"name": "Deal", "type": "combo", "list_price": 6, "available_in_pos": True}
        deal = self.env["product.product"].create({**vals, "combo_ids": [Command.set(combo.ids)]})
        chosen = [{"comboItemId": combo.combo_item_ids[0].fynlo_uuid}]
        line = self.line(deal, comboItems=chosen)
        data = self.assertSuccess(self.patch_order(line))
        self.assertEqual(data["total"], 990 + 660)
        combo.combo_item_ids[0].unlink()
        data = self.assertSuccess(self.patch_order(orderType="takeaway"))
        self.assertEqual(data["total"], 990 + 660)

    def test_another_customer_does_not_get_the_formers_address(self):
        ann, ben = self.env["res.partner"].create(
            [{"name": name, "street": f"{name} street", "city": "X"} for name in ("Ann", "Ben")]
        )
        values = {"customerId": ann.fynlo_uuid, "deliveryAddressId": ann.fynlo_uuid}
        self.assertSuccess(self.patch_order(**values))
        self.assertSuccess(self.patch_order(customerId=ben.fynlo_uuid))
        self.env.invalidate_all()
        self.assertFalse(self.order.fynlo_delivery_address_id)

    def test_absurd_bodies_are_refused_by_name(self):
        cases = [
            ({"tip": -1}, ["tip"]),
            ({"tip": 10**13}, ["tip"]),
            ({"tip": 10**12}, ["lines"]),
            ({"tip": 1.5}, ["tip"]),
            ({"customerName": "x" * 256}, ["customerName"]),
            ({"guestCount": 1000}, ["guestCount"]),
        ]
        for values, fields in cases:
            with self.subTest(values=values):
                self.assertFailure(self.patch_order(**values), 422, "invalid_fields", fields)
        data = self.assertSuccess(self.patch_order(customerName="O'Brien %_\\ 🍔"))
        self.assertEqual(data["customerName"], "O'Brien %_\\ 🍔")
        for instant in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
            self.assertLess(self.patch_order(scheduledAt=instant).status_code, 500)
