"""What the module does once, when it is installed and when it is removed."""


def post_init_hook(env):
    """Make the first signing key, so that the API answers right after the installation."""
    env["fynlo.signing.key"]._fynlo_ensure_current()


def uninstall_hook(env):
    """Drop the triggers and functions that the ORM does not know of."""
    env["fynlo.cache"]._fynlo_untrack_all()
    env["fynlo.audit"]._fynlo_drop_guard()
