from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine.capture import function_name
from ..engine.sight import Sight
from ..models import fynlo_change_keeping
from .common import pull_as, rows_of, told

_LOG = """
INSERT INTO fynlo_change (xid, collection, table_name, row_id, op, public_id, changed_at)
VALUES (%s::text::xid8, 'taxes', 'account_tax', %s, %s, %s, now() - %s::interval)
"""


@tagged("post_install", "-at_install")
class TestChangeKeeping(FynloCase):
    """The log is kept short, and nobody is told less for it."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute("DELETE FROM fynlo_change")
        self.log = self.env["fynlo.change"]
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1)

    def note(self, xid, row_id, op, age, public_id=None):
        self.env.cr.execute(_LOG, [str(xid), row_id, op, public_id, age])

    def kept(self):
        self.env.cr.execute("SELECT row_id, xid::text::int, op FROM fynlo_change ORDER BY 1, 2")
        return self.env.cr.fetchall()

    def marks(self):
        self.env.cr.execute("SELECT floor::text::int, compacted::text::int FROM fynlo_sync_epoch")
        return self.env.cr.fetchone()

    def test_the_newest_change_of_each_row_is_kept(self):
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = '3', compacted = '3'")
        for xid, row_id, op, age in (
            (10, 1, "I", "3 days"), (11, 1, "U", "3 days"), (12, 1, "U", "2 days"),
            (13, 2, "D", "2 days"), (14, 2, "U", "2 days"),
            (15, 3, "U", "1 minute"), (16, 3, "U", "1 minute"),
        ):  # fmt: skip
            self.note(xid, row_id, op, age)
        self.log._fynlo_cron_compact()
        kept = [(1, 12, "U"), (2, 13, "D"), (2, 14, "U"), (3, 15, "U"), (3, 16, "U")]
        self.assertEqual(self.kept(), kept)
        self.assertEqual(self.marks(), (3, 15))

    def test_a_later_run_looks_only_at_what_came_since(self):
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = '3', compacted = '3'")
        self.patch(fynlo_change_keeping, "_BATCH", 2)
        for xid, row_id in ((10, 1), (11, 2), (12, 1), (13, 3), (14, 1)):
            self.note(xid, row_id, "U", "3 days")
        self.log._fynlo_cron_compact()
        self.assertEqual(self.kept(), [(1, 14, "U"), (2, 11, "U"), (3, 13, "U")])
        for xid, row_id in ((15, 4), (16, 2), (17, 4)):
            self.note(xid, row_id, "U", "2 days")
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET merged = '15'")
        self.log._fynlo_cron_compact()
        kept = [(1, 14, "U"), (2, 16, "U"), (3, 13, "U"), (4, 17, "U")]
        self.assertEqual(self.kept(), kept)

    def test_a_merged_change_of_a_tills_own_may_hide_anothers(self):
        """Who deletes what others have changed is asked, however long ago that was."""
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = '3', compacted = '3'")
        for xid, device in ((10, None), (11, self.device)):
            self.log._fynlo_sign(device and device.id)
            self.note(xid, 1, "U", "3 days")
        desk, sight = self.env["fynlo.push.desk"], Sight(9, "9:9:", self.device.id)
        self.assertTrue(desk._fynlo_is_changed("taxes", 1, sight))
        self.log._fynlo_cron_compact()
        self.assertEqual(self.kept(), [(1, 11, "U")])
        self.assertTrue(desk._fynlo_is_changed("taxes", 1, sight))
        self.assertFalse(desk._fynlo_is_changed("taxes", 1, Sight(12, None, self.device.id)))

    def test_what_was_deleted_is_told_for_90_days(self):
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = '3', compacted = '3'")
        self.note(10, 1, "D", "91 days")
        self.note(11, 2, "D", "89 days")
        self.log._fynlo_cron_compact()
        self.assertEqual(self.kept(), [(2, 11, "D")])
        self.assertEqual(self.marks()[0], 11)

    def test_a_cursor_below_the_floor_starts_over(self):
        env = self.env_as(self.ada)
        data = pull_as(env)
        cursor = {"lastPulledAt": data["timestamp"], "snapshot": data["snapshot"]}
        self.assertEqual(pull_as(env, **cursor)["experimentalStrategy"], "incremental")
        above = (data["timestamp"] & 2**40 - 1) + 1
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = %s::text::xid8", [str(above)])
        again = pull_as(env, **cursor)
        self.assertEqual(again["experimentalStrategy"], "replacement")
        self.assertEqual(told(again), told(data))

    def test_a_merged_change_is_told_to_who_may_not_have_seen_it(self):
        """A till saw the second of two changes and not the first, which was still open."""
        tax = self.env["account.tax"].create({"name": "VAT", "amount": 5})
        env, data = self.env_as(self.ada), pull_as(self.env_as(self.ada))
        self.env.cr.execute("DELETE FROM fynlo_change")
        sight, _, numbers = data["snapshot"].partition("~")
        xmin = int(numbers.partition(":")[0]) - 10
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = '3', compacted = '3'")
        self.note(xmin, tax.id, "U", "2 hours")
        self.note(xmin + 1, tax.id, "U", "2 hours")
        epoch = data["timestamp"] >> 40
        cursor = {
            "lastPulledAt": epoch << 40 | xmin,
            "snapshot": f"{sight}~{xmin}:{xmin + 2}:{xmin}",
        }
        self.assertEqual(list(rows_of(pull_as(env, **cursor), "taxes")), [tax.fynlo_uuid])
        self.log._fynlo_cron_compact()
        self.assertEqual(self.kept(), [(tax.id, xmin + 1, "U")])
        self.assertEqual(list(rows_of(pull_as(env, **cursor), "taxes")), [tax.fynlo_uuid])

    def test_a_customer_who_left_a_company_goes_from_tills_that_were_away(self):
        """What was logged of him later does not say who he is."""
        customers = self.env["res.partner"]
        leaves = customers.create({"name": "Zoe", "fynlo_is_customer": True})
        env = self.env_as(self.ada)
        data = pull_as(env)
        self.assertIn(leaves.fynlo_uuid, rows_of(data, "customers"))
        self.env.cr.execute("DELETE FROM fynlo_change")
        leaves.company_id = self.company_b
        self.env.flush_all()
        leaves.category_id = self.env["res.partner.category"].create({"name": "VIP"})
        self.env.flush_all()
        xmin = (data["timestamp"] & 2**40 - 1) - 10
        age = """UPDATE fynlo_change SET changed_at = now() - interval '2 hours',
                     xid = (%s + id - (SELECT min(id) FROM fynlo_change))::text::xid8"""
        self.env.cr.execute(age, [xmin])
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET floor = '3', compacted = '3'")
        self.log._fynlo_cron_compact()
        again = pull_as(env, lastPulledAt=data["timestamp"] >> 40 << 40 | xmin)
        self.assertEqual(told(again)["customers"], (set(), {leaves.fynlo_uuid}))

    def test_a_restored_copy_begins_an_epoch(self):
        epochs, env = self.env["fynlo.sync.epoch"], self.env_as(self.ada)
        data = pull_as(env)
        for column in ("system_identifier", "incarnation"):
            epoch, secret, _floor = epochs._fynlo_read()
            self.note(5, 1, "U", "1 day")
            update = "UPDATE fynlo_sync_epoch SET %s = 'of another cluster'"
            self.env.cr.execute(SQL(update, SQL.identifier(column)))
            begun = epochs._fynlo_read()
            self.assertNotEqual(begun[0], epoch)
            self.assertNotEqual(begun[1], secret)
            self.assertEqual(self.kept(), [])
            self.assertEqual(epochs._fynlo_read(), begun)
        cursor = {"lastPulledAt": data["timestamp"], "snapshot": data["snapshot"]}
        self.assertEqual(pull_as(env, **cursor)["experimentalStrategy"], "replacement")

    def test_time_alone_changes_prices_and_dishes(self):
        product = self.env["product.product"].create({"name": "Soup", "available_in_pos": True})
        self.env["fynlo.product.outage"].create(
            {"product_id": product.id, "config_id": self.store.id}
        )
        pricelist = self.env["product.pricelist"].create({"name": "Happy hour"})
        rule = {"pricelist_id": pricelist.id, "compute_price": "fixed", "fixed_price": 1}
        self.env["product.pricelist.item"].create(rule)
        self.env.flush_all()
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET timed_at = now() - interval '1 hour'")
        past = "now() AT TIME ZONE 'UTC' - interval '1 minute'"
        self.env.cr.execute(f"UPDATE fynlo_product_outage SET until = {past}")
        self.env.cr.execute(f"UPDATE product_pricelist_item SET date_start = {past}")
        self.env.cr.execute("DELETE FROM fynlo_change")
        self.log._fynlo_cron_note_time()
        self.env.cr.execute("SELECT collection, row_id, store_id FROM fynlo_change ORDER BY 1")
        noted = [("prices", 0, None), ("products", product.product_tmpl_id.id, self.store.id)]
        self.assertEqual(self.env.cr.fetchall(), noted)
        self.log._fynlo_cron_note_time()
        self.env.cr.execute("SELECT count(*) FROM fynlo_change")
        self.assertEqual(self.env.cr.fetchone(), (2,))

    def test_lots_become_too_old_to_be_sold(self):
        product = self.env["product.product"].create({"name": "Milk", "is_storable": True})
        shelf = self.env.ref("stock.stock_location_stock")
        self.env["stock.quant"]._update_available_quantity(product, shelf, 1)
        self.env.flush_all()
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET timed_at = now() - interval '1 hour'")
        query = """UPDATE stock_quant SET removal_date = now() AT TIME ZONE 'UTC' + %s::interval
                   WHERE product_id = %s"""
        for age, noted in (("-1 minute", [("stock", product.id)]), ("1 minute", [])):
            self.env.cr.execute(query, [age, product.id])
            self.env.cr.execute("DELETE FROM fynlo_change")
            self.log._fynlo_cron_note_time()
            self.env.cr.execute("SELECT collection, row_id FROM fynlo_change")
            self.assertEqual(self.env.cr.fetchall(), noted)

    def test_lost_triggers_are_made_again(self):
        self.assertFalse(self.log._fynlo_install())
        function = function_name("account_tax", "U")
        self.env.cr.execute(f"DROP FUNCTION {function} CASCADE")
        self.assertTrue(self.log._fynlo_install())
        self.assertFalse(self.log._fynlo_install())
        self.env.cr.execute("ALTER TABLE pos_category DROP COLUMN color")
        self.assertTrue(self.log._fynlo_install())
        self.env.cr.execute("ALTER TABLE pos_category ALTER COLUMN sequence TYPE bigint")
        self.env.cr.execute("DELETE FROM fynlo_change")
        self.env.cr.execute("UPDATE pos_category SET sequence = 7")
        self.env.cr.execute("""INSERT INTO pos_category (name, fynlo_uuid)
                               VALUES ('{"en_US": "New"}', gen_random_uuid())""")
        self.env.cr.execute("SELECT DISTINCT collection FROM fynlo_change WHERE op = 'I'")
        self.assertEqual(self.env.cr.fetchall(), [("categories",)])

    def test_health_tells_of_lost_triggers(self):
        health = self.env["fynlo.health"]

        def status():
            [check] = [each for each in health._fynlo_checks() if each.name == "changelog"]
            return check.status, check.detail

        self.patch(type(health), "_fynlo_oldest_write_s", lambda _self: 3)
        self.assertEqual(status(), ("ok", ""))
        self.assertEqual(health._fynlo_gauges()["sync_oldest_write_seconds"][1], 3)
        self.patch(type(health), "_fynlo_oldest_write_s", lambda _self: 301)
        self.assertEqual(status()[0], "degraded")
        self.env.cr.execute("ALTER TABLE account_tax DISABLE TRIGGER fynlo_change_u")
        self.assertEqual(
            status(), ("failed", "1 triggers are missing: start Odoo again to make them.")
        )
        self.assertTrue(self.log._fynlo_install())

    def test_nothing_is_left_when_the_module_goes(self):
        self.log._fynlo_drop()
        self.env["fynlo.sync.epoch"]._fynlo_drop()
        self.env.cr.execute(
            """SELECT proname FROM pg_proc WHERE proname LIKE 'fynlo_change_%'
               UNION SELECT relname FROM pg_class WHERE relname LIKE 'fynlo_change%'
               UNION SELECT relname FROM pg_class WHERE relname LIKE 'fynlo_sync_epoch%'"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])
        self.env["product.template"].create({"name": "Pie", "available_in_pos": True})
        self.env.flush_all()
