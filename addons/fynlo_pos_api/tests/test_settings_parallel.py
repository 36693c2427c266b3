"""Settings and tests of hardware that several people touch at the same moment."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import HardwareTestAnsweredError
from ..models.fynlo_settings import NAMESPACE
from ..schemas.hardware import HardwareTestResult
from ..schemas.settings_edits import SettingsUpdate
from .parallel_tills import TILLS, ParallelTills


@tagged("post_install", "-at_install")
class TestSettingsParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        self.store_id = self.principals[0].store_id

    def test_one_of_several_changes_of_a_version_wins(self):
        with committing_env(self.dbname) as env:
            user_id = env.company._fynlo_technical_user("manager").id
            version = env["pos.config"].browse(self.store_id)._fynlo_told_version()
        self.principals = [
            replace(each, user_id=user_id, role="manager") for each in self.principals
        ]

        def change(env, number):
            document = {"version": version, "receipt": {"footer": f"Till {number}"}}
            command = SettingsUpdate.model_validate(document)
            run_with_retry(env, lambda: env["fynlo.settings"]._fynlo_update(command))
            return number

        results = self.act_at_once(change)
        won = [each for each in results if isinstance(each, int)]
        lost = [each for each in results if isinstance(each, StaleVersionError)]
        self.assertEqual((len(won), len(lost)), (1, TILLS - 1), results)
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.store_id)
            self.assertEqual(store.receipt_footer, f"Till {won[0]}")
            self.assertEqual(store._fynlo_told_version(), version + 1)

    def read(self):
        """Read the settings in a request of its own; return the document and its queries."""
        with committing_env(self.dbname) as env:
            generation = env["fynlo.cache"]._fynlo_generation(NAMESPACE)
            principal = replace(self.principals[0], generations={NAMESPACE: generation})
            context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
            settings = env(user=principal.user_id, context=context)["fynlo.settings"]
            before = env.cr.sql_log_count
            body = settings._fynlo_read()[0]
            return json.loads(body), env.cr.sql_log_count - before

    def test_what_is_kept_costs_no_query_and_ends_when_the_store_closes(self):
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.store_id)
            store.write({"fynlo_hours_ids": [Command.create({"weekday": "0"})]})
            zone = ZoneInfo(store._fynlo_timezone())
        monday = datetime(2026, 11, 2, 16, 59, 50, tzinfo=zone)
        with freeze_time(monday):
            self.read()
            document, queries = self.read()
            self.assertEqual((document["hours"]["openNow"], queries), (True, 0))
        with freeze_time(monday + timedelta(seconds=10)):
            document, queries = self.read()
            self.assertIs(document["hours"]["openNow"], False)
            self.assertGreater(queries, 0)
            self.assertEqual(self.read(), (document, 0))

    def test_the_first_answer_of_a_test_counts(self):
        with committing_env(self.dbname) as env:
            admin = env(user=SUPERUSER_ID)
            vals = {"name": "Printer", "config_id": self.store_id}
            test = admin["fynlo.hardware.check"]._fynlo_queue(admin["fynlo.hardware"].create(vals))
            uuid, test_id = test.fynlo_uuid, test.id

        def answer(env, number):
            command = HardwareTestResult(result=("passed", "failed")[number % 2])
            tests = env["fynlo.hardware.check"]
            return run_with_retry(env, lambda: tests._fynlo_answer(uuid, command).state)

        results = self.act_at_once(answer)
        states = {each for each in results if isinstance(each, str)}
        refused = [each for each in results if isinstance(each, HardwareTestAnsweredError)]
        self.assertEqual((len(states), len(refused)), (1, TILLS // 2), results)
        with committing_env(self.dbname) as env:
            self.assertEqual({env["fynlo.hardware.check"].browse(test_id).state}, states)
