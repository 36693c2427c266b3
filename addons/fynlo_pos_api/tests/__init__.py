from . import test_order_forgeries_http, test_order_http
from . import test_pricing_parity
from . import test_references, test_session_cash, test_session_close, test_session_open, test_stock_posting
