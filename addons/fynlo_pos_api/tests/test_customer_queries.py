from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..schemas.customer_bodies import CustomerQuery
from ..schemas.customer_records import PurchasePage, PurchaseQuery
from ..schemas.customers import CustomerPage, CustomerView
from .till import Till


@tagged("post_install", "-at_install")
class TestCustomerQueries(FynloCase):
    """What a till asks all day costs a fixed number of queries, however much there is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        session = cls.till.open()
        vals = {"company_id": cls.company.id, "fynlo_is_customer": True, "street": "1 Main St"}
        tags = cls.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        vals["category_id"] = [(6, 0, tags.ids)]
        cls.customers = cls.env["res.partner"].create(
            [{**vals, "name": f"Zelda {number}"} for number in range(30)]
        )
        for number in range(12):
            cls.till.sell(session, {cls.till.coffee: 1}, partner_id=cls.customers[number // 6].id)
        cls.env["fynlo.customer.change"]._fynlo_count_batch()

    def assertCost(self, queries, act):
        """Check that ``act(partners)`` takes that many queries with Odoo's caches warm."""
        partners = self.env_as(self.ada, device=self.corner_device)["res.partner"]
        self.env.invalidate_all()
        act(partners)  # reads what Odoo keeps: rules of records, groups
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(queries):
            act(partners)

    def read_page(self, limit):
        query = CustomerQuery.model_validate_strings({"query": "zelda", "limit": str(limit)})

        def act(partners):
            found = partners._fynlo_search_customers(query)
            self.assertEqual(len(found[0]), limit)
            CustomerPage.of(*found, query).model_dump_json()

        return act

    def test_page_costs_the_same_for_few_and_many(self):
        for limit in (3, 30):
            self.assertCost(8, self.read_page(limit))

    def test_one_customer(self):
        uuid = self.customers[0].fynlo_uuid

        def act(partners):
            CustomerView.of(partners._fynlo_find_customer(uuid)).model_dump_json()

        self.assertCost(7, act)

    def test_what_he_bought(self):
        uuid = self.customers[1].fynlo_uuid

        def read(limit):
            query = PurchaseQuery.model_validate_strings({"limit": str(limit)})

            def act(partners):
                rows, total = partners._fynlo_purchases(uuid, query)
                self.assertEqual((len(rows), total), (limit, 6))
                PurchasePage.of(rows, total, query).model_dump_json()

            return act

        for limit in (1, 6):
            self.assertCost(12, read(limit))
