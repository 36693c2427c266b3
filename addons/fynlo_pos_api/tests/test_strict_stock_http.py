from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .common import SellingCase, minutes_ago


@tagged("post_install", "-at_install")
class TestStrictStockHttp(SellingCase):
    def setUp(self):
        super().setUp()
        self.till.store.fynlo_is_strict_stock = True

    def leave(self, quantity, product=None):
        """Leave so many of a product at the store."""
        product = product or self.coffee
        quants = self.env["stock.quant"]
        quants._update_available_quantity(product, self.till.source, quantity - 100)

    def reserve(self, quantity=1, product=None, **extra):
        line = {"productId": (product or self.coffee).fynlo_uuid, "quantity": quantity}
        body = {"id": str(uuid4()), "lines": [line], **extra}
        return body, self.post(body, path="/inventory/reservations")

    def available(self):
        self.env.flush_all()
        return self.coffee._fynlo_available(self.till.store)[self.coffee.id]

    def test_no_more_is_sold_than_there_is(self):
        self.leave(1)
        two = [self.line(self.coffee, 2), self.line(self.cake, 1)]
        envelope = self.assertRefused(self.body(two), 409, "out_of_stock")
        left = {"productId": self.coffee.fynlo_uuid, "available": 1.0}
        self.assertEqual(envelope["details"], {"products": [left]})
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.assertRefused(self.paid_body(), 409, "out_of_stock")
        self.assertEqual(self.available(), 0)

    def test_other_stores_never_refuse(self):
        self.till.store.fynlo_is_strict_stock = False
        self.leave(0)
        self.assertSuccess(self.reserve(5)[1], 201)
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.assertEqual(self.available(), -6)

    def test_sale_made_offline_is_booked(self):
        self.leave(0)
        self.assertSuccess(self.post(self.paid_body(occurredAt=minutes_ago(10))), 201)

    def test_what_is_not_counted_is_always_sold(self):
        self.coffee.is_storable = False
        self.assertSuccess(self.post(self.paid_body()), 201)

    def test_open_orders_hold_what_they_have(self):
        self.leave(2)
        line = self.line(self.coffee)
        order = self.assertSuccess(self.post(self.body([line])), 201)
        self.assertEqual(self.available(), 1)
        path = f"/orders/{order['id']}"
        more = {"lines": [{"id": line["id"], "quantity": 3}]}
        reply = self.api("PATCH", path, more, token=self.token)
        self.assertFailure(reply, 409, "out_of_stock")
        more["lines"][0]["quantity"] = 2
        self.assertSuccess(self.api("PATCH", path, more, token=self.token))
        self.assertRefused(self.paid_body(), 409, "out_of_stock")
        less = {"lines": [{"id": line["id"], "quantity": 1}]}
        self.assertSuccess(self.api("PATCH", path, less, token=self.token))
        self.assertSuccess(self.post(self.paid_body()), 201)
        payment = self.payment(self.cash, 275)
        self.assertSuccess(self.post(payment, path=f"{path}/payments"), 201)
        self.assertEqual(self.available(), 0)

    def test_reservation_is_kept_for_its_sale(self):
        self.leave(1)
        body, reply = self.reserve()
        data = self.assertSuccess(reply, 201)
        self.assertEqual(self.available(), 0)
        again = self.post(body, path="/inventory/reservations")
        self.assertEqual(self.assertSuccess(again), data)
        self.assertFailure(self.reserve()[1], 409, "out_of_stock")
        self.assertRefused(self.paid_body(), 409, "out_of_stock")
        self.assertSuccess(self.post(self.paid_body(reservationId=data["id"])), 201)
        self.assertEqual(self.available(), 0)
        envelope = self.assertRefused(self.paid_body(reservationId=data["id"]), 409, "out_of_stock")
        self.assertEqual(envelope["details"]["products"][0]["available"], 0.0)

    def test_reservation_runs_out(self):
        self.leave(1)
        body = self.reserve(ttlSeconds=1)[0]
        reservation = self.env["fynlo.stock.reservation"]._fynlo_by_uuid(body["id"])
        self.assertEqual(self.available(), 0)
        reservation.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.available(), 1)
        self.assertSuccess(self.post(self.paid_body()), 201)

    def test_refused_sale_keeps_its_reservation(self):
        self.leave(1)
        uuid = self.reserve()[0]["id"]
        lines = [self.line(self.coffee, 2)]
        self.assertRefused(self.body(lines, reservationId=uuid), 409, "out_of_stock")
        self.assertEqual(self.available(), 0)
        self.assertFalse(self.env["fynlo.stock.reservation"]._fynlo_by_uuid(uuid).used_at)

    def test_every_bad_field_is_named(self):
        reply = self.reserve(ttlSeconds=901, quantity=0, colour="red")[1]
        names = ("ttlSeconds", "lines.0.quantity", "colour")
        self.assertFailure(reply, 422, "invalid_fields", names)
        service = self.env["product.product"].create({"name": "Talk", "type": "service"})
        reply = self.reserve(product=service)[1]
        self.assertFailure(reply, 422, "invalid_fields", ["lines.0.productId"])
        body = self.paid_body(reservationId=str(uuid4()))
        self.assertRefused(body, 422, "invalid_fields", ["reservationId"])

    def test_another_store_s_reservation_is_unknown(self):
        uuid = self.reserve()[0]["id"]
        reservation = self.env["fynlo.stock.reservation"]._fynlo_by_uuid(uuid)
        reservation.config_id = self.store_2
        body = self.paid_body(reservationId=uuid)
        self.assertRefused(body, 422, "invalid_fields", ["reservationId"])
