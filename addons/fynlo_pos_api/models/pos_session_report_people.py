from odoo import models

from ..engine.session_report import EmployeeFigures, NoSaleFigures
from .pos_session_report import sum_discounts


class PosSession(models.Model):
    """Who did what, for the X and Z report."""

    _inherit = "pos.session"

    def _fynlo_employee_figures(self, orders):
        orders_of = orders.grouped(_seller_of)
        voids_of = self._fynlo_void_counts()
        people = {*orders_of, *voids_of, *self._fynlo_drawer_people()}
        figures = [
            self._fynlo_person_figures(who, orders_of.get(who, orders[:0]), voids_of.get(who, 0))
            for who in people
        ]
        return sorted(figures, key=lambda each: (each.name, each.id or ""))

    def _fynlo_person_figures(self, who, orders, void_count):
        employee, user = who
        refunds = orders.filtered(lambda order: order.amount_total < 0)
        shifts = self.fynlo_shift_ids.filtered(lambda shift: shift.employee_id == employee)
        no_sales = self.fynlo_no_sale_ids.filtered(lambda each: each.employee_id == employee)
        return EmployeeFigures(
            id=employee.fynlo_uuid or None,
            name=(employee or user).name,
            order_count=len(orders),
            amount=sum(orders.mapped("amount_total"), 0.0),
            refund_count=len(refunds),
            refunds=sum(refunds.mapped("amount_total"), 0.0),
            discounts=sum_discounts(orders),
            tips=sum(orders.mapped("tip_amount"), 0.0),
            void_count=void_count,
            no_sale_count=len(no_sales) if employee else 0,
            cash_difference=sum(shifts.mapped("difference"), 0.0),
        )

    def _fynlo_void_counts(self):
        """Return ``{(employee, user): number}`` of the orders that somebody voided."""
        voids = self.env["fynlo.order.step"].search(
            [("order_id.session_id", "=", self.id), ("step", "=", "cancel")]
        )
        return {who: len(steps) for who, steps in voids.grouped(_actor_of).items()}

    def _fynlo_drawer_people(self):
        """Return ``(employee, no user)`` of all who had a drawer or opened one."""
        people = self.fynlo_shift_ids.employee_id | self.fynlo_no_sale_ids.employee_id
        return [(employee, self.env["res.users"]) for employee in people]

    def _fynlo_no_sale_figures(self):
        return [
            NoSaleFigures(
                reason=each.reason,
                employee=each.employee_id.name or each.user_id.name,
                drawer=each.shift_id.drawer_id.name or None,
                created_at=each.create_date,
            )
            for each in self.fynlo_no_sale_ids.sorted("id")
        ]


def _seller_of(order):
    return _person(order.employee_id, order.user_id)


def _actor_of(step):
    return _person(step.employee_id, step.user_id)


def _person(employee, user):
    """Return ``(employee, user)``; behind an employee the user is a shared one, and left out."""
    return employee, user[:0] if employee else user
