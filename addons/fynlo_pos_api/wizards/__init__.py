from . import (
    base_partner_merge,
    fynlo_customer_erase_wizard,
    fynlo_customer_merge_wizard,
    fynlo_drawer_close_wizard,
    fynlo_export_wizard,
    fynlo_import_wizard,
)
