from odoo import api, fields, models
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime
from odoo.tools import html2plaintext

from ..engine.money import to_minor


class FynloCustomerExport(models.AbstractModel):
    """All that is stored about one person, for him to read and to take along.

    An addon that keeps more of a person adds a section.
    """

    _name = "fynlo.customer.export"
    _description = "Fynlo customer export"

    @api.model
    def _fynlo_export(self, uuid):
        """Return ``(customer, sections)`` of one customer, the sections as JSON-ready values.

        :raise ForbiddenError: the user is no manager
        :raise NotFoundError: unknown or hidden
        """
        self.env["res.users"]._fynlo_require("manager")
        customer = self.env["res.partner"]._fynlo_find_customer(uuid)
        self.env["fynlo.audit"]._fynlo_log("customer.export", customer)
        # A person has a right to all of it, whichever store or app of ours has written it down.
        return customer, self._fynlo_sections(customer.sudo())

    def _fynlo_sections(self, customer_sudo):
        """Return ``{name: list of values}``; ``customer_sudo`` is one contact, sudoed."""
        everyone = customer_sudo.search([("id", "child_of", customer_sudo.id)])
        sections = {
            "orders": self._fynlo_orders(everyone),
            "invoices": self._fynlo_invoices(everyone),
            "messages": self._fynlo_messages(everyone),
            "attachments": self._fynlo_attachments(everyone),
            "former_ids": self._fynlo_former_ids(customer_sudo),
        }
        if "sale.order" in self.env:
            sections["sales_orders"] = self._fynlo_sales_orders(everyone)
        return sections

    def _fynlo_domain(self, everyone):
        """Return the domain of their documents in the companies that the user belongs to."""
        own_ids = self.env.user.company_ids.ids
        return [("partner_id", "in", everyone.ids), ("company_id", "in", own_ids)]

    def _fynlo_orders(self, everyone):
        orders = everyone.env["pos.order"].search(self._fynlo_domain(everyone), order="id")
        return [
            {
                "id": order.uuid,
                "reference": order.pos_reference or order.name,
                "occurred_at": _stamp(order.date_order),
                "state": order.fynlo_state,
                "email": order.email or None,
                "phone": order.mobile or None,
                "note": order.general_customer_note or None,
                "currency": order.currency_id.name,
                "total": to_minor(order.amount_total, order.currency_id),
                "lines": [
                    {
                        "name": line.full_product_name or line.product_id.display_name,
                        "quantity": line.qty,
                        "total": to_minor(
                            line._fynlo_amount("price_subtotal_incl"), order.currency_id
                        ),
                        "note": line.customer_note or None,
                    }
                    for line in order.lines
                ],
            }
            for order in orders
        ]

    def _fynlo_sales_orders(self, everyone):
        found = everyone.env["sale.order"].search(self._fynlo_domain(everyone), order="id")
        return [_document(each) for each in found]

    def _fynlo_invoices(self, everyone):
        domain = [*self._fynlo_domain(everyone), ("move_type", "!=", "entry")]
        return [_document(each) for each in everyone.env["account.move"].search(domain, order="id")]

    def _fynlo_messages(self, everyone):
        domain = [("model", "=", "res.partner"), ("res_id", "in", everyone.ids)]
        written = everyone.env["mail.message"].search(
            ["|", ("author_id", "in", everyone.ids), "&", *domain], order="id"
        )
        return [
            {
                "written_at": _stamp(message.date),
                "subject": message.subject or None,
                "text": html2plaintext(message.body or "").strip(),
            }
            for message in written
        ]

    def _fynlo_attachments(self, everyone):
        domain = [("res_model", "=", "res.partner"), ("res_id", "in", everyone.ids)]
        found = everyone.env["ir.attachment"].search([*domain, ("res_field", "=", False)])
        return [{"name": each.name, "media_type": each.mimetype or None} for each in found]

    def _fynlo_former_ids(self, customer):
        domain = [("partner_id", "=", customer.id)]
        return customer.env["fynlo.customer.alias"].search(domain).mapped("uuid")


def _stamp(value):
    instant = from_odoo_datetime(fields.Datetime.to_datetime(value))
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None


def _document(record):
    date = record.date_order if "date_order" in record._fields else record.invoice_date
    return {
        "reference": record.name,
        "date": _stamp(date),
        "state": record.state,
        "currency": record.currency_id.name,
        "total": to_minor(record.amount_total, record.currency_id),
    }
