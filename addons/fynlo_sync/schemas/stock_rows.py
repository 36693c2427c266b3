"""What a till gets of stock: what there is of each variant."""

from ..engine.collection import Collection, Source
from .product_rows import COMPANY, MOVED, OF_TEMPLATE, RANGE
from .sync_row import SyncRow


class StockRow(SyncRow):
    """What a store has of a variant, whose id it has, in the product's unit."""

    product_id: str
    on_hand: float
    reserved: float
    pending: float
    available: float


STOCK = Collection(
    name="stock",
    table="product_product",
    columns=("active", "product_tmpl_id"),
    reader="fynlo.pull.stock",
    row=StockRow,
    company=COMPANY,
    sources=(
        Source(
            "product_template",
            OF_TEMPLATE.format("id"),
            ("is_storable", "active", "sale_ok", "available_in_pos", "use_expiration_date"),
            company="changed.company_id",
            only_updates=True,
        ),
        Source("pos_category_product_template_rel", OF_TEMPLATE.format("product_template_id")),
        Source("product_combo_item", "SELECT changed.product_id", ("combo_id", "product_id")),
        Source(
            "stock_quant",
            "SELECT changed.product_id",
            ("product_id", "location_id", "quantity", "reserved_quantity", "removal_date"),
            company="changed.company_id",
        ),
        Source(
            "stock_move",
            "SELECT changed.product_id",
            ("product_id", "location_id", "state", "product_qty", "picking_id"),
            company="changed.company_id",
        ),
        Source(
            "stock_move_line",
            "SELECT changed.product_id",
            ("product_id", "location_id", "state", "quantity_product_uom", "picking_id"),
            company="changed.company_id",
        ),
        Source(
            "pos_order_line",
            "SELECT changed.product_id",
            ("product_id", "qty", "fynlo_is_scrapped"),
            company="changed.company_id",
        ),
        Source(
            "pos_order",
            "SELECT product_id FROM pos_order_line WHERE order_id = changed.id",
            ("state", "fynlo_stock_state", "session_id"),
            company="changed.company_id",
            only_updates=True,
        ),
        # An open order holds what it names as long as its session is not closed.
        Source(
            "pos_session",
            """SELECT line.product_id FROM pos_order opened
               JOIN pos_order_line line ON line.order_id = opened.id
               WHERE opened.session_id = changed.id AND opened.state = 'draft'""",
            ("state",),
            company="SELECT company_id FROM pos_config WHERE id = changed.config_id",
            only_updates=True,
        ),
        Source(
            "fynlo_stock_reservation_line",
            "SELECT changed.product_id",
            ("product_id", "quantity"),
        ),
        Source(
            "fynlo_stock_reservation",
            "SELECT product_id FROM fynlo_stock_reservation_line WHERE reservation_id = changed.id",
            ("used_at", "expires_at"),
        ),
        Source("pos_config", "SELECT 0", ("picking_type_id",), store="changed.id"),
        MOVED,
        *RANGE,
    ),
)
