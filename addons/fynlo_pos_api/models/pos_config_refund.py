from odoo import fields, models
from odoo.addons.fynlo_base.principal import principal_of

from ..exceptions import ApprovalRequiredError
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

    def _fynlo_check_refund_right(self, amount):
        """Check that the principal may refund so much of one order, earlier refunds included.

        :raise ApprovalRequiredError: ``details.role`` is who may
        """
        principal = principal_of(self.env)
        role = self.fynlo_refund_role
        if self.fynlo_refund_limit and amount > self.fynlo_refund_limit:
            role = "manager"
        if not principal.is_at_least(role):
            raise ApprovalRequiredError(details={"role": role})
