import logging

from odoo import api, models
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..engine.push_batch import Aggregate, group, read_changes
from ..engine.push_outcome import join
from ..engine.sight import Sight
from ..schemas.push import TablePush
from .fynlo_push_desk import Desk
from .fynlo_push_device import PARKED
from .fynlo_sync_op import SETTLED

_logger = logging.getLogger(__name__)
#: Operations that one run of the cron takes up.
_BATCH = 200
_CRON = "fynlo_sync.ir_cron_fynlo_push_parked"
_WAITING = """
SELECT op.id FROM fynlo_sync_op op
WHERE op.state = 'retry' AND op.body IS NOT NULL AND EXISTS (
    SELECT FROM pos_session session WHERE session.config_id = op.config_id
      AND session.state = 'opened' AND session.rescue IS NOT TRUE)
ORDER BY op.attempts, op.id LIMIT %s
"""
_LOCK = """
SELECT 1 FROM fynlo_sync_op WHERE id = %s AND state = 'retry' FOR UPDATE SKIP LOCKED
"""
_COUNT = "UPDATE fynlo_sync_op SET attempts = attempts + 1 WHERE id = %s"


class FynloSyncOp(models.Model):
    _inherit = "fynlo.sync.op"

    @api.model
    def _fynlo_cron_take_up(self):
        """Book what waited for a session, where there is one now; each in its own transaction.

        What fails again comes last in the next run, so that it never holds up the rest.
        """
        ids = [id_ for (id_,) in self.env.execute_query(SQL(_WAITING, _BATCH))]
        booked = 0
        for operation in self.browse(ids):
            booked += operation._fynlo_take_up_alone()
            if not self.env["ir.cron"]._commit_progress(1):
                break
        if booked and len(ids) == _BATCH:
            self.env.ref(_CRON)._trigger()

    def _fynlo_take_up_alone(self):
        """Book one operation unless somebody else does; tell whether it is booked now."""
        if not self.env.execute_query(SQL(_LOCK, self.id)):
            return False
        try:
            with self.env.cr.savepoint():
                self._fynlo_take_up()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()
        except Exception:
            _logger.exception("Operation %s could not be taken up; it is tried again.", self.uuid)
        else:
            return self.state in SETTLED
        self.env.invalidate_all(flush=False)
        self.env.cr.execute(SQL(_COUNT, self.id))
        return False

    def action_fynlo_retry(self):
        """Button: try once more what is not booked."""
        self.env["res.users"]._fynlo_require("manager")
        self.check_access("read")
        # Nobody may write operations; who tries again does what the till had asked for.
        kept_sudo = self.sudo().filtered(lambda each: each.state in PARKED and each.body)
        kept_sudo._fynlo_take_up()

    def _fynlo_take_up(self):
        """Book operations again, each as whoever sent it."""
        for operation in self.sorted("id"):
            env = operation._fynlo_sender_env()
            body = operation.body
            tables = {
                name: TablePush.model_construct(**table) for name, table in body["changes"].items()
            }
            changes, _faults = read_changes(tables)
            operation._fynlo_book_again(env["fynlo.push"], changes, body.get("offsetMs", 0))

    def _fynlo_book_again(self, push, changes, offset_ms):
        """Book the changes of one operation: since it was sent, an order may have been split."""
        desk = self._fynlo_desk(offset_ms)
        aggregates = group(changes, push._fynlo_orders_of(changes))
        for aggregate in aggregates:
            aggregate.claim = self.uuid
        done = [push._fynlo_excuse(each) for each in aggregates if each.fault]
        done += push._fynlo_act([each for each in aggregates if not each.fault], desk)
        whole = Aggregate(self.collection, self.subject, parts=changes, claim=self.uuid)
        push._fynlo_settle({self.uuid: whole}, [join(done, whole)], desk)

    def _fynlo_desk(self, offset_ms):
        """What the till had seen is not known any more; when it wrote is."""
        created_ms = int(self.created_at.timestamp() * 1000)
        sight = Sight(None, None, self.device_id.id)
        return Desk(self.device_id.sudo(), sight, offset_ms, created_ms, "")

    def _fynlo_sender_env(self):
        """Return the environment of the till that sent one operation, with its rights of now."""
        principal = Principal(
            user_id=self.user_id.id,
            company_id=self.company_id.id,
            role=self.role,
            session="parked",
            store_ids=tuple(self.config_id.ids),
            store_id=self.config_id.id,
            device_id=self.device_id.id,
            employee_id=self.employee_id.id or None,
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": self.company_id.ids}
        return self.env(user=self.user_id.id, su=False, context=context)


class PosSession(models.Model):
    _inherit = "pos.session"

    def write(self, vals):
        """An open session takes what has waited for one."""
        result = super().write(vals)
        if vals.get("state") == "opened":
            self.env.ref(_CRON).sudo()._trigger()
        return result
