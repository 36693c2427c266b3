from odoo.tests import tagged

from .common import SellingCase
from .test_order_edit_http import OpenOrderCase


@tagged("post_install", "-at_install")
class TestTips(OpenOrderCase):
    def kinds(self, data):
        return [(line["kind"], line["total"]) for line in data["lines"]]

    def test_a_tip_is_a_line_without_tax(self):
        data = self.assertSuccess(self.patch_order(tip=100))
        self.assertEqual(self.kinds(data), [("item", 550), ("tip", 100)])
        self.assertEqual((data["tip"], data["total"], data["taxTotal"]), (100, 650, 50))
        self.assertTrue(self.order.is_tipped)
        self.assertEqual(self.order.tip_amount, 1.0)

    def test_a_tip_changes_stays_and_goes(self):
        first = self.assertSuccess(self.patch_order(tip=100))
        data = self.assertSuccess(self.patch_order(self.line(self.cake)))
        self.assertEqual((data["tip"], data["total"]), (100, 1090))
        data = self.assertSuccess(self.patch_order(tip=200))
        self.assertEqual(self.kinds(data)[-1], ("item", 440))
        self.assertEqual([line["id"] for line in data["lines"]][1], first["lines"][1]["id"])
        self.assertEqual((data["tip"], data["total"]), (200, 1190))
        data = self.assertSuccess(self.patch_order(tip=None))
        self.assertEqual((data["tip"], data["total"], len(data["lines"])), (0, 990, 2))
        self.assertFalse(self.order.is_tipped)

    def test_a_sale_with_a_tip_in_one_call(self):
        body = self.body(payments=[self.payment(self.card, 325)], tip=50, statedTotal=325)
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual((data["state"], data["tip"], data["total"]), ("completed", 50, 325))

    def test_a_tip_is_quoted(self):
        quote = {"orderType": "dine_in", "lines": [self.line(self.coffee)], "tip": 30}
        data = self.assertSuccess(self.post(quote, path="/orders/quote"))
        self.assertEqual((data["total"], self.kinds(data)[1]), (305, ("tip", 30)))

    def test_a_store_without_a_tip_product_takes_none(self):
        self.till.store.tip_product_id = False
        self.assertFailure(self.patch_order(tip=1), 422, "invalid_fields", ["tip"])
        self.assertFailure(self.patch_order(tip=-1), 422, "invalid_fields", ["tip"])


