from . import catalog, orders, sessions
