"""Imports on rows that are committed, worked off by processes and connections of their own."""

import os
from unittest.mock import patch
from uuid import uuid4

from odoo import sql_db
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import BaseCase, get_db_name

from ..models import fynlo_import_run
from ..schemas.imports import ImportCreate

#: Rows of a file and of a chunk.
ROWS, CHUNK = 5, 2


class ImportJobCase(BaseCase):
    """Uploads files for good, and cleans up behind them."""

    def setUp(self):
        super().setUp()
        self.dbname = get_db_name()
        patcher = patch.object(fynlo_import_run, "CHUNK_ROWS", CHUNK)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with committing_env(self.dbname) as env:
            self.made(env).unlink()
            env["fynlo.import"].search([]).unlink()

    def made(self, env):
        return env["res.partner"].search([("email", "=like", "%@killed.example")])

    def upload(self, mode="all_or_nothing", lines=()):
        """Commit an import of ``lines``, or of ``ROWS`` new customers; return its row's id."""
        mark = uuid4().hex[:8]
        new = [f"Kim{n},{mark}-{n}@killed.example" for n in range(ROWS)]
        content = "\n".join(lines or ["firstName,email", *new]).encode()
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=False)
            command = ImportCreate.model_construct(
                id=uuid4(), content=content, fileName="k.csv", mode=mode
            )
            return admin["fynlo.import"]._fynlo_upload("customers", command).id

    def work(self):
        with committing_env(self.dbname) as env:
            env["fynlo.import"]._fynlo_cron_work()

    def in_child(self, function):
        """Call a function in another process; return how that ended, as ``os.waitpid`` tells."""
        pid = os.fork()
        if pid == 0:
            try:
                # A connection has one process.
                sql_db._Pool, self.parents_pool = None, sql_db._Pool
                function()
            finally:
                os._exit(0)
        return os.waitpid(pid, 0)[1]
