from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime

from ..engine.choices import FieldFaults


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_delivery_address_id = fields.Many2one(
        "res.partner", "Delivered To", readonly=True, index="btree_not_null"
    )


class FynloCheckout(models.AbstractModel):
    _inherit = "fynlo.checkout"

    @api.model
    def _fynlo_handover_values(self, command, partner):
        """Return the values that tell for whom an order is, when and where it goes.

        What a ``Handover`` leaves out is left alone.

        :param partner: the order's customer (may be empty)
        :raise InvalidFieldsError: the customer has no such address
        """
        vals = {}
        if "customer_name" in command.model_fields_set:
            vals["floating_order_name"] = command.customer_name or False
        if "scheduled_at" in command.model_fields_set:
            instant = command.scheduled_at
            vals["preset_time"] = to_odoo_datetime(instant) if instant else False
        if "delivery_address_id" in command.model_fields_set:
            vals["fynlo_delivery_address_id"] = self._fynlo_address(command, partner).id
        return vals

    def _fynlo_address(self, command, partner):
        field = "deliveryAddressId"
        address = self.env["res.partner"]._fynlo_resolve(command.delivery_address_id, field)
        if address and address.commercial_partner_id != partner.commercial_partner_id:
            error = {"field": field, "code": "unknown_reference"}
            raise InvalidFieldsError(
                errors=[{**error, "message": "The customer has no such address."}]
            )
        return address

    def _fynlo_check_identification(self, terms, vals, partner):
        """Check that an order tells as much of its guest as the store's preset asks.

        What a till has sold offline is taken as it is.

        :raise InvalidFieldsError: a name or an address is missing
        """
        faults = FieldFaults()
        if terms.identification == "name" and not (partner or vals.get("floating_order_name")):
            faults.add("customerName", "required", "Ask for the guest's name.")
        if terms.identification == "address":
            address_id = vals.get("fynlo_delivery_address_id")
            address = partner.browse(address_id) if address_id else partner
            if not partner:
                faults.add("customerId", "required", "A delivery needs a customer.")
            elif not (address.street and address.city):
                message = "The customer's address lacks its street or its city."
                faults.add("deliveryAddressId", "required", message)
        if faults.errors:
            raise InvalidFieldsError(errors=faults.errors)
