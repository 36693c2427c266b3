import logging
from collections import Counter
from itertools import islice

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..engine.sheet_reader import SheetError, read_tables

_logger = logging.getLogger(__name__)
CHUNK_ROWS = 500
MAX_ATTEMPTS = 5
_ERROR_COLUMNS = ("import_id", "row", "field", "code", "message")


class FynloImport(models.Model):
    """How an import is worked off.

    All or nothing is one transaction: whoever kills the worker kills all of it, and the next
    worker starts again. Skipping bad rows, each chunk commits together with the position behind
    it: the next worker goes on there. A dry run is the same work, taken back.
    """

    _inherit = "fynlo.import"

    @api.model
    def _fynlo_cron_work(self):
        """Work off what waits, and what a killed worker has left, the oldest first."""
        domain = [("state", "in", ("queued", "running"))]
        while record := self.search(domain, order="id", limit=1):
            record._fynlo_run()

    def _fynlo_run(self):
        """Make one attempt at one import, and commit."""
        if self.attempts >= MAX_ATTEMPTS:
            self._fynlo_finish("failed", failure=self.env._("It was interrupted too often."))
            return self._fynlo_commit()
        self.write({"state": "running", "attempts": self.attempts + 1})
        self._fynlo_commit()
        try:
            self._fynlo_work()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()  # somebody has changed one of the rows: once more
        except (SheetError, ForbiddenError) as error:
            self._fynlo_finish("failed", failure=str(error))
        return self._fynlo_commit()

    def _fynlo_commit(self):
        self.env.cr.commit()

    def _fynlo_work(self):
        self.env.flush_all()
        if self.mode == "skip_bad" and not self.is_dry_run:
            self._fynlo_write_chunks()
        else:
            self._fynlo_write_whole()

    def _fynlo_write_whole(self):
        tally, errors = Counter(), []
        with self.env.cr.savepoint() as savepoint:
            for processed, counts, found in self._fynlo_take_chunks(0):
                tally.update(counts)
                errors += found
                self.env["fynlo.import.progress"]._fynlo_tell(self, processed)
            is_refused = bool(errors) and self.mode == "all_or_nothing"
            if is_refused or self.is_dry_run:
                savepoint.rollback()
        self.env.invalidate_all()
        self._fynlo_note(tally, errors)
        if is_refused and not self.is_dry_run:
            self.write(dict.fromkeys(("created_count", "updated_count", "unchanged_count"), 0))
            return self._fynlo_finish("failed", failure=self.env._("Nothing is written."))
        return self._fynlo_finish("done")

    def _fynlo_write_chunks(self):
        for processed, counts, errors in self._fynlo_take_chunks(self.position):
            self._fynlo_note(counts, errors)
            self.position = processed
            self._fynlo_commit()
        self._fynlo_finish("done")

    def _fynlo_take_chunks(self, start):
        """Yield ``(rows behind us, counts, errors)`` after each chunk from row ``start`` on."""
        sheet, seen = self._fynlo_acting_sheet(), {}
        rows = islice(read_tables(self._fynlo_content()), start, None)
        processed = start
        while chunk := list(islice(rows, CHUNK_ROWS)):
            counts, errors = sheet._fynlo_take(chunk, seen, self.is_duplicate_allowed)
            processed += len(chunk)
            self.env.flush_all()
            self.env.invalidate_all()  # else memory grows with the file
            yield processed, counts, errors

    def _fynlo_acting_sheet(self):
        """Return the sheet model as who has uploaded the file, with the rights he has now.

        :raise ForbiddenError: he is no manager any more
        """
        user, role = self.user_id, self.user_id._fynlo_role()
        if not user.active or (self.employee_id and not self.employee_id.active):
            raise ForbiddenError()
        if self.employee_id:
            user, role = self.employee_id._fynlo_acting_user()
        principal = Principal(
            user_id=user.id,
            company_id=self.company_id.id,
            role=role or "",
            session="",
            store_ids=tuple((self.config_id or user._fynlo_stores()).ids),
            store_id=self.config_id.id or None,
            device_id=self.device_id.id or None,
            employee_id=self.employee_id.id or None,
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": self.company_id.ids}
        env = self.env(user=user.id, su=False, context=context)
        if not principal.is_at_least("manager"):
            raise ForbiddenError()
        return env[self._fynlo_sheet_of(self.kind)]

    def _fynlo_note(self, counts, errors):
        """Add up what a chunk has done, and list its bad cells."""
        self.write(
            {
                "created_count": self.created_count + counts["created"],
                "updated_count": self.updated_count + counts["updated"],
                "unchanged_count": self.unchanged_count + counts["unchanged"],
                "bad_count": self.bad_count + len({error[0] for error in errors}),
            }
        )
        rows = [
            dict(zip(_ERROR_COLUMNS, (self.id, *error), strict=True))
            for error in errors
        ]  # fmt: skip
        self.env["fynlo.import.error"].create(rows)

    def _fynlo_finish(self, state, failure=False):
        now = fields.Datetime.now()
        self.write({"state": state, "failure": failure, "finished_at": now})
        if state == "done":
            self.position = self.total
        if not self.is_dry_run:
            self.file = False
        self.env["fynlo.import.progress"]._fynlo_forget(self)
        facts = {"state": state, "created": self.created_count, "updated": self.updated_count}
        facts |= {"bad_rows": self.bad_count, "uploaded_by": self.user_id.id}
        self.env["fynlo.audit"]._fynlo_log("import.finish", self, facts)
