from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.fields import Command

from ..engine.cart import PricedCart, PricedLine
from ..engine.cart_edit import merge_lines
from ..engine.pricer import LinePricer
from ..exceptions import OrderHasPaymentsError
from ..schemas.carts import Cart

#: What may change on a line that is there: values of ``fynlo.order.values``.
_LINE_FIELDS = (
    *("product_id", "full_product_name", "qty", "price_unit", "price_extra", "discount"),
    *("price_subtotal", "price_subtotal_incl", "customer_note", "combo_item_id"),
    *("fynlo_seat", "fynlo_comp_reason"),
)


class FynloOrderEdit(models.AbstractModel):
    """Changes an open order. Lines merge by their ids: who adds one never loses another's.

    A line keeps its price until somebody changes its quantity, or what the whole order is priced
    by: its type or its customer.
    """

    _name = "fynlo.order.edit"
    _description = "Fynlo edit of an open order"

    @api.model
    def _fynlo_edit_order(self, uuid, command):
        """Apply an ``OrderPatch`` and return the ``pos.order`` (one record).

        :raise IllegalTransitionError: the order is finished or cancelled
        :raise StaleVersionError: somebody changed it since the version that is named
        :raise InvalidFieldsError: unknown product, table or customer; a line that cannot change so
        :raise DiscountLimitError: more discount than the role may give
        :raise OrderHasPaymentsError: less would be owed than was paid already
        :raise SlotFullError: its new slot has no room
        """
        order = self.env["pos.order"]._fynlo_lock_order(uuid, command.version)
        order._fynlo_check_step("edit")
        order._fynlo_check_taking_off(command)
        vals = self._fynlo_header(order, command)
        slot = order.preset_id, order.preset_time
        self._fynlo_rewrite(order, command, "edit", vals, command.reason)
        if slot != (order.preset_id, order.preset_time):
            order._fynlo_take_slot()
        order._fynlo_log_comps(line for line in command.lines if line.comp_reason)
        order._fynlo_assign_courses(command.lines)
        order._fynlo_tell_kitchen()
        return order

    @api.model
    def _fynlo_rewrite(self, order, command, step, vals=None, reason=None, details=None):
        """Price an open order with the changes of an ``OrderPatch``, and write it as one step.

        :param vals: what else changes on the order
        :param details: what else the log tells
        :raise OrderHasPaymentsError: less would be owed than was paid already
        """
        book = self.env["fynlo.price.book"]._fynlo_open(order.config_id)
        cart = self._fynlo_price(order, command, book)
        self.env["fynlo.stock.gate"]._fynlo_pass_edit(order, cart)
        paid = order.amount_paid + order._fynlo_held_amount()
        if paid and book.currency.round(cart.total - paid) < 0:
            raise OrderHasPaymentsError()
        commands, changes = self._fynlo_line_commands(order, cart)
        if order.currency_id.compare_amounts(order.amount_total, cart.total):
            order._fynlo_drop_shares()
        vals = {**(vals or {}), **self._fynlo_amounts(order, cart), "lines": commands}
        order._fynlo_take_step(step, vals, reason, {**changes, **(details or {})})
        self._fynlo_link_items(order, cart)
        self.env["fynlo.price.book"]._fynlo_keep_warm(book, "edit")

    def _fynlo_header(self, order, command):
        vals = {}
        if "table_id" in command.model_fields_set:
            table = self.env["fynlo.checkout"]._fynlo_table(command, order.config_id)
            vals["table_id"] = table.id
        if "note" in command.model_fields_set:
            vals["general_customer_note"] = command.note or False
        partner = order.partner_id
        if "customer_id" in command.model_fields_set:
            partner = self.env["res.partner"]._fynlo_resolve(command.customer_id, "customerId")
            address = order.fynlo_delivery_address_id
            if address.commercial_partner_id != partner.commercial_partner_id:
                vals["fynlo_delivery_address_id"] = False
        return vals | self.env["fynlo.checkout"]._fynlo_handover_values(command, partner)

    # --- Prices

    def _fynlo_price(self, order, command, book):
        """Return the ``PricedCart`` of the order as it will be."""
        pricing = self.env["fynlo.pricing"]
        pricing._fynlo_check_discounts(self._fynlo_given(order, command.lines), book)
        is_repriced = bool({"order_type", "customer_id"} & command.model_fields_set)
        occasion = self._fynlo_occasion(order, command, book, is_repriced)
        uuids = set(order.lines.product_id.mapped("fynlo_uuid"))
        uuids |= {str(patch.product_id) for patch in command.lines if patch.product_id}
        self.env["fynlo.price.book"]._fynlo_require_products(order.config_id, book, uuids)
        position_id = occasion["fiscal_position_id"]
        self.env["fynlo.price.book"]._fynlo_require_position(book, position_id)
        pricer = LinePricer(book, occasion["pricelist_id"], position_id, fields.Datetime.now())
        groups = self._fynlo_groups(order, book, position_id)
        self._fynlo_check_own_ids(order, command.lines, pricer.faults)
        merge_lines(pricer, groups, command.lines, is_repriced)
        pricing._fynlo_raise_faults(pricer)
        if not pricer.lines:
            message = "Nothing would be left on the order. Cancel it instead."
            error = {"field": "lines", "code": "required", "message": message}
            raise InvalidFieldsError(errors=[error])
        party = self._fynlo_party(order, command, book)
        cart = PricedCart(book=book, lines=pricer.lines, **occasion, **party)
        pricing._fynlo_complete(cart, order.config_id)
        return cart

    def _fynlo_given(self, order, patches):
        """Return the patches with all that they give: who adds to a line gives its rebate again."""
        lines = order.lines.grouped("uuid")
        return [_with_rebate(patch, lines.get(str(patch.id))) for patch in patches]

    def _fynlo_check_own_ids(self, order, patches, faults):
        """Note patches of lines that nobody has ordered: tip, service and items of a combo."""
        uuids = set((order.lines - order.lines.filtered(_is_own_line)).mapped("uuid"))
        for index, patch in enumerate(patches):
            if str(patch.id) in uuids:
                message = "It is a part of something else: change that."
                faults.add(f"lines.{index}.id", "not_allowed", message)

    def _fynlo_occasion(self, order, command, book, is_repriced):
        order_type = command.order_type or order.fynlo_order_type
        if not is_repriced or not order_type:
            return {
                "order_type": order_type,
                "preset_id": order.preset_id.id or None,
                "pricelist_id": order.pricelist_id.id or None,
                "fiscal_position_id": order.fiscal_position_id.id or None,
                "partner_id": order.partner_id.id or None,
            }
        customer = order.partner_id.fynlo_uuid or None
        if "customer_id" in command.model_fields_set:
            customer = command.customer_id
        asked = Cart.model_construct(order_type=order_type, customer_id=customer)
        occasion = self.env["fynlo.pricing"]._fynlo_occasion(asked, order.config_id, book)
        return {"order_type": order_type, **occasion}

    def _fynlo_party(self, order, command, book):
        """Return who sits there and what they give on top, as it will be."""
        given = {name for name in command.model_fields_set if getattr(command, name) is not None}
        tip, is_waived = order.tip_amount, order.fynlo_is_service_waived
        if "tip" in command.model_fields_set:
            tip = book.currency.from_minor(command.tip or 0)
        if "service_charge" in given and is_waived == command.service_charge:
            is_waived = not command.service_charge
            if is_waived:
                self.env["fynlo.pricing"]._fynlo_check_comp_right(book)
        added = order.lines.filtered(lambda line: line.fynlo_kind in ("tip", "service_charge"))
        return {
            "guest_count": command.guest_count if "guest_count" in given else order.customer_count,
            "party_size": order.fynlo_party_size,
            "tip": tip,
            "is_service_waived": is_waived,
            "extra_uuids": {line.fynlo_kind: line.uuid for line in added},
        }

    def _fynlo_groups(self, order, book, position_id):
        """Return the order's lines as lists of ``PricedLine``: a line, and a combo's items."""
        # Read together: a line by itself would ask for its taxes, values and words alone.
        lines = order.lines.sorted("id")
        items = lines.grouped("combo_parent_id")
        return [
            [
                self._fynlo_recall(line, book, position_id)
                for line in (main, *items.get(main, lines.browse()))
            ]
            for main in lines.filtered(_is_own_line)
        ]

    def _fynlo_recall(self, line, book, position_id):
        """Return one ``pos.order.line`` as it was priced."""
        entry = book.products[line.product_id.fynlo_uuid]
        words = {
            each.custom_product_template_attribute_value_id.id: each.custom_value
            for each in line.custom_attribute_value_ids
        }
        by_id = {modifier.id: modifier for modifier in entry.modifiers.values()}
        tax_ids = tuple(line.tax_ids.ids)
        return PricedLine(
            uuid=line.uuid,
            product=entry,
            quantity=line.qty,
            unit_price=line.price_unit,
            discount=line.discount,
            tax_ids=tax_ids,
            applied_tax_ids=book.map_taxes(position_id, tax_ids),
            surcharge=line.price_extra,
            modifiers=[
                (by_id[value.id], words.get(value.id))
                for value in line.attribute_value_ids
                if value.id in by_id
            ],
            note=line.customer_note or "",
            combo_option_id=line.combo_item_id.id or None,
            kind=line.fynlo_kind,
            seat=line.fynlo_seat,
            comp_reason=line.fynlo_comp_reason or "",
            is_price_fixed=line.price_type == "manual" or entry.priced is None,
        )

    # --- Writing

    def _fynlo_amounts(self, order, cart):
        builder = self.env["fynlo.order.values"]
        return {
            "fynlo_order_type": cart.order_type,
            "preset_id": cart.preset_id or False,
            "pricelist_id": cart.pricelist_id or False,
            "fiscal_position_id": cart.fiscal_position_id or False,
            "partner_id": cart.partner_id or False,
            "amount_total": cart.total,
            "amount_tax": cart.book.currency.round(cart.tax),
            "fynlo_taxes": builder._fynlo_tax_values(cart),
            **builder._fynlo_party_values(cart),
        }

    def _fynlo_line_commands(self, order, cart):
        """Return the commands that make the order's lines those of the cart, and what they do."""
        present = {line.uuid: line for line in order.lines}
        commands, details = [], {"added": [], "changed": [], "removed": []}
        for vals in self.env["fynlo.order.values"]._fynlo_line_values(cart, order.name, False):
            line = present.pop(vals["uuid"], None)
            if line is None:
                commands.append(Command.create(vals))
                details["added"].append(vals["uuid"])
                continue
            changed = {name: vals[name] for name in _LINE_FIELDS if _differs(line, name, vals)}
            if "product_id" in changed:  # a combo's price was shared anew, in another order
                changed |= _product_values(vals)
            if changed:
                commands.append(Command.update(line.id, changed))
            if {"qty", "discount", "customer_note", "product_id"} & changed.keys():
                details["changed"].append(line.uuid)
        for line in present.values():
            commands.append(Command.delete(line.id))
            details["removed"].append(line.uuid)
        return commands, details

    def _fynlo_link_items(self, order, cart):
        """Tie new items to their combo."""
        parents = self.env["fynlo.order.values"]._fynlo_parents(cart)
        line_by_uuid = {line.uuid: line for line in order.lines}
        for uuid, parent_uuid in parents.items():
            if not line_by_uuid[uuid].combo_parent_id:
                line_by_uuid[uuid].combo_parent_id = line_by_uuid[parent_uuid]


def _is_own_line(line):
    """Tell whether somebody has ordered the line itself; tip and service are found anew."""
    return not line.combo_parent_id and line.fynlo_kind in ("item", "difference")


def _with_rebate(patch, line):
    """Return a ``LinePatch`` with what the line costs less already, if it orders more of it."""
    if not line or (patch.quantity or 0) <= line.qty:
        return patch
    reason = line.fynlo_comp_reason or None
    present = {"comp_reason": reason, "discount_percent": 0 if reason else line.discount}
    left_out = present.keys() - patch.model_fields_set
    return patch.model_copy(update={name: present[name] for name in left_out})


def _product_values(vals):
    """Return what else belongs to a line's product: taxes, modifiers and the guest's words."""
    return {
        "tax_ids": vals["tax_ids"],
        "attribute_value_ids": vals.get("attribute_value_ids", [Command.clear()]),
        "custom_attribute_value_ids": [
            Command.clear(),
            *vals.get("custom_attribute_value_ids", ()),
        ],
    }


def _differs(line, name, vals):
    value = line[name]
    return (value.id if isinstance(value, models.BaseModel) else value) != vals[name]
