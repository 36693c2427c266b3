"""Processes that work imports off and are killed, on rows that are committed."""

import os
import signal
from collections import Counter
from contextlib import ExitStack
from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..models.fynlo_import_run import FynloImport
from ..models.fynlo_sheet_customer import FynloSheetCustomer
from .import_jobs import ROWS, ImportJobCase

#: Steps of a run at which a process dies: chunks written and commits, before and after each.
ENOUGH_STEPS = 40


@tagged("post_install", "-at_install")
class TestImportKilled(ImportJobCase):
    """Whatever a process has done when it is killed, the next one makes it whole."""

    def work_and_die(self, step):
        """Work off in another process, which is killed at a step; tell whether it came so far."""
        status = self.in_child(lambda: self._work_as_child(step))
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def _work_as_child(self, step):
        steps = iter(range(ENOUGH_STEPS))

        def pass_step():
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        def around(function):
            def act(*arguments):
                pass_step()
                result = function(*arguments)
                pass_step()
                return result

            return act

        with ExitStack() as stack:
            for cls, name in (
                (FynloImport, "_fynlo_commit"),
                (FynloSheetCustomer, "_fynlo_create_all"),
            ):
                stack.enter_context(patch.object(cls, name, around(getattr(cls, name))))
            self.work()

    def kill_everywhere(self, mode, is_left_right):
        """Kill a run at each of its steps, then let the next one end it."""
        for step in range(ENOUGH_STEPS):
            import_id = self.upload(mode)
            if not self.work_and_die(step):
                self.assertGreater(step, 8, "a run has more steps than that")
                return
            with self.subTest(step=step), committing_env(self.dbname) as env:
                left, record = self.made(env), env["fynlo.import"].browse(import_id)
                self.assertTrue(is_left_right(len(left), record), (len(left), record.position))
            self.work()
            with self.subTest(step=step), committing_env(self.dbname) as env:
                record = env["fynlo.import"].browse(import_id)
                counts = Counter(self.made(env).mapped("email"))
                self.assertEqual((len(counts), set(counts.values())), (ROWS, {1}))
                self.assertEqual((record.state, record.created_count), ("done", ROWS))
            self.clean_up()
        self.fail("the run never came to its end")

    def test_all_or_nothing_is_all_or_nothing(self):
        self.kill_everywhere(
            "all_or_nothing",
            lambda left, record: left == (ROWS if record.state == "done" else 0),
        )

    def test_skip_bad_has_each_row_once(self):
        self.kill_everywhere("skip_bad", lambda left, record: left == min(record.position, ROWS))
