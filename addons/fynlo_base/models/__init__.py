# isort: skip_file
# The order of loading: a mixin before who inherits it, a field before who builds on it.
from . import fynlo_uuid_mixin
from . import fynlo_store_mixin
from . import fynlo_idempotency
from . import ir_http
from . import fynlo_audit_seal
from . import fynlo_audit
from . import fynlo_cache
from . import fynlo_lockout
from . import fynlo_rate_limit
from . import fynlo_auth_session
from . import fynlo_auth_session_reading
from . import fynlo_refresh_token
from . import fynlo_signing_key
from . import res_users
from . import fynlo_device
from . import fynlo_pairing_code
from . import hr_employee
from . import hr_employee_pin
from . import ir_rule
from . import pos_config
from . import res_company
from . import fynlo_retention
from . import res_users_roles
from . import fynlo_health
from . import res_users_login
