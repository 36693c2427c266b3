"""A store's settings, as tills read them."""

from odoo.addons.fynlo_base.schemas.base import Reply
from odoo.tools import email_normalize_all

from ..engine.flags import FLAGS
from ..engine.money import to_minor
from ..engine.retention import TERMS
from .catalog import CatalogMethod, CatalogTax
from .hardware import HardwareSetup
from .hours import HoursView
from .receipts import ReceiptSettings
from .settings_edits import NoticeEvent


class SettingsStore(Reply):
    """The store itself."""

    id: str
    name: str
    currency: str


class ProfileView(Reply):
    """The business that sells; ``logoUrl`` is below the server's own address."""

    name: str
    street: str | None
    street2: str | None
    city: str | None
    postal_code: str | None
    country: str | None
    phone: str | None
    email: str | None
    website: str | None
    tax_number: str | None
    logo_url: str | None

    @classmethod
    def of(cls, company):
        """Build it from one ``res.company``, sudoed."""
        version = company.fynlo_profile_version
        logo_url = f"/web/binary/company_logo?company={company.id}&v={version}"
        return cls(
            name=company.name,
            street=company.street or None,
            street2=company.street2 or None,
            city=company.city or None,
            postal_code=company.zip or None,
            country=company.country_id.code or None,
            phone=company.phone or None,
            email=company.email or None,
            website=company.website or None,
            tax_number=company.vat or None,
            logo_url=None if company.uses_default_logo else logo_url,
        )


class SettingsTax(CatalogTax):
    """A tax that products of the store may have; ``default`` is that of a new product."""

    default: bool


class FlagsView(Reply):
    """Switches of the store; see ``docs/settings.md`` for what each does."""

    tips: bool
    tables: bool
    kitchen: bool
    customer_display: bool
    strict_stock: bool

    @classmethod
    def of(cls, config):
        """Build it from one ``pos.config``."""
        return cls(**{name: config[flag.field] for name, flag in FLAGS.items()})


class TipsView(Reply):
    """``afterPayment``: ``POST /orders/{id}/tip`` is open; above ``limitPercent`` (0: never) it
    wants a supervisor.
    """

    after_payment: bool
    limit_percent: float

    @classmethod
    def of(cls, config):
        """Build it from one ``pos.config``, sudoed."""
        is_after = bool(config.set_tip_after_payment and config.tip_product_id)
        return cls(after_payment=is_after, limit_percent=config.fynlo_tip_limit)


class RetentionView(Reply):
    """Days after which things are dropped; see ``docs/settings.md``. The audit trail never is."""

    stored_answers_days: int
    ended_sessions_days: int
    kitchen_tickets_days: int
    delivered_events_days: int
    undelivered_events_days: int
    import_files_days: int
    imports_days: int

    @classmethod
    def of(cls, policy):
        """Build it from one ``fynlo.retention``."""
        return cls(**{name: policy[name] for name in TERMS})


class NotificationView(Reply):
    """Who gets a mail when something happens; smaller amounts than ``minimum`` are not told."""

    event: NoticeEvent
    minimum: int
    emails: list[str]
    active: bool

    @classmethod
    def of(cls, rule):
        """Build it from one ``fynlo.notice.rule``."""
        return cls(
            event=rule.event,
            minimum=to_minor(rule.minimum, rule.currency_id),
            emails=email_normalize_all(rule.emails),
            active=rule.active,
        )


class SettingsView(Reply):
    """Answer of ``GET /settings`` and ``PUT /settings``.

    ``notifications`` are for managers; below them it is null.
    """

    version: int
    store: SettingsStore
    profile: ProfileView
    taxes: list[SettingsTax]
    payment_methods: list[CatalogMethod]
    receipt: ReceiptSettings
    hours: HoursView
    flags: FlagsView
    tips: TipsView
    hardware: list[HardwareSetup]
    retention: RetentionView
    notifications: list[NotificationView] | None
