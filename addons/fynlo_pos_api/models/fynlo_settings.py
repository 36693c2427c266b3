import time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.reply import BytesReply
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime

from ..engine.money import to_minor
from ..engine.opening import Schedule, to_text
from ..engine.tenders import method_entry
from ..schemas import settings as views
from ..schemas.catalog import CatalogMethod
from ..schemas.hardware import HardwareSetup
from ..schemas.hours import DAYS, DayHoursView, ExceptionView, HoursView

NAMESPACE = "settings"
#: What the settings are made of, and the columns that count.
_TABLES = {
    "pos_config": ("fynlo_settings_version", "currency_id", "company_id"),
    "res_company": ("fynlo_profile_version",),
    "account_tax": None,
    "pos_payment_method": None,
    "fynlo_kitchen_station": ("fynlo_uuid",),
}
_ETAG_LENGTH = 34
_NEVER_S = 2**62


class FynloSettings(models.AbstractModel):
    """Tells a store's settings as one document, kept until something in it changes.

    A store that opens or closes changes it too: the bytes are kept until then.
    """

    _name = "fynlo.settings"
    _description = "Fynlo settings"

    def init(self):
        """Watch every table that the settings are made of."""
        self.env["fynlo.cache"]._fynlo_track(NAMESPACE, _TABLES)

    @api.model
    def _fynlo_read(self):
        """Return ``(body, etag, deflated)`` of the settings of the principal's store."""
        cache = self.env["fynlo.cache"]
        is_manager = principal_of(self.env).is_at_least("manager")
        key = ("settings", "manager" if is_manager else "all")
        generation = cache._fynlo_committed_generation(NAMESPACE)
        blob = generation and self._fynlo_recall(key, generation)
        blob = blob or self._fynlo_recall(key, cache._fynlo_generation(NAMESPACE))
        if blob is None:
            blob = _freeze(*self._fynlo_pack(self._fynlo_store(), is_manager))
            cache._fynlo_put(NAMESPACE, key, blob, across_roles=True)
        return _thaw(blob)

    def _fynlo_recall(self, key, generation):
        """Return what is kept of the settings if it still holds, or ``None``."""
        blob = self.env["fynlo.cache"]._fynlo_get(
            NAMESPACE, key, across_roles=True, generation=generation
        )
        return blob if blob and time.time() < int.from_bytes(blob[:8], "big") else None

    def _fynlo_store(self):
        """Return the principal's store, sudoed: the token names it, and every role may read it."""
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        return store_sudo.with_company(store_sudo.company_id)

    def _fynlo_pack(self, store, is_manager):
        view = self._fynlo_view(store, is_manager)
        change = view.hours.next_change_at
        until_s = int(change.timestamp()) if change else _NEVER_S
        return until_s, BytesReply.pack(view.model_dump_json(by_alias=True).encode())

    @api.model
    def _fynlo_view(self, store, is_manager):
        """Return the ``SettingsView`` of one ``pos.config``, sudoed.

        :param is_manager: tell who gets mails, too
        """
        notices = store.fynlo_notice_ids if is_manager else ()
        return views.SettingsView(
            version=store._fynlo_told_version(),
            store=views.SettingsStore(
                id=store.fynlo_uuid, name=store.name, currency=store.currency_id.name
            ),
            profile=views.ProfileView.of(store.company_id),
            taxes=_tax_views(store),
            payment_methods=[_method_view(method) for method in store.payment_method_ids],
            receipt=views.ReceiptSettings.of(store),
            hours=self._fynlo_hours_view(store),
            flags=views.FlagsView.of(store),
            tips=views.TipsView.of(store),
            hardware=[HardwareSetup.of(each) for each in store.fynlo_hardware_ids],
            retention=views.RetentionView.of(
                store.env["fynlo.retention"]._fynlo_of(store.company_id)
            ),
            notifications=[views.NotificationView.of(each) for each in notices]
            if is_manager
            else None,
        )

    def _fynlo_hours_view(self, store):
        is_open, change = self._fynlo_find_state(store)
        return HoursView(
            timezone=store._fynlo_timezone(),
            open_now=is_open,
            next_change_at=change,
            week=[
                DayHoursView(day=DAYS[int(each.weekday)], **_times(each._fynlo_hours()))
                for each in store.fynlo_hours_ids.sorted(lambda each: (each.weekday, each.opens))
            ],
            exceptions=[
                ExceptionView(
                    date=each.date.isoformat(), name=each.name, **_times(*each._fynlo_hours())
                )
                for each in store.fynlo_exception_ids.sorted("date")
            ],
        )

    @api.model
    def _fynlo_find_state(self, store):
        """Return ``(is_open, next_change)`` of one ``pos.config``, as ``Schedule.find_state``."""
        week = {}
        for each in store.fynlo_hours_ids:
            week.setdefault(int(each.weekday), []).append(each._fynlo_hours())
        exceptions = {each.date: each._fynlo_hours() for each in store.fynlo_exception_ids}
        now = from_odoo_datetime(fields.Datetime.now())
        return Schedule(week, exceptions).find_state(now, ZoneInfo(store._fynlo_timezone()))


def _times(hours=None):
    if hours is None:
        return {"opens": None, "closes": None}
    return {"opens": to_text(hours.opens_min), "closes": to_text(hours.closes_min)}


def _tax_views(store):
    taxes = store.env["account.tax"]
    domain = [*taxes._check_company_domain(store.company_id), ("type_tax_use", "=", "sale")]
    default = store.company_id.account_sale_tax_id
    return [
        views.SettingsTax(
            id=tax.fynlo_uuid,
            name=tax.invoice_label or tax.name,
            type=tax.amount_type,
            amount=to_minor(tax.amount, store.currency_id)
            if tax.amount_type == "fixed"
            else tax.amount,
            included=tax.price_include,
            default=tax == default,
        )
        for tax in taxes.search(domain)
    ]


def _method_view(method):
    entry = method_entry(method)
    return CatalogMethod(
        id=entry.uuid, name=entry.name, type=entry.type, needs_customer=entry.needs_customer
    )


def _freeze(until_s, reply):
    size = len(reply.body).to_bytes(8, "big")
    parts = (until_s.to_bytes(8, "big"), size, reply.etag.encode(), reply.body, reply.deflated)
    return b"".join(parts)


def _thaw(blob):
    start = 16 + _ETAG_LENGTH
    end = start + int.from_bytes(blob[8:16], "big")
    return blob[start:end], blob[16:start].decode(), blob[end:]
