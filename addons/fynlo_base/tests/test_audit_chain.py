from uuid import uuid4

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2.errors import InsufficientPrivilege

from ..engine.hash_chain import GENESIS, Break, find_break, hash_link
from .parallel import committing_env, run_parallel


def make_links(count):
    links, previous = [], GENESIS
    for seq in range(1, count + 1):
        row = [seq * 10, "sale", None]
        row_hash = hash_link(previous, seq, row)
        links.append((seq, seq * 10, previous, row_hash, row))
        previous = row_hash
    return links


@tagged("post_install", "-at_install")
class TestHashChain(BaseCase):
    def test_a_whole_chain_holds(self):
        links = make_links(5)
        self.assertIsNone(find_break(links))
        self.assertIsNone(find_break([]))
        self.assertIsNone(find_break(links, head=(5, links[4][3])))

    def test_the_first_changed_row_is_named(self):
        links = make_links(5)
        for index in (3, 1):
            seq, row_id, previous, row_hash, row = links[index]
            links[index] = (seq, row_id, previous, row_hash, [row[0], "gift", None])
        self.assertEqual(find_break(links), Break("changed", 2, 20))

    def test_a_value_does_not_slip_into_its_neighbour(self):
        self.assertNotEqual(hash_link("", 1, ["a", "bc"]), hash_link("", 1, ["ab", "c"]))
        self.assertNotEqual(hash_link("", 1, ["1"]), hash_link("", 1, [1]))

    def test_a_cut_is_named(self):
        links = make_links(5)
        self.assertEqual(find_break(links[:2] + links[3:]), Break("removed", 3, None))
        self.assertEqual(find_break(links[:4], head=(5, links[4][3])), Break("removed", 5, None))

    def test_a_rewritten_chain_does_not_match_a_noted_head(self):
        noted = make_links(5)[4][3]
        rewritten = make_links(6)[:4]
        row = [50, "gift", None]
        row_hash = hash_link(rewritten[3][3], 5, row)
        rewritten.append((5, 50, rewritten[3][3], row_hash, row))
        self.assertIsNone(find_break(rewritten))
        self.assertEqual(find_break(rewritten, head=(5, noted)), Break("changed", 5, 50))


