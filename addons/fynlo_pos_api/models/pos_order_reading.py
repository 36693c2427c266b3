from types import SimpleNamespace

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.money import to_minor

_SELLER = """
SELECT store.name AS store, store.receipt_header, store.receipt_footer, store.fynlo_receipt_paper,
    store.fynlo_receipt_address IS TRUE AS fynlo_receipt_address,
    store.fynlo_receipt_tax_number IS TRUE AS fynlo_receipt_tax_number,
    store.fynlo_receipt_employee IS TRUE AS fynlo_receipt_employee,
    store.fynlo_receipt_customer IS TRUE AS fynlo_receipt_customer,
    store.fynlo_receipt_logo IS TRUE AS fynlo_receipt_logo,
    contact.name, contact.street, contact.city, contact.zip, contact.phone, contact.email,
    contact.vat, country.code AS country
FROM pos_order sold
JOIN pos_config store ON store.id = sold.config_id
JOIN res_company company ON company.id = sold.company_id
JOIN res_partner contact ON contact.id = company.partner_id
LEFT JOIN res_country country ON country.id = contact.country_id
WHERE sold.id = %s
"""
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
        order = f"{field} {direction}, id {direction}"
        orders = self.search(domain, order=order, limit=query.limit, offset=query.offset)
        return orders, query.find_total(len(orders), lambda: self.search_count(domain))

    def _fynlo_read_seller(self):
        """Return what a receipt tells of the store of one order and of its company.

        Who may see an order may see its receipt; both have rows of a hundred columns.

        :return: a namespace with the columns of ``pos.config`` and of the company's contact, as
            ``SellerView`` and ``ReceiptSettings`` take them
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(_SELLER, self.id))
        [facts] = self.env.cr.dictfetchall()
        return SimpleNamespace(**facts)

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
