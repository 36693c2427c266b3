from odoo import fields


class MinorUnits(fields.Integer):
    """An amount in minor units of a currency; Odoo's own integers end at 21 million dollars."""

    _column_type = ("int8", "int8")
