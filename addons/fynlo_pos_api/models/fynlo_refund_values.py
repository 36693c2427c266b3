from uuid import uuid4, uuid5

from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Command

from ..engine.money import from_minor


class FynloRefundValues(models.AbstractModel):
    """Spells out a refund as the values of ``pos.order.create()``."""

    _name = "fynlo.refund.values"
    _description = "Fynlo refund values"

    @api.model
    def _fynlo_refund_values(self, order, command, items, settlement, session):
        """Return ``(values, parents)`` of the refund of one order.

        :param items: the ``RefundItem`` that come back
        :param settlement: the payments, below zero
        :return: as :meth:`_fynlo_create_order` takes them
        """
        currency = order.currency_id
        reference = self.env["fynlo.order.values"]._fynlo_draw_reference(order.config_id)
        total = from_minor(sum(item.share.total for item in items), currency)
        tax = from_minor(sum(item.share.tax for item in items), currency)
        vals = {
            "uuid": str(command.id),
            "access_token": str(uuid4()),
            "name": reference.name,
            "pos_reference": reference.pos_reference,
            "tracking_number": reference.tracking_number,
            "sequence_number": reference.sequence_number,
            "session_id": session.id,
            "config_id": order.config_id.id,
            "company_id": order.company_id.id,
            "user_id": self.env.uid,
            "partner_id": order.partner_id.id,
            "pricelist_id": order.pricelist_id.id,
            "fiscal_position_id": order.fiscal_position_id.id,
            "preset_id": order.preset_id.id,
            "date_order": fields.Datetime.now(),
            "general_customer_note": command.reason,
            "is_refund": True,
            "amount_total": -total,
            "amount_tax": -tax,
            "amount_paid": settlement.paid,
            "amount_return": 0.0,
            "state": "paid",
            "source": "pos",
            "to_invoice": bool(order.account_move),
            "fynlo_device_id": principal_of(self.env).device_id,
            "fynlo_state": "completed",
            "fynlo_order_type": order.fynlo_order_type,
            "fynlo_stock_state": "pending",
            "fynlo_taxes": self._fynlo_tax_values(items),
            **self.env["fynlo.order.values"]._fynlo_employee_values(principal_of(self.env)),
        }
        lines = self._fynlo_line_values(order, command, items, reference.name)
        vals["lines"] = [Command.create(line) for line in lines]
        payments = self.env["fynlo.order.values"]._fynlo_payment_values(settlement, vals)
        vals["payment_ids"] = [Command.create(payment) for payment in payments]
        return vals, self._fynlo_parents(command, items)

    def _fynlo_tax_values(self, items):
        sums = {}
        for item in items:
            for tax_id, (base, tax) in item.share.taxes.items():
                before = sums.get(tax_id, (0, 0))
                sums[tax_id] = (before[0] - base, before[1] - tax)
        taxes = self.env["account.tax"].browse(sums)
        return [
            {
                "id": tax.fynlo_uuid,
                "name": tax.invoice_label or tax.name,
                "base": sums[tax.id][0],
                "amount": sums[tax.id][1],
            }
            for tax in taxes
        ]

    def _fynlo_line_values(self, order, command, items, order_name):
        for number, item in enumerate(items, start=1):
            line, share, currency = item.line, item.share, order.currency_id
            # What gives no money back must not be priced by Odoo: it costs nothing.
            discount = line.discount if share.total else 100.0
            yield {
                "uuid": _line_uuid(command, line),
                "name": f"{order_name}/{number}",
                "company_id": order.company_id.id,
                "product_id": line.product_id.id,
                "full_product_name": line.full_product_name,
                "qty": -item.quantity,
                "price_unit": line.price_unit,
                "price_extra": line.price_extra,
                "discount": discount,
                "price_subtotal": -from_minor(share.excluded, currency),
                "price_subtotal_incl": -from_minor(share.total, currency),
                "tax_ids": [Command.set(line.tax_ids.ids)],
                "extra_tax_data": self._fynlo_fixed_amounts(item, discount, currency),
                "refunded_orderline_id": line.id,
                "attribute_value_ids": [Command.set(line.attribute_value_ids.ids)],
                "combo_item_id": line.combo_item_id.id,
                "fynlo_is_scrapped": not item.restock,
                "fynlo_kind": line.fynlo_kind,
            }

    def _fynlo_fixed_amounts(self, item, discount, currency):
        """Return what makes Odoo's tax engine book the shares, whatever it would compute.

        It looks at a refund from its other side: all is above zero there.
        """
        if not item.share.total:
            return False
        amounts = {
            str(tax_id): {
                "base_amount_currency": from_minor(base, currency),
                "tax_amount_currency": from_minor(tax, currency),
            }
            for tax_id, (base, tax) in item.share.taxes.items()
        }
        return {
            "currency_id": currency.id,
            "price_unit": item.line.price_unit,
            "discount": discount,
            "quantity": item.quantity,
            "manual_total_excluded_currency": from_minor(item.share.excluded, currency),
            # Without any entry the engine would ignore the rest: a line may bear no tax.
            "manual_tax_amounts": amounts or {"none": {}},
        }

    def _fynlo_parents(self, command, items):
        lines = {item.line for item in items}
        return {
            _line_uuid(command, line): _line_uuid(command, line.combo_parent_id)
            for line in lines
            if line.combo_parent_id in lines
        }


def _line_uuid(command, line):
    """Return the id of the refund's line for a line of the sale."""
    return str(uuid5(command.id, line.uuid))
