from odoo import api, models
from odoo.addons.fynlo_base.exceptions import (
    ForbiddenError,
    IdempotencyConflictError,
    InvalidFieldsError,
    StaleVersionError,
)
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Command, Domain
from odoo.tools import SQL, email_normalize

from ..engine.search_text import join_name, phone_digits
from ..exceptions import DuplicateCustomerError

#: Field of a body: field of the contact.
_PLAIN = {
    "first_name": "fynlo_first_name",
    "last_name": "fynlo_last_name",
    "email": "email",
    "phone": "phone",
    "note": "comment",
}
_SHOWN_DUPLICATES = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _fynlo_create_customer(self, command):
        """Make a customer of the principal's company and return him (one record).

        :param command: a ``CustomerCreate``
        :raise DuplicateCustomerError: another customer has the e-mail or the phone
        :raise IdempotencyConflictError: the id is another contact's
        """
        self._fynlo_check_new_id(command.id)
        self._fynlo_check_duplicates(command)
        company = self.env.company
        vals = {
            "fynlo_is_customer": True,
            "customer_rank": 1,
            "company_id": company.id,
            "ref": self.env["ir.sequence"].sudo().next_by_code("fynlo.customer"),
            "lang": company.partner_id.lang or self.env.lang,
            **self._fynlo_customer_values(command),
        }
        if command.id:
            vals["fynlo_uuid"] = str(command.id)
        if command.address:
            vals |= self._fynlo_address_values(command.address, "address.")
        # The route has checked the role; who sells needs no right to Odoo's address book.
        partners_sudo = self.sudo().with_context(tracking_disable=True)
        customer = partners_sudo.create(vals).with_env(self._fynlo_customers().env)
        if command.preferences:
            customer._fynlo_set_preferences(command.preferences)
        self.env["fynlo.audit"]._fynlo_log("customer.create", customer)
        return customer

    @api.model
    def _fynlo_update_customer(self, uuid, command):
        """Change what the command names of a customer and return him.

        :param command: a ``CustomerUpdate``
        :raise CustomerProtectedError: he works here, or signs in with the e-mail that is to change
        :raise DuplicateCustomerError: another customer has the new e-mail or phone
        :raise ForbiddenError: no manager, and the status is to change
        :raise NotFoundError: unknown or hidden
        :raise StaleVersionError: somebody has changed him since ``version``
        """
        customer = self._fynlo_open_customer(uuid, command.version)
        named = command.model_fields_set
        is_moved = "status" in named and command.status != customer.fynlo_status
        if is_moved and not principal_of(self.env).is_at_least("manager"):
            raise ForbiddenError()
        self._fynlo_check_duplicates(command, customer)
        vals = customer._fynlo_customer_values(command)
        if "status" in named:
            vals["fynlo_status"] = command.status
        if "address" in named:
            vals |= self._fynlo_address_values(command.address, "address.")
        customer._fynlo_check_login(vals)
        customer.sudo().write(vals)
        facts = {"fields": sorted(named - {"version", "allow_duplicate"})}
        self.env["fynlo.audit"]._fynlo_log("customer.update", customer, facts)
        return customer

    @api.model
    def _fynlo_archive_customer(self, uuid):
        """Archive a customer: he is found as ``inactive`` only, and can be taken up again.

        :raise CustomerProtectedError: it is somebody who works here
        :raise ForbiddenError: the user is no manager
        """
        self.env["res.users"]._fynlo_require("manager")
        customer = self._fynlo_open_customer(uuid)
        if customer.fynlo_status != "inactive":
            customer.sudo().fynlo_status = "inactive"
            self.env["fynlo.audit"]._fynlo_log("customer.archive", customer)

    @api.model
    def _fynlo_open_customer(self, uuid, version=None):
        """Return the customer with that id to write to him: locked, and none of the house.

        :raise CustomerProtectedError: he works here, or is a company of this database
        :raise NotFoundError: unknown or hidden
        :raise StaleVersionError: somebody has changed him since ``version``
        """
        customer = self._fynlo_find_customer(uuid)
        customer._fynlo_check_outsider()
        return customer._fynlo_lock_version(version)

    def _fynlo_lock_version(self, version=None):
        """Lock one contact until the commit and return it.

        :param version: the version the caller has seen, ``None`` to not care
        :raise StaleVersionError: somebody changed it since
        """
        self.env.cr.execute(
            SQL("SELECT id FROM res_partner WHERE id = %s FOR NO KEY UPDATE", self.id),
            log_exceptions=False,  # the dispatcher runs who met a concurrent change again
        )
        self.invalidate_recordset(["fynlo_version"])
        if version is not None and version != self.fynlo_version:
            raise StaleVersionError(details={"version": self.fynlo_version})
        return self

    def _fynlo_lock_all(self):
        """Lock contacts until the commit, always in the same order."""
        query = "SELECT id FROM res_partner WHERE id IN %s ORDER BY id FOR NO KEY UPDATE"
        self.env.cr.execute(SQL(query, self._ids), log_exceptions=False)
        self.invalidate_recordset()  # what others have committed while this waited

    def _fynlo_customer_values(self, command):
        """Return the values of what ``command`` names; ``self`` is the customer or empty."""
        named = command.model_fields_set
        vals = {
            field: getattr(command, name) or False
            for name, field in _PLAIN.items()
            if name in named
        }
        if "type" in named:
            vals["is_company"] = command.type == "business"
        if "tags" in named:
            vals["category_id"] = [Command.set(self._fynlo_find_tags(command.tags).ids)]
        if name := command.business_name or self._fynlo_full_name(vals):
            vals["name"] = name
        return vals

    def _fynlo_full_name(self, vals):
        """Return the name that ``vals`` make; ``None`` if they leave it as it is."""
        is_business = vals.get("is_company", self.is_company)
        if self and (is_business or not {"fynlo_first_name", "fynlo_last_name"} & vals.keys()):
            return None
        first = vals.get("fynlo_first_name", self.fynlo_first_name)
        return join_name(first, vals.get("fynlo_last_name", self.fynlo_last_name))

    @api.model
    def _fynlo_find_tags(self, names):
        """Return the tags of these names; one that nobody has used yet is made."""
        # A tag is a word on a contact; making one is part of writing it there.
        tags_sudo = self.env["res.partner.category"].sudo()
        found = tags_sudo.search([("name", "in", names)])
        missing = [name for name in dict.fromkeys(names) if name not in found.mapped("name")]
        return found | tags_sudo.create([{"name": name} for name in missing])

    def _fynlo_check_new_id(self, uuid):
        """Refuse an id that is taken, also by somebody whom the user may not see.

        :raise IdempotencyConflictError: it is
        """
        if not uuid:
            return
        query = "SELECT 1 FROM res_partner WHERE fynlo_uuid = %s"
        merged = self.env["fynlo.customer.alias"]._fynlo_heir_id(uuid)
        if merged or self.env.execute_query(SQL(query, str(uuid))):
            raise IdempotencyConflictError()

    def _fynlo_check_duplicates(self, command, customer=None):
        """Refuse an e-mail or a phone that another customer of the company has.

        :raise DuplicateCustomerError: he has, and ``allowDuplicate`` is not set
        """
        if command.allow_duplicate:
            return
        keys = {"email_normalized": email_normalize(command.email or "", strict=False)}
        keys["fynlo_phone_digits"] = phone_digits(command.phone)
        if customer:  # what he has already is nobody's new duplicate
            keys = {name: key for name, key in keys.items() if key != customer[name]}
        found = Domain.OR(Domain(name, "=", key) for name, key in keys.items() if key)
        others = Domain("fynlo_is_customer", "=", True) & Domain("active", "=", True)
        others &= Domain("id", "!=", customer.id if customer else 0)
        duplicates = self.search(others & found, limit=_SHOWN_DUPLICATES, order="id")
        if duplicates:
            raise DuplicateCustomerError(
                details={"customers": [each.fynlo_uuid for each in duplicates]}
            )

    @api.model
    def _fynlo_unknown(self, field):
        """Return the error for a field that names nothing."""
        error = {"field": field, "code": "unknown_reference", "message": "There is no such thing."}
        return InvalidFieldsError(errors=[error])
