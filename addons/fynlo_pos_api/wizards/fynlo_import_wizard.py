from base64 import b64decode
from uuid import UUID

from odoo import fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.exceptions import UserError

from ..models.fynlo_import import KINDS, MODES
from ..schemas.imports import ImportCreate


class FynloImportWizard(models.TransientModel):
    """Asks a manager for a file; first as a dry run, if he does not say otherwise."""

    _name = "fynlo.import.wizard"
    _description = "Import a file"

    kind = fields.Selection(KINDS, "What", required=True, default="customers")
    mode = fields.Selection(MODES, "If a Row Is Bad", required=True, default="all_or_nothing")
    is_dry_run = fields.Boolean(
        "Dry Run", default=True, help="Find all bad rows and write nothing."
    )
    is_duplicate_allowed = fields.Boolean(
        "Allow Duplicates", help="New customers may have the e-mail or phone of another."
    )
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()

    def action_fynlo_upload(self):
        """Button of the manager: take the file and show how its import goes on."""
        self.ensure_one()
        command = ImportCreate.model_construct(
            id=UUID(make_uuid7()),
            content=b64decode(self.with_context(bin_size=False).file),
            fileName=self.file_name,
            mode=self.mode,
            dryRun=self.is_dry_run,
            allowDuplicates=self.is_duplicate_allowed,
        )
        try:
            record = self.env["fynlo.import"]._fynlo_upload(self.kind, command)
        except InvalidFieldsError as error:
            raise UserError("\n".join(each["message"] for each in error.errors)) from None
        return record._fynlo_show()
