"""What may be changed of a store's settings."""

from typing import Annotated, Literal

from odoo.addons.fynlo_base.schemas.base import Body, LongText, MinorAmount, ShortText
from pydantic import Field, model_validator

from ..engine.retention import TERMS
from .customer_bodies import Email, Phone
from .hours import HoursUpdate
from .order_edits import Version

NoticeEvent = Literal["low_stock", "over_short", "refund"]
#: With or without ``https://``; ``javascript:`` and the like are no websites.
_WEBSITE = r"^([Hh][Tt][Tt][Pp][Ss]?://)?[^\s:/?#@]+(:[0-9]+)?([/?#]\S*)?$"
_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class _Part(Body):
    """A part of the settings: what is left out stays."""

    @model_validator(mode="after")
    def _check_needed(self):
        """Name what has no empty form."""
        for name in self.model_fields_set & self._needed():
            if getattr(self, name) is None:
                raise ValueError(f"{type(self).model_fields[name].alias} cannot be emptied")
        return self

    @classmethod
    def _needed(cls):
        return frozenset(cls.model_fields)


class ProfileUpdate(_Part):
    """The business that sells; ``null`` empties. All stores of the company share it."""

    name: _Name | None = None
    street: ShortText | None = None
    street2: ShortText | None = None
    city: ShortText | None = None
    postal_code: Annotated[str, Field(max_length=24)] | None = None
    country: _Code | None = None
    phone: Phone | None = None
    email: Email | None = None
    website: Annotated[ShortText, Field(pattern=_WEBSITE)] | None = None
    tax_number: Annotated[str, Field(max_length=32)] | None = None

    @classmethod
    def _needed(cls):
        return frozenset(("name",))


class ReceiptUpdate(_Part):
    """What the store's receipts show; ``null`` empties header and footer."""

    header: LongText | None = None
    footer: LongText | None = None
    paper: Literal["80mm", "58mm"] | None = None
    show_logo: bool | None = None
    show_address: bool | None = None
    show_tax_number: bool | None = None
    show_employee: bool | None = None
    show_customer: bool | None = None

    @classmethod
    def _needed(cls):
        return frozenset(cls.model_fields) - {"header", "footer"}


class FlagsUpdate(_Part):
    """Switches of the store."""

    tips: bool | None = None
    tables: bool | None = None
    kitchen: bool | None = None
    customer_display: bool | None = None
    strict_stock: bool | None = None


def _days(name):
    term = TERMS[name]
    return Annotated[int, Field(ge=term.minimum, le=term.maximum)] | None


class RetentionUpdate(_Part):
    """Days after which a nightly job drops things. All stores of the company share them."""

    stored_answers_days: _days("stored_answers_days") = None
    ended_sessions_days: _days("ended_sessions_days") = None
    kitchen_tickets_days: _days("kitchen_tickets_days") = None
    delivered_events_days: _days("delivered_events_days") = None
    undelivered_events_days: _days("undelivered_events_days") = None
    import_files_days: _days("import_files_days") = None
    imports_days: _days("imports_days") = None


class NotificationUpdate(Body):
    """Who gets a mail when something happens. Without ``minimum`` every amount is told."""

    event: NoticeEvent
    minimum: MinorAmount = 0
    emails: Annotated[list[Email], Field(min_length=1, max_length=20)]
    active: bool = True

    @model_validator(mode="after")
    def _check_minimum(self):
        if self.minimum and self.event == "low_stock":
            raise ValueError("a scarce product has no amount")
        return self


class SettingsUpdate(_Part):
    """Body of ``PUT /settings``: a part that is left out stays, and so does a field of a part."""

    version: Version
    profile: ProfileUpdate | None = None
    receipt: ReceiptUpdate | None = None
    hours: HoursUpdate | None = None
    flags: FlagsUpdate | None = None
    retention: RetentionUpdate | None = None
    notifications: Annotated[list[NotificationUpdate], Field(max_length=50)] | None = None
