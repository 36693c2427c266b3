from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.own_cursor import own_cursor
from odoo.addons.fynlo_base.principal import find_principal, principal_of
from odoo.tools import SQL


class FynloDrawerShift(models.Model):
    """One person's responsibility for a drawer, from an opening amount to a closing count.

    Every payment and cash move is booked with the shift that was open for its till or its
    person, so what a drawer should hold is a sum of what was booked and never an estimate.
    """

    _name = "fynlo.drawer.shift"
    _inherit = "fynlo.uuid.mixin"
    _description = "Drawer shift"
    _order = "id desc"

    drawer_id = fields.Many2one(
        "fynlo.drawer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    session_id = fields.Many2one(
        "pos.session", required=True, readonly=True, index=True, ondelete="restrict"
    )
    config_id = fields.Many2one(
        "pos.config", "Store", related="session_id.config_id", store=True, index=True
    )
    device_id = fields.Many2one(
        "fynlo.device", "Till", readonly=True, help="The drawer's till when the shift began"
    )
    employee_id = fields.Many2one(
        "hr.employee", required=True, readonly=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], required=True, readonly=True, default="open"
    )
    opened_at = fields.Datetime("Opened on", required=True, readonly=True)
    closed_at = fields.Datetime("Closed on", readonly=True)
    closed_by_id = fields.Many2one("hr.employee", "Closed by", readonly=True)
    previous_id = fields.Many2one(
        "fynlo.drawer.shift", "Taken Over From", readonly=True, index="btree_not_null"
    )
    count_id = fields.Many2one("fynlo.cash.count", "Closing Count", readonly=True)
    currency_id = fields.Many2one(related="session_id.currency_id")
    opening = fields.Monetary("Opening Cash", required=True, readonly=True)
    counted = fields.Monetary(readonly=True)
    expected = fields.Monetary(readonly=True)
    difference = fields.Monetary(
        "Over/Short", compute="_compute_difference", store=True, help="Counted less expected"
    )
    reason = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    payment_ids = fields.One2many("pos.payment", "fynlo_drawer_shift_id", "Payments")
    move_ids = fields.One2many("account.bank.statement.line", "fynlo_drawer_shift_id", "Cash Moves")
    no_sale_ids = fields.One2many("fynlo.no.sale", "shift_id", "No-Sales")
    no_sale_count = fields.Integer("Opened without a Sale", compute="_compute_no_sale_count")

    _open_unique = models.UniqueIndex(
        "(drawer_id) WHERE state = 'open'", "Somebody has this drawer already."
    )
    # Of two purses nobody could tell into which one a payment went.
    _purse_unique = models.UniqueIndex(
        "(employee_id) WHERE state = 'open' AND device_id IS NULL",
        "This person has another drawer without a till.",
    )
    _open_in_session = models.Index("(session_id) WHERE state = 'open'")

    @api.depends("counted", "expected", "state")
    def _compute_difference(self):
        for shift in self:
            is_closed = shift.state == "closed"
            shift.difference = shift.counted - shift.expected if is_closed else 0.0

    @api.depends("no_sale_ids")
    def _compute_no_sale_count(self):
        for shift in self:
            shift.no_sale_count = len(shift.no_sale_ids)

    @api.depends("drawer_id", "employee_id")
    def _compute_display_name(self):
        for shift in self:
            shift.display_name = f"{shift.drawer_id.name} ({shift.employee_id.name})"

    # --- Which drawer cash belongs to

    @api.model
    def _fynlo_find_open(self, session, employee_id=None):
        """Return the id of the shift that cash taken now belongs to, or ``False``.

        The purse of whoever acts comes first, then the drawer of his till. The shift is held
        open until this transaction ends; many hold it together. One query, and none in a
        session where no drawer was opened.

        :param session: one ``pos.session``
        :param employee_id: who acts in the web POS; in a request of the API its principal does
        """
        if not session.fynlo_has_shifts:
            return False
        principal = find_principal(self.env)
        device_id = principal.device_id if principal else None
        employee_id = principal.employee_id if principal else employee_id
        query = SQL(
            """SELECT id FROM fynlo_drawer_shift
               WHERE session_id = %s AND state = 'open'
                 AND (device_id = %s OR device_id IS NULL AND employee_id = %s)
               ORDER BY device_id NULLS FIRST LIMIT 1 FOR SHARE""",
            session.id,
            device_id or None,
            employee_id or None,
        )
        return next(iter(session._fynlo_lock(query)), False)

    def _fynlo_hold_complete(self):
        """Lock one shift, and see everything that was booked into it.

        Who takes cash holds the shift, so after the lock nothing more comes in. What came in
        while we waited is not in this transaction's snapshot: if a fresh look finds any of it,
        PostgreSQL is made to refuse the snapshot, and the request runs again.
        """
        self.env.flush_all()
        query = "SELECT id FROM fynlo_drawer_shift WHERE id = %s FOR UPDATE"
        self.session_id._fynlo_lock(SQL(query, self.id))
        booked = SQL(
            """SELECT 'payment', id FROM pos_payment WHERE fynlo_drawer_shift_id = %(shift)s
               UNION ALL
               SELECT 'move', id FROM account_bank_statement_line
               WHERE fynlo_drawer_shift_id = %(shift)s""",
            shift=self.id,
        )
        with own_cursor(self.env) as cr:
            cr.execute(booked)
            fresh = set(cr.fetchall())
        if fresh - set(self.env.execute_query(booked)):
            query = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$"
            self.env.cr.execute(query, log_exceptions=False)

    def _fynlo_cash(self):
        """Return what one shift's drawer should hold now, in the session's currency."""
        self_sudo = self.sudo()
        method = self_sudo.session_id._fynlo_cash_method()
        payments = self_sudo.env["pos.payment"]._read_group(
            [
                ("fynlo_drawer_shift_id", "=", self.id),
                ("payment_method_id", "=", method.id),
                ("pos_order_id.state", "!=", "cancel"),
            ],
            [],
            ["amount:sum"],
        )
        moves = self_sudo.env["account.bank.statement.line"]._read_group(
            [("fynlo_drawer_shift_id", "=", self.id)], [], ["amount:sum"]
        )
        cash = self.opening + (payments[0][0] or 0.0) + (moves[0][0] or 0.0)
        return self.currency_id.round(cash)

    def _fynlo_names(self):
        """Return what an error tells of these shifts: ``[{"id", "drawer", "employee"}]``."""
        return [
            {
                "id": shift.fynlo_uuid,
                "drawer": shift.drawer_id.name,
                "employee": shift.employee_id.name,
            }
            for shift in self
        ]

    # --- Finding them

    @api.model
    def _fynlo_find_shift(self, uuid):
        """Return the shift of the principal's store with that id (one record, sudoed).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        # A cashier reads none: they hold what was expected. Which store they are of is checked.
        shift_sudo = self.sudo().search([("fynlo_uuid", "=", str(uuid))], limit=1)
        if shift_sudo.config_id.id != principal_of(self.env).store_id:
            raise NotFoundError()
        return shift_sudo

    @api.model
    def _fynlo_read_shift(self, uuid):
        """Return one's own shift, or as a supervisor anybody's (one record, sudoed).

        :raise NotFoundError: unknown, of another store, or a colleague's: the same answer
        """
        shift_sudo = self._fynlo_find_shift(uuid)
        if not shift_sudo._fynlo_is_mine():
            raise NotFoundError()
        return shift_sudo

    def _fynlo_is_mine(self):
        principal = find_principal(self.env)
        is_own = principal and principal.employee_id == self.employee_id.id
        return is_own or self.session_id._fynlo_may_approve()
