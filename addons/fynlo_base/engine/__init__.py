"""Pure Python: no Odoo, tested without a database."""
