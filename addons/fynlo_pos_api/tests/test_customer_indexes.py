from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.res_partner_search import _NEVER, _SORT_FIELDS
from ..schemas.customer_bodies import CustomerQuery

_INDEX_OF = {
    "createdAt": "created", "name": "name", "email": "email", "lastVisitAt": "visit",
    "totalSpent": "spent",
}  # fmt: skip
_FILTERS = (
    {"status": "active"}, {"type": "business"}, {"segment": "vip"}, {"tier": "gold"},
    {"createdFrom": "2026-01-01T00:00:00Z"}, {"createdTo": "2026-01-01T00:00:00Z"},
    {"lastVisitFrom": "2026-01-01T00:00:00Z"}, {"lastVisitTo": "2026-01-01T00:00:00Z"},
    {"totalSpentMin": "1"}, {"totalSpentMax": "1"},
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestCustomerIndexes(FynloCase):
    """The ORM's own queries, with the cashier's record rules, can be answered from our indexes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(
            """INSERT INTO res_partner (name, type, active, fynlo_is_customer, fynlo_uuid,
                   autopost_bills, partner_share, fynlo_search)
               SELECT n, 'contact', true, true, gen_random_uuid()::text, 'ask', true,
                   ' ' || md5(n::text) FROM generate_series(1, 3000) AS n;
               ANALYZE res_partner"""
        )

    def forbid(self, *ways):
        """Make PostgreSQL take these ways last: of a test's few rows it would read the table."""
        for way in ways:
            self.env.cr.execute(SQL("SELECT set_config(%s, 'off', true)", f"enable_{way}"))

    def keep(self, name):
        """Drop our other indexes until the test is over."""
        query = "SELECT indexname FROM pg_indexes WHERE indexname LIKE %s AND indexname NOT LIKE %s"
        pattern = r"res\_partner\_fynlo\_%\_idx"
        for (index,) in self.env.execute_query(SQL(query, pattern, f"%{name}_idx")):
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(index)))

    def plan(self, query, order=None, count=False):
        """Return the text of the plan for a page or for the number of all."""
        partners = self.env_as(self.ada, self.store)["res.partner"]._fynlo_customers()
        domain = partners._fynlo_customers_domain(CustomerQuery.model_validate_strings(query))
        found = partners._search(domain, order=order, limit=None if count else 20)
        select = found.select(SQL("COUNT(*)")) if count else found.select()
        rows = self.env.execute_query(SQL("EXPLAIN %s", select))
        return "\n".join(line for (line,) in rows)

    def test_each_order_walks_its_index_alone(self):
        self.forbid("seqscan", "bitmapscan", "sort")
        for name, index in _INDEX_OF.items():
            for direction in ("asc", "desc"):
                nulls = _NEVER.get(name, {}).get(direction, "")
                order = f"{_SORT_FIELDS[name]} {direction}{nulls}, id {direction}"
                plan = self.plan({}, order)
                self.assertRegex(plan, rf"Index Only Scan.* using res_partner_fynlo_{index}_idx")
                self.assertNotIn("Sort", plan)

    def test_all_are_counted_in_an_index_alone(self):
        self.forbid("seqscan", "bitmapscan")
        self.keep("total")
        self.assertIn("Only Scan using res_partner_fynlo_total_idx", self.plan({}, count=True))

    def test_each_filter_is_counted_in_an_index_alone(self):
        self.forbid("seqscan", "bitmapscan")
        self.keep("filter")
        for query in _FILTERS:
            plan = self.plan(query, count=True)
            self.assertIn("Index Only Scan using res_partner_fynlo_filter_idx", plan, query)

    def test_words_and_phones_are_looked_up_by_their_trigrams(self):
        self.forbid("seqscan", "indexscan", "indexonlyscan")
        self.keep("search")
        for text in ("smith", "jo", "+1 212 555"):
            self.assertIn("res_partner_fynlo_search_idx", self.plan({"query": text}))

    def test_duplicates_are_looked_up_in_an_index(self):
        self.forbid("seqscan", "bitmapscan")
        query = "EXPLAIN SELECT id FROM res_partner WHERE fynlo_is_customer IS TRUE AND %s = 'x'"
        for column, index in (("email_normalized", "email"), ("fynlo_phone_digits", "phone")):
            rows = self.env.execute_query(SQL(query, SQL.identifier(column)))
            self.assertIn(f"res_partner_fynlo_{index}_idx", str(rows))

    def test_table_is_vacuumed_early(self):
        query = "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE relname = %s"
        [[options]] = self.env.execute_query(SQL(query, "res_partner"))
        self.assertIn("autovacuum_vacuum_scale_factor=0.01", options)
