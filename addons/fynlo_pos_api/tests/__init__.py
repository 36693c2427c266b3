from . import test_pricing_parity
from . import test_references, test_stock_posting
