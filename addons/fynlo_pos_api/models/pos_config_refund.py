from odoo import fields, models
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.money import to_minor
from .pos_config_session import ROLES


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_refund_role = fields.Selection(
        ROLES,
        "May Refund",
        default="supervisor",
        required=True,
        help="Who may give money back for a finished sale, on a Fynlo device.",
    )
    fynlo_refund_limit = fields.Monetary(
        "Largest Refund Below a Manager",
        currency_field="currency_id",
        help="More of one order wants a manager. 0 is no limit.",
    )

    def _fynlo_refund_reasons(self, amount):
        """Return why a refund is beyond what the principal may do alone (may be empty).

        :param amount: of this refund and all earlier ones of the order, in its currency
        :return: ``[{"reason", "role"}]``, ``role`` being the lowest that may; a limit is told
            in minor units
        """
        principal, found = principal_of(self.env), []
        if not principal.is_at_least(self.fynlo_refund_role):
            found.append({"reason": "role", "role": self.fynlo_refund_role})
        limit = self.fynlo_refund_limit
        if limit and amount > limit and not principal.is_at_least("manager"):
            minor = to_minor(limit, self.currency_id)
            found.append({"reason": "amount", "role": "manager", "limit": minor})
        return found