@tagged("post_install", "-at_install")
class TestServiceCharge(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls.till._make_product("Service", 0, 0)
        product.write({"type": "service", "is_storable": False})
        cls.till.store.fynlo_service_product_id = product
        cls.till.store.fynlo_service_percent = 12.5
        cls.till.store.fynlo_service_min_guests = 6

    def order(self, **extra):
        body = self.body([self.line(self.coffee, 2), self.line(self.cake)], **extra)
        return body, self.assertSuccess(self.post(body, extra.pop("token", None)), 201)

    def service(self, data):
        return [line["total"] for line in data["lines"] if line["kind"] == "service_charge"]

    def test_large_parties_that_eat_in_pay_it_with_its_tax(self):
        _body, data = self.order(guestCount=6)
        # 12.5 % of 9.00 is 1.13 (half a cent up), and 10 % tax of it 0.11.
        self.assertEqual(self.service(data), [124])
        self.assertEqual((data["guestCount"], data["total"], data["taxTotal"]), (6, 1114, 101))

    def test_small_parties_and_takeaways_do_not(self):
        self.assertEqual(self.service(self.order(guestCount=5)[1]), [])
        self.assertEqual(self.service(self.order(guestCount=9, orderType="takeaway")[1]), [])

    def test_it_follows_the_order(self):
        body, data = self.order(guestCount=6)
        path = f"/orders/{body['id']}"
        patch = {"lines": [self.line(self.cake)]}
        data = self.assertSuccess(self.api("PATCH", path, patch, token=self.token))
        self.assertEqual(self.service(data), [179])  # of 13.00: 1.63 and 0.16
        data = self.assertSuccess(self.api("PATCH", path, {"guestCount": 2}, token=self.token))
        self.assertEqual((self.service(data), data["total"]), ([], 1430))

    def test_waiving_it_wants_the_comps_role(self):
        body, _data = self.order(guestCount=6)
        path = f"/orders/{body['id']}"
        waive = {"serviceCharge": False}
        response = self.api("PATCH", path, waive, token=self.token)
        self.assertFailure(response, 403, "approval_required")
        supervisor = self.token_for(self.sue, self.corner_device)
        data = self.assertSuccess(self.api("PATCH", path, waive, token=supervisor))
        self.assertEqual((self.service(data), data["total"]), ([], 990))
        data = self.assertSuccess(self.api("PATCH", path, {"guestCount": 7}, token=self.token))
        self.assertEqual(self.service(data), [])
        self.assertRefused(self.body(guestCount=6, serviceCharge=False), 403, "approval_required")

    def test_a_tax_within_the_price_is_within_the_charge(self):
        self.till.tax.price_include_override = "tax_included"
        _body, data = self.order(guestCount=6)
        self.assertEqual((self.service(data), data["total"]), ([113], 1013))


@tagged("post_install", "-at_install")
class TestComps(OpenOrderCase):
    def setUp(self):
        super().setUp()
        self.supervisor = self.token_for(self.sue, self.corner_device)
        self.comp = {"id": self.first["id"], "compReason": "O'Brien's birthday"}

    def test_a_comped_line_costs_nothing_and_says_why(self):
        data = self.assertSuccess(self.patch_order(self.comp, token=self.supervisor))
        line = data["lines"][0]
        self.assertEqual((line["total"], line["discountPercent"]), (0, 100))
        self.assertEqual((line["compReason"], data["total"]), ("O'Brien's birthday", 0))
        entry = self.env["fynlo.audit"].search([("action", "=", "order.comp")], limit=1)
        self.assertEqual(entry.data["lines"][0]["price_minor"], 500)

    def test_a_comp_can_be_taken_back(self):
        self.assertSuccess(self.patch_order(self.comp, token=self.supervisor))
        data = self.assertSuccess(
            self.patch_order({"id": self.first["id"], "compReason": None}, token=self.supervisor)
        )
        self.assertEqual((data["lines"][0]["compReason"], data["total"]), (None, 550))

    def test_a_cashier_gives_nothing_for_free(self):
        envelope = self.assertFailure(self.patch_order(self.comp), 403, "approval_required")
        self.assertEqual(envelope["details"], {"role": "supervisor"})
        body = self.body([self.line(self.cake, compReason="x")])
        self.assertRefused(body, 403, "approval_required")
        self.till.store.fynlo_comp_role = "cashier"
        self.assertSuccess(self.patch_order(self.comp))

    def test_a_comped_line_of_a_new_sale(self):
        lines = [self.line(self.cake, compReason="late"), self.line(self.coffee)]
        body = self.body(lines, [self.payment(self.card, 275)])
        data = self.assertSuccess(self.post(body, self.supervisor), 201)
        self.assertEqual((data["state"], data["total"]), ("completed", 275))
        self.assertEqual(data["lines"][0]["compReason"], "late")

    def test_seats_and_guests(self):
        data = self.assertSuccess(
            self.patch_order({"id": self.first["id"], "seat": 2}, guestCount=4)
        )
        self.assertEqual((data["lines"][0]["seat"], data["guestCount"]), (2, 4))
        data = self.assertSuccess(self.patch_order({"id": self.first["id"], "seat": None}))
        self.assertEqual((data["lines"][0]["seat"], data["guestCount"]), (None, 4))
        patch = {"id": self.first["id"], "seat": 0, "compReason": ""}
        response = self.patch_order(patch, guestCount=-1)
        fields = ["lines.0.seat", "lines.0.compReason", "guestCount"]
        self.assertFailure(response, 422, "invalid_fields", fields)
