from uuid import uuid4

from odoo.tests import tagged

from ..schemas.inventory import InventoryQuery, StockPage
from .common import SellingCase, minutes_ago


@tagged("post_install", "-at_install")
class TestInventoryHttp(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def adjust(self, *lines, token=None, **extra):
        body = {"id": str(uuid4()), "lines": list(lines), **extra}
        return body, self.post(body, token or self.manager, path="/inventory/adjustments")

    def change(self, product, reason="waste", **extra):
        return {"productId": product.fynlo_uuid, "reason": reason, **extra}

    def stock(self, product, query=""):
        """Return on hand, pending, reserved and available of a product as a till reads them."""
        reply = self.api("GET", f"/inventory?limit=100{query}", token=self.token)
        for each in self.assertSuccess(reply)["products"]:
            if each["productId"] == product.fynlo_uuid:
                names = ("onHand", "pending", "reserved", "available")
                return tuple(each[name] for name in names)
        return None

    def movements(self, query=""):
        reply = self.api("GET", f"/inventory/movements?page=1{query}", token=self.manager)
        return self.assertSuccess(reply)["movements"]

    def test_a_sale_is_pending_until_it_is_posted(self):
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.assertEqual(self.stock(self.coffee), (100, 1, 0, 99))
        self.session._fynlo_post_stock_batch()
        self.assertEqual(self.stock(self.coffee, "&query=coffee"), (99, 0, 0, 99))
        self.assertIsNone(self.stock(self.coffee, "&query=cake"))

    def test_what_a_delivery_holds_is_reserved(self):
        customers = self.env.ref("stock.stock_location_customers")
        warehouse = self.till.store.picking_type_id.warehouse_id
        move = self.env["stock.move"].create({
            "product_id": self.cake.id, "product_uom_qty": 4, "location_id": self.till.source.id,
            "location_dest_id": customers.id, "picking_type_id": warehouse.out_type_id.id,
        })  # fmt: skip
        move._action_confirm()
        move._action_assign()
        self.assertEqual(self.stock(self.cake), (100, 0, 4, 96))

    def test_more_fewer_and_counted(self):
        self.assertSuccess(self.post(self.paid_body()), 201)
        body, reply = self.adjust(
            self.change(self.coffee, "count", countedQuantity=90),
            self.change(self.cake, "damaged", quantity=-2.5),
            note="O'Brien's fridge",
        )
        rows = self.assertSuccess(reply, 201)["products"]
        self.assertEqual(
            [(row["onHand"], row["available"]) for row in rows], [(91, 90), (97.5,) * 2]
        )
        again = self.post(body, self.manager, path="/inventory/adjustments")
        self.assertEqual(self.assertSuccess(again)["products"], rows)
        self.session._fynlo_post_stock_batch()
        self.assertEqual(self.stock(self.coffee), (90, 0, 0, 90))
        self.assertEqual(self.till.on_hand(self.cake), 97.5)
        entry = self.env["fynlo.audit"].search([("action", "=", "inventory.adjust")])
        self.assertEqual((len(entry), entry.employee_id), (1, self.max.id))
        changes = {self.coffee.fynlo_uuid: -9.0, self.cake.fynlo_uuid: -2.5}
        self.assertEqual(entry.data["changes"], changes)

    def test_another_till_that_sends_it_again_corrects_nothing_more(self):
        """The till was paired anew: to the server it is another one."""
        body, reply = self.adjust(self.change(self.coffee, quantity=-3))
        first = self.assertSuccess(reply, 201)
        token = self.token_for(self.max, self._make_device("Paired anew", self.till.store))
        again = self.post(body, token, path="/inventory/adjustments")
        self.assertEqual(self.assertSuccess(again, 201), first)
        self.assertEqual(self.stock(self.coffee), (97, 0, 0, 97))

    def test_movements_tell_what_why_and_who(self):
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.session._fynlo_post_stock_batch()
        self.assertSuccess(self.adjust(self.change(self.coffee, quantity=-3), note="spilt")[1], 201)
        found = self.movements(f"&product={self.coffee.fynlo_uuid}")
        told = [(each["kind"], each["quantity"], each["reason"]) for each in found]
        self.assertEqual(told[:2], [("adjustment", -3, "waste"), ("sale", -1, None)])
        self.assertEqual(found[0]["note"], "spilt")
        self.assertEqual(found[0]["employee"]["name"], "Max")
        self.assertEqual(self.movements(f"&to={minutes_ago(60)}"), [])
        self.assertEqual(len(self.movements(f"&from={minutes_ago(60)}&limit=1")), 1)

    def test_lots_are_named_and_counted_apart(self):
        wine = self.till._make_product("Wine", 5.0, 2.0)
        wine.tracking = "lot"
        line = self.change(wine, "received", quantity=6)
        names = ["lines.0.lot"]
        self.assertFailure(self.adjust(line)[1], 422, "invalid_fields", names)
        for lot in ("2019", "2020"):
            self.assertSuccess(self.adjust({**line, "lot": lot})[1], 201)
        counted = self.change(wine, "count", countedQuantity=4, lot="2019")
        self.assertSuccess(self.adjust(counted)[1], 201)
        self.assertEqual(self.stock(wine), (10, 0, 0, 10))

    def test_every_bad_field_is_named_and_nothing_is_booked(self):
        service = self.env["product.product"].create({"name": "Talk", "type": "service"})
        reply = self.adjust(
            self.change(self.coffee, quantity=-1),
            self.change(service, quantity=1),
            {"productId": str(uuid4()), "reason": "waste", "quantity": 1},
            self.change(self.cake, quantity=1, lot="7"),
        )[1]
        names = ("lines.1.productId", "lines.2.productId", "lines.3.lot")
        self.assertFailure(reply, 422, "invalid_fields", names)
        for line in (
            self.change(self.coffee), self.change(self.coffee, quantity=1, countedQuantity=1),
            self.change(self.coffee, quantity=0), self.change(self.coffee, "mood", quantity=1),
        ):  # fmt: skip
            self.assertFailure(self.adjust(line)[1], 422, "invalid_fields")
        self.assertEqual(self.till.on_hand(self.coffee), 100)

    def test_who_is_no_manager_changes_nothing(self):
        sue = self.token_for(self.sue, self.corner_device)
        reply = self.adjust(self.change(self.coffee, quantity=1), token=sue)[1]
        self.assertFailure(reply, 403, "forbidden")
        reply = self.api("GET", "/inventory/movements", token=sue)
        self.assertFailure(reply, 403, "forbidden")
        self.assertEqual(self.till.on_hand(self.coffee), 100)

    def test_another_store_and_company_have_their_own(self):
        self.coffee.company_id = self.company
        reply = self.api("GET", "/inventory", token=self.token_for(self.bob))
        ids = {each["productId"] for each in self.assertSuccess(reply)["products"]}
        self.assertNotIn(self.coffee.fynlo_uuid, ids)

    def test_page_costs_no_more_than_this(self):
        inventory = self.env_as(self.ada, self.till.store)["fynlo.inventory"]
        query = InventoryQuery()
        StockPage.of(*inventory._fynlo_page(query), query)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(11):
            StockPage.of(*inventory._fynlo_page(query), query).model_dump_json()
