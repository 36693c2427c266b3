from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

_UPSERT = """
    INSERT INTO fynlo_terminal_reader
        (fynlo_uuid, provider_id, config_id, company_id, reader_ref, name, device_type, serial,
         state, active)
    VALUES %s
    ON CONFLICT (provider_id, reader_ref) DO UPDATE SET
        config_id = EXCLUDED.config_id, company_id = EXCLUDED.company_id, name = EXCLUDED.name,
        device_type = EXCLUDED.device_type, serial = EXCLUDED.serial, state = EXCLUDED.state,
        active = TRUE
    WHERE (fynlo_terminal_reader.config_id, fynlo_terminal_reader.name,
           fynlo_terminal_reader.serial, fynlo_terminal_reader.state, fynlo_terminal_reader.active)
        IS DISTINCT FROM (EXCLUDED.config_id, EXCLUDED.name, EXCLUDED.serial, EXCLUDED.state, TRUE)
"""


class FynloTerminalReader(models.Model):
    """A card reader of a store, as its gateway has told last. Only the server writes it."""

    _name = "fynlo.terminal.reader"
    _description = "Card reader"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "config_id, name, id"

    name = fields.Char("Label", required=True, readonly=True)
    config_id = fields.Many2one("pos.config", "Store", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    provider_id = fields.Many2one("payment.provider", "Gateway", required=True, readonly=True)
    reader_ref = fields.Char("Gateway Reference", required=True, readonly=True)
    device_type = fields.Char("Model", readonly=True)
    serial = fields.Char("Serial Number", readonly=True)
    state = fields.Selection([("online", "Online"), ("offline", "Offline")], readonly=True)
    active = fields.Boolean(default=True, readonly=True)

    _ref_unique = models.Constraint(
        "UNIQUE(provider_id, reader_ref)", "This reader is known already."
    )

    @api.model
    def _fynlo_find_reader(self, uuid):
        """Return the reader of the principal's store with that id (one record).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        store_id = principal_of(self.env).store_id
        domain = [("fynlo_uuid", "=", str(uuid)), ("config_id", "=", store_id)]
        found = self.search(domain, limit=1)
        if not found:
            raise NotFoundError()
        return found

    @api.model
    def _fynlo_keep_readers(self, store, provider, told):
        """Write down the readers of a store; return them, sudoed, those that are gone left out.

        :param store: the ``pos.config``; ``provider`` its gateway
        :param told: the gateway's readers, as ``StripeTerminal.list_readers`` tells them
        """
        rows = [
            (make_uuid7(), provider.id, store.id, store.company_id.id, each["ref"], each["label"],
             each["device_type"], each["serial"],
             "online" if each["status"] == "online" else "offline", True)
            for each in told
        ]  # fmt: skip
        if rows:
            values = SQL(", ").join(SQL("%s", row) for row in rows)
            self.env.cr.execute(SQL(_UPSERT, values))
        # The caller has asked for the readers of his own store; he may not write them.
        readers_sudo = self.sudo()
        readers_sudo.invalidate_model()
        every_sudo = readers_sudo.search([("config_id", "=", store.id)])
        refs = [each["ref"] for each in told]
        gone_sudo = every_sudo.filtered(lambda each: each.reader_ref not in refs)
        gone_sudo.active = False
        return every_sudo - gone_sudo
