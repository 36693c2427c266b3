from odoo import models
from odoo.tools import SQL

from ..engine.order_facts import OrderFacts

# Each part is a query of its own kind of rows: planned in a fraction of one that joins them all.
_ORDER = """
SELECT 'order' AS part, o.id AS order_id, o.id, to_json(t) FROM pos_order o, LATERAL (
    SELECT o.uuid, COALESCE(NULLIF(o.pos_reference, ''), o.name) AS reference, o.tracking_number,
        o.state, o.fynlo_state, o.fynlo_version, o.fynlo_order_type, o.date_order,
        o.amount_total, o.amount_tax, o.amount_paid, o.amount_return, o.tip_amount,
        o.fynlo_price_difference, o.is_refund, o.fynlo_is_money_back, o.customer_count,
        o.floating_order_name, o.preset_time, o.general_customer_note, o.fynlo_taxes,
        o.fynlo_delivery_address_id AS address_id,
        (SELECT json_build_object('code', currency.name, 'digits', currency.decimal_places)
         FROM pos_config store JOIN res_currency currency ON currency.id = store.currency_id
         WHERE store.id = o.config_id) AS currency,
        (SELECT fynlo_uuid FROM pos_session WHERE id = o.session_id) AS session_uuid,
        (SELECT json_build_object('id', tab.fynlo_uuid,
                                  'name', concat_ws(', ', floor.name, tab.table_number))
         FROM restaurant_table tab LEFT JOIN restaurant_floor floor ON floor.id = tab.floor_id
         WHERE tab.id = o.table_id) AS table,
        (SELECT json_build_object('id', fynlo_uuid, 'name', COALESCE(complete_name, ''))
         FROM res_partner WHERE id = o.partner_id) AS customer,
        (SELECT json_build_object('id', fynlo_uuid, 'name', name)
         FROM hr_employee WHERE id = o.employee_id) AS employee,
        (SELECT json_build_object('id', fynlo_uuid, 'name', name)
         FROM fynlo_device WHERE id = o.fynlo_device_id) AS device,
        (SELECT uuid FROM pos_order WHERE id = o.fynlo_split_from_id) AS split_from,
        (SELECT uuid FROM pos_order WHERE id = o.fynlo_merged_into_id) AS merged_into,
        o.state IN ('paid', 'done') AND EXISTS (
            SELECT FROM pos_order_line line
            JOIN pos_order_line back ON back.refunded_orderline_id = line.id
            WHERE line.order_id = o.id) AS has_refunds) t
WHERE o.id = ANY(%(ids)s)
"""
_LINES = """
SELECT 'line', t.order_id, t.id, to_json(t) FROM (
    SELECT line.id, line.order_id, line.uuid, line.full_product_name, line.product_id, line.qty,
        line.price_unit, line.discount, line.price_subtotal, line.price_subtotal_incl,
        line.customer_note, line.fynlo_kind, line.fynlo_seat, line.fynlo_comp_reason,
        product.fynlo_uuid AS product_uuid, parent.uuid AS parent_uuid, parent.qty AS parent_qty,
        course.index AS course,
        EXISTS (SELECT FROM pos_order_line_product_template_attribute_value_rel
                WHERE pos_order_line_id = line.id) AS has_values,
        (SELECT sold.uuid FROM pos_order sold JOIN pos_order_line origin
            ON origin.order_id = sold.id
         WHERE origin.id = line.refunded_orderline_id) AS refund_of
    FROM pos_order_line line
    JOIN product_product product ON product.id = line.product_id
    LEFT JOIN pos_order_line parent ON parent.id = line.combo_parent_id
    LEFT JOIN restaurant_order_course course ON course.id = line.course_id
    WHERE line.order_id = ANY(%(ids)s)) t
"""
_MODIFIERS = """
SELECT 'modifier', t.order_id, t.rank, to_json(t) FROM (
    SELECT line.order_id, line.id AS line_id, chosen.fynlo_uuid AS uuid, words.custom_value,
        COALESCE(value.name ->> %(lang)s, value.name ->> 'en_US') AS name,
        row_number() OVER (ORDER BY choice.sequence, attribute.sequence, attribute.id, choice.id,
                           value.sequence, value.id) AS rank
    FROM pos_order_line line
    JOIN pos_order_line_product_template_attribute_value_rel rel ON rel.pos_order_line_id = line.id
    JOIN product_template_attribute_value chosen
        ON chosen.id = rel.product_template_attribute_value_id
    JOIN product_template_attribute_line choice ON choice.id = chosen.attribute_line_id
    JOIN product_attribute_value value ON value.id = chosen.product_attribute_value_id
    JOIN product_attribute attribute
        ON attribute.id = chosen.attribute_id AND attribute.create_variant = 'no_variant'
    LEFT JOIN product_attribute_custom_value words ON words.pos_order_line_id = line.id
        AND words.custom_product_template_attribute_value_id = chosen.id
    WHERE line.order_id = ANY(%(ids)s)) t
"""
_BACKS = """
SELECT 'back', t.sold_id, t.order_id, to_json(t) FROM (
    SELECT line.order_id AS sold_id, line.id AS line_id, back.qty, back.price_unit,
        back.price_subtotal_incl, refund.id AS order_id, refund.uuid, refund.state,
        refund.date_order, refund.amount_total,
        COALESCE(NULLIF(refund.pos_reference, ''), refund.name) AS reference
    FROM pos_order_line line
    JOIN pos_order_line back ON back.refunded_orderline_id = line.id
    JOIN pos_order refund ON refund.id = back.order_id
    WHERE line.order_id = ANY(%(ids)s)) t
"""
_PAYMENTS = """
SELECT 'payment', t.order_id, t.id, to_json(t) FROM (
    SELECT payment.id, payment.pos_order_id AS order_id, payment.uuid, payment.amount,
        payment.payment_date, payment.is_change, payment.fynlo_change,
        COALESCE(NULLIF(payment.fynlo_reference, ''), NULLIF(payment.transaction_id, ''))
            AS reference,
        CASE WHEN method.is_cash_count THEN 'cash' WHEN method.journal_id IS NULL THEN 'account'
            ELSE 'card' END AS method_type, json_build_object('id', method.fynlo_uuid, 'name',
            COALESCE(method.name ->> %(lang)s, method.name ->> 'en_US')) AS method
    FROM pos_payment payment
    JOIN pos_payment_method method ON method.id = payment.payment_method_id
    WHERE payment.pos_order_id = ANY(%(ids)s)) t
UNION ALL
SELECT 'share', t.order_id, t.number, to_json(t) FROM (
    SELECT share.order_id, share.fynlo_uuid AS uuid, share.number, share.amount,
        (SELECT COALESCE(sum(amount), 0) FROM pos_payment WHERE fynlo_share_id = share.id) AS paid
    FROM fynlo_order_share share
    WHERE share.order_id = ANY(%(ids)s)) t
"""
_ITEMS = """
SELECT 'item', t.order_id, t.id, to_json(t) FROM (
    SELECT item.id, item.order_id, item.line_uuid, item.product_id, item.modifiers,
        item.station_id, item.quantity - COALESCE(item.cancelled_quantity, 0) AS live, item.per_line
    FROM fynlo_kitchen_item item
    WHERE item.order_id = ANY(%(ids)s) AND item.kind = 'new') t
"""
_ADDRESS = """
SELECT 'address', t.order_id, t.order_id, to_json(t) FROM (
    SELECT o.id AS order_id, place.fynlo_uuid AS uuid, place.street, place.street2, place.zip,
        place.city, place.partner_latitude AS latitude, place.partner_longitude AS longitude,
        COALESCE(NULLIF(place.name, ''), owner.name) AS name,
        COALESCE(NULLIF(place.phone, ''), owner.phone) AS phone,
        state.code AS state, country.code AS country
    FROM pos_order o
    JOIN res_partner place ON place.id = o.fynlo_delivery_address_id
    LEFT JOIN res_partner owner ON owner.id = place.parent_id
    LEFT JOIN res_country_state state ON state.id = place.state_id
    LEFT JOIN res_country country ON country.id = place.country_id
    WHERE o.id = ANY(%(ids)s)) t
"""
_REFUNDABLE = """
SELECT 'refundable', line.order_id, line.id, to_json(line.qty) FROM pos_order_line line
WHERE line.order_id = ANY(%(ids)s) AND round(line.qty + (
    SELECT COALESCE(sum(back.qty), 0) FROM pos_order_line back
    JOIN pos_order refund ON refund.id = back.order_id
    WHERE back.refunded_orderline_id = line.id AND refund.state != 'cancel'
), %(digits)s) > 0
"""
_UNION = " UNION ALL "
_DETAILS = _UNION.join((_ORDER, _LINES, _PAYMENTS, _ITEMS)) + " ORDER BY 1, 2, 3"


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _fynlo_read_rows(self):
        """Return the :class:`OrderFacts` of orders as lists show them, in their order.

        Who may see an order may see what belongs to it: the search or the lock that has found
        these orders as their user was the check.
        """
        self.env.flush_all()
        return self._fynlo_read_more(self._fynlo_ask_facts(_ORDER, {}))

    def _fynlo_read_facts(self):
        """Return them with all that belongs to the orders."""
        self.env.flush_all()
        facts = self._fynlo_ask_facts(_DETAILS, {})
        lines = [line for each in facts.values() for line in each.lines]
        found = self._fynlo_read_more(facts, lines)
        for order, each in zip(self, found, strict=True):
            if each["fynlo_taxes"] is None:  # of the web POS: as Odoo's tax engine computes it
                each.row["fynlo_taxes"] = order._fynlo_tax_lines()
        for line in lines:
            if not line["full_product_name"]:
                product_sudo = self.env["product.product"].sudo().browse(line["product_id"])
                line["full_product_name"] = product_sudo.display_name
        return found

    def _fynlo_read_more(self, facts, lines=()):
        """Ask what few orders have, if any of these does; return the facts in their order."""
        parts = []
        if any(each["has_refunds"] for each in facts.values()):
            parts += [_REFUNDABLE, _BACKS] if lines else [_REFUNDABLE]
        if any(line["has_values"] for line in lines):
            parts.append(_MODIFIERS)
        if lines and any(each["address_id"] for each in facts.values()):
            parts.append(_ADDRESS)
        if parts:
            self._fynlo_ask_facts(_UNION.join(parts) + " ORDER BY 1, 2, 3", facts)
        return [facts[order.id] for order in self]

    def _fynlo_ask_facts(self, query, facts):
        """Put the rows of a query into ``{id: OrderFacts}`` and return it."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        values = {"ids": self.ids, "lang": self.env.lang or "en_US", "digits": digits}
        rows = self.env.execute_query(SQL(query, **values))
        facts |= {row[1]: OrderFacts(row[3]) for row in rows if row[0] == "order"}
        for part, order_id, _, row in rows:
            if part != "order":
                facts[order_id].add(part, row)
        return facts
