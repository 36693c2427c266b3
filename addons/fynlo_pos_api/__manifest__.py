{
    "name": "Fynlo Till",
    "summary": "What a till does: catalog, orders, sessions and cash over the Fynlo API",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "license": "LGPL-3",
    "author": "Fynlo",
    "website": "https://github.com/fynlo/fynlo",
    "depends": ["fynlo_base", "point_of_sale", "pos_restaurant", "pos_hr"],
    "data": [
        "security/fynlo_cash_count.xml",
        "data/ir_cron.xml",
        "data/product_product.xml",
        "views/pos_session_views.xml",
    ],
    "demo": ["demo/demo_restaurant.xml"],
    "post_init_hook": "post_init_hook",
    "installable": True,
}
