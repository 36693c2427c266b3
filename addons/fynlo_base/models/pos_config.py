from odoo import fields, models


class PosConfig(models.Model):
    """A store of the API."""

    _name = "pos.config"
    _inherit = ["pos.config", "fynlo.uuid.mixin"]

    fynlo_uuid = fields.Char("Fynlo store ID")

    def action_fynlo_devices(self):
        """Button of the store's form: its tills."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("fynlo_base.fynlo_device_action")
        action["domain"] = [("config_id", "=", self.id)]
        return action

    def _fynlo_timezone(self):
        """Return the IANA name of one store's time zone: its company's."""
        company_sudo = self.company_id.sudo()
        company_sudo.fetch(["partner_id", "resource_calendar_id"])  # of a hundred columns
        company_sudo.partner_id.fetch(["tz"])
        company_sudo.resource_calendar_id.fetch(["tz"])
        return company_sudo.partner_id.tz or company_sudo.resource_calendar_id.tz or "UTC"
