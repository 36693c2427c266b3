from odoo import api, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Domain

from ..engine.money import to_minor

_SORT_FIELDS = {"occurredAt": "date_order", "total": "amount_total"}


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
        orders = self.search(
            domain,
            order=f"{field} {direction}, id {direction}",
            limit=query.limit,
            offset=(query.page - 1) * query.limit,
        )
        return orders, self.search_count(domain)

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
