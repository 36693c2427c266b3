from dataclasses import dataclass, field

from odoo import api, models
from odoo.addons.fynlo_base.engine import tokens
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.settings import read_setting

from ..fynlo_gateway import schema


@dataclass(frozen=True)
class PageTicket:
    """What lets a page into the gateway.

    :ivar url: where it listens; ``None`` behind the page's own host
    :ivar expires_in: of the token, in seconds
    :ivar store: uuid of the one store that the page hears of
    """

    url: str | None
    token: str = field(repr=False)
    expires_in: int
    store: str


class FynloGateway(models.AbstractModel):
    """What the websocket gateway, a process of its own, reads and keeps in this database."""

    _name = "fynlo.gateway"
    _description = "Fynlo websocket gateway"

    def init(self):
        """Make its table, its functions and what its role may do, again at each update."""
        for name in ("fynlo.change", "fynlo.sync.epoch"):
            self.env[name].init()  # its role is granted to read them
        self.env.cr.execute(schema.CREATE)

    @api.model
    def _fynlo_admit_page(self, store_uuid, web_session, ip):
        """Return the :class:`PageTicket` of a page of the web client's user.

        :param store_uuid: of the store that it shows; ``None`` for his first
        :param web_session: what of Odoo's session id does not rotate
        :raise ForbiddenError: he has no role in a kitchen, and so none at a board
        :raise NotFoundError: he does not serve that store
        """
        env = self.env["fynlo.kitchen"]._fynlo_at_store(store_uuid)
        store_sudo = env["pos.config"].sudo().browse(principal_of(env).store_id)
        token = env["fynlo.auth.session"]._fynlo_open_page(store_sudo, web_session, ip)
        url = read_setting("realtime_url") or None
        return PageTicket(url, token, tokens.LIFETIME_S, store_sudo.fynlo_uuid)

    @api.model
    def _fynlo_drop(self):
        """Take them away when the module is removed."""
        self.env.cr.execute(schema.DROP)
