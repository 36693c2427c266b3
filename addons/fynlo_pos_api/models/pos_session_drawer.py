from odoo import fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.server_mark import SERVER_MARK, is_marked
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..exceptions import DrawersOpenError

_OPENING_FIELDS = frozenset(("cash_register_balance_start", "fynlo_has_shifts"))


class PosSession(models.Model):
    """The drawers of a session. What no shift takes lies in the session's own."""

    _inherit = "pos.session"

    fynlo_has_shifts = fields.Boolean(
        readonly=True, copy=False, help="Sales look for the drawer's shift only where there is one."
    )
    fynlo_shift_ids = fields.One2many("fynlo.drawer.shift", "session_id", "Drawer Shifts")
    fynlo_no_sale_ids = fields.One2many("fynlo.no.sale", "session_id", "No-Sales")
    fynlo_no_sale_count = fields.Integer(
        "Opened without a Sale", compute="_compute_fynlo_no_sale_count"
    )

    def _compute_fynlo_no_sale_count(self):
        groups = self.env["fynlo.no.sale"]._read_group(
            [("session_id", "in", self.ids)], ["session_id"], ["__count"]
        )
        count_of = {session.id: count for session, count in groups}
        for session in self:
            session.fynlo_no_sale_count = count_of.get(session.id, 0)

    def _fynlo_note_shifts(self):
        """Let the sales of one session look for drawers from now on; waits for those in flight."""
        if not self.fynlo_has_shifts:
            query = "UPDATE pos_session SET fynlo_has_shifts = true WHERE id = %s"
            self.env.cr.execute(SQL(query, self.id), log_exceptions=False)
            self.invalidate_recordset(["fynlo_has_shifts"], flush=False)

    def _fynlo_cash_method(self):
        """Return the cash method whose cash Odoo counts in one session; may be empty."""
        return self.payment_method_ids.filtered("is_cash_count")[:1]

    def _fynlo_own_difference(self, difference):
        """Return how much of the whole difference lies in no shift that was closed before."""
        closed_sudo = self.sudo().fynlo_shift_ids
        return self.currency_id.round(difference - sum(closed_sudo.mapped("difference")))

    def _fynlo_check_shifts_closed(self):
        """Check that nobody answers for a drawer of one session any more.

        :raise DrawersOpenError: somebody does
        """
        open_sudo = self.sudo().fynlo_shift_ids.filtered(lambda shift: shift.state == "open")
        if open_sudo:
            raise DrawersOpenError(details={"shifts": open_sudo._fynlo_names()})

    def _cannot_close_session(self, *args, **kwargs):
        """Tell the web POS of open drawers before it begins to close."""
        result = super()._cannot_close_session(*args, **kwargs)
        if result:
            return result
        try:
            self._fynlo_check_shifts_closed()
        except DrawersOpenError as error:
            return {"successful": False, "message": str(error), "redirect": False}
        return result

    def _fynlo_open_drawer(self, command):
        """Note that the drawer was opened without a sale.

        :param command: a ``NoSaleCreate``
        :return: the ``fynlo.no.sale`` (one record, sudoed)
        :raise ForbiddenError: the store wants a higher role for it
        :raise NoCashDrawerError: the store takes no cash
        :raise SessionNotOpenError: the session is closing or closed
        """
        principal = principal_of(self.env)
        if not principal.is_at_least(self.config_id.fynlo_no_sale_role):
            raise ForbiddenError()
        self._fynlo_check_open()
        self._fynlo_check_drawer()
        # Who may open the drawer leaves a trace of it and can neither read nor change one.
        no_sale_sudo = (
            self.env["fynlo.no.sale"]
            .sudo()
            .create(
                {
                    "fynlo_uuid": str(command.id),
                    "session_id": self.id,
                    "shift_id": self.env["fynlo.drawer.shift"]._fynlo_find_open(self),
                    "device_id": principal.device_id,
                    "employee_id": principal.employee_id,
                    "user_id": self.env.uid,
                    "reason": command.reason,
                }
            )
        )
        self.env["fynlo.audit"]._fynlo_log("session.no_sale", self, {"reason": command.reason})
        return no_sale_sudo

    def _set_opening_control_data(self, *args, **kwargs):
        marked = self.with_context(fynlo_opening=SERVER_MARK)
        return super(PosSession, marked)._set_opening_control_data(*args, **kwargs)

    def write(self, vals):
        """Keep what an open session began with: Odoo lets everybody who sells write to it."""
        is_guarded = not _OPENING_FIELDS.isdisjoint(vals) and not (
            self.env.su
            or is_marked(self.env, "fynlo_opening")
            or self.env.user.has_group("point_of_sale.group_pos_manager")
        )
        if is_guarded and any(session.state != "opening_control" for session in self):
            raise AccessError(self.env._("Only a manager changes the opening cash of a session."))
        return super().write(vals)
