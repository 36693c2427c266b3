import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_LOCATION = re.compile(r"tml_[A-Za-z0-9]{1,100}", re.ASCII)


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_terminal_location = fields.Char(
        "Location of Card Readers",
        copy=False,
        groups="fynlo_base.group_fynlo_manager",
        help="The id of the location in Stripe's dashboard under Terminal, e.g. tml_Abc123.",
    )

    @api.constrains("fynlo_terminal_location")
    def _check_fynlo_terminal_location(self):
        for store_sudo in self.sudo().filtered("fynlo_terminal_location"):
            if not _LOCATION.fullmatch(store_sudo.fynlo_terminal_location):
                raise ValidationError(
                    self.env._("A location of Stripe Terminal looks like tml_Abc123.")
                )

    def action_fynlo_readers(self):
        """Open the card readers of one store."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fynlo_payments.fynlo_terminal_reader_action"
        )
        return {**action, "domain": [("config_id", "=", self.id)]}
