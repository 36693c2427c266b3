"""What a till gets of prices: one for each variant, by the store's own rules."""

from ..engine.collection import Collection, Source
from .product_rows import COMPANY, MOVED, OF_TEMPLATE, RANGE
from .sync_row import SyncRow


class PriceRow(SyncRow):
    """The price of a variant, whose id it has: for one, without modifiers, in minor units."""

    product_id: str
    price: int
    currency: str


PRICES = Collection(
    name="prices",
    table="product_product",
    columns=("active", "product_tmpl_id", "standard_price"),
    reader="fynlo.pull.prices",
    row=PriceRow,
    company=COMPANY,
    sources=(
        Source(
            "product_template",
            OF_TEMPLATE.format("id"),
            ("list_price", "categ_id", "active", "sale_ok", "available_in_pos"),
            company="changed.company_id",
            only_updates=True,
        ),
        Source("product_variant_combination", "SELECT changed.product_product_id"),
        Source("pos_category_product_template_rel", OF_TEMPLATE.format("product_template_id")),
        Source("product_combo_item", "SELECT changed.product_id", ("combo_id", "product_id")),
        Source(
            "product_template_attribute_value",
            """SELECT product_product_id FROM product_variant_combination
               WHERE product_template_attribute_value_id = changed.id""",
            ("price_extra",),
        ),
        # A rule of a category or of everything, and one that other rules build on.
        Source(
            "product_pricelist_item",
            """SELECT 0 WHERE changed.product_tmpl_id IS NULL
               UNION ALL SELECT changed.product_id
               UNION ALL SELECT id FROM product_product
               WHERE changed.product_id IS NULL AND product_tmpl_id = changed.product_tmpl_id""",
            (
                "pricelist_id", "product_id", "product_tmpl_id", "categ_id", "min_quantity",
                "date_start", "date_end", "compute_price", "base", "base_pricelist_id",
                "fixed_price", "percent_price", "price_discount", "price_round",
                "price_surcharge", "price_min_margin", "price_max_margin",
            ),
            company="changed.company_id",
        ),
        Source("product_category", "SELECT 0", ("parent_path",)),
        Source(
            "pos_config",
            "SELECT 0",
            ("pricelist_id", "use_pricelist", "use_presets", "default_preset_id"),
            store="changed.id",
        ),
        Source("pos_config_pos_preset_rel", "SELECT 0", store="changed.pos_config_id"),
        Source("pos_config_product_pricelist_rel", "SELECT 0", store="changed.pos_config_id"),
        Source("pos_preset", "SELECT 0", ("pricelist_id", "fynlo_order_type", "is_return")),
        Source("res_currency_rate", "SELECT 0", ("rate", "name", "currency_id")),
        MOVED,
        *RANGE,
    ),
)  # fmt: skip
