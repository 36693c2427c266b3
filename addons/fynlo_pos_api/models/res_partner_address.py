from odoo import api, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.fields import Domain

#: Type on the wire that is the customer's own address, in his own fields.
MAIN = "main"
_PLAIN = {"street1": "street", "street2": "street2", "city": "city", "postal_code": "zip"}
_CLEARED = ("street", "street2", "city", "zip", "state_id", "country_id")
_PLACE = ("partner_latitude", "partner_longitude")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _fynlo_list_addresses(self):
        """Return the addresses of one customer: his own first if he has one, then the others."""
        own = self if self._fynlo_has_address() else self.browse()
        return own | self._fynlo_other_addresses()

    def _fynlo_other_addresses(self):
        domain = [("parent_id", "=", self.id), ("type", "!=", "contact"), ("active", "=", True)]
        return self.search(domain, order="id")

    def _fynlo_has_address(self):
        return any(self[name] for name in ("street", "city", "zip"))

    @api.model
    def _fynlo_add_address(self, uuid, command):
        """Give a customer one more address; return ``(address, customer)``.

        :param command: an ``AddressCreate``; of type ``main`` it is his own
        :raise CustomerProtectedError: it is somebody who works here
        :raise IdempotencyConflictError: the id is another contact's
        """
        customer = self._fynlo_open_customer(uuid)
        vals = self._fynlo_address_values(command)
        if command.type == MAIN:
            customer.sudo().write(vals)
            return customer, customer
        self._fynlo_check_new_id(command.id)
        if command.id:
            vals["fynlo_uuid"] = str(command.id)
        vals |= {"parent_id": customer.id, "company_id": customer.company_id.id}
        vals |= {"name": command.label or False, "type": command.type, "user_id": False}
        address = self.sudo().with_context(tracking_disable=True).create(vals)
        self.env["fynlo.audit"]._fynlo_log("customer.address_add", customer)
        return address.with_env(customer.env), customer

    @api.model
    def _fynlo_update_address(self, uuid, address_uuid, command):
        """Put another address in the place of one; return ``(address, customer)``.

        :param command: an ``AddressUpdate``
        :raise CustomerProtectedError: it is somebody who works here
        :raise NotFoundError: the customer has no such address
        :raise StaleVersionError: somebody has changed it since ``version``
        """
        customer, address = self._fynlo_find_address(uuid, address_uuid)
        address._fynlo_lock_version(command.version)
        vals = self._fynlo_address_values(command)
        if address != customer:
            vals |= {"name": command.label or False}
            if command.type != MAIN:
                vals["type"] = command.type
        address.sudo().write(vals)
        self.env["fynlo.audit"]._fynlo_log("customer.address_update", customer)
        return address, customer

    @api.model
    def _fynlo_remove_address(self, uuid, address_uuid):
        """Take an address away: one that an order names is archived, never deleted.

        :raise CustomerProtectedError: it is somebody who works here
        :raise NotFoundError: the customer has no such address
        """
        customer, address = self._fynlo_find_address(uuid, address_uuid)
        if address == customer:
            vals = dict.fromkeys(_CLEARED, False) | dict.fromkeys(_PLACE, 0.0)
            customer.sudo().write(vals)
        else:
            address.sudo().active = False
        self.env["fynlo.audit"]._fynlo_log("customer.address_remove", customer)

    def _fynlo_find_address(self, uuid, address_uuid):
        """Return ``(customer, address)``; the id of his own address is the customer's.

        :raise CustomerProtectedError: one of them is somebody who works here
        """
        customer = self._fynlo_open_customer(uuid)
        addresses = customer._fynlo_list_addresses() | customer
        address = addresses.filtered(lambda each: each.fynlo_uuid == str(address_uuid))
        if not address:
            raise NotFoundError()
        address._fynlo_check_outsider()
        return customer, address

    @api.model
    def _fynlo_address_values(self, address, path="", place=None):
        """Return the values of an address of the wire; ``None`` clears it.

        :param path: where it stands in the body, for errors
        :param place: what ``_fynlo_place_values`` has found for its country and state before
        :raise InvalidFieldsError: unknown country, or the country has no such state
        """
        if address is None:
            return dict.fromkeys(_CLEARED, False) | dict.fromkeys(_PLACE, 0.0)
        vals = {field: getattr(address, name) or False for name, field in _PLAIN.items()}
        vals |= place or self._fynlo_place_values(address, path)
        vals |= {"partner_latitude": address.latitude or 0.0}
        return vals | {"partner_longitude": address.longitude or 0.0}

    def _fynlo_place_values(self, address, path=""):
        """Return the values of country and state of an address of the wire.

        :raise InvalidFieldsError: unknown country, or the country has no such state
        """
        country = self._fynlo_find_country(address.country, path)
        state = self._fynlo_find_state(country, address.state, path)
        return {"country_id": country.id, "state_id": state.id}

    def _fynlo_find_country(self, code, path):
        if not code:
            return self.env.company.country_id
        country = self.env["res.country"].search([("code", "=", code.upper())])
        if not country:
            raise self._fynlo_unknown(f"{path}country")
        return country

    def _fynlo_find_state(self, country, text, path):
        """Return the state of that code or name, in small or large letters."""
        states = self.env["res.country.state"]
        if not text:
            return states
        plain = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        named = Domain("code", "=ilike", plain) | Domain("name", "=ilike", plain)
        state = states.search(named & Domain("country_id", "=", country.id), limit=1)
        if not state:
            raise self._fynlo_unknown(f"{path}state")
        return state
