"""Scripts that run in Odoo's Python, not in the launcher's own."""
