"""A product that several tills note as sold out at the same moment."""

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.availability import AvailabilityWrite
from .parallel_tills import ParallelTills


@tagged("post_install", "-at_install")
class TestAvailabilityParallel(ParallelTills):
    def note_at_once(self, available):
        """Let each till say so at the same moment; return what they get."""
        command = AvailabilityWrite(available=available)

        def note(env, _number):
            products = env["product.product"]
            run_with_retry(env, lambda: products._fynlo_set_availability(self.coffee, command))

        return self.act_at_once(note)

    def test_one_outage_begins_and_ends(self):
        for available in (False, True):
            self.assertEqual(set(self.note_at_once(available)), {None})
            with committing_env(self.dbname) as env:
                domain = [("product_id.fynlo_uuid", "=", self.coffee)]
                outage = env["fynlo.product.outage"].search(domain)
                self.assertEqual((len(outage), outage.is_out), (1, not available))
