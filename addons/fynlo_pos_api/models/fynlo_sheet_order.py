from decimal import Decimal

from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime, to_odoo_datetime
from odoo.fields import Domain

from ..engine.money import to_minor
from ..engine.sheet_cells import clean

_COLUMNS = (
    "id", "reference", "occurredAt", "orderType", "state", "paymentState", "table", "customerId",
    "customer", "employee", "device", "currency", "tax", "total", "amountPaid",
)  # fmt: skip
_FIELDS = (
    "uuid", "pos_reference", "name", "date_order", "fynlo_order_type", "fynlo_state",
    "fynlo_payment_state", "table_id", "partner_id", "employee_id", "fynlo_device_id",
    "currency_id", "amount_tax", "amount_total", "amount_paid",
)  # fmt: skip


class FynloSheetOrder(models.AbstractModel):
    """Orders of a store as a table, for accountants; amounts are decimals. It only goes out."""

    _name = "fynlo.sheet.order"
    _inherit = "fynlo.sheet"
    _description = "Table of orders"

    @api.model
    def _fynlo_columns(self):
        return _COLUMNS

    def _fynlo_file_name(self):
        return "orders"

    def _fynlo_exported(self, query):
        domain = Domain("config_id", "=", principal_of(self.env).store_id)
        if query.from_:
            domain &= Domain("date_order", ">=", to_odoo_datetime(query.from_))
        if query.to:
            domain &= Domain("date_order", "<=", to_odoo_datetime(query.to))
        return self.env["pos.order"].search(domain, order="date_order, id")

    @api.model
    def _fynlo_read_rows(self, records):
        records.fetch(_FIELDS)
        return [_read(record) for record in records]


def _read(order):
    currency = order.currency_id
    amounts = (order.amount_tax, order.amount_total, order.amount_paid)
    # An employee's name is no secret, his file is. Who sees an order sees who bought, even if the
    # customer was given to another company since.
    employee_sudo, partner_sudo = order.employee_id.sudo(), order.partner_id.sudo()
    return [
        order.uuid,
        clean(order.pos_reference or order.name),
        f"{from_odoo_datetime(order.date_order):%Y-%m-%dT%H:%M:%SZ}",
        order.fynlo_order_type or "",
        order.fynlo_state or "",
        order.fynlo_payment_state or "",
        clean(order.table_id.display_name),
        partner_sudo.fynlo_uuid or "",
        clean(partner_sudo.display_name),
        clean(employee_sudo.display_name),
        clean(order.fynlo_device_id.display_name),
        currency.name,
        *(
            Decimal(to_minor(amount, currency)).scaleb(-currency.decimal_places)
            for amount in amounts
        ),
    ]
