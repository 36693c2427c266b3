from uuid import uuid4

from odoo.tests import tagged

from ..models.fynlo_stock_threshold import NOTIFICATION
from .common import SellingCase


@tagged("post_install", "-at_install")
class TestLowStock(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self._make_user("mia", "manager")
        vals = {"config_id": self.till.store.id, "product_id": self.coffee.id, "minimum": 98}
        thresholds = self.env["fynlo.stock.threshold"].with_user(self.manager)
        self.threshold = thresholds.create({**vals, "user_id": self.manager.id}).sudo()

    def sell(self, times=1):
        for _ in range(times):
            self.assertSuccess(self.post(self.paid_body()), 201)

    def tell(self):
        """Run the job; return how often the manager and the listeners have been told."""
        self.env.invalidate_all()
        self.env["fynlo.stock.threshold"]._fynlo_cron_tell()
        self.env.cr.precommit.run()
        activities = self.coffee.product_tmpl_id.activity_ids
        sent = self.env["bus.bus"].search_count([("message", "like", NOTIFICATION)])
        self.assertEqual(activities.user_id, self.manager if activities else activities.user_id)
        return len(activities), sent

    def scarce(self, path):
        reply = self.api("GET", f"/{path}?lowStock=true", token=self.token)
        return [each["name"] for each in self.assertSuccess(reply)["products"]]

    def test_told_once_for_each_crossing(self):
        self.assertEqual(self.tell(), (0, 0))
        self.sell()
        self.assertEqual(self.tell(), (0, 0))
        self.sell()
        self.assertEqual(self.tell(), (1, 1))
        self.sell()
        self.assertEqual(self.tell(), (1, 1))
        quants = self.env["stock.quant"]
        quants._update_available_quantity(self.coffee, self.till.source, 2)
        self.assertEqual(self.tell(), (1, 1))
        self.assertFalse(self.threshold.low_since)
        self.sell()
        self.assertEqual(self.tell(), (2, 2))
        self.assertTrue(self.threshold.low_since)

    def test_lists_find_what_is_scarce_at_once(self):
        self.assertEqual((self.scarce("products"), self.scarce("inventory")), ([], []))
        self.sell(2)
        self.assertEqual(self.scarce("products"), ["Coffee"])
        self.assertEqual(self.scarce("inventory"), ["Coffee"])
        sue = self.token_for(self.sue, self.device_2)
        reply = self.api("GET", "/products?lowStock=true", token=sue)
        self.assertEqual(self.assertSuccess(reply)["total"], 0)

    def test_reservation_counts_too(self):
        line = {"productId": self.coffee.fynlo_uuid, "quantity": 2}
        body = {"id": str(uuid4()), "lines": [line]}
        self.assertSuccess(self.post(body, path="/inventory/reservations"), 201)
        self.assertEqual(self.threshold.available, 98)
        self.assertEqual(self.tell(), (1, 1))
