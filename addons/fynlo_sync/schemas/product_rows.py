"""What a till gets of products: what they are. Prices and stock change by themselves."""

from typing import Literal

from ..engine.collection import Collection, Source
from .sync_row import JsonText, SyncRow

#: The products of a store are others when its range is.
RANGE = (
    Source("pos_config", "SELECT 0", ("limit_categories",), store="changed.id"),
    Source("pos_category_pos_config_rel", "SELECT 0", store="changed.pos_config_id"),
)
#: Query of the variants of a product, by the column of the changed row that names it.
OF_TEMPLATE = "SELECT id FROM product_product WHERE product_tmpl_id = changed.{}"
#: A product that moves to another company takes its variants along.
MOVED = Source(
    "product_template",
    OF_TEMPLATE.format("id"),
    ("company_id",),
    company="changed.company_id",
    public_id="SELECT fynlo_uuid FROM product_product WHERE id = hit.row_id",
    only_updates=True,
)
#: The company of a variant.
COMPANY = "SELECT company_id FROM product_template WHERE id = changed.product_tmpl_id"


class ProductRow(SyncRow):
    """A product. ``variants`` are a list of ``{id, name, values, sku, barcode, available}``,
    ``choices`` and ``combo`` as in the catalog; prices are rows of ``prices``.
    """

    name: str
    description: str | None
    type: Literal["product", "combo"]
    sold: bool
    available: bool
    favourite: bool
    stocked: bool
    weighed: bool
    unit: str
    position: int
    sku: str | None
    barcode: str | None
    image: str | None
    category_ids: JsonText
    tax_ids: JsonText
    variants: JsonText
    choices: JsonText
    combo: JsonText
    version: int


PRODUCTS = Collection(
    name="products",
    table="product_template",
    columns=(
        "name", "description_sale", "type", "active", "sale_ok", "available_in_pos", "is_favorite",
        "is_storable", "to_weight", "uom_id", "sequence", "company_id", "fynlo_version",
    ),
    reader="fynlo.pull.products",
    row=ProductRow,
    company="changed.company_id",
    where="""changed.available_in_pos OR EXISTS (
        SELECT FROM product_combo_item item JOIN product_product variant
        ON variant.id = item.product_id WHERE variant.product_tmpl_id = changed.id)""",
    sources=(
        Source(
            "product_product",
            "SELECT changed.product_tmpl_id",
            ("product_tmpl_id", "active", "default_code", "barcode"),
        ),
        Source("product_variant_combination", """
            SELECT product_tmpl_id FROM product_product WHERE id = changed.product_product_id"""),
        Source("pos_category_product_template_rel", "SELECT changed.product_template_id"),
        Source("product_taxes_rel", "SELECT changed.prod_id"),
        Source(
            "account_tax",
            "SELECT prod_id FROM product_taxes_rel WHERE tax_id = changed.id",
            ("active", "sequence"),
            company="changed.company_id",
        ),
        Source(
            "fynlo_product_outage",
            "SELECT product_tmpl_id FROM product_product WHERE id = changed.product_id",
            ("product_id", "config_id", "ended_at", "until"),
            store="changed.config_id",
        ),
        Source(
            "product_template_attribute_line",
            "SELECT changed.product_tmpl_id",
            ("product_tmpl_id", "attribute_id", "sequence", "active"),
        ),
        Source(
            "product_template_attribute_value",
            "SELECT changed.product_tmpl_id",
            ("ptav_active", "price_extra", "product_attribute_value_id"),
        ),
        Source(
            "product_attribute_value",
            """SELECT product_tmpl_id FROM product_template_attribute_value
               WHERE product_attribute_value_id = changed.id""",
            ("name", "sequence", "is_custom"),
        ),
        Source(
            "product_attribute",
            """SELECT product_tmpl_id FROM product_template_attribute_line
               WHERE attribute_id = changed.id""",
            ("name", "sequence", "create_variant", "display_type"),
        ),
        Source("product_combo_product_template_rel", "SELECT changed.product_template_id"),
        Source(
            "product_combo",
            """SELECT product_template_id FROM product_combo_product_template_rel
               WHERE product_combo_id = changed.id""",
            ("name", "qty_free", "qty_max", "sequence"),
        ),
        # A product that only a combo sells comes and goes with it.
        Source(
            "product_combo_item",
            """SELECT product_template_id FROM product_combo_product_template_rel
               WHERE product_combo_id = changed.combo_id
               UNION SELECT product_tmpl_id FROM product_product WHERE id = changed.product_id""",
            ("combo_id", "product_id", "extra_price"),
        ),
        Source("uom_uom", "SELECT id FROM product_template WHERE uom_id = changed.id", ("name",)),
        Source(
            "ir_attachment",
            """SELECT changed.res_id WHERE changed.res_model = 'product.template'
               AND changed.res_field = 'image_1920'""",
            ("res_id", "res_field", "checksum"),
        ),
        *RANGE,
    ),
)  # fmt: skip
