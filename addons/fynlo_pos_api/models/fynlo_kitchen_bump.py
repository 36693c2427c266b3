from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, StaleVersionError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..engine.ticket_life import PREPARING, READY, SERVED, is_bumped_by, is_recalled_by

#: The instant that an item or a ticket gets in a state.
_INSTANTS = {PREPARING: "started_at", READY: "ready_at", SERVED: "served_at"}


class FynloKitchenTicket(models.Model):
    """What cooks do to a ticket. A bump names where to: two who bump at once move it once."""

    _inherit = "fynlo.kitchen.ticket"

    @api.model
    def _fynlo_bump(self, uuid, command):
        """Move a ticket, or some of its items, forward; return it, sudoed.

        What is there already, or was cancelled, stays as it is: the same answer for the second.

        :param command: a ``TicketBump``
        :raise NotFoundError: unknown, or of another store
        :raise StaleVersionError: somebody changed it since the version that is named
        :raise InvalidFieldsError: an item is not on the ticket
        """
        ticket_sudo = self._fynlo_lock_ticket(uuid, command.version)
        items = ticket_sudo._fynlo_pick_items(command.items)
        items = items.filtered(lambda item: is_bumped_by(item.state, command.state))
        ticket_sudo._fynlo_move_items(items, command.state)
        return ticket_sudo

    @api.model
    def _fynlo_recall(self, uuid, command):
        """Move a ticket, or some of its items, back; return it, sudoed.

        :param command: a ``TicketRecall``; errors as of :meth:`_fynlo_bump`
        """
        ticket_sudo = self._fynlo_lock_ticket(uuid, command.version)
        items = ticket_sudo._fynlo_pick_items(command.items)
        items = items.filtered(lambda item: is_recalled_by(item.state, command.state))
        if items:
            ticket_sudo.recall_count += 1
        ticket_sudo._fynlo_move_items(items, command.state)
        return ticket_sudo

    @api.model
    def _fynlo_lock_ticket(self, uuid, version):
        """Return the ticket, sudoed, with the rows of all orders that it is about locked.

        Who changes a ticket also changes these rows: whoever waited for the lock starts over
        with a fresh look, and two who finish the last two items see each other.
        """
        ticket_sudo = self._fynlo_find_ticket(uuid)
        orders_sudo = ticket_sudo.order_id | ticket_sudo.item_ids.order_id
        query = "SELECT id FROM pos_order WHERE id IN %s ORDER BY id FOR UPDATE"
        self.env.execute_query(SQL(query, tuple(orders_sudo.ids)))
        if version is not None and version != ticket_sudo.version:
            raise StaleVersionError(details={"version": ticket_sudo.version})
        return ticket_sudo

    def _fynlo_pick_items(self, uuids):
        if uuids is None:
            return self.item_ids
        by_uuid = self.item_ids.grouped("fynlo_uuid")
        error = {"code": "unknown_reference", "message": "There is no such id."}
        errors = [
            {"field": f"items.{index}", **error}
            for index, uuid in enumerate(uuids)
            if str(uuid) not in by_uuid
        ]
        if errors:
            raise InvalidFieldsError(errors=errors)
        return self.item_ids.filtered(lambda item: item.fynlo_uuid in {str(each) for each in uuids})

    def _fynlo_move_items(self, items, state):
        """Write a move of ``items`` of this one ticket; their orders follow."""
        if not items:
            return
        for item in items:
            item.write({"state": state, **_instants(item, state)})
        principal = principal_of(self.env)
        vals = {"version": self.version + 1, "user_id": principal.user_id}
        vals["employee_id"] = principal.employee_id
        self.write(vals | _instants(self, self.state))
        for order in self.order_id | items.order_id:
            order._fynlo_own_write().fynlo_kitchen_count += 1
            order._fynlo_follow_kitchen()
        self.env["fynlo.kitchen"]._fynlo_notify(self.config_id)


def _instants(record, state):
    """Return the instants of an item or ticket that comes into ``state``.

    Those that it has not had on its way are the present one: who serves at once was also ready.
    Those after it are none.
    """
    states = list(_INSTANTS)
    reached = states.index(state) + 1 if state in states else 0
    now = fields.Datetime.now()
    vals = {_INSTANTS[each]: record[_INSTANTS[each]] or now for each in states[:reached]}
    return vals | {_INSTANTS[each]: False for each in states[reached:]}
