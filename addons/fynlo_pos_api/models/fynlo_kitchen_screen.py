from dataclasses import dataclass

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal, principal_of
from odoo.fields import Domain

from ..engine.ticket_life import NEW, OPEN_STATES, PREPARING, READY, SERVED

#: How many tickets a screen shows, and how many of the last ones can be called back on it.
OPEN_LIMIT, RECENT_LIMIT = 100, 20


@dataclass(frozen=True)
class KitchenScreen:
    """What hangs on one screen. All records are sudoed for what they show.

    :ivar done: the state in which a ticket leaves the screen: the last station's is ``served``
    :ivar tickets: open ones, the oldest first
    :ivar recent: those that left the screen last, the latest first
    """

    store: models.BaseModel
    stores: models.BaseModel
    stations: models.BaseModel
    station: models.BaseModel
    done: str
    tickets: models.BaseModel
    recent: models.BaseModel


class FynloKitchenScreens(models.AbstractModel):
    """The page ``/fynlo/kitchen``: a user of the web client in front of a kitchen's screen."""

    _inherit = "fynlo.kitchen"

    @api.model
    def _fynlo_stores_of_user(self):
        """Return the stores whose kitchen the present user may see, sudoed; may be empty."""
        user = self.env.user
        if user._fynlo_role() in (None, "device"):
            return self.env["pos.config"].sudo()
        return user._fynlo_stores()

    @api.model
    def _fynlo_at_store(self, uuid=None):
        """Return the models of the web client's user as if a token had put him into a store.

        :param uuid: the store's public id, ``None`` for his first
        :return: an environment with the principal that the kitchen's methods go by
        :raise ForbiddenError: he has no role in a kitchen
        :raise NotFoundError: he does not serve that store, or none at all
        """
        self.env["res.users"]._fynlo_require("kitchen")
        stores_sudo = self._fynlo_stores_of_user()
        asked = stores_sudo.filtered(lambda store: uuid in (None, store.fynlo_uuid))[:1]
        if not asked:
            raise NotFoundError()
        principal = Principal(
            user_id=self.env.uid,
            company_id=asked.company_id.id,
            role=self.env.user._fynlo_role(),
            session="web",
            store_ids=tuple(stores_sudo.ids),
            store_id=asked.id,
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
        return self.with_context(**context).env

    @api.model
    def _fynlo_read_screen(self, station_uuid=None):
        """Return the :class:`KitchenScreen` of a station of the principal's store.

        :param station_uuid: ``None`` for the first; in a store without stations there is none
        :raise InvalidFieldsError: the store has no such station
        """
        stations = self.env["fynlo.kitchen.station"]
        stations_sudo = stations._fynlo_list_stations()
        station_sudo = stations_sudo[:1]
        if station_uuid:
            station_sudo = stations._fynlo_station_of(station_uuid).sudo()
        has_expo = any(stations_sudo.mapped("is_expo"))
        done = READY if has_expo and not station_sudo.is_expo else SERVED
        stores_sudo = self._fynlo_stores_of_user()
        tickets, recent = self._fynlo_screen_tickets(station_sudo, done)
        store_id = principal_of(self.env).store_id
        return KitchenScreen(
            store=stores_sudo.browse(store_id),
            stores=stores_sudo,
            stations=stations_sudo,
            station=station_sudo,
            done=done,
            tickets=tickets,
            recent=recent,
        )

    def _fynlo_screen_tickets(self, station, done):
        tickets = self.env["fynlo.kitchen.ticket"]
        domain = Domain("config_id", "=", principal_of(self.env).store_id)
        if not station.is_expo:
            domain &= Domain("station_id", "=", station.id)
        shown = OPEN_STATES if done == SERVED else (NEW, PREPARING)
        # What informs and is not cooked stays until somebody has seen it.
        seen = Domain("kind", "!=", "new") & Domain("state", "=", READY)
        opened = tickets.search(
            domain & (Domain("state", "in", shown) | seen), order="id", limit=OPEN_LIMIT
        )
        today = fields.Datetime.subtract(fields.Datetime.now(), hours=12)
        left = Domain("state", "in", (READY, SERVED)) & Domain("write_date", ">=", today)
        order = "write_date DESC, id DESC"
        recent = tickets.search(domain & left, order=order, limit=RECENT_LIMIT) - opened
        return opened._fynlo_shown(), recent._fynlo_shown()
