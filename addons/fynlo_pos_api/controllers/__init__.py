from . import (
    catalog,
    drawers,
    employees,
    kitchen,
    kitchen_page,
    order_steps,
    orders,
    refunds,
    sessions,
    splits,
    store,
)
