"""Who may write a record gives it to no store or company that he does not reach."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.webhook_sources import Told
from .common import SellingCase

URL = "https://hans.example.com"


@tagged("post_install", "-at_install")
class TestStoreMoves(SellingCase):
    """Hans manages ``store_2`` alone, Mara all of ``company``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fynlo.webhook"].search([]).active = False
        cls.hans = cls._make_user("hans", "manager", stores=cls.store_2)
        cls.mara = cls._make_user("mara", "manager")

    def make(self, who, store, model, **vals):
        return self.env[model].with_user(who).create({"config_id": store.id, **vals})

    def make_all(self, who, store):
        """Yield a record of each model that managers keep."""
        goods = {"product_id": self.coffee.id}
        for model, vals in (
            ("fynlo.opening.hours", {}),
            ("fynlo.opening.exception", {"name": "Closed", "date": "2026-12-24"}),
            ("fynlo.hardware", {"name": "Printer"}),
            ("fynlo.notice.rule", {"event": "refund", "emails": "hans@example.com"}),
            ("fynlo.stock.threshold", {**goods, "minimum": 1}),
            ("fynlo.product.outage", goods),
            ("fynlo.kitchen.station", {"name": "Grill"}),
            ("fynlo.drawer", {"name": "Drawer"}),
            ("fynlo.webhook", {"url": URL, "topic_ids": self.topics().ids}),
        ):
            yield self.make(who, store, model, **vals)

    def topics(self):
        return self.env["fynlo.webhook.topic"].search([])

    def refuse_move(self, record, **vals):
        before = {name: record[name] for name in vals}
        with self.subTest(record._name), self.assertRaises(UserError):
            record.write(vals)
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual({name: record[name] for name in vals}, before)

    def test_manager_of_one_store_moves_nothing_into_another(self):
        for record in self.make_all(self.hans, self.store_2):
            self.refuse_move(record, config_id=self.till.store.id)

    def test_nothing_is_moved_into_another_company(self):
        for record in self.make_all(self.mara, self.till.store):
            self.refuse_move(record, config_id=self.store_b.id)

    def test_what_lies_in_ones_own_stores_may_be_moved(self):
        record = self.make(self.mara, self.till.store, "fynlo.hardware", name="Printer")
        record.config_id = self.store_2
        self.assertEqual(record.config_id, self.store_2)

    def test_rest_of_a_refused_move_is_undone(self):
        record = self.make(self.mara, self.till.store, "fynlo.hardware", name="Printer")
        with self.assertRaises(AccessError):
            record.write({"config_id": self.store_b.id, "name": "Theirs"})
        self.assertEqual((record.config_id, record.name), (self.till.store, "Printer"))

    def test_webhook_hears_no_store_that_its_keeper_does_not_reach(self):
        hook = self.make(
            self.hans, self.store_2, "fynlo.webhook", url=URL, topic_ids=self.topics().ids
        )
        for store in (self.env["pos.config"], self.till.store):
            self.refuse_move(hook, config_id=store.id)
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual([json.loads(each.body) for each in hook.sudo().delivery_ids], [])

    def test_webhook_hears_no_other_company(self):
        vals = {"url": URL, "topic_ids": self.topics().ids}
        hook = self.env["fynlo.webhook"].with_user(self.mara).create(vals)
        self.refuse_move(hook, company_id=self.company_b.id)
        facts = Told("order", "x", self.company_b, self.store_b, {"total": 275})
        self.env["fynlo.webhook.event"].sudo()._fynlo_write_event("order.completed", facts)
        self.env.invalidate_all()
        self.assertFalse(hook.sudo().delivery_ids)

    def test_manager_of_one_store_makes_no_webhook_for_others(self):
        vals = {"url": URL, "topic_ids": self.topics().ids}
        for store in (self.env["pos.config"], self.till.store):
            with self.subTest(store.name), self.assertRaises(UserError):
                self.make(self.hans, store, "fynlo.webhook", **vals)

    def test_word_of_a_customer_is_not_given_to_another_company(self):
        partners = self.env["res.partner"]
        ours = partners.create({"name": "Ours", "company_id": self.company.id})
        theirs = partners.create({"name": "Theirs", "company_id": self.company_b.id})
        words = self.env["fynlo.customer.preference"].with_user(self.mara)
        word = words.create({"partner_id": ours.id, "channel": "email", "allowed": True})
        self.refuse_move(word, partner_id=theirs.id)

    def test_no_till_is_moved(self):
        for goal in (self.till.store, self.store_b):
            self.refuse_move(self.device_2.with_user(self.hans), config_id=goal.id)

    def test_manager_of_one_store_gives_nobody_another(self):
        zoe = self._make_employee("Zoe", "cashier", stores=self.store_2)
        with self.assertRaises(UserError):
            zoe.with_user(self.hans).fynlo_store_ids = self.till.store
            self.env.flush_all()
