from odoo import api, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.addons.fynlo_base.server_mark import SERVER_MARK, is_marked
from odoo.exceptions import AccessError

from .finished_sale import check_parts, check_removal, check_sale, is_free

#: What the API and the posting of stock go by. Odoo lets everybody who sells write to an order.
_SERVER_FIELDS = {
    "pos.order": frozenset(
        (
            "fynlo_device_id",
            "fynlo_is_money_back",
            "fynlo_is_service_waived",
            "fynlo_kitchen_count",
            "fynlo_mail_count",
            "fynlo_merged_into_id",
            "fynlo_order_type",
            "fynlo_party_size",
            "fynlo_price_difference",
            "fynlo_split_from_id",
            "fynlo_state",
            "fynlo_stock_state",
            "fynlo_taxes",
            "fynlo_version",
        )
    ),
    "pos.order.line": frozenset(("fynlo_comp_reason", "fynlo_is_scrapped", "fynlo_kind")),
    "pos.payment": frozenset(
        ("fynlo_change", "fynlo_drawer_shift_id", "fynlo_reference", "fynlo_share_id")
    ),
}

#: What no order or payment begins with, unless the server itself makes it.
_NEVER_AT_FIRST = {
    "pos.order": frozenset(
        (
            "fynlo_device_id",
            "fynlo_is_money_back",
            "fynlo_is_service_waived",
            "fynlo_merged_into_id",
            "fynlo_party_size",
            "fynlo_price_difference",
            "fynlo_split_from_id",
            "fynlo_taxes",
        )
    ),
    "pos.payment": frozenset(("fynlo_change", "fynlo_reference", "fynlo_share_id")),
}


def check_new_fields(model, vals_list):
    """Refuse a new record that pretends to be the server's.

    :raise AccessError: it has what only the server gives
    """
    marks = ("fynlo_own_write", "fynlo_creating_order")
    if model.env.su or any(is_marked(model.env, mark) for mark in marks):
        return
    if any(vals.get(name) for vals in vals_list for name in _NEVER_AT_FIRST[model._name]):
        raise AccessError(model.env._("Only the server sets this."))


def _check_write(records, vals):
    if not is_marked(records.env, "fynlo_own_write"):
        check_server_fields(records, vals, _SERVER_FIELDS[records._name])
    check_sale(records, vals)


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model_create_multi
    def create(self, vals_list):
        """Keep hands off what the API goes by; one that is paid at once has its payments."""
        check_new_fields(self, vals_list)
        if is_free(self.env):
            return super().create(vals_list)
        orders = super(PosOrder, self.with_context(fynlo_new_sale=SERVER_MARK))
        return orders.create(vals_list).with_env(self.env)

    def write(self, vals):
        """Keep hands off what the API goes by."""
        _check_write(self, vals)
        return super().write(vals)

    def _fynlo_own_write(self):
        """Return the same orders, for a write of the server's own."""
        return self.with_context(fynlo_own_write=SERVER_MARK, tracking_disable=True)


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Add nothing to a finished sale."""
        check_parts(self, vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Keep hands off what the API goes by."""
        _check_write(self, vals)
        return super().write(vals)


class PosPayment(models.Model):
    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        """Keep hands off what the API goes by."""
        check_new_fields(self, vals_list)
        check_parts(self, vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Keep hands off what the API goes by."""
        _check_write(self, vals)
        return super().write(vals)

    def unlink(self):
        """Take nothing from a finished sale."""
        check_removal(self)
        return super().unlink()
