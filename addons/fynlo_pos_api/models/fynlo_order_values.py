from uuid import uuid4

from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Command


class FynloOrderValues(models.AbstractModel):
    """Spells out a priced cart as the values of ``pos.order.create()``.

    Every value comes from the server. What Odoo would compute and store by a second statement is
    given at once.
    """

    _name = "fynlo.order.values"
    _description = "Fynlo order values"

    @api.model
    def _fynlo_order_values(self, command, cart, settlement, session, table, occurred_at):
        """Return the values of one order with its lines and payments."""
        principal = principal_of(self.env)
        store = session.config_id
        reference = self._fynlo_draw_reference(store)
        currency = cart.book.currency
        is_paid = settlement.is_covered
        vals = {
            "uuid": str(command.id),
            "access_token": str(uuid4()),
            "name": reference.name,
            "pos_reference": reference.pos_reference,
            "tracking_number": reference.tracking_number,
            "sequence_number": reference.sequence_number,
            "session_id": session.id,
            "config_id": store.id,
            "company_id": cart.book.company_id,
            "sale_journal": store.journal_id.id,
            "user_id": self.env.uid,
            "partner_id": cart.partner_id or False,
            "pricelist_id": cart.pricelist_id or False,
            "fiscal_position_id": cart.fiscal_position_id or False,
            "preset_id": cart.preset_id or False,
            "table_id": table.id,
            "date_order": to_odoo_datetime(occurred_at),
            "general_customer_note": command.note or False,
            "amount_total": cart.total,
            "amount_tax": currency.round(cart.tax),
            "amount_paid": settlement.paid,
            "amount_return": currency.round(settlement.change),
            "state": "paid" if is_paid else "draft",
            "source": "pos",
            "to_invoice": False,
            "fynlo_device_id": principal.device_id,
            "fynlo_state": "completed" if is_paid else "draft",
            "fynlo_order_type": cart.order_type,
            "fynlo_stock_state": "pending",
            "fynlo_taxes": self._fynlo_tax_values(cart),
            **self._fynlo_party_values(cart),
            **self._fynlo_employee_values(principal),
        }
        if not cart.book.is_foreign_currency:
            vals["currency_rate"] = 1.0
        if not cart.partner_id:
            vals |= {"email": "", "mobile": False}
        lines = self._fynlo_line_values(cart, reference.name, is_paid)
        vals["lines"] = [Command.create(line) for line in lines]
        payments = self._fynlo_payment_values(settlement, vals)
        vals["payment_ids"] = [Command.create(payment) for payment in payments]
        return vals

    @api.model
    def _fynlo_draw_reference(self, store):
        """Return the ``OrderReference`` of a new order, the till's or in the office the store's."""
        return self._fynlo_numberer(store)._fynlo_next_reference(store)

    @api.model
    def _fynlo_expect_references(self, store, count):
        """Draw the numbers of so many orders of this transaction in one query."""
        self._fynlo_numberer(store)._fynlo_expect_draws(store, count)

    def _fynlo_numberer(self, store):
        device_sudo = self.env["fynlo.device"].sudo().browse(principal_of(self.env).device_id or [])
        return device_sudo or store

    def _fynlo_party_values(self, cart):
        """Return who sits there, and what they give on top."""
        return {
            "customer_count": cart.guest_count,
            "is_tipped": bool(cart.tip),
            "tip_amount": cart.tip,
            "fynlo_is_service_waived": cart.is_service_waived,
        }

    def _fynlo_employee_values(self, principal):
        employee_sudo = self.env["hr.employee"].sudo().browse(principal.employee_id or [])
        if not employee_sudo:
            return {"employee_id": False}
        return {"employee_id": employee_sudo.id, "cashier": employee_sudo.name}

    def _fynlo_tax_values(self, cart):
        to_minor = cart.book.currency.to_minor
        return [
            {
                "id": tax.uuid,
                "name": tax.name,
                "base": to_minor(tax.base),
                "amount": to_minor(tax.amount),
            }
            for tax in cart.taxes
        ]

    def _fynlo_line_values(self, cart, order_name, is_paid):
        for number, line in enumerate(cart.lines, start=1):
            vals = {
                "uuid": line.uuid,
                "name": f"{order_name}/{number}",
                "company_id": cart.book.company_id,
                "product_id": line.product.id,
                "full_product_name": line.full_name,
                "qty": line.quantity,
                "price_unit": line.unit_price,
                "price_extra": line.surcharge,
                "discount": line.discount,
                "price_subtotal": line.subtotal,
                "price_subtotal_incl": line.total,
                "tax_ids": [Command.set(line.tax_ids)],
                "customer_note": line.note or False,
                "combo_item_id": line.combo_option_id or False,
                "fynlo_kind": line.kind,
                "fynlo_seat": line.seat,
                "fynlo_comp_reason": line.comp_reason or False,
                **self._fynlo_choice_values(line),
            }
            if is_paid and not (line.product.is_cost_deferred or cart.book.is_foreign_currency):
                vals |= {
                    "total_cost": line.quantity * line.product.unit_cost,
                    "is_total_cost_computed": True,
                }
            yield vals

    def _fynlo_choice_values(self, line):
        value_ids = [value_id for value_id, _name in line.product.variant_values]
        value_ids += [modifier.id for modifier, _words in line.modifiers]
        words = [
            Command.create(
                {"custom_product_template_attribute_value_id": modifier.id, "custom_value": words}
            )
            for modifier, words in line.modifiers
            if words
        ]
        vals = {"attribute_value_ids": [Command.set(value_ids)]} if value_ids else {}
        return {**vals, "custom_attribute_value_ids": words} if words else vals

    def _fynlo_payment_values(self, settlement, order_vals):
        shared = {
            key: order_vals[key]
            for key in ("company_id", "session_id", "employee_id")
            if order_vals[key]
        }
        shared["payment_date"] = order_vals["date_order"]
        for tender in settlement.tenders:
            change = settlement.change_for(tender)
            yield {
                **shared,
                "uuid": tender.uuid,
                "payment_method_id": tender.method.id,
                "amount": tender.tendered if change else tender.amount,
                "fynlo_change": change,
                "fynlo_reference": tender.reference or False,
                "transaction_id": tender.reference or False,
                "is_change": False,
            }
        if settlement.change_method:
            yield {
                **shared,
                "uuid": str(uuid4()),
                "name": self.env._("return"),
                "payment_method_id": settlement.change_method.id,
                "amount": -order_vals["amount_return"],
                "is_change": True,
            }

    @api.model
    def _fynlo_parents(self, cart):
        """Return ``{uuid of a combo's item: uuid of the combo's own line}``."""
        return {
            line.uuid: cart.lines[line.parent].uuid
            for line in cart.lines
            if line.parent is not None
        }
