import json
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.fields import Command
from odoo.tests import tagged

from ..models.warm_cache import WarmCache
from ..schemas.carts import QuoteRequest
from .till import Till


@tagged("post_install", "-at_install")
class TestPriceBook(FynloCase):
    """The compiled book is never older than the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        cls.till = Till(cls.env)
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Day"})
        cls.till.store.write({
            "use_pricelist": True, "pricelist_id": cls.pricelist.id,
            "available_pricelist_ids": [Command.set(cls.pricelist.ids)],
        })  # fmt: skip

    def total(self, product=None):
        """Return what one coffee costs now, in cents."""
        product = product or self.till.coffee
        line = {"id": str(uuid4()), "productId": product.fynlo_uuid, "quantity": 1}
        document = {"orderType": "dine_in", "lines": [line]}
        cart = QuoteRequest.model_validate_json(json.dumps(document))
        env = self.env_as(self.ada, device=self.corner_device)
        return env["fynlo.checkout"]._fynlo_quote(cart).total

    def by_sql(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(query, params)
        self.env.invalidate_all()

    def test_change_by_the_orm_is_in_the_next_quote(self):
        coffee, tax = self.till.coffee, self.till.tax
        self.assertEqual(self.total(), 2.75)
        coffee.list_price = 3
        self.assertEqual(self.total(), 3.3)
        tax.amount = 20
        self.assertEqual(self.total(), 3.6)
        rule = self.env["product.pricelist.item"].create({
            "pricelist_id": self.pricelist.id, "compute_price": "percentage", "percent_price": 50,
            "applied_on": "3_global",
        })  # fmt: skip
        self.assertEqual(self.total(), 1.8)
        rule.percent_price = 0
        self.assertEqual(self.total(), 3.6)
        coffee.taxes_id = [Command.clear()]
        self.assertEqual(self.total(), 3.0)

    def test_change_by_sql_is_in_the_next_quote(self):
        coffee, tax = self.till.coffee, self.till.tax
        self.assertEqual(self.total(), 2.75)
        template_id = coffee.product_tmpl_id.id
        self.by_sql("UPDATE product_template SET list_price = 4 WHERE id = %s", template_id)
        self.assertEqual(self.total(), 4.4)
        self.by_sql("UPDATE account_tax SET amount = 0 WHERE id = %s", tax.id)
        self.assertEqual(self.total(), 4.0)
        self.by_sql("DELETE FROM product_taxes_rel WHERE prod_id = %s", template_id)
        self.assertEqual(self.total(), 4.0)

    def test_change_that_is_rolled_back_leaves_no_trace(self):
        self.assertEqual(self.total(), 2.75)
        savepoint = self.env.cr.savepoint()
        self.till.coffee.list_price = 9
        self.assertEqual(self.total(), 9.9)
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertEqual(self.total(), 2.75)

    def test_rule_with_a_period_begins_by_itself(self):
        self.env["product.pricelist.item"].create({
            "pricelist_id": self.pricelist.id, "compute_price": "fixed", "fixed_price": 1,
            "applied_on": "3_global", "date_start": "2090-01-01 00:00:00",
        })  # fmt: skip
        self.assertEqual(self.total(), 2.75)
        self.by_sql("UPDATE product_pricelist_item SET date_start = now() - interval '1 hour'")
        self.assertEqual(self.total(), 1.1)

    def test_what_is_kept_for_one_language_is_not_told_in_another(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        method, kept = self.till.cash.with_context(lang="en_US"), WarmCache()
        french = method.with_context(lang="fr_FR")
        french.name = "Espèces"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(method.name, "Cash")
        kept.harvest(method.env)
        self.env.invalidate_all()
        kept.pour(french.env)
        self.assertEqual(french.name, "Espèces")
        kept.harvest(french.env)
        self.env.invalidate_all()
        kept.pour(method.env)
        self.assertEqual(method.name, "Cash")
