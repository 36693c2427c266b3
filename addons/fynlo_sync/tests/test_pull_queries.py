from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from .common import pull_as, told


@tagged("post_install", "-at_install")
class TestPullQueries(FynloCase):
    """What a pull costs does not depend on how much it tells."""

    def pull(self, env, past):
        self.env.flush_all()
        self.env.invalidate_all()
        return pull_as(env, lastPulledAt=past["timestamp"], snapshot=past["snapshot"])

    def test_many_rows_take_the_queries_of_one(self):
        env = self.env_as(self.ada)
        tags = self.env["res.partner.category"].create({"name": "Regular"})
        vals = {"fynlo_is_customer": True, "category_id": tags.ids}
        data = pull_as(env)
        guests = self.env["res.partner"].create([{"name": f"Guest {n}", **vals} for n in range(9)])
        counts = []
        for many in (guests[:1], guests):
            self.env.flush_all()
            self.env.cr.execute("DELETE FROM fynlo_change")
            many.write({"phone": f"+49 30 {len(many)}"})
            self.pull(env, data)
            before = self.env.cr.sql_log_count
            changes = told(self.pull(env, data))
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(changes["customers"][0]), len(many))
        self.assertEqual(counts[0], counts[1])
