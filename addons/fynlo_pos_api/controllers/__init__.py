from . import catalog, order_steps, orders, refunds, sessions, store
