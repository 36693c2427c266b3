from . import test_catalog_http, test_foreign_currency, test_order_forgeries_http, test_order_http, test_order_paths
from . import test_order_parallel, test_price_book
from . import test_pricing_parity
from . import test_references, test_stock_posting, test_web_pos
from . import test_session_cash, test_session_close, test_session_http, test_session_open
from . import test_session_parallel, test_session_report, test_session_views
