{
    "name": "Fynlo Base",
    "summary": "The kernel of the Fynlo till API: tokens, devices, roles, exactly-once writes",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "author": "Fynlo",
    "website": "https://fynlo.example",
    "license": "LGPL-3",
    "depends": ["auth_signup", "auth_totp", "hr", "point_of_sale"],
    "external_dependencies": {
        "python": ["cryptography", "prometheus-client", "pydantic", "pyjwt", "redis"]
    },
    "data": [
        "security/fynlo_base_groups.xml",
        "security/ir.model.access.csv",
        "security/fynlo_base_rules.xml",
        "wizards/fynlo_pair_wizard_views.xml",
        "wizards/fynlo_pin_wizard_views.xml",
        "views/fynlo_device_views.xml",
        "views/hr_employee_views.xml",
        "views/pos_config_views.xml",
        "views/res_users_views.xml",
        "views/fynlo_menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
