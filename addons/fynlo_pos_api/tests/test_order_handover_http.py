from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase, minutes_ago


@tagged("post_install", "-at_install")
class TestOrderHandoverHttp(SellingCase):
    """Takeaways want a name, deliveries an address: the store's presets say so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        presets = cls.env["pos.preset"]
        for kind, identification in (("takeaway", "name"), ("delivery", "address")):
            vals = {"name": kind, "fynlo_order_type": kind, "identification": identification}
            presets |= presets.create(vals)
        cls.session.state = "closed"  # Odoo locks the presets while a session is open
        cls.till.store.write(
            {
                "use_presets": True,
                "default_preset_id": presets[0].id,
                "available_preset_ids": [Command.set(presets.ids)],
            }
        )
        cls.session.state = "opened"
        cls.obrien = cls.env["res.partner"].create({"name": "O'Brien", "phone": "+1 555 0100"})
        vals = {"type": "delivery", "street": "1 Main St", "city": "Springfield", "zip": "12345"}
        vals |= {"partner_latitude": 44.05, "partner_longitude": -123.02}
        cls.home = cls.env["res.partner"].create({**vals, "parent_id": cls.obrien.id})

    def delivery(self, **values):
        body = {"customerId": self.obrien.fynlo_uuid, **values}
        return self.body(orderType="delivery", **body)

    def test_a_takeaway_wants_a_name(self):
        body = self.body(orderType="takeaway")
        self.assertRefused(body, 422, "invalid_fields", ["customerName"])
        body = self.body(orderType="takeaway", customerName="O'Brien ☕")
        data = self.assertSuccess(self.post(body), 201)
        self.assertEqual(data["customerName"], "O'Brien ☕")
        self.assertEqual(self.order_of(body).floating_order_name, "O'Brien ☕")
        body = self.body(orderType="takeaway", customerId=self.obrien.fynlo_uuid)
        self.assertSuccess(self.post(body), 201)

    def test_a_delivery_wants_an_address(self):
        self.assertRefused(self.body(orderType="delivery"), 422, "invalid_fields", ["customerId"])
        self.assertRefused(self.delivery(), 422, "invalid_fields", ["deliveryAddressId"])
        body = self.delivery(
            deliveryAddressId=self.home.fynlo_uuid, scheduledAt="2026-12-24T18:30:00Z"
        )
        data = self.assertSuccess(self.post(body), 201)
        address = data["deliveryAddress"]
        self.assertEqual((address["street1"], address["city"]), ("1 Main St", "Springfield"))
        self.assertEqual((address["name"], address["phone"]), ("O'Brien", "+1 555 0100"))
        self.assertEqual((address["latitude"], address["longitude"]), (44.05, -123.02))
        self.assertEqual(data["scheduledAt"], "2026-12-24T18:30:00Z")

    def test_an_address_of_somebody_else_is_unknown(self):
        other = self.env["res.partner"].create({"name": "Ann", "street": "2 Elm", "city": "Ogden"})
        for uuid in (other.fynlo_uuid, str(uuid4())):
            body = self.delivery(deliveryAddressId=uuid)
            self.assertRefused(body, 422, "invalid_fields", ["deliveryAddressId"])

    def test_a_sale_that_was_made_offline_is_taken_as_it_is(self):
        body = self.paid_body(orderType="delivery", occurredAt=minutes_ago(30))
        self.assertSuccess(self.post(body), 201)

    def test_it_can_be_told_later_and_changed(self):
        body = self.body(orderType="takeaway", customerName="Ann")
        self.assertSuccess(self.post(body), 201)
        path = f"/orders/{body['id']}"
        patch = {"customerName": "Anne", "scheduledAt": "2026-12-24T18:00:00Z"}
        data = self.assertSuccess(self.api("PATCH", path, patch, token=self.token))
        self.assertEqual(data["customerName"], "Anne")
        patch = {"customerId": self.obrien.fynlo_uuid, "deliveryAddressId": self.home.fynlo_uuid}
        data = self.assertSuccess(self.api("PATCH", path, patch, token=self.token))
        self.assertEqual(data["deliveryAddress"]["id"], self.home.fynlo_uuid)
        self.assertEqual(data["scheduledAt"], "2026-12-24T18:00:00Z")
        data = self.assertSuccess(self.api("PATCH", path, {"scheduledAt": None}, token=self.token))
        self.assertEqual(data["scheduledAt"], None)

    def test_the_catalog_tells_what_to_ask(self):
        response = self.api("GET", "/catalog", token=self.token)
        data = self.assertSuccess(response)
        expected = {"dine_in": "none", "takeaway": "name", "delivery": "address"}
        self.assertEqual(data["identification"], expected)
