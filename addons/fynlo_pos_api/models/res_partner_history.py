from odoo import api, models
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime, to_odoo_datetime
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.money import to_minor


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _fynlo_purchases(self, uuid, query):
        """Return ``(rows, total)``: a page of what a customer has bought, the newest first.

        Orders of the tills that the user may see, and sales orders where Odoo's app for them is
        installed and the user may read it.

        :param query: a ``PurchaseQuery``
        :return: rows as ``PurchaseView`` takes them
        """
        customer = self._fynlo_find_customer(uuid)
        parts = customer._fynlo_purchase_parts(query)
        union = SQL(" UNION ALL ").join(parts)
        total = self.env.execute_query(SQL("SELECT count(*) FROM (%s) AS bought", union))[0][0]
        page = SQL(
            "%s ORDER BY instant DESC, kind, id DESC LIMIT %s OFFSET %s",
            union,
            query.limit,
            (query.page - 1) * query.limit,
        )
        found = [(kind, id_) for kind, id_, _instant in self.env.execute_query(page)]
        return self._fynlo_purchase_rows(found), total

    def _fynlo_purchase_parts(self, query):
        """Return a query of ``(kind, id, instant)`` for each kind of order."""
        members = self.with_context(active_test=False).search([("id", "child_of", self.id)])
        base = Domain("partner_id", "in", members.ids)
        if query.from_:
            base &= Domain("date_order", ">=", to_odoo_datetime(query.from_))
        if query.to:
            base &= Domain("date_order", "<=", to_odoo_datetime(query.to))
        return [
            SQL(
                "SELECT %s AS kind, %s AS id, %s AS instant FROM %s WHERE %s",
                kind,
                SQL.identifier(found.table, "id"),
                SQL.identifier(found.table, "date_order"),
                found.from_clause,
                found.where_clause or SQL("TRUE"),
            )
            for kind, found in self._fynlo_purchase_queries(base)
        ]

    def _fynlo_purchase_queries(self, base):
        """Yield ``(kind, query)`` of what the user may see, under the record rules."""
        orders = self.env["pos.order"]
        yield "pos", orders._search(base & Domain("state", "!=", "cancel"), order="id")
        if "sale.order" in self.env and self.env["sale.order"].has_access("read"):
            sold = Domain("state", "=", "sale")
            yield "sale", self.env["sale.order"]._search(base & sold, order="id")

    def _fynlo_purchase_rows(self, found):
        by_kind = {}
        for kind, model in (("pos", "pos.order"), ("sale", "sale.order")):
            ids = [id_ for each, id_ in found if each == kind]
            if ids:
                by_kind[kind] = {order.id: order for order in self.env[model].browse(ids)}
        return [self._fynlo_purchase_row(kind, by_kind[kind][id_]) for kind, id_ in found]

    def _fynlo_purchase_row(self, kind, order):
        is_till = kind == "pos"
        return {
            "kind": kind,
            "id": order.uuid if is_till else None,
            "reference": (order.pos_reference if is_till else None) or order.name,
            "state": order.fynlo_state if is_till else order.state,
            "payment_state": order.fynlo_payment_state if is_till else None,
            "is_refund": bool(is_till and order.is_refund),
            "occurred_at": from_odoo_datetime(order.date_order),
            "currency": order.currency_id.name,
            "total": to_minor(order.amount_total, order.currency_id),
        }
