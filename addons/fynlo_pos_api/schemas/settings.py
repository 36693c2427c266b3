"""A store's settings, as tills read them."""

from odoo.addons.fynlo_base.schemas.base import Reply

from ..engine.flags import FLAGS
from .catalog import CatalogMethod, CatalogTax
from .hardware import HardwareSetup
from .hours import HoursView
from .receipts import ReceiptSettings


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


class SettingsView(Reply):
    """Answer of ``GET /settings`` and ``PUT /settings``."""

    version: int
    store: SettingsStore
    profile: ProfileView
    taxes: list[SettingsTax]
    payment_methods: list[CatalogMethod]
    receipt: ReceiptSettings
    hours: HoursView
    flags: FlagsView
    hardware: list[HardwareSetup]
