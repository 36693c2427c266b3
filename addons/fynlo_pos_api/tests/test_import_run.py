"""What a killed worker leaves behind, and what a manager does in the web client."""

from base64 import b64encode
from contextlib import suppress
from unittest.mock import patch

from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_pos_api.models.fynlo_import_run import FynloImport
from odoo.addons.fynlo_pos_api.models.fynlo_sheet_customer import FynloSheetCustomer
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import fynlo_import_run
from .test_import_http import ImportCase

ROWS = 7


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours may catch it."""


@tagged("post_install", "-at_install")
class TestImportRun(ImportCase):
    """A commit is a savepoint here; a kill takes back what came after the last one."""

    def setUp(self):
        super().setUp()
        self.patch(fynlo_import_run, "CHUNK_ROWS", 2)
        lines = [f"Kill{n},kill{n}@example.com" for n in range(ROWS)]
        self.file = "\n".join(["firstName,email", *lines])

    def made(self):
        return self.env["res.partner"].search_count([("email", "like", "kill%@example.com")])

    def run_and_die(self, after):
        """Work the import off and die in the chunk ``after``; then let the next worker come."""
        chunks, create = iter(range(100)), FynloSheetCustomer._fynlo_create_all
        commits = [self.env.cr.savepoint()]

        def die(sheet, commands):
            create(sheet, commands)
            if next(chunks) == after:
                raise Killed

        def commit(record):
            record.env.flush_all()
            commits.append(record.env.cr.savepoint())

        self.patch(FynloImport, "_fynlo_commit", commit)
        # assertRaises of Odoo would roll all of it back.
        with patch.object(FynloSheetCustomer, "_fynlo_create_all", die), suppress(Killed):
            self.env["fynlo.import"]._fynlo_cron_work()
        self.env.invalidate_all(flush=False)
        commits[-1].rollback()
        self.env.invalidate_all(flush=False)
        left = self.made()
        self.work()
        return left

    def test_all_or_nothing_is_nothing_after_a_kill_and_all_after_the_next_run(self):
        told = self.assertSuccess(self.upload(self.file), 202)
        self.assertEqual(self.run_and_die(after=2), 0)
        self.assertEqual(self.made(), ROWS)
        self.assertCounts(self.get(f"/imports/{told['id']}", self.manager), "done", created=ROWS)

    def test_skip_bad_goes_on_behind_the_last_commit(self):
        told = self.assertSuccess(self.upload(self.file, mode="skip_bad"), 202)
        self.assertEqual(self.run_and_die(after=2), 4)
        self.assertEqual(self.made(), ROWS)
        self.assertCounts(self.get(f"/imports/{told['id']}", self.manager), "done", created=ROWS)

    def test_who_goes_on_knows_the_ids_before(self):
        """The worker is killed between the two rows of one customer."""
        known = self.make()
        lines = [f"{known['id']},One", ",A", ",B", ",C", f"{known['id']},Two"]
        told = self.assertSuccess(
            self.upload("\n".join(["id,firstName", *lines]), mode="skip_bad"), 202
        )
        self.run_and_die(after=1)
        self.assertEqual(self.bad(told), [(6, "id", "repeated")])
        self.assertEqual(self.partner_of(known).fynlo_first_name, "One")

    def test_file_that_kills_each_worker_is_given_up(self):
        told = self.assertSuccess(self.upload(self.file), 202)
        record = self.env["fynlo.import"].search([("fynlo_uuid", "=", told["id"])])
        record.write({"state": "running", "attempts": fynlo_import_run.MAX_ATTEMPTS})
        self.work()
        self.assertEqual((record.state, self.made()), ("failed", 0))

    def test_who_gets_on_is_not_given_up(self):
        told = self.assertSuccess(self.upload(self.file, mode="skip_bad"), 202)
        record = self.env["fynlo.import"].search([("fynlo_uuid", "=", told["id"])])
        record.attempts = fynlo_import_run.MAX_ATTEMPTS - 1
        self.run_and_die(after=2)
        self.assertEqual((record.state, self.made()), ("done", ROWS))

    def test_many_rows_cost_no_more_queries_than_few(self):
        self.patch(fynlo_import_run, "CHUNK_ROWS", 100)
        counts = []
        for size in (20, 80):
            lines = [f"Q{size}-{n},q{size}-{n}@example.com,vip" for n in range(size)]
            self.upload("\n".join(["firstName,email,tags", *lines]))
            before = self.env.cr.sql_log_count
            self.work()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 10)

    def test_manager_imports_in_the_web_client(self):
        mara = self._make_user("mara", "manager")
        wizards = self.env["fynlo.import.wizard"].with_user(mara)
        wizard = wizards.create({"file": b64encode(self.file.encode()), "file_name": "k.csv"})
        action = wizard.action_fynlo_upload()
        self.work()
        dry = self.env["fynlo.import"].with_user(mara).browse(action["res_id"])
        self.assertEqual((dry.state, dry.created_count, self.made()), ("done", ROWS, 0))
        self.assertEqual((dry.progress, dry.has_file), (100.0, True))
        action = dry.action_fynlo_run_again()
        self.work()
        done = self.env["fynlo.import"].with_user(mara).browse(action["res_id"])
        self.assertEqual((done.state, done.has_file, self.made()), ("done", False, ROWS))

    def test_who_is_no_manager_does_not(self):
        carl = self._make_user("carl", "cashier")
        record = self.env["fynlo.import"].create(
            {"kind": "customers", "mode": "skip_bad", "is_dry_run": True, "state": "done",
             "company_id": self.company.id, "user_id": carl.id, "file": b64encode(b"firstName")}
        )  # fmt: skip
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            record.with_user(carl).action_fynlo_run_again()
        with self.assertRaises(ForbiddenError):
            self.env["fynlo.import"].with_user(carl)._fynlo_upload("customers", None)
