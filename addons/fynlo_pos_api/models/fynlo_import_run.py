import time
from collections import Counter
from datetime import timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.session_state import DEFAULT_LANG
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..engine.sheet_reader import SheetError, read_tables
from ..job_limits import JobLimits
from .fynlo_import import MAX_LISTED

CHUNK_ROWS = 500
#: How often a worker may be killed over an import, and how often it may meet others' work.
MAX_ATTEMPTS = 5
MAX_CONFLICTS = 30
#: Seconds before it is tried again; each time twice as long, up to the longest.
PAUSE_S, LONGEST_PAUSE_S = 1, 300
#: Seconds after which the job leaves the next file to another run of it.
JOB_S = 10
_OPEN = ("queued", "running")
_ERROR_COLUMNS = ("import_id", "row", "field", "code", "message")


class ImportStopped(Exception):  # nothing is wrong: somebody wants it so
    """A manager has cancelled the import that runs."""


class FynloImport(models.Model):
    """How an import is worked off.

    All or nothing is one transaction: whoever kills the worker kills all of it, and the next
    worker starts again. Skipping bad rows, each chunk commits together with the position behind
    it: the next worker goes on there. A dry run is the same work, taken back. Why it meets
    nobody else's work: see decision 83.
    """

    _inherit = "fynlo.import"

    @api.model
    def _fynlo_cron_work(self):
        """Work off what waits, and what a killed worker has left, the oldest first."""
        begun = time.monotonic()
        while record := self._fynlo_next():
            if time.monotonic() - begun > JOB_S:
                # The time on the clock that Odoo gives an action is for each file anew.
                self.env.ref("fynlo_pos_api.ir_cron_fynlo_import")._trigger()
                return
            record._fynlo_run()

    def _fynlo_next(self):
        due = Domain("retry_at", "=", False) | Domain("retry_at", "<=", fields.Datetime.now())
        return self.search(Domain("state", "in", _OPEN) & due, order="id", limit=1)

    def _fynlo_run(self):
        """Make one attempt at one import, and commit."""
        if self.attempts >= MAX_ATTEMPTS:
            self._fynlo_finish("failed", failure=self.env._("It was interrupted too often."))
            return self._fynlo_commit()
        try:
            self.write({"state": "running", "attempts": self.attempts + 1, "retry_at": False})
            self._fynlo_commit()
            self._fynlo_work(JobLimits())
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()
            self._fynlo_postpone()
        except ImportStopped:
            self._fynlo_finish("cancelled")
        except (SheetError, ForbiddenError) as error:
            self._fynlo_finish("failed", failure=str(error))
        return self._fynlo_commit()

    def _fynlo_commit(self):
        self.env.cr.commit()

    def _fynlo_see_others(self):
        """Begin a transaction that waits for a row that others change, and then sees it."""
        self.env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def _fynlo_postpone(self):
        """Have an import that has met the work of others tried again, each time later."""
        if self.state not in _OPEN:
            return None  # it was cancelled just now
        if self.conflicts >= MAX_CONFLICTS:
            message = self.env._("Others change the same records all the time.")
            return self._fynlo_finish("failed", failure=message)
        pause_s = min(PAUSE_S * 2**self.conflicts, LONGEST_PAUSE_S)
        retry_at = fields.Datetime.now() + timedelta(seconds=pause_s)
        vals = {"state": "queued", "conflicts": self.conflicts + 1, "retry_at": retry_at}
        # Nobody has interrupted it.
        self.write({**vals, "attempts": max(self.attempts - 1, 0)})
        return self.env.ref("fynlo_pos_api.ir_cron_fynlo_import")._trigger(at=retry_at)

    def _fynlo_work(self, limits):
        self._fynlo_see_others()
        limits.get_on()
        if not self.total:
            self.total = self._fynlo_count(limits)
            self._fynlo_commit()
            self._fynlo_see_others()
        if self.mode == "skip_bad" and not self.is_dry_run:
            self._fynlo_write_chunks(limits)
        else:
            self._fynlo_write_whole(limits)

    def _fynlo_count(self, limits):
        """Return the number of rows of a file.

        :raise SheetError: it cannot be read
        """
        count = 0
        for count, _row in enumerate(read_tables(self._fynlo_content()), 1):
            if not count % CHUNK_ROWS:
                limits.get_on()
        return count

    def _fynlo_write_whole(self, limits):
        tally, errors = Counter(), []
        with self.env.cr.savepoint() as savepoint:
            for _processed, counts, found in self._fynlo_take_chunks(0, limits):
                tally.update(counts)
                errors += found[: MAX_LISTED - len(errors)]
            is_refused = bool(errors) and self.mode == "all_or_nothing"
            if is_refused or self.is_dry_run:
                savepoint.rollback()
        self.env.invalidate_all()
        self._fynlo_note(tally, errors)
        if is_refused and not self.is_dry_run:
            self.write(dict.fromkeys(("created_count", "updated_count", "unchanged_count"), 0))
            return self._fynlo_finish("failed", failure=self.env._("Nothing is written."))
        return self._fynlo_finish("done")

    def _fynlo_write_chunks(self, limits):
        for processed, counts, errors in self._fynlo_take_chunks(self.position, limits):
            self._fynlo_note(counts, errors)
            # Who gets on is not interrupted too often, however long the file is.
            self.write({"position": processed, "attempts": 0, "conflicts": 0})
            self._fynlo_commit()
            self._fynlo_see_others()
        self._fynlo_finish("done")

    def _fynlo_take_chunks(self, start, limits):
        """Yield ``(rows behind us, counts, errors)`` after each chunk from row ``start`` on.

        :raise ImportStopped: a manager has cancelled it
        """
        sheet, seen = self._fynlo_acting_sheet(), {}
        rows, processed = read_tables(self._fynlo_content()), start
        for number, row in islice(rows, start):
            sheet._fynlo_is_sound(number, row, seen, [])  # whose ids stand there once already
        while chunk := list(islice(rows, CHUNK_ROWS)):
            if self.env["fynlo.import.progress"]._fynlo_tell(self, processed):
                raise ImportStopped
            limits.get_on()
            counts, errors = sheet._fynlo_take(chunk, seen, self.is_duplicate_allowed)
            counts.update(bad=len({error[0] for error in errors}), cells=len(errors))
            processed += len(chunk)
            self.env.flush_all()
            self.env.invalidate_all()  # else memory grows with the file
            yield processed, counts, errors

    def _fynlo_acting_sheet(self):
        """Return the sheet model as who has uploaded the file, with the rights he has now.

        :raise ForbiddenError: he is no manager any more, or not of this company and store
        """
        user, role = self.user_id, self.user_id._fynlo_role()
        if not user.active or (self.employee_id and not self.employee_id.active):
            raise ForbiddenError()
        if self.employee_id:
            user, role = self.employee_id._fynlo_acting_user()
        stores = self._fynlo_stores_of(user)
        if self.company_id not in user.company_ids or self.config_id - stores:
            raise ForbiddenError()
        principal = Principal(
            user_id=user.id,
            company_id=self.company_id.id,
            role=role or "",
            session="",
            store_ids=tuple((self.config_id or stores).ids),
            store_id=self.config_id.id or None,
            device_id=self.device_id.id or None,
            employee_id=self.employee_id.id or None,
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": self.company_id.ids}
        context |= {"lang": user.lang or DEFAULT_LANG, "tz": user.tz or "UTC"}
        env = self.env(user=user.id, su=False, context=context)
        if not principal.is_at_least("manager"):
            raise ForbiddenError()
        return env[self._fynlo_sheet_of(self.kind)]

    def _fynlo_stores_of(self, user):
        """Return the stores where whoever has uploaded the file may work, ``user`` for him."""
        stores = user._fynlo_stores()
        if self.employee_id:
            return stores.filtered(self.employee_id._fynlo_serves)
        return stores

    def _fynlo_note(self, counts, errors):
        """Add up what a chunk has done, and list its bad cells, of all chunks the first ones."""
        room = max(MAX_LISTED - self.error_count, 0)
        self.write(
            {
                "created_count": self.created_count + counts["created"],
                "updated_count": self.updated_count + counts["updated"],
                "unchanged_count": self.unchanged_count + counts["unchanged"],
                "bad_count": self.bad_count + counts["bad"],
                "error_count": self.error_count + counts["cells"],
            }
        )
        listed = self.env["fynlo.import.error"]
        listed.create(
            [dict(zip(_ERROR_COLUMNS, (self.id, *error), strict=True)) for error in errors[:room]]
        )

    def _fynlo_finish(self, state, failure=False):
        now = fields.Datetime.now()
        self.write({"state": state, "failure": failure, "finished_at": now})
        if state == "done":
            self.position = self.total
        if not self.is_dry_run or self._fynlo_has_cards():
            self.file = False
        self.env["fynlo.import.progress"]._fynlo_forget(self)
        facts = {"state": state, "created": self.created_count, "updated": self.updated_count}
        facts |= {"bad_rows": self.bad_count, "uploaded_by": self.user_id.id}
        self.env["fynlo.audit"]._fynlo_log("import.finish", self, facts)

    def _fynlo_has_cards(self):
        """Tell whether the number of a card was found in the file: then nobody keeps it."""
        return "card_number_not_allowed" in self.error_ids.mapped("code")
