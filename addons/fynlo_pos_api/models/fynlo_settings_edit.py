from odoo import api, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError, InvalidFieldsError, StaleVersionError
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.flags import FLAGS
from ..engine.money import from_minor
from ..engine.opening import to_minutes
from ..schemas.hours import DAYS

#: Fields of a body and where they are kept.
_PROFILE = {
    "name": "name", "street": "street", "street2": "street2", "city": "city",
    "postal_code": "zip", "phone": "phone", "email": "email", "website": "website",
    "tax_number": "vat",
}  # fmt: skip
_RECEIPT = {
    "header": "receipt_header",
    "footer": "receipt_footer",
    "paper": "fynlo_receipt_paper",
    "show_logo": "fynlo_receipt_logo",
    "show_address": "fynlo_receipt_address",
    "show_tax_number": "fynlo_receipt_tax_number",
    "show_employee": "fynlo_receipt_employee",
    "show_customer": "fynlo_receipt_customer",
}


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _fynlo_told_version(self):
        """Return the version of one store's settings: its own changes and its company's."""
        return self.fynlo_settings_version + self.company_id.sudo().fynlo_profile_version


class FynloSettings(models.AbstractModel):
    _inherit = "fynlo.settings"

    @api.model
    def _fynlo_update(self, command):
        """Change the settings of the principal's store; return them as ``SettingsView``.

        :param command: a ``SettingsUpdate``
        :raise StaleVersionError: somebody changed them since ``version``
        :raise ForbiddenError: profile and retention are of all stores, who acts serves only some
        :raise InvalidFieldsError: an unknown country
        """
        self.env["res.users"]._fynlo_require("manager")
        store_sudo = self._fynlo_store()
        self._fynlo_lock_settings(store_sudo, command.version)
        profile = self._fynlo_profile_vals(command.profile) if command.profile else {}
        vals = self._fynlo_store_vals(command)
        if profile:
            store_sudo.company_id.write(profile)
        if command.retention:
            self._fynlo_change_retention(store_sudo.company_id, command.retention)
        if vals:
            store_sudo.write(vals)
        facts = {"parts": sorted(command.model_fields_set - {"version"})}
        self.env["fynlo.audit"]._fynlo_log("settings.update", store_sudo, facts)
        self.env.flush_all()
        return self._fynlo_view(store_sudo, is_manager=True)

    def _fynlo_lock_settings(self, store, version):
        """One change at a time: the store's row, and the company's for what its stores share."""
        query = "SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE"
        self.env.cr.execute(SQL(query, store.company_id.id), log_exceptions=False)
        query = "SELECT id FROM pos_config WHERE id = %s FOR NO KEY UPDATE"
        self.env.cr.execute(SQL(query, store.id), log_exceptions=False)
        store.invalidate_recordset(["fynlo_settings_version"], flush=False)
        store.company_id.invalidate_recordset(["fynlo_profile_version"], flush=False)
        if version != store._fynlo_told_version():
            raise StaleVersionError(details={"version": store._fynlo_told_version()})

    def _fynlo_profile_vals(self, profile):
        if self.env["hr.employee"]._fynlo_own_limit():
            raise ForbiddenError()
        vals = _pick(profile, _PROFILE)
        if "country" in profile.model_fields_set:
            countries = self.env["res.country"]
            found = countries.search([("code", "=", profile.country)]) if profile.country else None
            if profile.country and not found:
                message = "There is no such country."
                error = {"field": "profile.country", "code": "unknown_reference"}
                raise InvalidFieldsError(errors=[{**error, "message": message}])
            vals["country_id"] = found.id if found else False
        return vals

    def _fynlo_change_retention(self, company, retention):
        if self.env["hr.employee"]._fynlo_own_limit():
            raise ForbiddenError()
        policy = self.env["fynlo.retention"]._fynlo_of(company)
        policy.write(retention.model_dump(exclude_unset=True))

    def _fynlo_store_vals(self, command):
        vals = _pick(command.receipt, _RECEIPT)
        vals |= _pick(command.flags, {name: flag.field for name, flag in FLAGS.items()})
        if command.hours and "week" in command.hours.model_fields_set:
            week = [_day_vals(each) for each in command.hours.week]
            vals["fynlo_hours_ids"] = [Command.clear(), *map(Command.create, week)]
        if command.hours and "exceptions" in command.hours.model_fields_set:
            days = [_exception_vals(each) for each in command.hours.exceptions]
            vals["fynlo_exception_ids"] = [Command.clear(), *map(Command.create, days)]
        if command.notifications is not None:
            rules = [_notice_vals(each, self._fynlo_store()) for each in command.notifications]
            vals["fynlo_notice_ids"] = [Command.clear(), *map(Command.create, rules)]
        return vals


def _pick(part, names):
    """Return the values of the fields that a part of a body names."""
    if part is None:
        return {}
    told = part.model_fields_set
    values = {field: getattr(part, name) for name, field in names.items() if name in told}
    return {field: False if value is None else value for field, value in values.items()}


def _day_vals(hours):
    return {"weekday": str(DAYS.index(hours.day)), **_time_vals(hours)}


def _notice_vals(rule, store):
    vals = {"event": rule.event, "active": rule.active, "emails": ", ".join(rule.emails)}
    return {**vals, "minimum": from_minor(rule.minimum, store.currency_id)}


def _exception_vals(day):
    vals = {"date": day.date, "name": day.name, "is_closed": day.opens is None}
    return vals if day.opens is None else {**vals, **_time_vals(day)}


def _time_vals(hours):
    return {"opens": to_minutes(hours.opens) / 60, "closes": to_minutes(hours.closes) / 60}
