from . import catalog, order_steps, orders, sessions, store
