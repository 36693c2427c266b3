from uuid import UUID

from odoo import models
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..exceptions import ImportOverError
from ..schemas.imports import ImportCreate


class FynloImport(models.Model):
    """What a manager does with an import that is there."""

    _inherit = "fynlo.import"

    def action_fynlo_run_again(self):
        """Button of the manager: import the file of a dry run in earnest, once."""
        self.ensure_one()
        self.check_access("read")
        self.env["res.users"]._fynlo_require("manager")
        self._fynlo_lock()
        if run := self.run_ids.filtered(lambda run: run.state not in ("failed", "cancelled")):
            return run[:1]._fynlo_show()
        content = self.sudo()._fynlo_content()
        if not content or not self.is_dry_run:
            raise UserError(self.env._("The file is gone. Upload it again."))
        command = ImportCreate.model_construct(
            id=UUID(make_uuid7()),
            content=content,
            fileName=self.file_name,
            mode=self.mode,
            dryRun=False,
            allowDuplicates=self.is_duplicate_allowed,
        )
        return self._fynlo_upload(self.kind, command, dry_run=self)._fynlo_show()

    def action_fynlo_cancel(self):
        """Button of the manager: see ``_fynlo_cancel``."""
        self.ensure_one()
        self.check_access("read")
        self._fynlo_cancel()

    def _fynlo_cancel(self):
        """End one import: at once while it waits, else before its next chunk; return it.

        What chunks of ``skip_bad`` have committed stays.

        :raise ForbiddenError: the user is no manager
        :raise ImportOverError: it has ended
        """
        self.env["res.users"]._fynlo_require("manager")
        self._fynlo_lock()
        if self.state not in ("queued", "running"):
            raise ImportOverError()
        self.env["fynlo.audit"]._fynlo_log("import.cancel", self, {"state": self.state})
        if self.state == "queued":
            self.sudo()._fynlo_finish("cancelled")
        else:
            self.env["fynlo.import.progress"].sudo()._fynlo_stop(self)
        return self

    def _fynlo_lock(self):
        query = "SELECT id FROM fynlo_import WHERE id = %s FOR NO KEY UPDATE"
        self.env.execute_query(SQL(query, self.id))
        self.invalidate_recordset()
