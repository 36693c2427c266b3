from dataclasses import replace

from odoo import models

from ..engine.money import from_minor
from ..engine.session_report import (
    CashFigures,
    CashMovement,
    DrawerShiftFigures,
    PieceFigures,
)


class PosSession(models.Model):
    """Where the cash of a session is, for the X and Z report."""

    _inherit = "pos.session"

    def _fynlo_cash_movements(self):
        moves = self.fynlo_cash_move_ids.sorted("id")
        return [
            CashMovement(move.fynlo_cash_type, move.amount, move.fynlo_reason, move.create_date)
            for move in moves
        ]

    def _fynlo_drawer_figures(self):
        """Return all the cash of the session as Odoo books it; ``None`` in a store without."""
        if not self.cash_control:
            return None
        domain = self._get_captured_payments_domain()
        flow = self._fynlo_cash_flow(domain, self.fynlo_cash_move_ids)
        counts = self.fynlo_cash_count_ids.filtered(lambda count: not count.shift_id)
        cash = CashFigures(opening=self.cash_register_balance_start, **flow)
        if self.state == "closed":
            expected, counted = self._fynlo_expected_cash(), self.cash_register_balance_end_real
        elif count := self._fynlo_valid_count():
            expected, counted = count.expected, count.counted
        else:
            return cash
        return replace(
            cash,
            expected=expected,
            counted=counted,
            difference=counted - expected,
            reason=self.fynlo_difference_reason or None,
            denominations=_pieces(counts[:1]),
        )

    def _fynlo_drawer_list(self):
        """Return the shifts of the session as figures, behind them what lies in none of them."""
        shifts = self.fynlo_shift_ids.sorted("id")
        if not (self.cash_control and shifts):
            return []
        return [*(self._fynlo_shift_figures(shift) for shift in shifts), self._fynlo_own_drawer()]

    def _fynlo_shift_figures(self, shift):
        domain = [
            ("fynlo_drawer_shift_id", "=", shift.id),
            ("pos_order_id.state", "!=", "cancel"),
        ]
        found = {}
        if shift.state == "closed":
            found = {"expected": shift.expected, "counted": shift.counted}
            found |= {"difference": shift.difference, "reason": shift.reason or None}
        return DrawerShiftFigures(
            id=shift.fynlo_uuid,
            drawer=shift.drawer_id.name,
            employee=shift.employee_id.name,
            opened_at=shift.opened_at,
            closed_at=shift.closed_at or None,
            no_sale_count=shift.no_sale_count,
            cash=CashFigures(
                opening=shift.opening,
                **self._fynlo_cash_flow(domain, shift.move_ids),
                **found,
                denominations=_pieces(shift.count_id),
            ),
        )

    def _fynlo_own_drawer(self):
        """Return the figures of the cash that nobody has taken over, or brought back."""
        domain = [
            ("session_id", "=", self.id),
            ("fynlo_drawer_shift_id", "=", False),
            ("pos_order_id.state", "!=", "cancel"),
        ]
        moves = self.fynlo_cash_move_ids.filtered(lambda move: not move.fynlo_drawer_shift_id)
        closed = self.fynlo_shift_ids.filtered(lambda shift: shift.state == "closed")
        whole = self._fynlo_drawer_figures()
        cash = CashFigures(
            opening=self.cash_register_balance_start,
            **self._fynlo_cash_flow(domain, moves),
            handed_out=-sum(self.fynlo_shift_ids.mapped("opening")),
            handed_back=sum(closed.mapped("counted")),
        )
        if whole.counted is not None and closed == self.fynlo_shift_ids:
            found = {"expected": cash.balance, "counted": whole.counted}
            cash = replace(cash, **found, difference=whole.counted - cash.balance)
        no_sales = self.fynlo_no_sale_ids.filtered(lambda each: not each.shift_id)
        return DrawerShiftFigures(None, self.config_id.name, None, None, None, len(no_sales), cash)

    def _fynlo_cash_flow(self, domain, moves):
        """Return what came in and went out, as keywords of ``CashFigures``.

        :param domain: of the payments; those by the method that Odoo counts are taken
        :param moves: statement lines of cash moved by hand
        """
        domain = [*domain, ("payment_method_id", "=", self._fynlo_cash_method().id)]
        [(payments,)] = self.env["pos.payment"]._read_group(domain, [], ["amount:sum"])
        moves_of = moves.grouped("fynlo_cash_type")
        names = {"in": "paid_in", "out": "paid_out", "drop": "drops"}
        sums = {
            name: sum(moves_of.get(kind, moves[:0]).mapped("amount"), 0.0)
            for kind, name in names.items()
        }
        return {"payments": payments or 0.0, **sums}

    def _fynlo_deposits(self, drawers):
        """Return the cash in the drawers that Odoo does not book with this session."""
        if not drawers:
            return 0.0
        payments = sum(each.cash.payments for each in drawers)
        return self.currency_id.round(payments - self._fynlo_drawer_figures().payments)

    def _fynlo_from_minor(self, minor):
        """Return minor units of the session's currency as an amount, for the printed report."""
        return from_minor(minor, self.currency_id)


def _pieces(count):
    return [PieceFigures(each["value"], each["quantity"]) for each in count.denominations or ()]
