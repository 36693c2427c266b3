"""What the module does once, when it is installed and when it is removed."""


def post_init_hook(env):
    """Give every till and store that exists already its order numbers."""
    env["fynlo.device"].with_context(active_test=False).search([])._fynlo_create_order_sequence()
    env["pos.config"].with_context(active_test=False).search([])._fynlo_create_order_sequence()


def uninstall_hook(env):
    """Move the stock of what is sold: without the module nobody would know of it."""
    for session in env["pos.session"].search([("state", "!=", "closed")]):
        session._fynlo_post_stock()
    env["fynlo.customer.change"]._fynlo_drop_trigger()
    env.cr.execute("ALTER TABLE res_partner RESET (autovacuum_vacuum_scale_factor)")
