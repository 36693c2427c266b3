from odoo import api, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Domain

from ..engine.money import to_minor

_SORT_FIELDS = {"occurredAt": "date_order", "total": "amount_total"}

# What replies show. Odoo reads whole rows of a hundred columns unless it is told what is wanted.
_SUMMARY_FIELDS = [
    *("uuid", "pos_reference", "name", "tracking_number", "state", "fynlo_state"),
    *("fynlo_version", "fynlo_order_type", "table_id", "partner_id", "employee_id"),
    *("fynlo_device_id", "date_order", "config_id", "amount_total", "amount_paid"),
    *("fynlo_price_difference", "is_refund", "fynlo_is_money_back", "company_id"),
]
_ORDER_FIELDS = [
    *_SUMMARY_FIELDS,
    *("session_id", "customer_count", "floating_order_name", "preset_time"),
    *("fynlo_delivery_address_id", "tip_amount", "fynlo_split_from_id"),
    *("fynlo_merged_into_id", "general_customer_note", "fynlo_taxes", "amount_tax"),
    *("amount_return", "fynlo_kitchen_count"),
]
_LINE_FIELDS = [
    *("order_id", "uuid", "combo_parent_id", "product_id", "full_product_name", "qty"),
    *("price_unit", "discount", "price_subtotal", "price_subtotal_incl", "customer_note"),
    *("fynlo_kind", "fynlo_seat", "fynlo_comp_reason", "course_id", "refunded_orderline_id"),
    "company_id",
]
_PAYMENT_FIELDS = [
    *("pos_order_id", "uuid", "amount", "payment_method_id", "payment_date", "is_change"),
    *("fynlo_change", "fynlo_reference", "transaction_id"),
]
_NAMED_FIELDS = ["fynlo_uuid", "name"]


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def _fynlo_find_order(self, uuid):
        """Return the order of the principal's store with that id (one record).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        store_id = principal_of(self.env).store_id
        order = self.search([("uuid", "=", str(uuid)), ("config_id", "=", store_id)], limit=1)
        if not order:
            raise NotFoundError()
        return order

    @api.model
    def _fynlo_search_orders(self, query):
        """Return ``(orders, total)``: a page of the store's orders, and how many there are.

        Equal keys are told apart by the database id, so that pages never overlap.

        :param query: an ``OrderQuery``
        """
        domain = self._fynlo_orders_domain(query)
        field, direction = _SORT_FIELDS[query.sort_by], query.sort_order
        offset = (query.page - 1) * query.limit
        orders = self.search_fetch(
            domain,
            _SUMMARY_FIELDS,
            order=f"{field} {direction}, id {direction}",
            limit=query.limit,
            offset=offset,
        )
        orders._fynlo_read_names()
        is_last_page = 0 < len(orders) < query.limit or not offset and not orders
        return orders, offset + len(orders) if is_last_page else self.search_count(domain)

    def _fynlo_read_names(self):
        """Read what summaries show of whom and what the orders name."""
        self.currency_id.fetch(["name", "decimal_places"])
        self.employee_id.sudo().fetch(_NAMED_FIELDS)
        self.partner_id.fetch([*_NAMED_FIELDS, "display_name"])
        self.fynlo_device_id.fetch(_NAMED_FIELDS)

    def _fynlo_read_ahead(self):
        """Read what ``OrderView`` shows of one order, and nothing else of its rows."""
        self.fetch(_ORDER_FIELDS)
        self._fynlo_read_names()
        self.session_id.fetch(["fynlo_uuid", "config_id"])
        self.lines.fetch(_LINE_FIELDS)
        # Who may see an order may see what was sold; the rules of products cost two queries.
        self.lines.product_id.sudo().fetch(["fynlo_uuid"])
        self.payment_ids.fetch(_PAYMENT_FIELDS)
        self.payment_ids.payment_method_id.fetch([*_NAMED_FIELDS, "is_cash_count"])

    def _fynlo_orders_domain(self, query):
        domain = Domain("config_id", "=", principal_of(self.env).store_id)
        if query.state:
            domain &= Domain("fynlo_state", "=", query.state)
        if query.from_:
            domain &= Domain("date_order", ">=", to_odoo_datetime(query.from_))
        if query.to:
            domain &= Domain("date_order", "<=", to_odoo_datetime(query.to))
        if query.table:
            domain &= Domain("table_id.fynlo_uuid", "=", str(query.table))
        if query.customer:
            domain &= Domain("partner_id.fynlo_uuid", "=", str(query.customer))
        if query.employee:
            employees_sudo = self.env["hr.employee"].sudo().with_context(active_test=False)
            found = employees_sudo.search([("fynlo_uuid", "=", str(query.employee))])
            domain &= Domain("employee_id", "in", found.ids)
        return domain

    def _fynlo_tax_lines(self):
        """Return what each tax of one order adds up to, as ``TaxView`` takes it.

        Of an order of the API as it was sold, of another as Odoo's tax engine computes it.
        """
        self.ensure_one()
        if self.fynlo_taxes is not False:
            return self.fynlo_taxes
        engine = self.env["account.tax"]
        base_lines = self.lines._prepare_tax_base_line_values()
        engine._add_tax_details_in_base_lines(base_lines, self.company_id)
        engine._round_base_lines_tax_details(base_lines, self.company_id)
        sums = self.env["fynlo.pricing"]._fynlo_sum_by_tax(base_lines)
        return [
            {
                "id": tax.fynlo_uuid,
                "name": tax.invoice_label or tax.name,
                "base": to_minor(values["base_amount_currency"], self.currency_id),
                "amount": to_minor(values["tax_amount_currency"], self.currency_id),
            }
            for tax, values in sums.items()
        ]
