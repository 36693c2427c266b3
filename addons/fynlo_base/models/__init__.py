from . import fynlo_uuid_mixin
from . import fynlo_idempotency
from . import ir_http
