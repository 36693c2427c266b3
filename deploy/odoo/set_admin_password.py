# Standard input of "odoo shell": give the administrator of a new database the password of this install.
# Odoo makes him with the password "admin". Once he has another one, from here or his own, nothing happens.
import os
from pathlib import Path

from odoo.exceptions import AccessDenied

administrator = env.ref("base.user_admin")  # noqa: F821  the shell's
attempt = {"type": "password", "login": administrator.login, "password": "admin"}
try:
    administrator.with_user(administrator)._check_credentials(attempt, {"interactive": False})
except AccessDenied:
    pass
else:
    secret = Path(os.environ["ADMIN_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
    administrator.password = secret
    env.cr.commit()  # noqa: F821
