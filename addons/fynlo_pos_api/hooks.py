"""What the module does once, when it is installed."""


def post_init_hook(env):
    """Give every till and store that exists already its order numbers."""
    env["fynlo.device"].with_context(active_test=False).search([])._fynlo_create_order_sequence()
    env["pos.config"].with_context(active_test=False).search([])._fynlo_create_order_sequence()
