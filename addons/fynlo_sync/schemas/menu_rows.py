"""What a till gets of how its store sells: categories, taxes, ways to pay, presets."""

from typing import Literal

from ..engine.collection import Collection, Source
from .sync_row import SyncRow


class CategoryRow(SyncRow):
    """A category of the menu; a lower ``sequence`` comes first."""

    parent_id: str | None
    name: str
    color: int
    sequence: int


CATEGORIES = Collection(
    name="categories",
    table="pos_category",
    columns=("name", "parent_id", "color", "sequence"),
    reader="fynlo.pull.categories",
    row=CategoryRow,
)


class TaxRow(SyncRow):
    """A tax; ``amount`` is a share in percent, or minor units of a ``fixed`` one."""

    name: str
    type: str
    amount: float
    included: bool


TAXES = Collection(
    name="taxes",
    table="account_tax",
    columns=(
        "name", "invoice_label", "active", "amount", "amount_type", "type_tax_use",
        "price_include_override", "company_id",
    ),
    reader="fynlo.pull.taxes",
    row=TaxRow,
    company="changed.company_id",
    sources=(Source("res_company", "SELECT 0", ("account_price_include",), company="changed.id"),),
)  # fmt: skip


class MethodRow(SyncRow):
    """A payment method of the store."""

    name: str
    type: Literal["cash", "card", "account"]
    needs_customer: bool


PAYMENT_METHODS = Collection(
    name="paymentMethods",
    table="pos_payment_method",
    columns=(
        "name", "active", "company_id", "is_cash_count", "split_transactions", "journal_id",
        "sequence",
    ),
    reader="fynlo.pull.payment_methods",
    row=MethodRow,
    company="changed.company_id",
    sources=(
        Source(
            "pos_config_pos_payment_method_rel",
            "SELECT changed.pos_payment_method_id",
            store="changed.pos_config_id",
        ),
        Source(
            "account_journal",
            "SELECT id FROM pos_payment_method WHERE journal_id = changed.id",
            ("type",),
            company="changed.company_id",
        ),
    ),
)  # fmt: skip


class PresetRow(SyncRow):
    """A preset by which the store takes orders."""

    name: str
    order_type: str | None
    identification: str
    uses_slots: bool
    interval_min: int | None
    capacity: int | None


PRESETS = Collection(
    name="presets",
    table="pos_preset",
    columns=(
        "name", "fynlo_order_type", "identification", "use_timing", "interval_time",
        "slots_per_interval",
    ),
    reader="fynlo.pull.presets",
    row=PresetRow,
    sources=(
        Source(
            "pos_config_pos_preset_rel",
            "SELECT changed.pos_preset_id",
            store="changed.pos_config_id",
        ),
        Source(
            "pos_config",
            "SELECT 0",
            ("use_presets", "default_preset_id"),
            store="changed.id",
        ),
    ),
)  # fmt: skip
