"""What happens to an import between its upload and its end, and who may make it happen."""

from base64 import b64encode
from unittest.mock import patch
from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure, UniqueViolation

from ..models import fynlo_import, fynlo_import_run
from ..models.fynlo_import_run import FynloImport
from ..models.fynlo_sheet_customer import FynloSheetCustomer
from .test_import_http import ImportCase


@tagged("post_install", "-at_install")
class TestImportSteps(ImportCase):
    def record_of(self, told):
        return self.env["fynlo.import"].search([("fynlo_uuid", "=", told["id"])])

    def cancel(self, told, token=None):
        path = f"/imports/{told['id']}/cancel"
        return self.post({"id": str(uuid4())}, token or self.manager, path)

    def test_queued_import_is_cancelled_at_once(self):
        told = self.assertSuccess(self.upload("firstName\nAnnette\n"), 202)
        told = self.assertSuccess(self.cancel(told))
        self.assertEqual((told["state"], told["created"]), ("cancelled", 0))
        self.assertIsNotNone(told["finishedAt"])
        self.work()
        self.assertFalse(self.env["res.partner"].search([("fynlo_first_name", "=", "Annette")]))
        self.assertFalse(self.record_of(told).has_file)
        self.assertFailure(self.cancel(told), 409, "import_over")

    def cancel_while_it_runs(self, mode):
        """Cancel in the first of two chunks; return what the import tells then."""
        self.patch(fynlo_import_run, "CHUNK_ROWS", 1)
        told = self.assertSuccess(self.upload("firstName\nAnnette\nBeatrix\n", mode=mode), 202)
        create = FynloSheetCustomer._fynlo_create_all

        def meet(sheet, commands):
            create(sheet, commands)
            self.record_of(told)._fynlo_cancel()

        with patch.object(FynloSheetCustomer, "_fynlo_create_all", meet):
            self.work()
        return self.get(f"/imports/{told['id']}", self.manager)

    def made(self):
        names = ("Annette", "Beatrix")
        return self.env["res.partner"].search_count([("fynlo_first_name", "in", names)])

    def test_running_import_is_stopped_and_all_is_taken_back(self):
        self.assertCounts(self.cancel_while_it_runs("all_or_nothing"), "cancelled")
        self.assertEqual(self.made(), 0)

    def test_running_import_that_skips_bad_rows_keeps_what_it_has_written(self):
        self.assertCounts(self.cancel_while_it_runs("skip_bad"), "cancelled", created=1)
        self.assertEqual(self.made(), 1)

    def test_cashier_cancels_nothing(self):
        told = self.assertSuccess(self.upload("firstName\nAnnette\n"), 202)
        self.assertFailure(self.cancel(told, self.token), 403, "forbidden")
        self.assertEqual(self.record_of(told).state, "queued")

    def test_who_lost_the_store_imports_nothing(self):
        mara = self._make_user("mara", "manager", stores=self.store, password="mara-mara-mara")
        token = self.token_for(mara)
        told = self.assertSuccess(self.upload("firstName\nAnnette\n", token=token), 202)
        mara.fynlo_store_ids = self.store_2
        self.env.flush_all()
        self.work()
        self.assertEqual((self.record_of(told).state, self.made()), ("failed", 0))

    def upload_as_mara(self, **vals):
        mara = self._make_user("mara", "manager")
        wizards = self.env["fynlo.import.wizard"].with_user(mara)
        res_id = wizards.create(vals).action_fynlo_upload()["res_id"]
        return mara, self.env["fynlo.import"].with_user(mara).browse(res_id)

    def test_who_lost_the_company_imports_nothing(self):
        mara, record = self.upload_as_mara(file=b64encode(b"firstName\nAnnette\n"))
        companies = Command.set(self.company_b.ids)
        mara.write({"company_ids": [companies], "company_id": self.company_b.id})
        self.work()
        self.assertEqual((record.sudo().state, self.made()), ("failed", 0))

    def test_dry_run_that_is_run_again_twice_imports_once(self):
        file = b64encode(b"name,price\nTwin,1.00\n")
        _mara, dry = self.upload_as_mara(kind="products", file=file)
        self.work()
        runs = [dry.action_fynlo_run_again()["res_id"] for _press in range(2)]
        self.work()
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(dry.action_fynlo_run_again()["res_id"], runs[0])
        self.assertEqual(self.env["product.template"].search_count([("name", "=", "Twin")]), 1)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            dry.run_ids.sudo().copy({"dry_run_id": dry.id, "fynlo_uuid": str(uuid4())})

    def test_cancelled_run_of_a_dry_run_can_be_run_again(self):
        _mara, dry = self.upload_as_mara(file=b64encode(b"firstName\nAnnette\n"))
        self.work()
        first = dry.browse(dry.action_fynlo_run_again()["res_id"])
        first.action_fynlo_cancel()
        self.assertNotEqual(dry.action_fynlo_run_again()["res_id"], first.id)
        self.work()
        self.assertEqual((first.state, self.made()), ("cancelled", 1))

    def meet_others(self, times):
        """Upload a file that meets the work of others so often; return its import."""
        met, work = iter(range(100)), FynloImport._fynlo_work

        def meet(record, limits):
            if next(met) < times:
                raise SerializationFailure
            work(record, limits)

        told = self.assertSuccess(self.upload("firstName\nAnnette\n"), 202)
        self.patch(self.env.cr, "rollback", lambda: None)
        self.patch(FynloImport, "_fynlo_work", meet)
        self.work()
        return self.record_of(told)

    def test_who_meets_the_work_of_others_is_not_interrupted(self):
        record = self.meet_others(fynlo_import_run.MAX_CONFLICTS)
        self.assertEqual((record.state, record.attempts, self.made()), ("done", 1, 1))

    def test_who_meets_the_work_of_others_all_the_time_is_given_up(self):
        record = self.meet_others(fynlo_import_run.MAX_CONFLICTS + 1)
        self.assertEqual((record.state, self.made()), ("failed", 0))

    def test_pauses_grow(self):
        self.patch(fynlo_import_run, "PAUSE_S", 7200)
        self.patch(fynlo_import_run, "LONGEST_PAUSE_S", 10_000)
        record = self.meet_others(1)
        self.assertEqual((record.state, record.conflicts, record.attempts), ("queued", 1, 0))
        first = record.retry_at
        record._fynlo_postpone()
        self.assertAlmostEqual((record.retry_at - first).total_seconds(), 2800, delta=60)

    def test_bad_cells_are_listed_up_to_a_limit_and_counted_beyond(self):
        self.patch(fynlo_import, "MAX_LISTED", 3)
        self.patch(fynlo_import_run, "MAX_LISTED", 3)
        self.patch(fynlo_import_run, "CHUNK_ROWS", 2)
        file = "firstName,email,type\n" + "Ann,no mail,robot\n" * 5
        for mode, state in (("all_or_nothing", "failed"), ("skip_bad", "done")):
            with self.subTest(mode):
                told = self.run_file(file, mode=mode)
                self.assertCounts(told, state, badRows=5)
                self.assertEqual((told["badCells"], told["listedCells"]), (10, 3))
                self.assertEqual(len(self.bad(told)), 3)
