from collections import Counter
from uuid import uuid4, uuid5

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.choices import FieldFaults, check_quantity
from ..engine.money import to_minor
from ..engine.refund import divide
from ..schemas.order_edits import OrderPatch


class FynloOrderSplit(models.AbstractModel):
    """Splits a bill: lines and seats into orders of their own, an amount or parts into shares."""

    _name = "fynlo.order.split"
    _description = "Fynlo split of an order"

    @api.model
    def _fynlo_split_order(self, uuid, command):
        """Apply an ``OrderSplit``; return the order and those split off it (``pos.order``).

        :raise IllegalTransitionError: the order is finished or cancelled
        :raise InvalidFieldsError: lines, quantities or amounts that the order does not have
        :raise OrderHasPaymentsError: less would be left than was paid already
        """
        order = self.env["pos.order"]._fynlo_lock_order(uuid, command.version)
        order._fynlo_check_step("split")
        if not command.orders:
            amounts = self._fynlo_amounts(order, command)
            order._fynlo_share_out(amounts)
            order._fynlo_take_step("split", reason=command.reason, details={"shares": amounts})
            return order, order.browse()
        plan = self._fynlo_plan(order, command.orders)
        targets = order.browse()
        for part, moves in zip(command.orders, plan, strict=True):
            target = self._fynlo_open_sibling(order, part)
            order._fynlo_move_lines(target, moves)
            targets |= target
        edit = self.env["fynlo.order.edit"]
        for each in order | targets:
            others = targets if each == order else order
            details = {"orders": others.mapped("uuid")}
            edit._fynlo_rewrite(each, OrderPatch(), "split", None, command.reason, details)
        return order, targets

    # --- Shares

    def _fynlo_amounts(self, order, command):
        """Return the shares of what is owed, in minor units; cents left over go to the first."""
        paid = order.amount_paid + order._fynlo_held_amount()
        due = to_minor(order.amount_total - paid, order.currency_id)
        if command.parts:
            if due < command.parts:
                raise _refusal("parts", "too_large", "Less is owed than one cent for each.")
            return divide(due, [1] * command.parts)
        rest = due - sum(command.amounts)
        if rest < 0:
            raise _refusal("amounts", "too_large", f"They add up to more than the {due} owed.")
        return [*command.amounts, rest] if rest else command.amounts

    # --- Orders of their own

    def _fynlo_plan(self, order, parts):
        """Return, for each part, the moves that :meth:`_fynlo_move_lines` takes."""
        lines = {
            line.uuid: line
            for line in order.lines.sorted("id")
            if not line.combo_parent_id and line.fynlo_kind == "item"
        }
        faults, taken, plan = FieldFaults(), Counter(), []
        self._fynlo_check_ids(parts, faults)
        for index, part in enumerate(parts):
            wanted = self._fynlo_wanted(part, lines, f"orders.{index}", faults)
            plan.append([self._fynlo_take(part, *each, taken, faults) for each in wanted])
        left = sum(line.qty for line in lines.values()) - sum(taken.values())
        if not faults.errors and left <= 0:
            faults.add("orders", "nothing_left", "Something has to stay on the order.")
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
        return plan

    def _fynlo_check_ids(self, parts, faults):
        uuids = [str(part.id) for part in parts]
        orders_sudo = self.env["pos.order"].sudo().search([("uuid", "in", uuids)])
        used = set(orders_sudo.mapped("uuid"))
        for index, uuid in enumerate(uuids):
            if uuid in used or uuid in uuids[:index]:
                faults.add(f"orders.{index}.id", "repeated", "Each new order needs a new id.")

    def _fynlo_wanted(self, part, lines, path, faults):
        """Return ``(line, quantity or None, new id or None, path)`` of what a part takes."""
        if part.seats:
            found = [line for line in lines.values() if line.fynlo_seat in part.seats]
            if not found:
                faults.add(f"{path}.seats", "unknown_reference", "Nothing was ordered there.")
            return [(line, None, None, f"{path}.seats") for line in found]
        wanted, digits = [], self.env["decimal.precision"].precision_get("Product Unit")
        for number, each in enumerate(part.lines):
            place = f"{path}.lines.{number}"
            if each.quantity is not None:
                check_quantity(each.quantity, digits, f"{place}.quantity", faults)
            if line := lines.get(str(each.line_id)):
                wanted.append((line, each.quantity, each.id, place))
            else:
                faults.add(f"{place}.lineId", "unknown_reference", "There is no such line.")
        return wanted

    def _fynlo_take(self, part, line, quantity, new_id, path, taken, faults):
        left = round(line.qty - taken[line], 6)
        amount = left if quantity is None else float(quantity)
        if amount > left or not left:
            faults.add(f"{path}.quantity", "too_large", f"At most {left:g} of it are left.")
            return None
        taken[line] += amount
        if amount == left:  # all that earlier parts have left of it
            return line, line.uuid, None
        return line, str(new_id or uuid5(part.id, line.uuid)), amount

    def _fynlo_open_sibling(self, order, part):
        """Return a new open order like ``order``, without lines."""
        reference = self.env["fynlo.order.values"]._fynlo_draw_reference(order.config_id)
        names = ("session_id", "config_id", "company_id", "partner_id", "pricelist_id")
        names += ("fiscal_position_id", "preset_id", "table_id", "employee_id")
        vals = {
            **{name: order[name].id for name in names},
            "uuid": str(part.id),
            "access_token": str(uuid4()),
            "name": reference.name,
            "pos_reference": reference.pos_reference,
            "tracking_number": reference.tracking_number,
            "sequence_number": reference.sequence_number,
            "user_id": self.env.uid,
            "cashier": order.cashier,
            "date_order": order.date_order,
            **dict.fromkeys(("amount_total", "amount_tax", "amount_paid", "amount_return"), 0.0),
            "state": "draft",
            "source": "pos",
            "to_invoice": False,
            "customer_count": len(part.seats),
            "fynlo_device_id": principal_of(self.env).device_id,
            "fynlo_order_type": order.fynlo_order_type,
            "fynlo_stock_state": "pending",
            "fynlo_is_service_waived": order.fynlo_is_service_waived,
            "fynlo_party_size": max(order.customer_count, order.fynlo_party_size),
            "fynlo_split_from_id": order.id,
        }
        return self.env["pos.order"]._fynlo_create_order(vals, {})


def _refusal(field, code, message):
    return InvalidFieldsError(errors=[{"field": field, "code": code, "message": message}])
