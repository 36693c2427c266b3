from uuid import uuid4

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.cart import PricedLine
from ..exceptions import ApprovalRequiredError


class FynloPricing(models.AbstractModel):
    _inherit = "fynlo.pricing"

    @api.model
    def _fynlo_check_comp_right(self, book):
        """Check that the principal may give something for free.

        :raise ApprovalRequiredError: ``details.role`` is who may
        """
        if not principal_of(self.env).is_at_least(book.comp_role):
            raise ApprovalRequiredError(details={"role": book.comp_role})

    def _fynlo_extra_lines(self, cart, config):
        """Return the lines that the server adds to a cart: service charge and tip."""
        lines = []
        if self._fynlo_is_service_due(cart):
            lines.append(self._fynlo_service_line(cart, config))
        if cart.tip:
            lines.append(self._fynlo_tip_line(cart, config))
        return lines

    def _fynlo_is_service_due(self, cart):
        service = cart.book.service
        if not service or cart.is_service_waived or cart.order_type != "dine_in":
            return False
        return max(cart.guest_count, cart.party_size) >= service.min_guests

    def _fynlo_service_line(self, cart, config):
        """Return the share of the goods' price that is charged for service.

        It is a share of the untaxed price, or of the taxed one where the tax of the service is
        part of its price, as prices are shown there.
        """
        line = self._fynlo_extra_line(
            cart, config, "service_charge", cart.book.service.product_uuid
        )
        taxes = self.env["account.tax"].browse(line.applied_tax_ids)
        prices = "total" if any(taxes.mapped("price_include")) else "subtotal"
        goods = sum(getattr(each, prices) for each in cart.lines if each.kind == "item")
        line.unit_price = cart.book.currency.round(goods * cart.book.service.percent / 100)
        return line

    def _fynlo_tip_line(self, cart, config):
        if not cart.book.tip_product_uuid:
            message = "The store takes no tips: it has no product for them."
            error = {"field": "tip", "code": "not_allowed", "message": message}
            raise InvalidFieldsError(errors=[error])
        line = self._fynlo_extra_line(cart, config, "tip", cart.book.tip_product_uuid)
        line.unit_price = cart.tip
        return line

    def _fynlo_extra_line(self, cart, config, kind, product_uuid):
        book = cart.book
        self.env["fynlo.price.book"]._fynlo_require_products(config, book, {product_uuid})
        entry = book.products[product_uuid]
        return PricedLine(
            uuid=cart.extra_uuids.get(kind) or str(uuid4()),
            product=entry,
            quantity=1.0,
            unit_price=0.0,
            discount=0.0,
            tax_ids=entry.tax_ids,
            applied_tax_ids=book.map_taxes(cart.fiscal_position_id, entry.tax_ids),
            kind=kind,
            is_price_fixed=True,
        )
