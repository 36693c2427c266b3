"""Readers of orders with their lines and payments."""

from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.schemas.order_details import OrderView
from odoo.fields import Domain
from odoo.tools import SQL

from ..schemas.order_line_rows import OrderLineRow
from ..schemas.order_rows import OrderRow
from ..schemas.payment_rows import PaymentRow
from ..schemas.sync_row import to_text


def _aware_millis(value):
    return int(value.timestamp()) * 1000 if value else None


class FynloPullOrders(models.AbstractModel):
    _name = "fynlo.pull.orders"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of orders"

    @api.model
    def _fynlo_sight(self, store, sights):
        """Those of the store that the user may read: of its open sessions, and open ones.

        An order for another day lies in a session that is closed, or in none, until it is paid.
        """
        of_store = Domain("config_id", "=", principal_of(self.env).store_id)
        current = Domain("session_id.state", "!=", "closed"), Domain("state", "=", "draft")
        orders = self.env["pos.order"]
        # A union, so that PostgreSQL takes the index of each.
        return SQL(" UNION ").join(orders._search(of_store & each).select() for each in current)

    @api.model
    def _fynlo_rows(self, store, ids):
        return [_order_row(OrderView.of_facts(facts)) for facts in self._fynlo_facts(store, ids)]

    def _fynlo_facts(self, store, ids):
        """Return the ``OrderFacts`` of orders of the sight, in the language of the company."""
        orders = self.env["pos.order"].with_context(lang=store.env.lang)
        return orders.browse(ids)._fynlo_read_facts()


def _order_row(view):
    return OrderRow.model_construct(
        **{
            name: getattr(view, name)
            for name in (
                "id", "reference", "tracking_number", "state", "payment_state", "version",
                "order_type", "customer_name", "session_id", "guest_count", "currency", "subtotal",
                "tax_total", "tip", "total", "amount_paid", "amount_due", "change",
                "price_difference", "note", "split_from", "merged_into", "refund_of",
            )
        },
        table_id=_id_of(view.table),
        customer_id=_id_of(view.customer),
        employee_id=_id_of(view.employee),
        device_id=_id_of(view.device),
        occurred_at=_aware_millis(view.occurred_at),
        scheduled_at=_aware_millis(view.scheduled_at),
        taxes=to_text(view.taxes),
        shares=to_text(view.shares),
        refunds=to_text(view.refunds),
        delivery_address=to_text(view.delivery_address),
    )  # fmt: skip


def _id_of(named):
    return named.id if named else None


class FynloPullOrderParts(models.AbstractModel):
    """What belongs to an order is seen with it."""

    _name = "fynlo.pull.order_parts"
    _inherit = "fynlo.pull.orders"
    _description = "Fynlo reader of what belongs to orders"

    #: Table of the parts, and its column with the order.
    _parts = ("", "")

    @api.model
    def _fynlo_sight(self, store, sights):
        table, column = self._parts
        return SQL(
            "SELECT id FROM %s WHERE %s IN (%s)",
            SQL.identifier(table),
            SQL.identifier(column),
            sights["orders"],
        )

    @api.model
    def _fynlo_rows(self, store, ids):
        table, column = self._parts
        query = SQL(
            "SELECT uuid, %s FROM %s WHERE id = ANY(%s)",
            SQL.identifier(column),
            SQL.identifier(table),
            ids,
        )
        order_of = dict(self.env.execute_query(query))
        return [
            row
            for facts in self._fynlo_facts(store, sorted(set(order_of.values())))
            for row in self._fynlo_part_rows(facts)
            if row.id in order_of
        ]

    def _fynlo_part_rows(self, facts):
        raise NotImplementedError()


class FynloPullOrderLines(models.AbstractModel):
    _name = "fynlo.pull.order_lines"
    _inherit = "fynlo.pull.order_parts"
    _description = "Fynlo reader of lines of orders"

    _parts = ("pos_order_line", "order_id")

    def _fynlo_part_rows(self, facts):
        return [
            OrderLineRow.model_construct(
                **{**dict(view), "modifiers": to_text(view.modifiers)}, order_id=facts["uuid"]
            )
            for view in OrderView.lines_of(facts)
        ]


class FynloPullPayments(models.AbstractModel):
    _name = "fynlo.pull.payments"
    _inherit = "fynlo.pull.order_parts"
    _description = "Fynlo reader of payments"

    _parts = ("pos_payment", "pos_order_id")

    @api.model
    def _fynlo_sight(self, store, sights):
        return SQL("%s AND is_change IS NOT TRUE", super()._fynlo_sight(store, sights))

    def _fynlo_part_rows(self, facts):
        return [
            PaymentRow.model_construct(
                id=view.id,
                order_id=facts["uuid"],
                method_id=view.method.id,
                type=view.type,
                amount=view.amount,
                tendered=view.tendered,
                change=view.change,
                reference=view.reference,
                paid_at=_aware_millis(view.paid_at),
            )
            for view in OrderView.payments_of(facts)
        ]
