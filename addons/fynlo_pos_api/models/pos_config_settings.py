from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ..engine.flags import FLAGS
from ..engine.opening import overlaps

#: What ``GET /settings`` tells of a store's own row; a change of it is another version.
TOLD_FIELDS = frozenset((
    "fynlo_flag_customer_display", "fynlo_flag_kitchen", "fynlo_flag_tables", "fynlo_flag_tips",
    "fynlo_is_strict_stock", "fynlo_receipt_address", "fynlo_receipt_customer",
    "fynlo_receipt_employee", "fynlo_receipt_logo", "fynlo_receipt_paper",
    "fynlo_receipt_tax_number", "fynlo_tip_limit", "name",
    "payment_method_ids", "receipt_footer", "receipt_header", "set_tip_after_payment",
    "tip_product_id",
))  # fmt: skip


_SERVER_FIELDS = frozenset(("fynlo_settings_version",))


class PosConfig(models.Model):
    """What managers set and tills read."""

    _inherit = "pos.config"

    fynlo_settings_version = fields.Integer(
        default=1, readonly=True, copy=False, aggregator=None, export_string_translation=False
    )
    fynlo_receipt_paper = fields.Selection(
        [("80mm", "80 mm"), ("58mm", "58 mm")], "Receipt Paper", default="80mm", required=True
    )
    fynlo_receipt_logo = fields.Boolean("Logo", default=True)
    fynlo_receipt_address = fields.Boolean("Address and Phone", default=True)
    fynlo_receipt_tax_number = fields.Boolean("Tax Number", default=True)
    fynlo_receipt_employee = fields.Boolean("Who Served", default=True)
    fynlo_receipt_customer = fields.Boolean("Name of the Guest", default=True)
    fynlo_flag_tips = fields.Boolean("Ask for Tips", default=True, help=FLAGS["tips"].effect)
    fynlo_flag_tables = fields.Boolean(
        "Start with the Tables", default=True, help=FLAGS["tables"].effect
    )
    fynlo_flag_kitchen = fields.Boolean(
        "Send to the Kitchen", default=True, help=FLAGS["kitchen"].effect
    )
    fynlo_flag_customer_display = fields.Boolean(
        "Display for the Guest", help=FLAGS["customer_display"].effect
    )
    fynlo_hours_ids = fields.One2many("fynlo.opening.hours", "config_id", "Opening Hours")
    fynlo_exception_ids = fields.One2many("fynlo.opening.exception", "config_id", "Special Days")
    fynlo_hardware_ids = fields.One2many("fynlo.hardware", "config_id", "Hardware")
    fynlo_notice_ids = fields.One2many(
        "fynlo.notice.rule",
        "config_id",
        "Notifications",
        context={"active_test": False},
        groups="fynlo_base.group_fynlo_manager",
    )
    fynlo_is_open = fields.Boolean("Open Now", compute="_compute_fynlo_is_open")
    fynlo_next_change = fields.Datetime("Until", compute="_compute_fynlo_is_open")

    @api.depends("fynlo_hours_ids", "fynlo_exception_ids")
    def _compute_fynlo_is_open(self):
        for store in self:
            is_open, until = self.env["fynlo.settings"]._fynlo_find_state(store)
            store.fynlo_is_open = bool(is_open)
            store.fynlo_next_change = until.replace(tzinfo=None) if until else False

    @api.constrains("fynlo_hours_ids")
    def _check_fynlo_hours(self):
        for store in self:
            if overlaps((int(each.weekday), each._fynlo_hours()) for each in store.fynlo_hours_ids):
                raise ValidationError(self.env._("Opening hours run into each other."))

    def write(self, vals):
        """Odoo lets everybody who sells write to a store's row: settings are a manager's."""
        is_told = not TOLD_FIELDS.isdisjoint(vals)
        check_server_fields(self, vals, _SERVER_FIELDS)
        is_bound = not (self.env.su or self.env.user.has_group("point_of_sale.group_pos_manager"))
        if is_told and is_bound:
            raise AccessError(self.env._("Only a manager changes the settings of a store."))
        result = super().write(vals)
        if is_told:
            self._fynlo_count_settings()
        return result

    def _fynlo_count_settings(self):
        """Count a change of what the settings of these stores tell."""
        if self.ids:
            query = """UPDATE pos_config SET fynlo_settings_version = fynlo_settings_version + 1
                       WHERE id = ANY(%s)"""
            self.env.cr.execute(SQL(query, list(self.ids)), log_exceptions=False)
            self.invalidate_recordset(["fynlo_settings_version"], flush=False)
