"""The administrator of a new install does not keep the password that everybody knows."""

import pytest
from launcher.testing import run_python, scratch_database
from paths import DEPLOY

SCRIPT = (DEPLOY / "odoo/set_admin_password.py").read_text(encoding="utf-8")
TRY = """
from odoo.exceptions import AccessDenied
admin = env.ref("base.user_admin")
for password in ("admin", "of-this-install", "my-own"):
    attempt = {"type": "password", "login": admin.login, "password": password}
    try:
        admin.with_user(admin)._check_credentials(attempt, {"interactive": False})
        print("WORKS", password)
    except AccessDenied:
        pass
"""


@pytest.fixture
def set_password(tmp_path):
    """Run the script as the container does; give the passwords that work afterwards."""
    secret = tmp_path / "admin_password"
    secret.write_text("of-this-install\n", encoding="utf-8")
    name = f"import os; os.environ['ADMIN_PASSWORD_FILE'] = {str(secret)!r}\n"

    def run(database):
        run_python(database, name + SCRIPT)
        return [line.split()[1] for line in run_python(database, TRY).splitlines() if "WORKS" in line]

    return run


def test_known_password_is_replaced_and_another_one_is_kept(set_password):
    with scratch_database() as database:
        set_to = "env.ref('base.user_admin').password = {!r}; env.cr.commit()"
        run_python(database, set_to.format("admin"))
        assert set_password(database) == ["of-this-install"]
        run_python(database, set_to.format("my-own"))
        assert set_password(database) == ["my-own"]
