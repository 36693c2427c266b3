from functools import partial

from odoo import fields, models
from odoo.addons.fynlo_base.own_cursor import own_cursor
from odoo.addons.fynlo_base.principal import find_principal
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.tools import SQL

from ..engine.money import to_minor
from ..exceptions import (
    ApprovalRequiredError,
    CountRequiredError,
    DraftOrdersError,
    ReasonRequiredError,
    SessionNotClosableError,
)

#: Longest wait for sales in flight before the closing starts over.
_SALES_WAIT = "3s"
_SERVER_FIELDS = frozenset(("fynlo_difference_reason",))


class PosSession(models.Model):
    _inherit = "pos.session"

    fynlo_difference_reason = fields.Char("Reason of the Difference", readonly=True, copy=False)

    def write(self, vals):
        """Why a session was short is said at its closing, and not afterwards."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        return super().write(vals)

    def _fynlo_close_session(self, command):
        """Close and post the session by Odoo's own closing, with no order left behind.

        :param command: a ``SessionClose``
        :return: the closed session (one record)
        :raise ApprovalRequiredError: the difference is beyond what the role may accept
        :raise ReasonRequiredError: the difference is beyond the limit and nobody says why
        :raise CountRequiredError: the drawer was not counted, or cash moved since
        :raise DraftOrdersError: orders are not paid
        :raise DrawersOpenError: somebody still answers for a drawer
        :raise SessionNotClosableError: Odoo cannot book it
        """
        self.config_id._fynlo_check_session_role()
        if self.state == "closing_control":
            self.env.cr.postrollback.add(partial(_resume_sales, self.env, self.id))
        self._fynlo_check_no_drafts()
        self._fynlo_check_shifts_closed()
        count_sudo = self._fynlo_check_count(command.reason)
        self._fynlo_stop_sales()
        self.sudo().fynlo_difference_reason = command.reason
        if self.cash_control:
            self.post_closing_cash_details(count_sudo.counted)
            self._fynlo_expected_cash()  # Odoo keeps the difference of before
        self.update_closing_control_state_session(command.note or "")
        result = self.close_session_from_ui()
        if not result["successful"]:
            raise SessionNotClosableError(result.get("message"))
        facts = {"difference_minor": to_minor(count_sudo.difference, self.currency_id)}
        if command.reason:
            facts["reason"] = command.reason
        self.env["fynlo.audit"]._fynlo_log("session.close", self, facts)
        return self

    def action_pos_session_closing_control(self, *args, **kwargs):
        """Stop the API's sales first, and keep its rules, also when the web client closes."""
        for session in self.filtered(lambda each: each.state == "opened"):
            if not session._cannot_close_session():
                session._fynlo_stop_sales()
        for session in self.filtered(lambda each: each.state != "closed" and not each.rescue):
            session._fynlo_check_shifts_closed()
            session._fynlo_check_found()
        return super().action_pos_session_closing_control(*args, **kwargs)

    def _post_statement_difference(self, amount):
        """Write a closing in the web client down, as the API's is: who wants to know is told."""
        result = super()._post_statement_difference(amount)
        if self.cash_control and not find_principal(self.env):
            difference = self._fynlo_own_difference(amount)
            facts = {"difference_minor": to_minor(difference, self.currency_id)}
            self.env["fynlo.audit"]._fynlo_log("session.close", self, facts)
        return result

    def _fynlo_stop_sales(self):
        """Let no more sales in, and see all that came in before.

        The state is changed in a transaction of its own. That one waits for the sales in flight,
        which hold the session. This transaction's snapshot is older than the change, so
        PostgreSQL refuses the lock below: the request runs again, on a snapshot that has every
        sale. The second time there is nothing to change, and the lock is granted.

        The ``xmin`` keeps the other connection from waiting for this very transaction, should it
        have written to the session itself.
        """
        self.env.flush_all()
        seen = SQL("SELECT xmin::text FROM pos_session WHERE id = %s", self.id)
        [(row_version,)] = self.env.execute_query(seen)
        with own_cursor(self.env) as cr:
            cr.execute(
                SQL(
                    """SET LOCAL lock_timeout = %s;
                       UPDATE pos_session SET state = 'closing_control'
                       WHERE id = %s AND state = 'opened' AND xmin::text = %s""",
                    _SALES_WAIT,
                    self.id,
                    row_version,
                )
            )
        self._fynlo_lock(SQL("SELECT id FROM pos_session WHERE id = %s FOR UPDATE", self.id))

    def _fynlo_check_no_drafts(self):
        drafts = self.env["pos.order"].search(
            [("session_id", "=", self.id), ("state", "=", "draft")]
        )
        if drafts := drafts and drafts & self.get_session_orders():  # less the days to come
            orders = [{"id": order.uuid, "reference": order.pos_reference} for order in drafts]
            raise DraftOrdersError(details={"orders": orders})

    def _fynlo_check_count(self, reason):
        """Return the count that the session closes on (sudoed; empty without a drawer)."""
        if not self.cash_control:
            return self.env["fynlo.cash.count"]
        count_sudo = self._fynlo_valid_count()
        if not count_sudo:
            raise CountRequiredError()
        self._fynlo_check_difference(self._fynlo_own_difference(count_sudo.difference), reason)
        return count_sudo

    def _fynlo_check_difference(self, difference, reason):
        """Check that whoever acts may accept a difference of a drawer, and says why.

        :raise ApprovalRequiredError: it is beyond the store's limit and he is no supervisor
        :raise ReasonRequiredError: he is one and gives no reason
        """
        if not self._fynlo_exceeds_limit(difference):
            return
        if not self._fynlo_may_approve():
            raise ApprovalRequiredError()
        if not reason:
            raise ReasonRequiredError()

    def _fynlo_check_found(self):
        """Check the difference of a closing in the web client, which asks for no reason.

        The web POS looks at the limit in the browser alone.

        :raise ApprovalRequiredError: it is beyond the limit and the user is no supervisor
        """
        if not self.cash_control or self._fynlo_may_approve():
            return
        difference = self.cash_register_balance_end_real - self._fynlo_expected_cash()
        if self._fynlo_exceeds_limit(self._fynlo_own_difference(difference)):
            raise ApprovalRequiredError()

    def _fynlo_may_approve(self):
        """Tell whether whoever acts, by the API or in the web client, may accept any difference."""
        if principal := find_principal(self.env):
            return principal.is_at_least("supervisor")
        user = self.env.user
        groups = ("fynlo_base.group_fynlo_supervisor", "point_of_sale.group_pos_manager")
        return user._is_superuser() or any(map(user.has_group, groups))

    def _fynlo_exceeds_limit(self, difference):
        """Tell whether the store wants a difference of the drawer approved."""
        config = self.config_id
        limit = config.amount_authorized_diff
        is_over = self.currency_id.compare_amounts(abs(difference), limit) > 0
        return config.set_maximum_difference and is_over


def _resume_sales(env, session_id):
    """Open a session again whose closing was refused; its own transaction holds nothing now."""
    with own_cursor(env) as cr:
        cr.execute(
            SQL(
                """UPDATE pos_session SET state = 'opened', stop_at = NULL
                   WHERE id = %s AND state = 'closing_control'""",
                session_id,
            )
        )
