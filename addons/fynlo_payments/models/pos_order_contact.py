from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.addons.fynlo_base.server_mark import is_marked
from odoo.tools import SQL, email_normalize

#: How long an order that has no customer keeps whom its guest has named on a payment sheet.
_KEPT = timedelta(days=30)
_SERVER_FIELDS = frozenset(("fynlo_contact_until",))


class PosOrder(models.Model):
    """What a guest has told of himself when he paid: for his receipt, and for a while."""

    _inherit = "pos.order"

    fynlo_contact_until = fields.Date(
        "Contact Kept Until", readonly=True, copy=False, index="btree_not_null"
    )

    def write(self, vals):
        """Keep hands off how long it is kept."""
        if not is_marked(self.env, "fynlo_own_write"):
            check_server_fields(self, vals, _SERVER_FIELDS)
        return super().write(vals)

    def _fynlo_take_contact(self, told, links_customer):
        """Give one order, that is locked, what it has not of what its guest has told.

        :param told: ``email``, ``phone``, ``name``; the audit trail has which, and never what
        :param links_customer: look for the customer who has the e-mail, if there is none
        """
        email = email_normalize(told.get("email") or "")
        vals = {"fynlo_version": self.fynlo_version + 1}
        customer = self._fynlo_find_guest(email) if links_customer and not self.partner_id else None
        if customer:
            vals["partner_id"] = customer.id
        else:
            found = {"email": email, "mobile": told.get("phone")}
            found["floating_order_name"] = told.get("name")
            vals |= {name: value for name, value in found.items() if value and not self[name]}
            vals["fynlo_contact_until"] = fields.Date.today() + _KEPT
        self._fynlo_own_write().write(vals)
        facts = {"told": sorted(told), "linked": bool(customer)}
        self.env["fynlo.audit"]._fynlo_log("order.contact", self, facts)

    def _fynlo_find_guest(self, email):
        """Return the customer who alone has an e-mail, of those that the user sees; or none."""
        if not email:
            return self.partner_id.browse()
        domain = [("email_normalized", "=", email), ("fynlo_is_customer", "=", True)]
        domain += [("fynlo_status", "=", "active"), ("parent_id", "=", False)]
        domain += [("company_id", "in", (False, self.company_id.id))]
        found = self.env["res.partner"].search(domain, limit=2)
        return found if len(found) == 1 else found.browse()

    def _fynlo_mail_address(self, command):
        """Mail the receipt to whom the guest has named, where there is no customer."""
        told = email_normalize(self.email or "")
        if command.email or self.partner_id or not told:
            return super()._fynlo_mail_address(command)
        return told

    @api.autovacuum
    def _gc_fynlo_contacts(self):
        """Forget whom guests have named, where no customer has come of it."""
        query = """UPDATE pos_order SET email = '', mobile = NULL, floating_order_name = NULL,
                          fynlo_contact_until = NULL
                   WHERE fynlo_contact_until < %s AND partner_id IS NULL"""
        self.env.flush_all()
        self.env.cr.execute(SQL(query, fields.Date.today()))
        self.invalidate_model(["email", "mobile", "floating_order_name", "fynlo_contact_until"])
