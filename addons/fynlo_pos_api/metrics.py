"""Figures of the till for ``/metrics``."""

from odoo.addons.fynlo_base.http.metrics import make_counter

orders = make_counter("orders", "Orders that the API has booked", ("state",))
