from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL
from psycopg2 import OperationalError

from ..own_cursor import own_cursor
from .parallel import run_parallel


@tagged("post_install", "-at_install")
class TestOwnCursor(TransactionCase):
    def backend(self):
        with own_cursor(self.env) as cr:
            cr.execute(SQL("SELECT pg_backend_pid(), %s", "x"))
            return cr.fetchone()[0]

    def test_an_idle_connection_is_used_again(self):
        self.assertEqual(self.backend(), self.backend())

    def test_nested_and_parallel_uses_do_not_share(self):
        with own_cursor(self.env) as cr:
            cr.execute("SELECT pg_backend_pid()")
            self.assertNotEqual(cr.fetchone()[0], self.backend())

        def backend(env):
            with own_cursor(env) as cr:
                cr.execute("SELECT pg_backend_pid(), pg_sleep(0.2)")
                return cr.fetchone()[0]

        self.assertEqual(len(set(run_parallel(self.env.cr.dbname, backend, 8))), 8)

    def test_a_connection_that_the_server_closed_is_replaced(self):
        backend = self.backend()
        self.env.cr.execute("SELECT pg_terminate_backend(%s, 2000)", (backend,))
        self.assertNotEqual(self.backend(), backend)

    def test_a_connection_that_breaks_in_use_is_not_kept(self):
        with self.assertRaises(OperationalError), own_cursor(self.env) as cr:
            cr.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        self.assertGreater(self.backend(), 0)

    def test_every_statement_commits_by_itself(self):
        with own_cursor(self.env) as cr:
            cr.execute("SHOW transaction_isolation")
            self.assertEqual(cr.fetchone()[0], "read committed")
            cr.execute("SELECT pg_current_xact_id()")
            first = cr.fetchone()[0]
            cr.execute("SELECT pg_current_xact_id()")
            self.assertNotEqual(cr.fetchone()[0], first)
