from uuid import uuid4

from odoo.tests import tagged

from .test_order_edit_http import OpenOrderCase


class SplitCase(OpenOrderCase):
    """A table of two coffees on seat 1 (5.50) and a cake on seat 2 (4.40)."""

    def setUp(self):
        super().setUp()
        self.second = self.line(self.cake, seat=2)
        patch = {"id": self.first["id"], "seat": 1}
        self.assertSuccess(self.patch_order(patch, self.second, guestCount=2))

    def split(self, **values):
        return self.step("split", **values)

    def line_ids(self, data):
        return [line["id"] for line in data["lines"]]


@tagged("post_install", "-at_install")
class TestOrderSplitHttp(SplitCase):
    def test_a_line_becomes_an_order_of_its_own(self):
        part = {"id": str(uuid4()), "lines": [{"lineId": self.second["id"]}]}
        data = self.assertSuccess(self.split(orders=[part]))
        self.assertEqual((data["order"]["total"], data["order"]["version"]), (550, 3))
        [new] = data["orders"]
        self.assertEqual((new["id"], new["total"], new["taxTotal"]), (part["id"], 440, 40))
        self.assertEqual((self.line_ids(new), new["state"]), ([self.second["id"]], "draft"))
        self.assertEqual(new["splitFrom"], self.opened["id"])
        self.assertNotEqual(new["reference"], data["order"]["reference"])

    def test_a_part_of_a_line_goes_and_the_rest_stays(self):
        new_line = str(uuid4())
        lines = [{"lineId": self.first["id"], "quantity": 1, "id": new_line}]
        data = self.assertSuccess(self.split(orders=[{"id": str(uuid4()), "lines": lines}]))
        self.assertEqual([line["quantity"] for line in data["order"]["lines"]], [1, 1])
        self.assertEqual(data["order"]["total"], 715)
        [line] = data["orders"][0]["lines"]
        self.assertEqual((line["id"], line["quantity"], line["total"]), (new_line, 1, 275))
        self.assertEqual(line["note"], "no sugar")

    def test_each_seat_pays_for_itself(self):
        parts = [{"id": str(uuid4()), "seats": [2]}]
        data = self.assertSuccess(self.split(orders=parts))
        self.assertEqual((data["order"]["total"], data["orders"][0]["total"]), (550, 440))
        self.assertEqual(data["orders"][0]["guestCount"], 1)

    def test_two_parts_can_share_all_of_a_line(self):
        take = {"lineId": self.first["id"], "quantity": 1}
        parts = [{"id": str(uuid4()), "lines": [take]} for _ in range(2)]
        data = self.assertSuccess(self.split(orders=parts))
        self.assertEqual([each["total"] for each in data["orders"]], [275, 275])
        self.assertEqual(self.line_ids(data["order"]), [self.second["id"]])
        third = {"id": str(uuid4()), "lines": [take]}
        response = self.split(orders=[third])
        self.assertFailure(response, 422, "invalid_fields", ["orders.0.lines.0.lineId"])

    def test_a_price_that_was_agreed_stays(self):
        self.coffee.list_price = 9.0
        lines = [{"lineId": self.first["id"], "quantity": 1}]
        data = self.assertSuccess(self.split(orders=[{"id": str(uuid4()), "lines": lines}]))
        self.assertEqual((data["order"]["total"], data["orders"][0]["total"]), (715, 275))

    def test_what_cannot_be_split_is_named(self):
        part = {"id": str(uuid4())}
        cases = [
            ([{**part, "lines": [{"lineId": str(uuid4())}]}], "orders.0.lines.0.lineId"),
            ([{**part, "seats": [7]}], "orders.0.seats"),
            ([{**part, "seats": [1, 2]}], "orders"),
            ([{"id": self.opened["id"], "seats": [1]}], "orders.0.id"),
            (
                [{**part, "lines": [{"lineId": self.first["id"], "quantity": 3}]}],
                "orders.0.lines.0.quantity",
            ),
        ]
        for orders, field in cases:
            with self.subTest(field=field):
                response = self.split(orders=orders)
                self.assertFailure(response, 422, "invalid_fields", [field])
        self.assertEqual((self.order.fynlo_version, len(self.order.lines)), (2, 2))

    def test_the_same_split_twice_splits_once(self):
        body = {"id": str(uuid4()), "orders": [{"id": str(uuid4()), "seats": [2]}]}
        path = f"{self.path}/split"
        first = self.assertSuccess(self.post(body, path=path))
        again = self.post(body, path=path)
        self.assertEqual(self.assertSuccess(again), first)
        self.assertEqual(again.headers["Idempotent-Replay"], "true")

    def test_less_than_was_paid_cannot_stay(self):
        self.assertSuccess(self.pay(self.card, 800), 201)
        response = self.split(orders=[{"id": str(uuid4()), "seats": [2]}])
        self.assertFailure(response, 409, "order_has_payments")
        self.assertEqual(len(self.order.lines), 2)

    def test_a_split_party_pays_its_service(self):
        product = self.till._make_product("Service", 0, 0)
        vals = {"fynlo_service_product_id": product.id, "fynlo_service_percent": 10}
        self.till.store.write({**vals, "fynlo_service_min_guests": 2})
        data = self.assertSuccess(self.split(orders=[{"id": str(uuid4()), "seats": [2]}]))
        totals = [each["total"] for each in (data["order"], *data["orders"])]
        self.assertEqual(totals, [605, 484])


