from odoo import models

from ..exceptions import CustomerProtectedError

#: Whose contact belongs to the house: field that names it, by model.
_OF_THE_HOUSE = {"hr.employee": "work_contact_id", "res.company": "partner_id"}


class ResPartner(models.Model):
    """Contacts of the house are customers too, once they bought something.

    Their names and e-mails are those of accounts, employees and companies: a till finds them and
    sells to them, and changes nothing.
    """

    _inherit = "res.partner"

    def _fynlo_is_insider(self):
        """Tell whether one of them signs in to Odoo, works here, or is one of its companies."""
        return self._fynlo_has_login() or self._fynlo_is_staff()

    def _fynlo_is_staff(self):
        """Tell whether one of them works here or is one of its companies.

        Other than a customer who merely signs in to a portal.
        """
        return self._fynlo_has_login([("share", "=", False)]) or any(
            self._fynlo_is_named(model, field) for model, field in _OF_THE_HOUSE.items()
        )

    def _fynlo_has_login(self, domain=()):
        return self._fynlo_is_named("res.users", "partner_id", domain)

    def _fynlo_is_named(self, model, field, domain=()):
        # An archived account or employee may be taken up again.
        records_sudo = self.env[model].sudo().with_context(active_test=False)
        return bool(records_sudo.search_count([(field, "in", self.ids), *domain], limit=1))

    def _fynlo_check_outsider(self):
        """Refuse somebody of the house, before anything is written to him as to a customer.

        :raise CustomerProtectedError: one of them works here or is one of its companies
        """
        if self._fynlo_is_staff():
            raise CustomerProtectedError()

    def _fynlo_check_login(self, vals):
        """Refuse values that change the e-mail with which one customer signs in to a portal.

        Whoever has that e-mail can have himself sent a new password.

        :raise CustomerProtectedError: they do
        """
        is_new = "email" in vals and (vals["email"] or False) != self.email
        if is_new and self._fynlo_has_login():
            raise CustomerProtectedError(self.env._("The customer signs in with this e-mail."))
