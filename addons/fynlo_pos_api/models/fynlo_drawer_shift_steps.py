from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import find_principal, principal_of

from ..engine.money import from_minor, to_minor
from ..exceptions import (
    CountRequiredError,
    DrawerTakenError,
    EmployeeRequiredError,
    ShiftClosedError,
)


class FynloDrawerShift(models.Model):
    _inherit = "fynlo.drawer.shift"

    @api.model
    def _fynlo_open_shift(self, drawer, command):
        """Let whoever acts answer for a drawer from now on.

        The cash comes from what the session holds; no entry is written for it.

        :param drawer: one ``fynlo.drawer`` of the principal's store
        :param command: a ``ShiftOpen``
        :return: the shift (one record, sudoed)
        :raise SessionNotOpenError: the store has no open session
        :raise NoCashDrawerError: the store takes no cash
        :raise EmployeeRequiredError: who acts is no employee
        :raise DrawerTakenError: somebody has the drawer, or he has another purse
        """
        session = self.env["pos.session"]._fynlo_current_session()
        session._fynlo_check_drawer()
        employee_id = principal_of(self.env).employee_id
        if not employee_id:
            raise EmployeeRequiredError()
        session._fynlo_note_shifts()
        session._fynlo_check_open()
        self.env["pos.bill"]._fynlo_check_pieces(session.config_id, command.denominations)
        self._fynlo_check_free(drawer, employee_id)
        shift_sudo = self._fynlo_start(
            drawer,
            session,
            employee_id,
            fynlo_uuid=str(command.id),
            opening=from_minor(command.total_minor, session.currency_id),
            note=command.note,
        )
        facts = {"drawer": drawer.name, "opening_minor": command.total_minor}
        self.env["fynlo.audit"]._fynlo_log("drawer.open", shift_sudo, facts)
        return shift_sudo

    @api.model
    def _fynlo_check_free(self, drawer, employee_id):
        """Check that nobody has the drawer, and its next holder no second purse."""
        open_sudo = self.sudo().search([("state", "=", "open")])
        taken_sudo = open_sudo.filtered(lambda shift: shift.drawer_id == drawer)
        if not drawer.device_id:
            taken_sudo |= open_sudo.filtered(
                lambda shift: not shift.device_id and shift.employee_id.id == employee_id
            )
        if taken_sudo:
            raise DrawerTakenError(details={"shiftId": taken_sudo[0].fynlo_uuid})

    @api.model
    def _fynlo_start(self, drawer, session, employee_id, **vals):
        # That the session and the drawer are his store's was checked; nobody writes shifts himself.
        return self.sudo().create(
            {
                "drawer_id": drawer.id,
                "session_id": session.id,
                "device_id": drawer.device_id.id,
                "employee_id": employee_id,
                "opened_at": fields.Datetime.now(),
                **vals,
            }
        )

    def _fynlo_count_shift(self, command):
        """Record a blind count of one's own drawer, or as a supervisor of anybody's.

        :param command: a ``CashCountCreate``
        :return: the ``fynlo.cash.count`` (one record, sudoed)
        :raise ForbiddenError: it is a colleague's drawer
        :raise ShiftClosedError: the shift is over
        """
        if not self._fynlo_is_mine():
            raise ForbiddenError()
        self._fynlo_check_open()
        count_sudo = self.session_id._fynlo_create_count(command, self._fynlo_cash(), self)
        facts = {"counted_minor": command.total_minor}
        self.env["fynlo.audit"]._fynlo_log("drawer.count", self, facts)
        return count_sudo

    def _fynlo_close_shift(self, command):
        """End the responsibility for a drawer on its last count; its cash goes to the session's.

        :param command: a ``ShiftClose``
        :return: the shift
        :raise ForbiddenError: it is a colleague's drawer
        :raise CountRequiredError: it was not counted, or cash has moved since
        :raise ApprovalRequiredError: the difference is beyond what the role may accept
        :raise ReasonRequiredError: the difference is beyond the limit and nobody says why
        """
        if not self._fynlo_is_mine():
            raise ForbiddenError()
        self._fynlo_end(command.reason)
        return self

    def _fynlo_hand_over(self, command):
        """Close a shift on its last count and open the next with what was counted, at once.

        Who takes over acts; a supervisor may name somebody else.

        :param command: a ``ShiftHandover``
        :return: the new shift (one record, sudoed)
        :raise ForbiddenError: another person is named by somebody who is no supervisor
        :raise InvalidFieldsError: the store has no such employee
        :raise DrawerTakenError: who takes over has another purse
        """
        principal = principal_of(self.env)
        employee_id = principal.employee_id
        if command.employee_id:
            colleague_sudo = self.env["hr.employee"]._fynlo_find_colleague(
                command.employee_id, self.config_id
            )
            if colleague_sudo.id != employee_id and not principal.is_at_least("supervisor"):
                raise ForbiddenError()
            employee_id = colleague_sudo.id
        if not employee_id:
            raise EmployeeRequiredError()
        self._fynlo_end(command.reason)
        self._fynlo_check_free(self.drawer_id, employee_id)
        return self._fynlo_start(
            self.drawer_id,
            self.session_id,
            employee_id,
            fynlo_uuid=str(command.id),
            opening=self.counted,
            previous_id=self.id,
        )

    def _fynlo_check_open(self):
        """Hold the session and the shift open for what this transaction adds.

        :raise ShiftClosedError: the shift is over
        :raise SessionNotOpenError: the session is closing or closed
        """
        if self.state != "open":
            raise ShiftClosedError()
        self.session_id._fynlo_check_open()

    def _fynlo_end(self, reason):
        """Close one shift on its last count, with every payment of it seen."""
        self._fynlo_check_open()
        self._fynlo_hold_complete()
        session, expected = self.session_id, self._fynlo_cash()
        count_sudo = (
            self.env["fynlo.cash.count"].sudo().search([("shift_id", "=", self.id)], limit=1)
        )
        if not count_sudo or session.currency_id.compare_amounts(count_sudo.expected, expected):
            raise CountRequiredError()
        difference = session.currency_id.round(count_sudo.counted - expected)
        session._fynlo_check_difference(difference, reason)
        principal = find_principal(self.env)
        self.sudo().write(
            {
                "state": "closed",
                "closed_at": fields.Datetime.now(),
                "closed_by_id": principal.employee_id
                if principal
                else self.env.user.employee_id.id,
                "count_id": count_sudo.id,
                "counted": count_sudo.counted,
                "expected": expected,
                "reason": reason,
            }
        )
        facts = {"difference_minor": to_minor(difference, session.currency_id), "reason": reason}
        self.env["fynlo.audit"]._fynlo_log("drawer.close", self, facts)

    def action_fynlo_open_close(self):
        """Button of the manager: the dialog that counts and closes a drawer."""
        self.ensure_one()
        name = "fynlo_pos_api.fynlo_drawer_close_wizard_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        action["context"] = {"default_shift_id": self.id, "dialog_size": "medium"}
        return action
