from . import catalog, customer_details, customers, order_steps, orders, sessions, store
