"""All that a till gets, in the order in which it gets it: what is named comes first."""

from .menu_rows import CATEGORIES, PAYMENT_METHODS, PRESETS, TAXES
from .order_line_rows import ORDER_LINES
from .order_rows import ORDERS
from .payment_rows import PAYMENTS
from .people_rows import CUSTOMERS, EMPLOYEES
from .price_rows import PRICES
from .product_rows import PRODUCTS
from .stock_rows import STOCK
from .store_rows import FLOORS, SETTINGS, TABLES

COLLECTIONS = (
    SETTINGS,
    CATEGORIES,
    TAXES,
    PAYMENT_METHODS,
    PRESETS,
    FLOORS,
    TABLES,
    EMPLOYEES,
    PRODUCTS,
    PRICES,
    STOCK,
    CUSTOMERS,
    ORDERS,
    ORDER_LINES,
    PAYMENTS,
)
