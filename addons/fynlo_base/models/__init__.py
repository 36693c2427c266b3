from . import fynlo_uuid_mixin
from . import fynlo_idempotency
from . import ir_http
from . import fynlo_audit_seal
from . import fynlo_audit
from . import fynlo_cache
from . import fynlo_lockout
from . import fynlo_rate_limit
