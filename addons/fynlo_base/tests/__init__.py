from . import test_device
from . import test_device_http
from . import test_pin_engine
from . import test_pin
from . import test_pin_http
from . import test_tokens_http
