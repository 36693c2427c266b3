from collections import Counter

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Domain

from ..engine.order_life import READY
from ..engine.ticket_life import KINDS, OPEN_STATES, TICKET_STATES, join_states

#: What a ticket shows of its order.
_ORDER_FIELDS = ("uuid", "fynlo_order_type", "table_id", "partner_id", "employee_id")
_ORDER_FIELDS += ("floating_order_name", "general_customer_note", "preset_time")
#: Tickets that one run of the nightly job drops; there is another run if more are old.
_DROPPED_AT_ONCE = 5000
_OPEN_SQL = "state IN ('new', 'preparing', 'ready')"


class FynloKitchenTicket(models.Model):
    """What one station was told by one send of one order. Only the server writes it."""

    _name = "fynlo.kitchen.ticket"
    _description = "Kitchen ticket"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "id"
    _rec_name = "number"

    station_id = fields.Many2one(
        "fynlo.kitchen.station", required=True, readonly=True, index=True, ondelete="restrict"
    )
    config_id = fields.Many2one(
        related="station_id.config_id", string="Store", store=True, precompute=True
    )
    company_id = fields.Many2one(related="config_id.company_id")
    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    send_number = fields.Integer(required=True, readonly=True)
    number = fields.Char(required=True, readonly=True)
    kind = fields.Selection(list(KINDS.items()), required=True, readonly=True)
    course = fields.Integer(readonly=True, help="0: it belongs to none")
    item_ids = fields.One2many("fynlo.kitchen.item", "ticket_id", "Items", readonly=True)
    state = fields.Selection(
        list(TICKET_STATES.items()), compute="_compute_state", store=True, precompute=True
    )
    version = fields.Integer(default=1, required=True, readonly=True)
    fired_at = fields.Datetime("Fired", default=fields.Datetime.now, required=True, readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    ready_at = fields.Datetime("Ready", readonly=True)
    served_at = fields.Datetime("Served", readonly=True)
    recall_count = fields.Integer("Recalls", readonly=True)
    user_id = fields.Many2one("res.users", "Last User", readonly=True)
    employee_id = fields.Many2one("hr.employee", "Last Employee", readonly=True)
    preparation_min = fields.Float(
        "Preparation (min)",
        compute="_compute_preparation_min",
        store=True,
        precompute=True,
        aggregator=None,  # of those that are not ready it is 0; the items have the averages
        help="From firing to ready",
    )

    # The last line of defence; the lock on the order's row and the comparison come first.
    _once = models.Constraint(
        "UNIQUE(order_id, send_number, station_id, course, kind)",
        "That ticket has come out before.",
    )
    _open_idx = models.Index(f"(config_id, id) WHERE {_OPEN_SQL}")
    _changes_idx = models.Index("(config_id, write_date)")

    @api.depends("item_ids.state")
    def _compute_state(self):
        for ticket in self:
            ticket.state = join_states(ticket.item_ids.mapped("state"))

    @api.depends("ready_at")
    def _compute_preparation_min(self):
        for ticket in self:
            took = ticket.ready_at and ticket.ready_at - ticket.fired_at
            ticket.preparation_min = took.total_seconds() / 60 if took else False

    @api.autovacuum
    def _gc_tickets(self):
        """Drop tickets that are old enough; those of open bills stay, sends compare with them."""
        is_open = [("order_id.state", "=", "draft")]
        dropped = self.browse()
        for company, limit in self.env["fynlo.retention"]._fynlo_limits("kitchen_tickets_days"):
            domain = [("config_id.company_id", "=", company.id), ("fired_at", "<", limit)]
            domain += [("order_id.state", "!=", "draft"), ("item_ids", "not any", is_open)]
            dropped |= self.search(domain, limit=_DROPPED_AT_ONCE - len(dropped))
        count = len(dropped)
        dropped.unlink()
        return count, int(count == _DROPPED_AT_ONCE)

    # --- Reading

    @api.model
    def _fynlo_find_ticket(self, uuid):
        """Return the ticket of the principal's store with that id, sudoed for what it shows.

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        domain = [("fynlo_uuid", "=", str(uuid))]
        ticket = self.search([*domain, ("config_id", "=", principal_of(self.env).store_id)])
        if not ticket:
            raise NotFoundError()
        # The kitchen may read tickets and no orders; a ticket shows table and guest of one.
        return ticket.sudo()

    @api.model
    def _fynlo_search_tickets(self, query):
        """Return ``(tickets, total)`` of the principal's store, the oldest first, sudoed.

        :param query: a ``TicketQuery``
        :raise InvalidFieldsError: the store has no such station
        """
        domain = Domain("config_id", "=", principal_of(self.env).store_id)
        if query.station:
            station = self.env["fynlo.kitchen.station"]._fynlo_station_of(query.station)
            if not station.is_expo:
                domain &= Domain("station_id", "=", station.id)
        if query.state == "open":
            domain &= Domain("state", "in", OPEN_STATES)
        elif query.state:
            domain &= Domain("state", "=", query.state)
        if query.since:
            domain &= Domain("write_date", ">=", to_odoo_datetime(query.since))
        tickets = self.search(domain, order="id", limit=query.limit, offset=query.offset)
        total = query.find_total(len(tickets), lambda: self.search_count(domain))
        return tickets._fynlo_shown(), total

    def _fynlo_shown(self):
        """Return the tickets, which record rules have chosen, sudoed for what they show.

        The kitchen may read no orders; a ticket shows table, guest and waiter of one. Only these
        columns are read: an order has eighty.
        """
        tickets_sudo = self.sudo()
        tickets_sudo.station_id.fetch(["fynlo_uuid", "name"])
        orders_sudo = tickets_sudo.order_id
        orders_sudo.fetch(_ORDER_FIELDS)
        for people in (orders_sudo.employee_id, orders_sudo.partner_id):
            people.fetch(["name"])
        return tickets_sudo

    @api.model
    def _fynlo_count_open(self, stations):
        """Return ``{station id: number of tickets}`` that somebody has to do something with.

        A station is through with what is ready; the expo has all of its store until it is served.
        """
        domain = [("config_id", "in", stations.config_id.ids), ("state", "in", OPEN_STATES)]
        groups = self._read_group(domain, ["config_id", "station_id", "state"], ["__count"])
        found = Counter()
        for _store, station, state, count in groups:
            found[station.id] += count if state != READY else 0
        for expo in stations.filtered("is_expo"):
            found[expo.id] = sum(each[3] for each in groups if each[0] == expo.config_id)
        return found
