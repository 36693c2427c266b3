"""What the module does once, when it is removed."""


def uninstall_hook(env):
    """Drop the triggers and tables that the ORM does not know of."""
    env["fynlo.gateway"]._fynlo_drop()
    env["fynlo.sync.past"]._fynlo_drop()
    env["fynlo.change"]._fynlo_drop()
    env["fynlo.sync.epoch"]._fynlo_drop()
