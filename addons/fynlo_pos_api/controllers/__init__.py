from . import catalog, drawers, order_steps, orders, sessions, store
