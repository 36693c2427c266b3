from unittest.mock import patch
from uuid import uuid4

from odoo.tests import TransactionCase, tagged

from ..engine.lru import ENTRY_OVERHEAD_BYTES, ByteCache
from ..models import fynlo_cache
from ..own_cursor import own_cursor
from ..principal import CONTEXT_KEY, Principal
from .parallel import committing_env, run_parallel

TABLE = "fynlo_test_tracked"


@tagged("post_install", "-at_install")
class TestCache(TransactionCase):
    """Every change here is committed on connections of its own, to a table of the test's own."""

    def setUp(self):
        super().setUp()
        self.namespace = f"test_{uuid4().hex[:12]}"
        self.run_sql(f"CREATE TABLE IF NOT EXISTS {TABLE} (id serial, name text, stock int)")
        self.addCleanup(self.clean_up)
        self.track({TABLE: ["name"]})
        self.run_sql(f"INSERT INTO {TABLE} (name, stock) VALUES ('tea', 1)")
        patch.object(fynlo_cache, "_memory", ByteCache(100_000)).start()
        self.addCleanup(patch.stopall)

    def clean_up(self):
        self.run_sql(f"DROP TABLE IF EXISTS {TABLE}")
        self.run_sql(f"DELETE FROM fynlo_cache_change WHERE namespace = '{self.namespace}'")

    def run_sql(self, query):
        with own_cursor(self.env) as cr:
            cr.execute(query)

    def track(self, tables):
        with committing_env(self.env.cr.dbname) as env:
            env["fynlo.cache"]._fynlo_track(self.namespace, tables)

    def fresh(self):
        """Return the environment of a new transaction, with a snapshot of its own."""
        return committing_env(self.env.cr.dbname)

    def generation(self):
        with self.fresh() as env:
            return env["fynlo.cache"]._fynlo_generation(self.namespace)

    def assertChanges(self, query):
        before = self.generation()
        self.run_sql(query)
        self.assertNotEqual(self.generation(), before, query)

    def assertStays(self, query):
        before = self.generation()
        self.run_sql(query)
        self.assertEqual(self.generation(), before, query)

    # --- Generation

    def test_every_kind_of_change_counts(self):
        self.assertChanges(f"INSERT INTO {TABLE} (name) VALUES ('milk')")
        self.assertChanges(f"UPDATE {TABLE} SET name = 'oat milk' WHERE name = 'milk'")
        self.assertChanges(f"DELETE FROM {TABLE} WHERE name = 'oat milk'")
        self.assertChanges(f"TRUNCATE {TABLE}")

    def test_a_column_outside_the_list_does_not(self):
        self.assertStays(f"UPDATE {TABLE} SET stock = 2")
        self.track({TABLE: None})
        self.assertChanges(f"UPDATE {TABLE} SET stock = 3")

    def test_a_rolled_back_change_does_not(self):
        before = self.generation()
        with self.fresh() as env:
            env.cr.execute(f"UPDATE {TABLE} SET name = 'x'")
            env.cr.rollback()
        self.assertEqual(self.generation(), before)

    def test_a_change_after_a_rolled_back_savepoint_counts(self):
        before = self.generation()
        with self.fresh() as env:
            with env.cr.savepoint() as point:
                env.cr.execute(f"UPDATE {TABLE} SET name = 'x'")
                point.rollback()
            env.cr.execute(f"UPDATE {TABLE} SET name = 'y'")
        self.assertNotEqual(self.generation(), before)

    def test_a_transaction_adds_one_row(self):
        with self.fresh() as env:
            for name in "abc":
                env.cr.execute(f"UPDATE {TABLE} SET name = '{name}'")
        with own_cursor(self.env) as cr:
            query = "SELECT count(*) FROM fynlo_cache_change WHERE namespace = %s"
            cr.execute(query, (self.namespace,))
            self.assertEqual(cr.fetchone()[0], 2)  # the insert of setUp, and this one

    def test_a_late_commit_of_an_earlier_change_counts(self):
        with self.fresh() as slow:
            slow.cr.execute(f"INSERT INTO {TABLE} (name) VALUES ('slow')")
            self.run_sql(f"INSERT INTO {TABLE} (name) VALUES ('fast')")
            before = self.generation()
        self.assertNotEqual(self.generation(), before)

    def test_compaction_changes_nothing(self):
        for _ in range(60):
            self.run_sql(f"UPDATE {TABLE} SET name = 'x'")
        before = self.generation()
        with self.fresh() as slow:
            slow.cr.execute(f"INSERT INTO {TABLE} (name) VALUES ('slow')")
            with self.fresh() as env:
                env["fynlo.cache.change"]._cron_compact()
            with own_cursor(self.env) as cr:
                query = "SELECT count(*), sum(weight) FROM fynlo_cache_change WHERE namespace = %s"
                cr.execute(query, (self.namespace,))
                self.assertEqual(cr.fetchone(), (1, 61))
            self.assertEqual(self.generation(), before)
        self.assertNotEqual(self.generation(), before)

    def test_parallel_writers_do_not_meet(self):
        def write(env):
            for _ in range(5):
                env.cr.execute(f"INSERT INTO {TABLE} (name) VALUES ('x')")
                env.cr.commit()

        before = int(self.generation().rpartition(".")[2])
        self.assertEqual(run_parallel(self.env.cr.dbname, write, 10), [None] * 10)
        self.assertEqual(int(self.generation().rpartition(".")[2]), before + 50)

    # --- Bytes

    def get(self, env, key=("menu",), **options):
        return env["fynlo.cache"]._fynlo_get(self.namespace, key, **options)

    def put(self, env, value, key=("menu",), **options):
        env["fynlo.cache"]._fynlo_put(self.namespace, key, value, **options)

    def test_two_workers_see_a_commit_at_once(self):
        memories = [ByteCache(100_000), ByteCache(100_000)]
        for memory in memories:
            with patch.object(fynlo_cache, "_memory", memory), self.fresh() as env:
                self.put(env, b"old")
                self.assertEqual(self.get(env), b"old")
        self.run_sql(f"UPDATE {TABLE} SET name = 'new'")
        for memory in memories:
            with patch.object(fynlo_cache, "_memory", memory), self.fresh() as env:
                self.assertIsNone(self.get(env))

    def test_an_old_snapshot_neither_takes_nor_gives_the_new(self):
        with self.fresh() as old:
            self.put(old, b"old")
            self.run_sql(f"UPDATE {TABLE} SET name = 'new'")
            with self.fresh() as new:
                self.put(new, b"new")
            self.assertEqual(self.get(old), b"old")
            self.put(old, b"old again")
        with self.fresh() as new:
            self.assertEqual(self.get(new), b"new")

    def test_a_change_of_ones_own_is_never_shared(self):
        """Both transactions see one change more than before, and not the same one."""
        with self.fresh() as mine:
            mine.cr.execute(f"UPDATE {TABLE} SET name = 'mine'")
            token = mine["fynlo.cache"]._fynlo_generation(self.namespace)
            self.assertNotEqual(token, mine["fynlo.cache"]._fynlo_generation(self.namespace))
            self.put(mine, b"mine")
            self.assertIsNone(self.get(mine))
            mine.cr.rollback()
        self.run_sql(f"UPDATE {TABLE} SET name = 'theirs'")
        with self.fresh() as theirs:
            self.assertIsNone(self.get(theirs))

    def test_an_unflushed_change_of_the_orm_counts(self):
        self.env["fynlo.cache"]._fynlo_track(self.namespace, {"res_partner": ["name"]})
        self.put(self.env, b"old")
        self.assertEqual(self.get(self.env), b"old")
        self.env.user.partner_id.name = "Somebody Else"
        self.assertIsNone(self.get(self.env))

    def principal_env(self, env, company, role="cashier", store=1):
        principal = Principal(
            user_id=1, company_id=company, role=role, session="test", store_id=store
        )
        return env(context={CONTEXT_KEY: principal, "allowed_company_ids": [company]})

    def test_another_company_role_or_store_gets_nothing(self):
        with self.fresh() as env:
            company = env.company.id
            other = env["res.company"].create({"name": f"Other {uuid4()}"}).id
            mine = self.principal_env(env, company)
            self.put(mine, b"cashier's")
            self.assertEqual(self.get(mine), b"cashier's")
            for stranger in (
                self.principal_env(env, other),
                self.principal_env(env, company, role="manager"),
                self.principal_env(env, company, store=2),
                self.principal_env(env, company, store=None),
                env,
            ):
                self.assertIsNone(self.get(stranger))
            env.cr.rollback()

    def test_bytes_for_all_roles_are_told_to_be(self):
        with self.fresh() as env:
            cashier = self.principal_env(env, env.company.id)
            manager = self.principal_env(env, env.company.id, role="manager")
            self.put(cashier, b"all", across_roles=True)
            self.assertEqual(self.get(manager, across_roles=True), b"all")
            self.assertIsNone(self.get(manager))

    def test_outside_the_api_users_do_not_share(self):
        with self.fresh() as env:
            self.put(env, b"superuser's")
            admin = env(user=env.ref("base.user_admin").id, su=False)
            self.assertIsNone(self.get(admin))

    def test_a_bad_namespace_is_refused(self):
        for name in ("", "Menu", "a-b", "a'b", "x" * 40):
            with self.assertRaises(ValueError):
                self.env["fynlo.cache"]._fynlo_generation(name)


@tagged("post_install", "-at_install")
class TestByteCache(TransactionCase):
    def test_what_was_not_used_for_longest_goes_first(self):
        cache = ByteCache(3 * (ENTRY_OVERHEAD_BYTES + 100))
        for key in "abc":
            cache.put(key, bytes(100))
        cache.get("a")
        cache.put("d", bytes(100))
        kept = [key for key in "abcd" if cache.get(key) is not None]
        self.assertEqual(kept, ["a", "c", "d"])
        self.assertEqual(cache.size_bytes, cache.limit_bytes)

    def test_a_value_larger_than_the_cache_is_not_kept(self):
        cache = ByteCache(1000)
        cache.put("a", b"small")
        cache.put("a", bytes(2000))
        self.assertIsNone(cache.get("a"))
        self.assertEqual(cache.size_bytes, 0)

    def test_replacing_counts_once(self):
        cache = ByteCache(10_000)
        cache.put("a", bytes(100))
        cache.put("a", bytes(50))
        self.assertEqual(cache.size_bytes, 50 + ENTRY_OVERHEAD_BYTES)
