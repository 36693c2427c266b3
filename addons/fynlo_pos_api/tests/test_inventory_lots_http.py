"""Lots over the API: listed with their dates, received, counted and thrown away."""

from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from ..schemas.lots import LotPage, LotQuery
from .common import SellingCase
from .lots import make_lot, make_perishable, quantities
from .till import Till


def instant(days):
    """Return the instant so many days from now as the API writes it."""
    return (fields.Datetime.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class LotsHttpCase(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)
        self.milk = make_perishable(self.till)

    def make_lots(self):
        """Put a lot of every kind on the shelf."""
        for name, quantity, days in (
            ("good", 4, 20), ("soon", 3, 1.5), ("remove", 2, 0.5), ("expired", 1, -3),
        ):  # fmt: skip
            make_lot(self.till, self.milk, name, quantity, days)
        wine = self.till._make_product("Wine", 5.0, 2.0)
        wine.tracking = "lot"
        make_lot(self.till, wine, "2019", 12)
        return wine

    def lots(self, query="", token=None):
        reply = self.api("GET", f"/inventory/lots{query}", token=token or self.token)
        return self.assertSuccess(reply)

    def names(self, query=""):
        return [each["lot"] for each in self.lots(query)["lots"]]

    def adjust(self, *lines, **extra):
        body = {"id": str(uuid4()), "lines": list(lines), **extra}
        return self.post(body, self.manager, path="/inventory/adjustments")

    def lot_line(self, product, lot, reason="received", **extra):
        return {"productId": product.fynlo_uuid, "reason": reason, "lot": lot, **extra}

    def level(self, product):
        """Return on hand, expired and available as a till reads them."""
        reply = self.api("GET", f"/inventory?query={product.name}", token=self.token)
        row = self.assertSuccess(reply)["products"][0]
        return row["onHand"], row["expired"], row["available"]


@tagged("post_install", "-at_install")
class TestListLots(LotsHttpCase):
    def test_what_expires_first_is_on_top(self):
        self.make_lots()
        page = self.lots()
        told = [(each["lot"], each["quantity"], each["alert"]) for each in page["lots"]]
        self.assertEqual(
            told,
            [("expired", 1, "expired"), ("remove", 2, "remove"), ("soon", 3, "soon"),
             ("good", 4, "none"), ("2019", 12, "none")],
        )  # fmt: skip
        self.assertEqual((page["total"], page["totalPages"]), (5, 1))
        first, last = page["lots"][0], page["lots"][-1]
        self.assertEqual((first["productId"], first["name"]), (self.milk.fynlo_uuid, "Milk"))
        self.assertEqual((first["unit"], first["reserved"]), (self.milk.uom_id.name, 0))
        self.assertEqual((last["expiresAt"], last["removeAt"]), (None, None))
        self.assertEqual(first["location"], self.till.source.display_name)
        self.assertLess(first["removeAt"], first["expiresAt"])

    def test_filters_and_order(self):
        wine = self.make_lots()
        for query, found in (
            ("?expired=true", ["expired", "remove"]),
            ("?expired=false", ["soon", "good", "2019"]),
            ("?expiringWithinDays=0", ["expired"]),
            ("?expiringWithinDays=2", ["expired", "remove", "soon"]),
            ("?expiringWithinDays=2&expired=false", ["soon"]),
            (f"?product={wine.fynlo_uuid}", ["2019"]),
            ("?query=win", ["2019"]),
            ("?query=%25", []),
            ("?sortBy=quantity&sortOrder=desc", ["2019", "good", "soon", "remove", "expired"]),
            ("?sortBy=name", ["2019", "expired", "good", "remove", "soon"]),
            ("?sortBy=expiresAt&sortOrder=desc&limit=2", ["good", "soon"]),
            ("?limit=2&page=2", ["soon", "good"]),
        ):
            self.assertEqual(self.names(query), found, query)

    def test_every_bad_parameter_is_named(self):
        query = "?expired=maybe&expiringWithinDays=-1&sortBy=colour&limit=0&product=5&mood=1"
        reply = self.api("GET", f"/inventory/lots{query}", token=self.token)
        names = ("expired", "expiringWithinDays", "sortBy", "limit", "product", "mood")
        self.assertFailure(reply, 422, "invalid_fields", names)
        reply = self.api("GET", f"/inventory/lots?product={uuid4()}", token=self.token)
        self.assertFailure(reply, 422, "invalid_fields", ["product"])

    def test_a_store_sees_its_own_shelf(self):
        self.make_lots()
        other = Till(self.env, "Harbour")
        shelf = self.env["stock.location"].create(
            {"name": "Harbour", "location_id": self.till.source.location_id.id}
        )
        kind = other.store.picking_type_id.copy({"default_location_src_id": shelf.id})
        other.store.picking_type_id, other.source = kind, shelf
        make_lot(other, self.milk, "at the harbour", 7, 5)
        self.assertNotIn("at the harbour", self.names())
        headers = {"X-Store-Id": other.store.fynlo_uuid}
        token = self.token_for(self.olga)
        page = self.assertSuccess(self.api("GET", "/inventory/lots", token=token, headers=headers))
        self.assertEqual([each["lot"] for each in page["lots"]], ["at the harbour"])
        rows = self.env["fynlo.lot.stock"]
        boss = self._make_user("harbour-boss", "manager", stores=other.store)
        self.assertEqual(rows.with_user(boss).search([]).mapped("lot_name"), ["at the harbour"])

    def test_page_costs_no_more_than_this(self):
        self.make_lots()
        rows = self.env_as(self.ada, self.till.store)["fynlo.lot.stock"]
        query = LotQuery()
        LotPage.of(*rows._fynlo_page(query), query)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(9):
            LotPage.of(*rows._fynlo_page(query), query).model_dump_json()


@tagged("post_install", "-at_install")
class TestAdjustLots(LotsHttpCase):
    def test_a_lot_is_received_with_its_date(self):
        line = self.lot_line(self.milk, "A1", quantity=6, expiresAt=instant(12))
        row = self.assertSuccess(self.adjust(line), 201)["products"][0]
        self.assertEqual((row["tracking"], row["onHand"], row["expired"]), ("lot", 6, 0))
        [lot] = self.lots()["lots"]
        self.assertEqual((lot["lot"], lot["quantity"]), ("A1", 6))
        self.assertEqual(lot["expiresAt"], line["expiresAt"])
        line = self.lot_line(self.milk, "A1", quantity=1, expiresAt=instant(-2))
        self.assertSuccess(self.adjust(line), 201)
        [lot] = self.lots("?expired=true")["lots"]
        self.assertEqual((lot["quantity"], lot["expiresAt"]), (7, line["expiresAt"]))
        self.assertEqual(self.level(self.milk), (7, 7, 0))
        entry = self.env["fynlo.audit"].search([("action", "=", "inventory.adjust")], limit=1)
        self.assertEqual(entry.data["lots"]["A1"][:10], line["expiresAt"][:10])

    def test_a_new_lot_without_a_date_gets_the_product_s(self):
        self.assertSuccess(self.adjust(self.lot_line(self.milk, "A1", quantity=6)), 201)
        [lot] = self.lots()["lots"]
        self.assertEqual(lot["expiresAt"][:10], instant(30)[:10])

    def test_each_lot_is_counted_apart_after_what_was_sold(self):
        for name, days in (("late", 20), ("early", 10)):
            make_lot(self.till, self.milk, name, 5, days)
        self.assertSuccess(self.post(self.paid_milk(6)), 201)
        reply = self.adjust(
            self.lot_line(self.milk, "early", "count", countedQuantity=0),
            self.lot_line(self.milk, "late", "count", countedQuantity=3),
        )
        row = self.assertSuccess(reply, 201)["products"][0]
        self.assertEqual((row["onHand"], row["pending"], row["available"]), (3, 0, 3))
        self.assertEqual(quantities(self.till, self.milk), {"late": 3.0})
        self.assertEqual(self.session._fynlo_post_stock_batch(), 0)

    def paid_milk(self, quantity):
        amount = round(quantity * 550)
        lines = [self.line(self.milk, quantity)]
        return self.body(lines, [self.payment(self.card, amount)])

    def test_what_has_expired_is_thrown_away(self):
        self.make_lots()
        line = self.lot_line(self.milk, "expired", "expired", quantity=-1)
        self.assertSuccess(self.adjust(line), 201)
        self.assertNotIn("expired", self.names())
        path = f"/inventory/movements?product={self.milk.fynlo_uuid}&limit=1"
        [move] = self.assertSuccess(self.api("GET", path, token=self.manager))["movements"]
        self.assertEqual(
            (move["lot"], move["quantity"], move["reason"]), ("expired", -1, "expired")
        )

    def test_every_bad_field_is_named_and_nothing_is_booked(self):
        reply = self.adjust(
            {"productId": self.milk.fynlo_uuid, "reason": "received", "quantity": 1},
            self.lot_line(self.coffee, "A1", quantity=1, expiresAt=instant(3)),
            self.lot_line(self.milk, "A1", quantity=1),
        )
        names = ("lines.0.lot", "lines.1.lot", "lines.1.expiresAt")
        envelope = self.assertFailure(reply, 422, "invalid_fields", names)
        codes = [error["code"] for error in envelope["errors"]]
        self.assertEqual(codes, ["required", "not_allowed", "not_allowed"])
        for bad in ("", "x" * 256, 5):
            reply = self.adjust(self.lot_line(self.milk, bad, quantity=1))
            self.assertFailure(reply, 422, "invalid_fields", ["lines.0.lot"])
        reply = self.adjust(self.lot_line(self.milk, "A1", quantity=1, expiresAt="tomorrow"))
        self.assertFailure(reply, 422, "invalid_fields", ["lines.0.expiresAt"])
        self.assertEqual(self.names(), [])
        self.assertFalse(self.env["stock.lot"].search([("name", "=", "A1")]))

    def test_odd_names_are_names(self):
        for name in ("O'Brien", "100%", "_", "\\", "🥛", "'; DROP TABLE stock_lot; --"):
            self.assertSuccess(self.adjust(self.lot_line(self.milk, name, quantity=1)), 201)
            self.assertSuccess(self.adjust(self.lot_line(self.milk, name, quantity=2)), 201)
        self.assertEqual(set(quantities(self.till, self.milk).values()), {3.0})
        self.assertEqual(len(self.names()), 6)

    def test_a_strict_store_sells_nothing_that_has_expired(self):
        self.till.store.fynlo_is_strict_stock = True
        make_lot(self.till, self.milk, "expired", 5, -1)
        make_lot(self.till, self.milk, "good", 1, 9)
        self.assertSuccess(self.post(self.paid_milk(1)), 201)
        self.assertFailure(self.post(self.paid_milk(1)), 409, "out_of_stock")

    def test_the_board_tells_what_has_to_leave(self):
        self.make_lots()
        boss = self._make_user("boss-of-lots", "manager", stores=self.till.store)
        board = self.env["fynlo.board"].with_user(boss).read_board(self.till.store.id)
        alerts = [(alert["level"], alert["text"]) for alert in board["alerts"]]
        self.assertEqual(
            alerts,
            [("danger", "Lots that have to leave the shelf: 2"),
             ("warning", "Lots that expire soon: 1")],
        )  # fmt: skip
        for alert, count in zip(board["alerts"], (2, 1), strict=True):
            rows = self.env[alert["model"]].with_user(boss)
            self.assertEqual(rows.search_count(alert["domain"]), count)