@tagged("post_install", "-at_install")
class TestSharesHttp(SplitCase):
    def amounts(self, data):
        return [(share["amount"], share["amountPaid"]) for share in data["shares"]]

    def test_the_cents_left_over_go_to_the_first(self):
        data = self.assertSuccess(self.split(parts=4))
        self.assertEqual(self.amounts(data["order"]), [(248, 0), (248, 0), (247, 0), (247, 0)])
        self.assertEqual((data["orders"], data["order"]["total"]), ([], 990))

    def test_what_is_left_is_one_more_share(self):
        data = self.assertSuccess(self.split(amounts=[500, 100]))
        self.assertEqual(self.amounts(data["order"]), [(500, 0), (100, 0), (390, 0)])
        response = self.split(amounts=[991])
        self.assertFailure(response, 422, "invalid_fields", ["amounts"])

    def test_who_pays_his_share_is_told(self):
        shares = self.assertSuccess(self.split(parts=3))["order"]["shares"]
        data = self.assertSuccess(self.pay(self.card, 330, share=shares[1]["id"]), 201)
        self.assertEqual(self.amounts(data), [(330, 0), (330, 330), (330, 0)])
        response = self.pay(self.card, 330, share=str(uuid4()))
        self.assertFailure(response, 422, "invalid_fields", ["share"])
        self.assertSuccess(self.pay(self.card, 330, share=shares[0]["id"]), 201)
        data = self.assertSuccess(
            self.pay(self.cash, 330, tendered=400, share=shares[2]["id"]), 201
        )
        self.assertEqual((data["state"], data["change"]), ("completed", 70))

    def test_shares_of_another_total_go(self):
        shares = self.assertSuccess(self.split(parts=2))["order"]["shares"]
        self.assertSuccess(self.pay(self.card, 495, share=shares[0]["id"]), 201)
        data = self.assertSuccess(self.patch_order(self.line(self.coffee)))
        self.assertEqual(self.amounts(data), [(495, 495)])
        data = self.assertSuccess(self.split(parts=2))["order"]
        self.assertEqual(self.amounts(data), [(495, 495), (385, 0), (385, 0)])
        self.assertEqual([share["number"] for share in data["shares"]], [1, 2, 3])


@tagged("post_install", "-at_install")
class TestOrderMergeHttp(SplitCase):
    def setUp(self):
        super().setUp()
        self.other = self.body([self.line(self.coffee)], tip=50, guestCount=1, note="late")
        self.assertSuccess(self.post(self.other), 201)

    def merge(self, *uuids, **values):
        return self.step("merge", orderIds=list(uuids), **values)

    def test_lines_tips_guests_and_notes_come_together(self):
        data = self.assertSuccess(self.merge(self.other["id"]))
        self.assertEqual((data["total"], data["tip"], data["guestCount"]), (1315, 50, 3))
        self.assertEqual(data["note"], "by the window\nlate")
        kinds = [line["kind"] for line in data["lines"]]
        self.assertEqual(sorted(kinds), ["item", "item", "item", "tip"])
        gone = self.order_of(self.other)
        self.assertEqual((gone.state, gone.fynlo_state), ("cancel", "cancelled"))
        self.assertEqual((len(gone.lines), gone.amount_total), (0, 0))
        self.assertEqual(gone.fynlo_merged_into_id, self.order)

    def test_payments_come_too_and_the_rest_completes_it(self):
        body = self.payment(self.cash, 200, tendered=500)
        path = f"/orders/{self.other['id']}/payments"
        self.assertSuccess(self.post(body, path=path), 201)
        data = self.assertSuccess(self.merge(self.other["id"]))
        self.assertEqual((data["amountPaid"], data["amountDue"]), (200, 1115))
        data = self.assertSuccess(self.pay(self.card, 1115), 201)
        self.assertEqual(data["state"], "completed")
        self.assertEqual([each["amount"] for each in data["payments"]], [200, 1115])

    def test_shares_of_an_order_that_joins_another_are_gone(self):
        body = {"id": str(uuid4()), "parts": 2}
        path = f"/orders/{self.other['id']}"
        shares = self.assertSuccess(self.post(body, path=f"{path}/split"))["order"]["shares"]
        body = self.payment(self.card, 100, share=shares[0]["id"])
        self.assertSuccess(self.post(body, path=f"{path}/payments"), 201)
        data = self.assertSuccess(self.merge(self.other["id"]))
        self.assertEqual((data["amountPaid"], data["shares"]), (100, []))
        self.assertFalse(self.order_of(self.other).fynlo_share_ids)

    def test_what_was_split_can_be_merged_again(self):
        part = {"id": str(uuid4()), "seats": [2]}
        self.assertSuccess(self.split(orders=[part]))
        data = self.assertSuccess(self.merge(part["id"], self.other["id"]))
        self.assertEqual(data["total"], 1315)
        self.assertIn(self.second["id"], self.line_ids(data))

    def test_only_open_orders_of_the_store_join(self):
        for uuid in (str(uuid4()), self.opened["id"]):
            response = self.merge(uuid)
            self.assertFailure(response, 422, "invalid_fields", ["orderIds.0"])
        sold = self.paid_body()
        self.assertSuccess(self.post(sold), 201)
        self.assertFailure(self.merge(sold["id"]), 409, "illegal_transition")
        self.assertFailure(self.merge(self.other["id"], version=1), 409, "stale_version")
        self.assertEqual(self.order_of(self.other).fynlo_state, "draft")
