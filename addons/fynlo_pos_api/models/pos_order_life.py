from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import (
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    StaleVersionError,
)
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from .. import metrics
from ..engine.money import to_minor
from ..engine.order_life import allowed_steps, find_next
from ..exceptions import IllegalTransitionError, OrderHasPaymentsError, OrderNotPaidError

#: What an order that Odoo has finished is, whatever its progress says.
_END_STATES = {"paid": "completed", "done": "completed", "cancel": "cancelled"}


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_step_ids = fields.One2many("fynlo.order.step", "order_id", "Steps", readonly=True)

    # --- Taking a step

    @api.model
    def _fynlo_lock_orders(self, uuids):
        """Return the orders of the principal's store among those ids, locked until the commit.

        They are locked in one order, whoever asks, so that nobody waits in a circle.
        """
        store_id = principal_of(self.env).store_id
        query = """SELECT id FROM pos_order WHERE uuid = ANY(%s) AND config_id = %s
                   ORDER BY id FOR UPDATE"""
        rows = self.env.execute_query(SQL(query, [str(uuid) for uuid in uuids], store_id))
        orders = self.browse(order_id for (order_id,) in rows)
        return orders._filtered_access("write")

    @api.model
    def _fynlo_lock_order(self, uuid, version=None):
        """Return the order of the principal's store with that id, locked until the commit.

        :param version: the version the caller has seen, ``None`` to not care
        :raise NotFoundError: unknown, or of another store: the same answer
        :raise StaleVersionError: somebody changed it since ``version``
        """
        store_id = principal_of(self.env).store_id
        query = "SELECT id FROM pos_order WHERE uuid = %s AND config_id = %s FOR UPDATE"
        rows = self.env.execute_query(SQL(query, str(uuid), store_id))
        order = self.browse(rows[0][0] if rows else [])
        if not order or not order.has_access("write"):
            raise NotFoundError()
        if version is not None and version != order.fynlo_version:
            raise StaleVersionError(details={"version": order.fynlo_version})
        return order

    def _fynlo_check_step(self, step):
        """Return the state after ``step``.

        :raise IllegalTransitionError: not from the present state
        """
        state = self.fynlo_state if self.state == "draft" else _END_STATES[self.state]
        after = find_next(step, state)
        if after is None:
            raise IllegalTransitionError(details={"state": state, "allowed": allowed_steps(state)})
        return after

    def _fynlo_take_step(self, step, vals=None, reason=None, details=None):
        """Write a step that was checked before: state, version, log."""
        before = self.fynlo_state
        after = self._fynlo_check_step(step)
        self._fynlo_own_write().write(
            {**(vals or {}), "fynlo_state": after, "fynlo_version": self.fynlo_version + 1}
        )
        self.env["fynlo.order.step"]._fynlo_log(self, step, before, reason, details)

    # --- The steps without a service of their own

    @api.model
    def _fynlo_hold_order(self, uuid, command):
        """Park an open order, or take it up again; return it.

        :param command: an ``OrderHold``
        :raise IllegalTransitionError: it is not open, or not parked
        """
        order = self._fynlo_lock_order(uuid, command.version)
        step = "hold" if command.held else order._fynlo_resume_step()
        order._fynlo_take_step(step, reason=command.reason)
        order._fynlo_follow_kitchen()
        return order

    @api.model
    def _fynlo_cancel_order(self, uuid, command):
        """Void an order that nobody has paid; return it.

        :param command: an ``OrderCancel``
        :raise ForbiddenError: the store wants a higher role for it
        :raise OrderHasPaymentsError: money was taken for it
        :raise PaymentUnderWayError: money is held for it
        """
        order = self._fynlo_lock_order(uuid, command.version)
        if not principal_of(self.env).is_at_least(order.config_id.fynlo_void_role):
            raise ForbiddenError()
        order._fynlo_check_step("cancel")
        if not order.currency_id.is_zero(sum(order.payment_ids.mapped("amount"))):
            raise OrderHasPaymentsError()
        order._fynlo_check_nothing_held()
        order._fynlo_take_step("cancel", {"state": "cancel"}, reason=command.reason)
        order._fynlo_tell_kitchen()
        total = to_minor(order.amount_total, order.currency_id)
        facts = {"reason": command.reason, "total_minor": total}
        self.env["fynlo.audit"]._fynlo_log("order.void", order, facts)
        return order

    @api.model
    def _fynlo_transfer_order(self, uuid, command):
        """Move an order to another table, another employee, or both; return it.

        :param command: an ``OrderTransfer``
        :raise InvalidFieldsError: the store has no such table or employee
        """
        order = self._fynlo_lock_order(uuid, command.version)
        order._fynlo_check_step("transfer")
        vals, details = {}, {}
        if command.table_id:
            table = self.env["fynlo.checkout"]._fynlo_table(command, order.config_id)
            vals["table_id"] = table.id
            details["table"] = [order.table_id.display_name or None, table.display_name]
        if command.employee_id:
            employee_sudo = order._fynlo_colleague(command.employee_id)
            vals |= {"employee_id": employee_sudo.id, "cashier": employee_sudo.name}
            details["employee"] = [order.employee_id.sudo().name or None, employee_sudo.name]
        order._fynlo_take_step("transfer", vals, reason=command.reason, details=details)
        order._fynlo_tell_kitchen()
        return order

    def _fynlo_colleague(self, uuid):
        """Return the employee with that id who serves the order's store, sudoed.

        :raise InvalidFieldsError: there is none
        """
        # Who sells need not read personnel files: found by the public id, then checked.
        employee_sudo = self.env["hr.employee"].sudo().search([("fynlo_uuid", "=", str(uuid))])
        if not (employee_sudo and employee_sudo._fynlo_serves(self.config_id)):
            error = {"field": "employeeId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return employee_sudo

    @api.model
    def _fynlo_complete_order(self, uuid, command):
        """Finish an order on which nothing is owed any more; return it.

        :param command: an ``OrderStep``
        :raise OrderNotPaidError: something is still owed
        :raise PaymentUnderWayError: a part of it is held
        """
        order = self._fynlo_lock_order(uuid, command.version)
        order._fynlo_check_step("complete")
        order._fynlo_check_nothing_held()
        order._fynlo_join_session()
        settlement = self.env["fynlo.order.payment"]._fynlo_settle_order(order, ())
        if not settlement.is_covered:
            due = to_minor(settlement.due - settlement.paid, order.currency_id)
            raise OrderNotPaidError(details={"due": due})
        book = self.env["fynlo.price.book"]._fynlo_open(order.config_id)
        order._fynlo_finish(book, command.reason)
        return order

    def _fynlo_join_session(self):
        """Hold the store's open session, put the order into it, and return it.

        An order for another day may lie in an earlier session or in none; its money never does.

        :raise SessionNotOpenError: there is none
        """
        session = self.env["pos.session"]._fynlo_hold_current(self.config_id)
        if self.session_id != session:
            self._fynlo_own_write().session_id = session
        return session

    def _fynlo_finish(self, book, reason=None):
        """Make a covered order a finished sale, by Odoo's own steps."""
        before = self.fynlo_state
        self._fynlo_check_step("complete")
        order = self._fynlo_own_write()
        order.write({"fynlo_version": self.fynlo_version + 1, "fynlo_stock_state": "pending"})
        if self._fynlo_overrides:
            order._process_saved_order(False)
        else:
            order.action_pos_order_paid()
            order._create_order_picking()
            order._fynlo_note_costs(book)
        order.fynlo_state = "completed"
        self.env["fynlo.order.step"]._fynlo_log(self, "complete", before, reason)
        self._fynlo_cook_sold()
        self.env.cr.postcommit.add(metrics.orders.labels("completed").inc)

    def _fynlo_note_costs(self, book):
        """Note what a finished order's lines have cost, by the price book where it knows.

        Odoo looks for the costs of others: what has left the range, what moved its stock already.
        """
        needs_odoo = book.is_foreign_currency or self._should_create_picking_real_time()
        for line in () if needs_odoo else self.lines:
            product = book.variants.get(line.product_id.id)
            needs_odoo = needs_odoo or product is None
            if product and not (product.is_cost_deferred or line.is_total_cost_computed):
                line.total_cost = line.qty * product.unit_cost
                line.is_total_cost_computed = True
        if needs_odoo:
            self._compute_total_cost_in_real_time()
