from odoo import api, fields, models
from odoo.addons.fynlo_base.engine.card_numbers import mask_card_numbers
from odoo.addons.fynlo_base.exceptions import (
    CardNumberNotAllowedError,
    IdempotencyConflictError,
    InvalidFieldsError,
    NotFoundError,
)
from odoo.addons.fynlo_base.principal import find_principal, principal_of
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.sheet_cards import find_cards, workbook_has_card
from ..engine.sheet_reader import SheetError, is_workbook, read_heading, read_rows
from ..schemas.imports import FILE_LIMIT_BYTES

KINDS = [("customers", "Customers"), ("products", "Products")]
MODES = [("all_or_nothing", "All or nothing"), ("skip_bad", "Skip bad rows")]
STATES = [
    ("queued", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: Most bad cells of an import that are listed; all of them are counted.
MAX_LISTED = 1000
#: Most cells with cards that are told.
MAX_REFUSED = 100


class FynloImport(models.Model):
    """A file of customers or products, how far it is worked off, and what became of its rows.

    Only the server writes it: see ``_fynlo_upload``.
    """

    _name = "fynlo.import"
    _inherit = "fynlo.uuid.mixin"
    _description = "Import"
    _order = "id desc"
    _rec_name = "file_name"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    mode = fields.Selection(MODES, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="queued", index=True)
    is_dry_run = fields.Boolean("Dry Run", readonly=True, help="Done and taken back again.")
    is_duplicate_allowed = fields.Boolean(readonly=True)
    file_name = fields.Char("File", readonly=True)
    file = fields.Binary("Content", readonly=True, attachment=True, groups="base.group_system")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    config_id = fields.Many2one("pos.config", "Store", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)
    total = fields.Integer("Rows", readonly=True)
    position = fields.Integer(readonly=True, help="Rows whose fate is committed")
    attempts = fields.Integer(readonly=True, help="Interrupted since it last got on")
    conflicts = fields.Integer(readonly=True, help="Met the work of others since it last got on")
    retry_at = fields.Datetime(readonly=True, help="Not worked off before")
    dry_run_id = fields.Many2one(
        "fynlo.import", "Dry Run of It", readonly=True, ondelete="set null"
    )
    run_ids = fields.One2many("fynlo.import", "dry_run_id", "In Earnest", readonly=True)
    created_count = fields.Integer("New", readonly=True)
    updated_count = fields.Integer("Changed", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    bad_count = fields.Integer("Bad Rows", readonly=True)
    error_count = fields.Integer("Bad Cells in All", readonly=True)
    listed_count = fields.Integer("Bad Cells Listed", compute="_compute_listed_count")
    failure = fields.Char("Why It Failed", readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    error_ids = fields.One2many("fynlo.import.error", "import_id", "Bad Cells", readonly=True)
    processed_now = fields.Integer("Rows Done", compute="_compute_processed_now")
    progress = fields.Float(compute="_compute_processed_now")
    has_file = fields.Boolean(compute="_compute_has_file", compute_sudo=True)

    _dry_run_unique = models.UniqueIndex(
        "(dry_run_id) WHERE state NOT IN ('failed', 'cancelled')",
        "This file is imported already.",
    )

    @api.depends("error_count")
    def _compute_listed_count(self):
        for record in self:
            record.listed_count = min(record.error_count, MAX_LISTED)

    @api.depends("position", "total", "state")
    def _compute_processed_now(self):
        """Ask how far the transaction is that works it off now."""
        running = self.env["fynlo.import.progress"].sudo()._fynlo_read(self.ids)
        for record in self:
            record.processed_now = max(record.position, running.get(record.id, 0))
            record.progress = 100.0 * record.processed_now / record.total if record.total else 0.0

    def _compute_has_file(self):
        for record in self:
            record.has_file = bool(record.with_context(bin_size=True).file)

    @api.model
    def _fynlo_upload(self, kind, command, dry_run=None):
        """Take a file and have it worked off soon; return the import (one record).

        Whether it is a table with known columns is looked at at once, its rows later.

        :param kind: ``customers`` or ``products``
        :param command: an ``ImportCreate``
        :param dry_run: the import (one record) of the same file that was a dry run
        :raise CardNumberNotAllowedError: the number of a payment card is in it
        :raise ForbiddenError: the user is no manager
        :raise IdempotencyConflictError: the id is another import's
        :raise InvalidFieldsError: no such file, or columns that nobody knows
        """
        self.env["res.users"]._fynlo_require("manager")
        query = "SELECT 1 FROM fynlo_import WHERE fynlo_uuid = %s"
        if self.env.execute_query(SQL(query, str(command.id))):
            raise IdempotencyConflictError()
        total = self._fynlo_check_file(kind, command.content)
        principal = find_principal(self.env)
        vals = {
            "fynlo_uuid": str(command.id),
            "kind": kind,
            "mode": command.mode,
            "is_dry_run": command.dry_run,
            "is_duplicate_allowed": command.allow_duplicates,
            "file_name": command.file_name or f"{kind}",
            "total": total,
            "company_id": self.env.company.id,
            "user_id": self.env.uid,
            "config_id": principal.store_id if principal else False,
            "employee_id": principal.employee_id if principal else False,
            "device_id": principal.device_id if principal else False,
            "dry_run_id": dry_run.id if dry_run else False,
        }
        record = self.sudo().create(vals).with_env(self.env)
        record._fynlo_keep_file(command.content)
        facts = {"kind": kind, "rows": total, "dry_run": command.dry_run, "mode": command.mode}
        self.env["fynlo.audit"]._fynlo_log("import.upload", record, facts)
        self.env.ref("fynlo_pos_api.ir_cron_fynlo_import").sudo()._trigger()
        return record

    def _fynlo_check_file(self, kind, content):
        """Return the number of rows of a file whose columns are known; of a workbook 0.

        A large workbook takes half a minute to read: the job counts its rows.
        """
        if len(content) > FILE_LIMIT_BYTES:
            raise _refuse([("too_large", f"It is larger than {FILE_LIMIT_BYTES} bytes.")])
        try:
            rows = read_rows(content)
            columns = read_heading(rows)
            total = self._fynlo_check_cards(content, columns, rows)
        except SheetError as error:
            place = f"Row {error.row}: " if error.row else ""
            raise _refuse([(error.code, f"{place}{error}")]) from None
        known = self.env[self._fynlo_sheet_of(kind)]._fynlo_columns()
        unknown = [name for name in columns if name not in known]
        if unknown:
            messages = [f"There is no column {name[:64]!r}." for name in unknown]
            raise _refuse([("unknown_column", message) for message in messages])
        return total

    def _fynlo_check_cards(self, content, columns, rows):
        """Return the number of rows, 0 of a workbook; the file is not kept if a card is in it.

        :raise CardNumberNotAllowedError: tells rows and columns, of a workbook none
        """
        if is_workbook(content):
            total, found = 0, [(0, "")] if workbook_has_card(content) else []
        else:
            total, found = find_cards(columns, rows)
        if found:
            code, message = CardNumberNotAllowedError.code, "The number of a payment card."
            places = [f"Row {row}, {name}: " if row else "" for row, name in found[:MAX_REFUSED]]
            raise CardNumberNotAllowedError(
                errors=[
                    {"field": "content", "code": code, "message": f"{place}{message}"}
                    for place in places
                ]
            )
        return total

    @api.model
    def _fynlo_sheet_of(self, kind):
        return {"customers": "fynlo.sheet.customer", "products": "fynlo.sheet.product"}[kind]

    @api.model
    def _fynlo_find_import(self, uuid):
        """Return the import of the principal's store with that id (one record).

        :raise NotFoundError: unknown or hidden: the same answer
        """
        store_ids = [False, principal_of(self.env).store_id]
        domain = [("fynlo_uuid", "=", str(uuid)), ("config_id", "in", store_ids)]
        found = self.search(domain, limit=1)
        if not found:
            raise NotFoundError()
        return found

    def _fynlo_list_errors(self, query):
        """Return ``(errors, total)``: a page of the bad cells of one import.

        :param query: an ``ImportErrorQuery``
        """
        errors = self.env["fynlo.import.error"]
        domain, offset = [("import_id", "=", self.id)], (query.page - 1) * query.limit
        page = errors.search(domain, order="row, id", limit=query.limit, offset=offset)
        return page, errors.search_count(domain)

    def _fynlo_show(self):
        """Return the action that shows one import."""
        action = self.env["ir.actions.act_window"]._for_xml_id("fynlo_pos_api.fynlo_import_action")
        return {**action, "res_id": self.id, "views": [(False, "form")]}

    def _fynlo_keep_file(self, content):
        """Keep the file as the attachment of the field: it is large, and in base64 larger.

        Of bytes that nobody takes for text Odoo keeps no words to search for.
        """
        vals = {"name": "file", "res_model": self._name, "res_field": "file", "res_id": self.id}
        vals |= {"raw": content, "mimetype": "application/octet-stream"}
        # Who may upload may keep what he uploads; nobody but the job reads it.
        self.env["ir.attachment"].sudo().create(vals)

    def _fynlo_content(self):
        """Return the bytes of the file of one import (sudoed)."""
        kept = [
            ("res_model", "=", self._name),
            ("res_field", "=", "file"),
            ("res_id", "=", self.id),
        ]
        return self.env["ir.attachment"].search(kept).raw or b""

    @api.autovacuum
    def _gc_files(self):
        """Forget the files of dry runs; what was found in them stays listed for longer."""
        over = self._fynlo_over("import_files_days")
        over.filtered("is_dry_run").file = False

    @api.autovacuum
    def _gc_imports(self):
        """Drop imports that ended long ago, with their bad rows."""
        self._fynlo_over("imports_days").unlink()

    def _fynlo_over(self, term):
        """Return the imports that ended longer ago than their company keeps them.

        :param term: name of a field of ``fynlo.retention``
        """
        domains = [
            Domain("company_id", "=", company.id) & Domain("finished_at", "<", limit)
            for company, limit in self.env["fynlo.retention"]._fynlo_limits(term)
        ]
        return self.search(
            Domain("state", "in", ("done", "failed", "cancelled")) & Domain.OR(domains)
        )


def _refuse(problems):
    errors = [
        {"field": "content", "code": code, "message": mask_card_numbers(text)}
        for code, text in problems
    ]
    return InvalidFieldsError(errors=errors)