@tagged("post_install", "-at_install")
class TestAuditChain(TransactionCase):
    def setUp(self):
        super().setUp()
        self.audit = self.env["fynlo.audit"]
        self.seals = self.env["fynlo.audit.seal"]
        self.seal_all()
        self.rows = self.log(5)
        self.assertEqual(self.seal_all(), 5)

    def log(self, count):
        for number in range(count):
            self.audit._fynlo_log("test.log", self.env.user, {"number": number})
        return self.audit.search([], order="id desc", limit=count).sorted("id").ids

    def seal_all(self):
        with mute_logger("odoo.addons.fynlo_base.models.fynlo_audit_seal"):
            return self.seals._fynlo_seal_batch()

    def tamper(self, query, *params):
        """Do what only the owner of the tables can: switch the guards off first."""
        for table in ("fynlo_audit", "fynlo_audit_seal"):
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER fynlo_append_only")
        self.env.cr.execute(query, params)
        self.env.invalidate_all()

    def problem(self, head=None):
        problem = self.seals._fynlo_verify_chain(head).problem
        return (problem.kind, problem.row_id) if problem else None

    def test_an_untouched_trail_is_whole(self):
        report = self.seals._fynlo_verify_chain()
        self.assertIsNone(report.problem)
        self.assertEqual(report.waiting, 0)
        self.assertIn(f"whole: {report.sealed} rows sealed, 0 waiting", str(report))

    def test_a_waiting_row_is_no_problem(self):
        self.log(2)
        report = self.seals._fynlo_verify_chain()
        self.assertEqual((report.problem, report.waiting), (None, 2))

    def test_each_changed_column_is_noticed(self):
        for change in (
            "created_at = created_at + interval '1 microsecond'",
            "action = 'test.other'",
            "model = 'res.partner'",
            "res_id = 99",
            "subject_uuid = 'x'",
            "user_id = 99",
            "employee_id = 99",
            "device_id = 99",
            "store_id = 99",
            "company_id = 99",
            "request_id = 'x'",
            """data = '{"number": 2.5}'""",
        ):
            with self.subTest(change), self.env.cr.savepoint() as point:
                self.tamper(f"UPDATE fynlo_audit SET {change} WHERE id = %s", self.rows[2])
                self.assertEqual(self.problem(), ("changed", self.rows[2]))
                point.rollback()
        self.assertIsNone(self.problem())

    def test_the_first_of_several_is_named(self):
        self.tamper("UPDATE fynlo_audit SET action = 'x' WHERE id = ANY(%s)", self.rows[1:])
        self.assertEqual(self.problem(), ("changed", self.rows[1]))
        self.assertIn(f"row {self.rows[1]} ", str(self.seals._fynlo_verify_chain()))
        self.assertIn("was changed", str(self.seals._fynlo_verify_chain()))

    def test_a_removed_row_is_named(self):
        self.tamper("DELETE FROM fynlo_audit WHERE id = %s", self.rows[3])
        self.assertEqual(self.problem(), ("removed", self.rows[3]))

    def test_a_row_removed_with_its_seal_is_noticed(self):
        self.tamper(
            """DELETE FROM fynlo_audit_seal WHERE audit_id = %s;
               DELETE FROM fynlo_audit WHERE id = %s""",
            self.rows[3],
            self.rows[3],
        )
        self.assertEqual(self.problem(), ("removed", None))

    def test_a_cut_end_is_noticed_by_the_noted_head(self):
        report = self.seals._fynlo_verify_chain()
        self.tamper(
            """DELETE FROM fynlo_audit_seal WHERE audit_id = %s;
               DELETE FROM fynlo_audit WHERE id = %s""",
            self.rows[4],
            self.rows[4],
        )
        self.assertIsNone(self.problem())
        self.assertEqual(self.problem((report.sealed, report.head_hash)), ("removed", None))

    def test_an_inserted_row_is_named(self):
        self.tamper("INSERT INTO fynlo_audit (created_at, action) VALUES (now(), 'forged')")
        forged = self.audit.search([("action", "=", "forged")]).id
        self.assertEqual(self.problem(), ("inserted", forged))

    def test_a_forged_seal_is_noticed(self):
        self.tamper(
            "UPDATE fynlo_audit_seal SET row_hash = repeat('0', 64) WHERE audit_id = %s",
            self.rows[0],
        )
        self.assertEqual(self.problem(), ("changed", self.rows[0]))

    def test_the_owner_of_the_tables_cannot_change_a_row_by_sql(self):
        for table in ("fynlo_audit", "fynlo_audit_seal"):
            for query in (
                f"UPDATE {table} SET id = id",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
            ):
                with (
                    self.assertRaises(InsufficientPrivilege, msg=query),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(query)
        self.assertIsNone(self.problem())

    def test_removing_the_module_takes_the_guards_away(self):
        self.audit._fynlo_drop_guard()
        self.env.cr.execute("DELETE FROM fynlo_audit WHERE id = %s", (self.rows[0],))
        self.assertEqual(self.env.cr.rowcount, 1)


@tagged("post_install", "-at_install")
class TestParallelSealing(TransactionCase):
    def test_no_row_of_parallel_writers_is_missed(self):
        """Some threads write and commit in any order, the others seal meanwhile."""
        marker = f"test.parallel.{uuid4()}"

        def work(env):
            env.cr.execute("SELECT nextval('fynlo_audit_id_seq') % 10")
            if env.cr.fetchone()[0] < 3:
                for _ in range(15):
                    env["fynlo.audit.seal"]._cron_seal()
                return "sealed"
            for number in range(30):
                env["fynlo.audit"]._fynlo_log(marker, data={"number": number})
                env["fynlo.audit"]._fynlo_log(marker, data={"number": -number})
                if number % 5 == 4:
                    env.cr.rollback()
                else:
                    env.cr.commit()
            return "wrote"

        with mute_logger("odoo.addons.fynlo_base.models.fynlo_audit_seal"):
            results = run_parallel(self.env.cr.dbname, work, 10)
            with committing_env(self.env.cr.dbname) as env:
                env["fynlo.audit.seal"]._cron_seal()
        self.assertLessEqual(set(results), {"sealed", "wrote"}, results)
        with committing_env(self.env.cr.dbname) as env:
            written = env["fynlo.audit"].search([("action", "=", marker)])
            self.assertEqual(len(written), results.count("wrote") * 48)
            sealed = env["fynlo.audit.seal"].search_count([("audit_id", "in", written.ids)])
            self.assertEqual(sealed, len(written))
            self.assertIsNone(env["fynlo.audit.seal"]._fynlo_verify_chain().problem)
