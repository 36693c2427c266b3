from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..engine.money import from_minor
from ..exceptions import NoCashDrawerError, SessionAlreadyOpenError, SessionNotOpenError

#: What a reply shows of a session: its row has a hundred columns.
_VIEW_FIELDS = [
    *("fynlo_uuid", "name", "state", "config_id", "cash_register_balance_start"),
    *("start_at", "stop_at", "opening_notes"),
]


class PosSession(models.Model):
    _name = "pos.session"
    _inherit = ["pos.session", "fynlo.uuid.mixin"]

    fynlo_device_id = fields.Many2one(
        "fynlo.device", "Opened On", readonly=True, index="btree_not_null", copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Let the second of two parallel openings of a store fail and look again.

        A lock is not enough: the one who waited for it still reads from its older snapshot. A
        changed row makes PostgreSQL refuse that snapshot, and the request runs once more.
        """
        config_ids = [vals["config_id"] for vals in vals_list if vals.get("config_id")]
        query = "UPDATE pos_config SET write_date = write_date WHERE id = ANY(%s)"
        self.env.cr.execute(SQL(query, config_ids), log_exceptions=False)
        return super().create(vals_list)

    @api.model
    def _fynlo_open_session(self, command):
        """Open the session of the principal's store, as Odoo's own opening does.

        :param command: a ``SessionOpen``
        :return: the open session (one record); it has the id of ``command`` unless the web POS
            had made it and waited for its opening
        :raise ForbiddenError: the store wants a higher role for it
        :raise NoCashDrawerError: opening cash in a store that takes no cash
        :raise SessionAlreadyOpenError: somebody opened it before, with another id
        """
        principal = principal_of(self.env)
        config = self.env["pos.config"].browse(principal.store_id)
        config._fynlo_check_session_role()
        session = config.current_session_id
        if session and session.state != "opening_control":
            return session._fynlo_check_same_opening(command)
        if command.opening_cash and not config.cash_control:
            raise NoCashDrawerError()
        config._check_before_creating_new_session()
        # The web POS makes a session before its opening is confirmed: that one is taken over.
        session = session or self.create(
            {"config_id": config.id, "user_id": self.env.uid, "fynlo_uuid": str(command.id)}
        )
        session.fynlo_device_id = principal.device_id
        session.employee_id = principal.employee_id
        opening_cash = from_minor(command.opening_cash, session.currency_id)
        session.set_opening_control(opening_cash, command.note or "")
        self.env["fynlo.audit"]._fynlo_log(
            "session.open", session, {"opening_cash_minor": command.opening_cash}
        )
        return session

    @api.model
    def _fynlo_find_session(self, uuid):
        """Return the session of the principal's store with that id (one record).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        session = self._fynlo_by_uuid(uuid)
        if session.config_id.id != principal_of(self.env).store_id:
            raise NotFoundError()
        return session

    @api.model
    def _fynlo_current_session(self):
        """Return the one session of the principal's store that is not closed.

        :raise SessionNotOpenError: there is none
        """
        store_id = principal_of(self.env).store_id
        domain = [("config_id", "=", store_id), ("state", "!=", "closed"), ("rescue", "=", False)]
        session = self.search_fetch(domain, _VIEW_FIELDS, limit=1)
        session.config_id.sudo().fetch(["currency_id"])
        if not session or session.state == "opening_control":
            raise SessionNotOpenError()
        return session

    def _fynlo_hold_open(self):
        """Keep the sessions from closing until this transaction ends.

        A state that was read in this transaction stays true after this: PostgreSQL refuses the
        lock, and the request runs again, if a session changed since. Sales of many tills hold it
        together.
        """
        if self.ids:
            query = "SELECT id FROM pos_session WHERE id = ANY(%s) FOR SHARE"
            self._fynlo_lock(SQL(query, list(self.ids)))

    def _fynlo_lock(self, query):
        """Return the ids that a locking ``query`` finds.

        Quietly: to meet another transaction is expected, and the request runs again.
        """
        self.env.cr.execute(query, log_exceptions=False)
        return [row_id for (row_id,) in self.env.cr.fetchall()]

    def _fynlo_check_open(self):
        """Hold the one session open for what this transaction adds to it.

        :raise SessionNotOpenError: it is closing or closed
        """
        self._fynlo_hold_open()
        if self.state != "opened":
            raise SessionNotOpenError()

    def _fynlo_check_same_opening(self, command):
        """Return the session if ``command`` is what opened it; it may be asked twice."""
        if self.fynlo_uuid != str(command.id):
            raise SessionAlreadyOpenError(details={"sessionId": self.fynlo_uuid})
        return self
