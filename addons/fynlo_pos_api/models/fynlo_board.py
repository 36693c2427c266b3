from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from .fynlo_board_alerts import find_alerts

#: How many rows the board shows of each list.
ROWS = 8


class FynloBoard(models.AbstractModel):
    """What a manager wants to see of a store at a glance. Reads, as the user himself."""

    _name = "fynlo.board"
    _description = "Fynlo manager's board"

    @api.model
    def read_board(self, store_id=None):
        """Return the board of one store as a JSON-ready document; the web client asks by RPC.

        Amounts are texts in the store's currency, instants are UTC texts of Odoo.

        :param store_id: database id of a ``pos.config``; the first of the user's when left out
        :raise ForbiddenError: the user is no manager
        """
        self.env["res.users"]._fynlo_require("manager")
        stores = self.env["pos.config"].search([("company_id", "in", self.env.companies.ids)])
        store = stores.filtered(lambda each: each.id == store_id) or stores[:1]
        board = {
            "stores": [
                {"id": each.id, "uuid": each.fynlo_uuid, "name": each.name} for each in stores
            ],
            "store": store.id,
            "now": fields.Datetime.to_string(fields.Datetime.now()),
        }
        if store:
            board |= self._fynlo_read_store(store)
        return board

    def _fynlo_read_store(self, store):
        since = self._fynlo_day_start(store)
        orders = self._fynlo_open_orders(store)
        return {
            "sales": self._fynlo_sales(store, since),
            "yesterday": self._fynlo_yesterday(store, since),
            "hours": self._fynlo_hours(store, since),
            "latest": self._fynlo_latest(store, since),
            "open": orders,
            "tables": self._fynlo_tables(store),
            "session": self._fynlo_session(store),
            "alerts": find_alerts(store, since),
        }

    def _fynlo_day_start(self, store):
        """Return the naive UTC instant at which the store's day has begun."""
        zone = ZoneInfo(store._fynlo_timezone())
        today = datetime.now(zone).date()
        start = datetime.combine(today, time.min, zone)
        return start.astimezone(timezone.utc).replace(tzinfo=None)

    def _fynlo_sold(self, store, since, until=None):
        domain = [("config_id", "=", store.id), ("state", "in", ("paid", "done"))]
        domain.append(("date_order", ">=", since))
        return [*domain, ("date_order", "<", until)] if until else domain

    def _fynlo_sales(self, store, since):
        orders = self.env["pos.order"]
        [(count, total, tips)] = orders._read_group(
            self._fynlo_sold(store, since), [], ["__count", "amount_total:sum", "tip_amount:sum"]
        )
        refunds = [*self._fynlo_sold(store, since), ("amount_total", "<", 0)]
        [(refund_count, refunded)] = orders._read_group(
            refunds, [], ["__count", "amount_total:sum"]
        )
        sales = count - refund_count
        return {
            "total": self._fynlo_money(store, total),
            "orders": sales,
            "average": self._fynlo_money(store, (total - refunded) / sales if sales else 0),
            "refunds": self._fynlo_money(store, -refunded),
            "tips": self._fynlo_money(store, tips),
        }

    def _fynlo_yesterday(self, store, since):
        """Return what had been sold by this time of the day before."""
        day = timedelta(days=1)
        domain = self._fynlo_sold(store, since - day, fields.Datetime.now() - day)
        [(total,)] = self.env["pos.order"]._read_group(domain, [], ["amount_total:sum"])
        return self._fynlo_money(store, total)

    def _fynlo_hours(self, store, since):
        """Return the sales of each hour of the day so far, and how high its bar is (0 to 100)."""
        orders = self.env["pos.order"].with_context(tz="UTC")
        groups = orders._read_group(
            self._fynlo_sold(store, since), ["date_order:hour"], ["amount_total:sum"]
        )
        zone = ZoneInfo(store._fynlo_timezone())
        totals = {
            hour.replace(tzinfo=timezone.utc).astimezone(zone).hour: total for hour, total in groups
        }
        highest, now = max([*totals.values(), 0.01]), datetime.now(zone).hour
        return [
            {
                "hour": f"{hour:02d}",
                "total": self._fynlo_money(store, totals.get(hour, 0)),
                "height": max(round(100 * totals.get(hour, 0) / highest), 0),
            }
            for hour in range(min([*totals, now - 5, now]), now + 1)
            if hour >= 0
        ]

    def _fynlo_latest(self, store, since):
        domain = self._fynlo_sold(store, since)
        orders = self.env["pos.order"].search(domain, order="id desc", limit=ROWS)
        return [
            {
                "id": order.id,
                "name": order.pos_reference or order.name,
                "total": self._fynlo_money(store, order.amount_total),
                "at": fields.Datetime.to_string(order.date_order),
                "who": order.cashier or order.user_id.name,
            }
            for order in orders
        ]

    def _fynlo_open_orders(self, store):
        domain = [("config_id", "=", store.id), ("state", "=", "draft")]
        orders = self.env["pos.order"]
        [(count, total)] = orders._read_group(domain, [], ["__count", "amount_total:sum"])
        rows = [
            {
                "id": order.id,
                "name": order.floating_order_name or order.tracking_number or order.name,
                "table": order.table_id.display_name or "",
                "state": order.fynlo_state,
                "total": self._fynlo_money(store, order.amount_total),
                "at": fields.Datetime.to_string(order.date_order),
            }
            for order in orders.search(domain, order="date_order, id", limit=ROWS)
        ]
        return {"count": count, "total": self._fynlo_money(store, total), "rows": rows}

    def _fynlo_tables(self, store):
        tables = store.floor_ids.table_ids.sorted(lambda table: (table.floor_id.id, table.id))
        domain = [("state", "=", "draft"), ("table_id", "in", tables.ids)]
        groups = self.env["pos.order"]._read_group(domain, ["table_id"], ["__count"])
        taken = {table.id for table, _count in groups}
        return {
            "taken": len(taken),
            "rows": [
                {
                    "id": table.id,
                    "name": str(table.table_number),
                    "title": table.display_name,
                    "taken": table.id in taken,
                }
                for table in tables
            ],
        }

    def _fynlo_session(self, store):
        """Return who holds which drawer, and since when the store is open."""
        session = store.current_session_id
        shifts = self.env["fynlo.drawer.shift"].search(
            [("session_id", "=", session.id), ("state", "=", "open")]
        )
        return {
            "id": session.id,
            "name": session.name or "",
            "state": session.state or "closed",
            "since": fields.Datetime.to_string(session.start_at) if session.start_at else "",
            "drawers": [
                {
                    "name": shift.drawer_id.name,
                    "who": shift.employee_id.sudo().name,
                    "since": fields.Datetime.to_string(shift.opened_at),
                }
                for shift in shifts
            ],
        }

    def _fynlo_money(self, store, amount):
        return formatLang(self.env, amount or 0.0, currency_obj=store.currency_id)
