from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..models.fynlo_product_outage import NOTIFICATION
from .common import SellingCase, minutes_ago


@tagged("post_install", "-at_install")
class TestAvailabilityHttp(SellingCase):
    def put(self, product, token=None, **body):
        path = f"/products/{product.fynlo_uuid}/availability"
        return self.api("PUT", path, {"available": False, **body}, token=token or self.token)

    def catalog(self, token=None):
        """Return the ETag, and of each product and variant whether it is available."""
        reply = self.api("GET", "/catalog", token=token or self.token)
        found = {}
        for product in self.assertSuccess(reply)["products"]:
            found[product["id"]] = product["available"]
            found |= {variant["id"]: variant["available"] for variant in product["variants"]}
        return reply.headers["ETag"], found

    def outages(self):
        self.env.invalidate_all()
        return self.env["fynlo.product.outage"].search([("product_id", "=", self.coffee.id)])

    def test_sold_out_is_shown_refused_and_taken_back(self):
        etag, shown = self.catalog()
        self.assertIs(shown[self.coffee.fynlo_uuid], True)
        data = self.assertSuccess(self.put(self.coffee, reason="O'Brien's machine 🫖 broke"))
        self.assertIs(data["available"], False)
        self.assertEqual(data["variants"][0]["reason"], "O'Brien's machine 🫖 broke")
        out_etag, shown = self.catalog()
        self.assertNotEqual(out_etag, etag)
        self.assertIs(shown[self.coffee.fynlo_uuid], False)
        self.assertIs(shown[self.coffee.product_tmpl_id.fynlo_uuid], False)
        self.assertIs(shown[self.cake.fynlo_uuid], True)
        envelope = self.assertRefused(self.paid_body(), 422, "product_unavailable")
        self.assertEqual(envelope["details"], {"productIds": [self.coffee.fynlo_uuid]})
        self.assertSuccess(self.put(self.coffee, available=True))
        self.assertEqual(self.catalog(), (etag, {**shown, **self.catalog()[1]}))
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.assertTrue(self.outages().ended_at)

    def test_sale_made_offline_is_booked_and_noted(self):
        self.assertSuccess(self.put(self.coffee))
        body = self.paid_body(occurredAt=minutes_ago(10))
        self.assertSuccess(self.post(body), 201)
        order = self.order_of(body)
        entry = self.env["fynlo.audit"].search(
            [("action", "=", "order.withdrawn_products"), ("res_id", "=", order.id)]
        )
        self.assertEqual(entry.data, {"product_ids": [self.coffee.fynlo_uuid]})

    def test_another_store_sells_on(self):
        self.assertSuccess(self.put(self.coffee))
        other = self.token_for(self.sue, self.device_2)
        self.assertIs(self.catalog(other)[1][self.coffee.fynlo_uuid], True)

    def test_it_comes_back_by_itself(self):
        etag = self.catalog()[0]
        until = fields.Datetime.now() + timedelta(minutes=2)
        self.assertSuccess(self.put(self.coffee, until=f"{until.isoformat()}Z"))
        self.assertRefused(self.paid_body(), 422, "product_unavailable")
        out_etag = self.catalog()[0]
        # No write: only the clock moves.
        later = until + timedelta(seconds=1)
        with patch.object(fields.Datetime, "now", lambda *_args: later):
            back_etag, shown = self.catalog()
        self.assertEqual((back_etag, shown[self.coffee.fynlo_uuid]), (etag, True))
        self.assertNotEqual(back_etag, out_etag)

    def test_the_next_one_begins_after_it_ran_out(self):
        self.assertSuccess(self.put(self.coffee))
        past = fields.Datetime.now() - timedelta(hours=1)
        self.outages().write({"since": past - timedelta(hours=1), "until": past})
        self.assertSuccess(self.put(self.coffee))
        newest, oldest = self.outages()
        self.assertEqual((oldest.ended_at, newest.ended_at), (past, False))

    def test_twice_is_one_with_the_latest_words(self):
        self.assertSuccess(self.put(self.coffee, reason="none left"))
        self.assertSuccess(self.put(self.coffee, reason="tomorrow again"))
        self.assertEqual(self.outages().mapped("reason"), ["tomorrow again"])

    def test_product_id_means_every_variant_and_variant_id_one(self):
        names = [Command.create({"name": name}) for name in ("S", "L")]
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "create_variant": "always", "value_ids": names}
        )
        template = self.cake.product_tmpl_id
        self.env["product.template.attribute.line"].create({
            "product_tmpl_id": template.id, "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        })  # fmt: skip
        small, large = template.product_variant_ids
        self.assertSuccess(self.put(small))
        shown = self.catalog()[1]
        ids = (small.fynlo_uuid, large.fynlo_uuid, template.fynlo_uuid)
        self.assertEqual([shown[each] for each in ids], [False, True, True])
        data = self.assertSuccess(self.put(template))
        self.assertEqual(len(data["variants"]), 2)
        shown = self.catalog()[1]
        self.assertEqual([shown[each] for each in ids], [False, False, False])

    def test_combo_with_a_sold_out_part_is_refused(self):
        items = [Command.create({"product_id": self.cake.id})]
        combo = self.env["product.combo"].create({"name": "Sweet", "combo_item_ids": items})
        deal = self.env["product.product"].create({
            "name": "Deal", "type": "combo", "list_price": 6, "available_in_pos": True,
            "combo_ids": [Command.set(combo.ids)],
        })  # fmt: skip
        self.assertSuccess(self.put(self.cake))
        choice = [{"comboItemId": combo.combo_item_ids.fynlo_uuid, "quantity": 1}]
        body = self.body([self.line(deal, comboItems=choice)])
        envelope = self.assertRefused(body, 422, "product_unavailable")
        self.assertEqual(envelope["details"], {"productIds": [self.cake.fynlo_uuid]})

    def test_open_order_keeps_what_it_has_and_gets_no_more(self):
        line = self.line(self.coffee)
        order = self.assertSuccess(self.post(self.body([line])), 201)
        self.assertSuccess(self.put(self.coffee))
        path = f"/orders/{order['id']}"
        more = {"lines": [{"id": line["id"], "quantity": 2}]}
        reply = self.api("PATCH", path, more, token=self.token)
        self.assertFailure(reply, 422, "product_unavailable")
        note = {"lines": [{"id": line["id"], "note": "no sugar"}]}
        self.assertSuccess(self.api("PATCH", path, note, token=self.token))

    def test_who_may_is_set_for_each_store(self):
        kim = self.token_for(self._make_employee("Kim", "kitchen"), self.corner_device)
        self.assertSuccess(self.put(self.coffee, kim))
        self.till.store.fynlo_outage_role = "supervisor"
        self.assertFailure(self.put(self.coffee, available=True), 403, "forbidden")
        self.assertFailure(self.put(self.coffee, kim, available=True), 403, "forbidden")
        self.assertFalse(self.outages().ended_at)
        sue = self.token_for(self.sue, self.corner_device)
        self.assertSuccess(self.put(self.coffee, sue, available=True))
        self.assertFailure(self.put(self.coffee, self.token_for(self.corner_device)), 403,
                           "forbidden")  # fmt: skip

    def test_hidden_and_unknown_look_the_same(self):
        self.coffee.company_id = self.company
        replies = [self.put(self.coffee, self.token_for(self.bob)), self.put(self.coffee.env.user)]
        for reply in replies:
            self.assertFailure(reply, 404, "not_found")
        self.assertFalse(self.outages())

    def test_every_bad_field_is_named(self):
        reply = self.put(self.coffee, available="no", until="soon", reason="", colour="red")
        names = ("available", "until", "reason", "colour")
        self.assertFailure(reply, 422, "invalid_fields", names)
        reply = self.put(self.coffee, until=minutes_ago(1))
        self.assertFailure(reply, 422, "invalid_fields", ["until"])
        self.assertFailure(self.put(self.coffee, available=True, reason="x"), 422, "invalid_fields")
        self.assertFalse(self.outages())

    def test_it_is_told_and_written_down(self):
        self.assertSuccess(self.put(self.coffee, reason="gone"))
        entry = self.env["fynlo.audit"].search([("action", "=", "product.sold_out")], limit=1)
        self.assertEqual((entry.employee_id, entry.data["reason"]), (self.ada.id, "gone"))
        self.assertEqual(self.outages().employee_id, self.ada)
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].search([("message", "like", NOTIFICATION)])
        self.assertIn(self.till.store.fynlo_uuid, sent[-1].message)

    def test_manager_in_the_web_client(self):
        manager = self._make_user("mia", "manager")
        outages = self.env["fynlo.product.outage"].with_user(manager)
        vals = {"config_id": self.till.store.id, "product_id": self.coffee.id}
        outage = outages.create(vals)
        self.assertEqual(self.coffee.product_tmpl_id.with_user(manager).fynlo_outage_count, 1)
        self.assertRefused(self.paid_body(), 422, "product_unavailable")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            outages.create(vals)
        outage.action_fynlo_end()
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.assertEqual(self.coffee.product_tmpl_id.with_user(manager).fynlo_outage_count, 0)
