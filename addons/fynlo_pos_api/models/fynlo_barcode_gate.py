from odoo import api, fields, models
from odoo.tools import SQL


class FynloBarcodeGate(models.Model):
    """One row per barcode that was ever given: who gives one passes here, one after the other.

    Odoo looks for another product with the barcode, and two transactions at once see none. Who
    passes changes the row; another who looked before that commit cannot change it any more, is
    run again, and Odoo's own rule shows him the product that has it. The rule itself, one barcode
    per company, stays Odoo's.
    """

    _name = "fynlo.barcode.gate"
    _description = "Turn at a barcode"
    _log_access = False

    barcode = fields.Char(required=True, readonly=True)
    turn = fields.Integer(readonly=True)

    _barcode_unique = models.UniqueIndex("(barcode)")

    @api.model
    def _fynlo_pass(self, vals_list):
        """Take a turn at each barcode in ``vals_list``; without one this asks nothing.

        In the order of the texts, so that two writers never wait for each other.
        """
        barcodes = {str(vals["barcode"]).strip() for vals in vals_list if vals.get("barcode")}
        if not barcodes:
            return
        query = SQL(
            """INSERT INTO fynlo_barcode_gate (barcode, turn)
               SELECT barcode, 1 FROM unnest(%s) AS barcode ORDER BY barcode
               ON CONFLICT (barcode)
               DO UPDATE SET turn = (fynlo_barcode_gate.turn + 1) %% 1000000""",
            sorted(barcodes),
        )
        self.env.cr.execute(query, log_exceptions=False)


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["fynlo.barcode.gate"]._fynlo_pass(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self.env["fynlo.barcode.gate"]._fynlo_pass([vals])
        return super().write(vals)


class ProductUom(models.Model):
    """Packagings, which share the barcodes of products."""

    _inherit = "product.uom"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["fynlo.barcode.gate"]._fynlo_pass(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self.env["fynlo.barcode.gate"]._fynlo_pass([vals])
        return super().write(vals)
