from . import catalog, drawers, employees, order_steps, orders, sessions, store
