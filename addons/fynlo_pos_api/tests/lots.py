"""Goods that are tracked by lots, with or without a date."""

from datetime import timedelta

from odoo import fields


def make_perishable(till, name="Milk"):
    """Return a product of ``till`` that is tracked by lots and expires (one ``product.product``).

    An alert is due two days before a lot expires; it leaves the shelf on the day before.
    """
    product = till._make_product(name, 5.0, 2.0)
    product.write({"tracking": "lot", "use_expiration_date": True})
    product.product_tmpl_id.write({"expiration_time": 30, "alert_time": 2, "removal_time": 1})
    return product


def make_lot(till, product, name, quantity, days=None):
    """Put ``quantity`` of a new lot on the shelf of ``till`` and return it (one ``stock.lot``).

    :param days: until it expires, may be below zero; ``None`` for goods without a date
    """
    vals = {"name": name, "product_id": product.id}
    if days is not None:
        vals["expiration_date"] = fields.Datetime.now() + timedelta(days=days)
    lot = till.env["stock.lot"].create(vals)
    quants = till.env["stock.quant"]
    quants._update_available_quantity(product, till.source, quantity, lot_id=lot)
    return lot


def quantities(till, product):
    """Return what lies on the shelf of ``till`` by name of the lot; empty ones are left out."""
    domain = [("product_id", "=", product.id), ("location_id", "=", till.source.id)]
    till.env["stock.quant"].invalidate_model()
    quants = till.env["stock.quant"].search(domain)
    return {
        lot.name: sum(group.mapped("quantity"))
        for lot, group in quants.grouped("lot_id").items()
        if sum(group.mapped("quantity"))
    }
