"""What ``odoo-init`` does after the modules: administrator's password, signing keys."""

import pytest
from paths import DEPLOY

from launcher.testing import run_python, scratch_database

SCRIPT = (DEPLOY / "odoo/after_init.py").read_text(encoding="utf-8")
TRY_PASSWORDS = """
from odoo.exceptions import AccessDenied
admin = env.ref("base.user_admin")
for password in ("admin", "of-this-install", "my-own"):
    attempt = {"type": "password", "login": admin.login, "password": password}
    try:
        admin.with_user(admin)._check_credentials(attempt, {"interactive": False})
        print("FOUND", password)
    except AccessDenied:
        pass
"""
OTHER_SECRET = "import os; os.environ['FYNLO_SECRET_KEY'] = 'another secret' * 3\n"
LIST_KEYS = """
for key in env["fynlo.signing.key"].search([("state", "=", "current")]):
    print("FOUND", key.kid, key._fynlo_can_decrypt())
"""


def found(database, code):
    """Return what the code prints after FOUND, a list of words for each line."""
    lines = run_python(database, code).splitlines()
    return [line.split()[1:] for line in lines if line.startswith("FOUND ")]


@pytest.fixture
def script(tmp_path):
    """The script with its secret, as the container has it."""
    secret = tmp_path / "admin_password"
    secret.write_text("of-this-install\n", encoding="utf-8")
    return f"import os; os.environ['ADMIN_PASSWORD_FILE'] = {str(secret)!r}\n{SCRIPT}"


def test_known_password_is_replaced_and_another_one_is_kept(script):
    set_to = "env.ref('base.user_admin').password = {!r}; env.cr.commit()\n"
    with scratch_database() as database:
        found(database, set_to.format("admin") + script)
        passwords = found(database, TRY_PASSWORDS + set_to.format("my-own") + script)
        assert passwords == [["of-this-install"]]
        assert found(database, TRY_PASSWORDS) == [["my-own"]]


def test_signing_keys_are_kept_and_those_of_a_lost_secret_replaced(script):
    with scratch_database() as database:
        ((first, _opens),) = found(database, LIST_KEYS + script)
        keys = found(database, LIST_KEYS + OTHER_SECRET + LIST_KEYS + script)
        assert keys == [[first, "True"], [first, "False"]]
        ((second, opens),) = found(database, OTHER_SECRET + LIST_KEYS)
        assert (second != first, opens) == (True, "True")
