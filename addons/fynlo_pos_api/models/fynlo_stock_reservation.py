from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Command
from odoo.tools import SQL

#: How long an expired reservation can still be looked at.
_KEPT = timedelta(days=7)


class FynloStockReservation(models.Model):
    """Goods set aside for a cart, for some minutes. Only the server writes them."""

    _name = "fynlo.stock.reservation"
    _inherit = "fynlo.uuid.mixin"
    _description = "Stock reservation"
    _order = "id desc"
    _rec_name = "fynlo_uuid"

    config_id = fields.Many2one(
        "pos.config", "Store", required=True, readonly=True, index=True, ondelete="cascade"
    )
    expires_at = fields.Datetime(required=True, readonly=True)
    used_at = fields.Datetime("Sold", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)
    line_ids = fields.One2many("fynlo.stock.reservation.line", "reservation_id", readonly=True)

    _open_idx = models.Index("(expires_at) WHERE used_at IS NULL")

    @api.model
    def _fynlo_reserve(self, command):
        """Set goods aside for the principal's store and return the reservation, sudoed.

        :param command: a ``ReservationCreate``
        :raise IdempotencyConflictError: the id is another reservation's
        :raise InvalidFieldsError: products that are not counted
        :raise OutOfStockError: the store is strict and has not got so many
        """
        principal = principal_of(self.env)
        query = "SELECT 1 FROM fynlo_stock_reservation WHERE fynlo_uuid = %s"
        if self.env.execute_query(SQL(query, str(command.id))):
            raise IdempotencyConflictError()
        inventory = self.env["fynlo.inventory"]
        products = inventory._fynlo_find_counted(command.lines)
        store_sudo, wanted = inventory._fynlo_store_sudo(), {}
        for product, line in zip(products, command.lines, strict=True):
            wanted[product.id] = wanted.get(product.id, 0.0) + float(line.quantity)
        if store_sudo.fynlo_is_strict_stock:
            self.env["fynlo.stock.gate"]._fynlo_pass(store_sudo, wanted)
        lines = [
            Command.create({"product_id": key, "quantity": qty}) for key, qty in wanted.items()
        ]
        # Whoever sells may set aside; nobody writes these rows himself.
        return self.sudo().create(
            {
                "fynlo_uuid": str(command.id),
                "config_id": store_sudo.id,
                "expires_at": fields.Datetime.now() + timedelta(seconds=command.ttl_seconds),
                "employee_id": principal.employee_id,
                "device_id": principal.device_id,
                "line_ids": lines,
            }
        )

    @api.model
    def _fynlo_use(self, uuid, store):
        """Release what a sale of the store has set aside: it takes the goods instead.

        One that has run out, or was used before, holds nothing any more.

        :raise InvalidFieldsError: the store has no such reservation
        """
        query = """SELECT id FROM fynlo_stock_reservation
                   WHERE fynlo_uuid = %s AND config_id = %s FOR NO KEY UPDATE"""
        self.env.cr.execute(SQL(query, str(uuid), store.id), log_exceptions=False)
        row = self.env.cr.fetchone()
        if row is None:
            error = {"field": "reservationId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        reservation_sudo = self.sudo().browse(row[0])
        if not reservation_sudo.used_at:
            reservation_sudo.used_at = fields.Datetime.now()

    @api.autovacuum
    def _gc_expired(self):
        self.search([("expires_at", "<", fields.Datetime.now() - _KEPT)]).unlink()


class FynloStockReservationLine(models.Model):
    _name = "fynlo.stock.reservation.line"
    _description = "Line of a stock reservation"
    _rec_name = "product_id"

    reservation_id = fields.Many2one(
        "fynlo.stock.reservation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    quantity = fields.Float(required=True, readonly=True, digits="Product Unit")
