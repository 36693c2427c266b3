from odoo import api, models

from ..engine.order_life import DRAFT


class FynloKitchenMoves(models.AbstractModel):
    """Lines that go to another bill: what was cooked for them goes with them."""

    _inherit = "fynlo.kitchen"

    @api.model
    def _fynlo_move_lines(self, source, target, moves):
        """Let the kitchen's items follow lines to another order; nothing is cooked twice.

        Call it with both orders' rows locked, before or after the lines themselves change. Only
        after it may either order be sent or edited. Tickets stay as they hang in the kitchen; one
        of which everything has moved names the new order.

        :param source: one ``pos.order``; ``target`` is the other one
        :param moves: ``(uuid of the line, uuid it has on the target, quantity)``; the line of a
            combo stands for its items; quantity in units of the line, ``None`` for all of it
        """
        items_sudo = self._fynlo_known_items(source)
        moved_sudo = items_sudo.browse()
        for old_uuid, new_uuid, quantity in moves:
            found = items_sudo.filtered(lambda item, uuid=old_uuid: item.line_uuid == uuid)
            for dish in found.grouped(lambda item: (item._fynlo_key(), item.station_id)).values():
                vals = {"order_id": target.id, "line_uuid": new_uuid}
                if not target.general_customer_note:  # then there is nothing new to tell
                    vals["order_note"] = False
                moved_sudo |= self._fynlo_move_dish(dish, quantity, vals)
        if not moved_sudo:
            return
        source._fynlo_own_write().fynlo_kitchen_count += 1
        self._fynlo_move_tickets(target, moved_sudo.ticket_id)
        if target.state == "draft" and target.fynlo_state == DRAFT:
            target._fynlo_take_step("send")
        for order in source | target:
            order._fynlo_follow_kitchen()
        self._fynlo_notify(target.config_id)

    def _fynlo_move_dish(self, items_sudo, quantity, vals):
        """Move so many pieces of one dish at one station; return the items that are there now."""
        moved_sudo = items_sudo.browse()
        left = None if quantity is None else round(quantity * items_sudo[:1].per_line, 6)
        for item in items_sudo:
            pieces = item._fynlo_live()
            share = pieces if left is None else min(pieces, left)
            if item.kind == "new" and left is not None:
                left = round(left - share, 6)
            if share == pieces:
                item.write(vals)
                moved_sudo |= item
            elif share > 0:
                moved_sudo |= item.copy({**vals, "quantity": share, "cancelled_quantity": 0})
                if item.kind == "new":
                    item.quantity -= share
        return moved_sudo

    def _fynlo_move_tickets(self, target, tickets_sudo):
        whole = tickets_sudo.filtered(lambda ticket: ticket.item_ids.order_id == target)
        number = target.fynlo_kitchen_count
        for group in whole.grouped("send_number").values():
            number += 1
            group.write({"order_id": target.id, "send_number": number})
        target._fynlo_own_write().fynlo_kitchen_count = number + 1
        for ticket in tickets_sudo:
            ticket.version += 1
