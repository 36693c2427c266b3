from . import catalog, kitchen, kitchen_page, order_steps, orders, refunds, sessions, splits, store
