"""What the module does once, when it is installed and when it is removed."""

from .engine import secrets


def post_init_hook(env):
    """Make the first signing key; without a secret this waits for the first sign-in."""
    if secrets.is_configured():
        env["fynlo.signing.key"]._fynlo_ensure_current()


def uninstall_hook(env):
    """Drop the triggers and functions that the ORM does not know of."""
    env["fynlo.cache"]._fynlo_untrack_all()
    env["fynlo.audit"]._fynlo_drop_guard()
    env["res.users"]._fynlo_drop_epoch_triggers()
    env["fynlo.auth.session"]._fynlo_drop_function()
    env["res.users"]._fynlo_archive_technical()
