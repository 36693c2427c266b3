"""What becomes of an import that takes longer than a request may."""

import io
import os
import resource
import signal
import threading
import time
from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged
from odoo.tools import config
from openpyxl import Workbook

from ..job_limits import JobLimits
from ..models.fynlo_sheet_customer import FynloSheetCustomer
from .import_jobs import ROWS, ImportJobCase
from .test_import_http import ImportCase

#: Seconds of processor; the system counts whole ones.
LIMIT_S = 3


@tagged("post_install", "-at_install")
class TestImportLimits(ImportJobCase):
    """The system ends a process that has used up its processor time, as it does Odoo's workers."""

    def work_limited(self, chunk_s):
        """Work off in a process that may use little; return how it ended.

        :param chunk_s: seconds of processor that each chunk takes
        """
        create = FynloSheetCustomer._fynlo_create_all

        def create_slowly(sheet, commands):
            until = time.process_time() + chunk_s
            while time.process_time() < until:
                pass
            create(sheet, commands)

        def work():
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            soft = int(time.process_time()) + LIMIT_S
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
            with (
                patch.dict(config.options, {"limit_time_cpu": LIMIT_S}),
                patch.object(FynloSheetCustomer, "_fynlo_create_all", create_slowly),
            ):
                self.work()

        return self.in_child(work)

    def test_file_that_takes_longer_than_the_limit_ends_well(self):
        for mode in ("all_or_nothing", "skip_bad"):
            with self.subTest(mode):
                import_id = self.upload(mode)
                self.assertEqual(self.work_limited(chunk_s=1.2), 0)  # three chunks
                with committing_env(self.dbname) as env:
                    record = env["fynlo.import"].browse(import_id)
                    self.assertEqual((record.state, record.created_count), ("done", ROWS))

    def test_file_that_hangs_is_ended(self):
        import_id = self.upload()
        status = self.work_limited(chunk_s=60)
        self.assertTrue(os.WIFSIGNALED(status))
        self.assertEqual(os.WTERMSIG(status), signal.SIGXCPU)
        with committing_env(self.dbname) as env:
            record = env["fynlo.import"].browse(import_id)
            self.assertEqual((record.state, record.attempts), ("running", 1))
            self.assertFalse(self.made(env))

    def test_thread_gets_its_time_anew_until_the_job_is_too_long(self):
        thread = threading.current_thread()
        with patch.object(thread, "start_time", 1.0, create=True):
            JobLimits().get_on()
            self.assertAlmostEqual(thread.start_time, time.time(), delta=60)
        with (
            patch("odoo.addons.fynlo_pos_api.job_limits.JOB_LIMIT_S", -1),
            patch.object(thread, "start_time", 1.0, create=True),
        ):
            JobLimits().get_on()
            self.assertEqual(thread.start_time, 1.0)


@tagged("post_install", "-at_install")
class TestImportCount(ImportCase):
    """Reading a large workbook takes longer than an upload should."""

    def workbook(self, rows):
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()

    def test_rows_of_a_workbook_are_counted_by_the_job(self):
        file = self.workbook([["firstName"], ["Ann"], ["Bea"]])
        told = self.assertSuccess(self.upload(file), 202)
        self.assertIsNone(told["total"])
        self.work()
        told = self.get(f"/imports/{told['id']}", self.manager)
        self.assertCounts(told, "done", created=2)
        self.assertEqual((told["total"], told["processed"]), (2, 2))

    def test_workbook_without_rows(self):
        told = self.run_file(self.workbook([["firstName"]]))
        self.assertCounts(told, "done")
        self.assertEqual(told["total"], 0)

    def test_rows_of_text_are_counted_at_once(self):
        told = self.assertSuccess(self.upload("firstName\nAnn\nBea\n"), 202)
        self.assertEqual(told["total"], 2)
