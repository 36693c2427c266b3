# Standard input of "odoo shell", once the modules are installed and current.
import os
from pathlib import Path

from odoo.exceptions import AccessDenied

# Odoo makes the administrator of a new database with the password "admin". Give him the one of
# this install; once he has another one, from here or his own, nothing happens.
administrator = env.ref("base.user_admin")  # noqa: F821  the shell's
attempt = {"type": "password", "login": administrator.login, "password": "admin"}
try:
    administrator.with_user(administrator)._check_credentials(attempt, {"interactive": False})
except AccessDenied:
    pass
else:
    secret = Path(os.environ["ADMIN_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
    administrator.password = secret

# After the loss of FYNLO_SECRET_KEY the old signing keys do not open: replace them, or the server
# would not be ready and nginx would wait for it.
env["fynlo.signing.key"]._fynlo_ensure_current()  # noqa: F821
env.cr.commit()  # noqa: F821
