from odoo import fields, models
from odoo.addons.fynlo_base.principal import find_principal, principal_of

from ..engine.money import from_minor
from ..exceptions import NoCashDrawerError


class PosSession(models.Model):
    _inherit = "pos.session"

    fynlo_cash_count_ids = fields.One2many("fynlo.cash.count", "session_id", "Cash Counts")
    fynlo_cash_move_ids = fields.One2many(
        "account.bank.statement.line",
        "pos_session_id",
        "Cash Moves",
        domain=[("fynlo_cash_type", "!=", False)],
    )

    def _fynlo_move_cash(self, command):
        """Put cash into the session's drawer or take it out, as Odoo's own cash move does.

        :param command: a ``CashMoveCreate``
        :return: the ``account.bank.statement.line`` (one record, sudoed)
        :raise NoCashDrawerError: the store takes no cash
        :raise SessionNotOpenError: the session is closing or closed
        """
        self._fynlo_check_open()
        self._fynlo_check_drawer()
        self.check_access("write")
        principal = principal_of(self.env)
        # Who may write to the session may use its drawer; he needs no right to journal entries.
        session_sudo = self.sudo()
        employee_sudo = session_sudo.env["hr.employee"].browse(principal.employee_id)
        lines_before = session_sudo.statement_line_ids
        session_sudo.try_cash_in_out(
            "in" if command.type == "in" else "out",
            from_minor(command.amount, self.currency_id),
            command.reason,
            employee_sudo.work_contact_id.id,
            {"translatedType": command.type, "employee_id": employee_sudo.id},
        )
        move_sudo = session_sudo.statement_line_ids - lines_before
        move_sudo.fynlo_uuid = str(command.id)
        move_sudo.fynlo_cash_type = command.type
        move_sudo.fynlo_device_id = principal.device_id
        facts = {"type": command.type, "amount_minor": command.amount, "reason": command.reason}
        self.env["fynlo.audit"]._fynlo_log("session.cash_move", self, facts)
        return move_sudo

    def _prepare_account_bank_statement_line_vals(
        self, session, sign, amount, reason, partner_id, extras
    ):
        """Mark the web POS's cash moves too: the report tells them from sales by the mark."""
        vals = super()._prepare_account_bank_statement_line_vals(
            session, sign, amount, reason, partner_id, extras
        )
        shifts = self.env["fynlo.drawer.shift"]
        return {
            **vals,
            "fynlo_cash_type": "in" if sign > 0 else "out",
            "fynlo_reason": reason,
            "fynlo_drawer_shift_id": shifts._fynlo_find_open(session, extras.get("employee_id")),
        }

    def _fynlo_count_cash(self, command):
        """Record a blind count of the drawer.

        :param command: a ``CashCountCreate``
        :return: the ``fynlo.cash.count`` (one record, sudoed)
        :raise NoCashDrawerError: the store takes no cash
        :raise SessionNotOpenError: the session is closing or closed
        """
        self._fynlo_check_open()
        self._fynlo_check_drawer()
        count_sudo = self._fynlo_create_count(command, self._fynlo_expected_cash())
        facts = {"counted_minor": command.total_minor}
        self.env["fynlo.audit"]._fynlo_log("session.count", self, facts)
        return count_sudo

    def _fynlo_create_count(self, command, expected, shift=None):
        """Record what was found where ``expected`` should be; return it (one record, sudoed).

        :param command: a ``CashCountCreate``
        :param shift: the ``fynlo.drawer.shift`` whose drawer it is; else the session is counted
        :raise InvalidFieldsError: the store has no such coin or note
        """
        self.env["pos.bill"]._fynlo_check_pieces(self.config_id, command.denominations)
        principal = find_principal(self.env)
        employee_id = principal.employee_id if principal else self.env.user.employee_id.id
        # A cashier may write a count and read none: it holds the expected figure.
        vals = {
            "fynlo_uuid": str(command.id),
            "session_id": self.id,
            "shift_id": shift.id if shift else None,
            "device_id": principal.device_id if principal else None,
            "employee_id": employee_id,
            "counted": from_minor(command.total_minor, self.currency_id),
            "expected": expected,
            "denominations": command.pieces(),
            "note": command.note,
        }
        return self.env["fynlo.cash.count"].sudo().create(vals)

    def _fynlo_expected_cash(self):
        """Return what should be in the drawer now, in the session's currency."""
        # Odoo does not recompute them when a payment or a statement line is added.
        self.invalidate_recordset(["cash_register_balance_end", "cash_register_difference"])
        return self.sudo().cash_register_balance_end

    def _fynlo_valid_count(self):
        """Return the last count (sudoed) if no cash has moved since; may be empty."""
        counts_sudo = self.env["fynlo.cash.count"].sudo()
        domain = [("session_id", "=", self.id), ("shift_id", "=", False)]
        count_sudo = counts_sudo.search(domain, limit=1)
        moved = self.currency_id.compare_amounts(count_sudo.expected, self._fynlo_expected_cash())
        return counts_sudo if moved else count_sudo

    def _fynlo_check_drawer(self):
        if not self.cash_control:
            raise NoCashDrawerError()
