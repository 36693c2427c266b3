"""What a till gets of its store: tables and settings."""

from ..engine.collection import Collection, Source
from .sync_row import JsonText, SyncRow


class FloorRow(SyncRow):
    """A floor of the restaurant; a lower ``position`` comes first."""

    name: str
    position: int


FLOORS = Collection(
    name="floors",
    table="restaurant_floor",
    columns=("name", "active", "sequence"),
    reader="fynlo.pull.floors",
    row=FloorRow,
    sources=(
        Source(
            "pos_config_restaurant_floor_rel",
            "SELECT changed.restaurant_floor_id",
            store="changed.pos_config_id",
        ),
    ),
)


class TableRow(SyncRow):
    """A table. Whether it is taken its open orders tell."""

    floor_id: str
    number: int
    seats: int
    shape: str


TABLES = Collection(
    name="tables",
    table="restaurant_table",
    columns=("floor_id", "active", "table_number", "seats", "shape"),
    reader="fynlo.pull.tables",
    row=TableRow,
    sources=(
        Source(
            "restaurant_floor",
            "SELECT id FROM restaurant_table WHERE floor_id = changed.id",
            ("active",),
        ),
        Source(
            "pos_config_restaurant_floor_rel",
            "SELECT id FROM restaurant_table WHERE floor_id = changed.restaurant_floor_id",
            store="changed.pos_config_id",
        ),
    ),
)


class SettingsRow(SyncRow):
    """The store's settings, in one row with the store's id; parts as in ``GET /settings``."""

    name: str
    currency: str
    version: int
    timezone: str
    profile: JsonText
    receipt: JsonText
    week: JsonText
    exceptions: JsonText
    flags: JsonText
    tips: JsonText
    hardware: JsonText


SETTINGS = Collection(
    name="settings",
    table="pos_config",
    columns=("fynlo_settings_version", "name", "currency_id", "active"),
    reader="fynlo.pull.settings",
    row=SettingsRow,
    store="changed.id",
    company="changed.company_id",
    sources=(
        Source(
            "res_company",
            "SELECT id FROM pos_config WHERE company_id = changed.id",
            ("fynlo_profile_version",),
            company="changed.id",
        ),
    ),
)
