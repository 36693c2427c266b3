import time
from datetime import datetime, timedelta, timezone
from uuid import uuid4
from zoneinfo import ZoneInfo

from odoo.addons.fynlo_pos_api.tests.common import SellingCase
from odoo.tests import tagged

from .common import pull_over_http, rows_of
from .push_case import Pushing

DAY_MS = 86_400_000
NEW_YORK = ZoneInfo("America/New_York")


def clock_changes():
    """Return the last two instants at which New York's clocks were set, the newer first."""
    hour = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=number) for number in range(2, 365 * 24)]
    offsets = [each.astimezone(NEW_YORK).utcoffset() for each in hours]
    pairs = zip(hours, offsets, offsets[1:], strict=False)
    return [each for each, offset, earlier in pairs if offset != earlier][:2]


@tagged("post_install", "-at_install")
class TestPushGround(Pushing, SellingCase):
    """What a queue stands on may be gone when it comes, and what it says may not fit together."""

    def push(self, changes, who=None, **query):
        """Push on the corner's till; return ``(data, [(status, code)])``."""
        token = self.token_for(who, self.corner_device) if who else self.token
        query = "&".join(f"{name}={value}" for name, value in query.items())
        data = self.assertSuccess(self.api("POST", f"/sync/push?{query}", changes, token))
        self.env.invalidate_all()
        return data, [(each["status"], each["code"]) for each in data["results"]]

    def check(self, changes, status, code=None, **options):
        """Push beside a good sale, which is booked; check the other result and return it."""
        good = self.sale()
        both = dict(changes)
        for name, table in self.of_sales(good).items():
            told = both.get(name, {})
            both[name] = {**told, "created": [*told.get("created", ()), *table["created"]]}
        data, _told = self.push(both, **options)
        results = {each["id"]: each for each in data["results"]}
        self.assertEqual(results.pop(good[0]["id"])["status"], "applied")
        [result] = results.values()
        self.assertEqual((result["status"], result["code"]), (status, code), result)
        return result

    def booked(self, order):
        return self.env["pos.order"].search([("uuid", "=", order["id"])])

    def old_sale(self, days=30, **extra):
        """Return a sale that waited for so long."""
        return self.sale(occurredAt=int(time.time() * 1000) - days * DAY_MS, **extra)

    # --- What is gone

    def test_a_product_that_was_archived_since(self):
        self.cake.product_tmpl_id.active = False
        for days in (0.01, 30):
            order, _line, _payment = self.old_sale(days)
            line, payment = self.line_row(order, self.cake), self.payment_row(order, self.cash, 440)
            _data, told = self.push(self.created([order], [line], [payment]))
            self.assertEqual(told, [("applied", None)])
            self.assertEqual(self.booked(order).state, "paid")

    def test_a_tax_that_was_deleted_since(self):
        """The guest has paid what he was shown; the difference is told."""
        self.cake.taxes_id = self.till.tax.copy({"name": "Other"})
        self.cake.taxes_id.unlink()
        order, _line, _payment = self.old_sale(total=440)
        line, payment = self.line_row(order, self.cake), self.payment_row(order, self.cash, 440)
        data, told = self.push(self.created([order], [line], [payment]))
        self.assertEqual((told, data["resync"]), ([("applied", None)], True))
        booked = self.booked(order)
        self.assertEqual((booked.state, booked.fynlo_price_difference), ("paid", 0.4))

    def test_a_product_that_has_no_price_any_more(self):
        """What differs by more than the price was never on a list: somebody has to look at it."""
        self.cake.list_price = 0
        order, _line, _payment = self.old_sale(total=440)
        line, payment = self.line_row(order, self.cake), self.payment_row(order, self.cash, 440)
        changes = self.created([order], [line], [payment])
        self.check(changes, "rejected", "price_changed")
        self.cake.list_price = 4.0
        self.check_kept_until_mended(order, line, payment)

    def test_a_payment_method_that_was_archived_or_deleted_since(self):
        session = self.reopen(self.session, active=False)
        order, line, _payment = self.old_sale()
        payment = self.payment_row(order, self.card, 275)
        result = self.check(self.of_sales((order, line, payment)), "rejected", "invalid_fields")
        self.assertEqual(result["errors"][0]["field"], "payments.0.method")
        self.reopen(session, active=True)
        self.check_kept_until_mended(order, line, payment)
        order, line, payment = self.old_sale()
        payment["methodId"] = str(uuid4())
        self.check(self.of_sales((order, line, payment)), "rejected", "invalid_fields")

    def reopen(self, session, active):
        """Archive the card or take it back, which Odoo allows between sessions; open the next."""
        session.state = "closed"
        self.card.active = active
        return self.till.open()

    def check_kept_until_mended(self, order, line, payment):
        """What was refused is kept whole; mended, it is booked when the till sends it again."""
        self.assertFalse(self.booked(order))
        operation = self.env["fynlo.sync.op"].search([("subject", "=", order["id"])])
        self.assertEqual(operation.body["changes"]["payments"]["created"], [payment])
        _data, told = self.push(self.of_sales((order, line, payment)))
        self.assertEqual(told, [("applied", None)])
        self.assertEqual(self.booked(order).state, "paid")

    def test_a_queue_of_thirty_days_for_a_session_that_is_closed(self):
        sales = [self.old_sale(days) for days in (30, 15, 1)]
        self.session.state = "closed"
        changes = self.of_sales(*sales)
        _data, told = self.push(changes)
        self.assertEqual(told, [("retry", "session_not_open")] * 3)
        session = self.till.open()
        _data, told = self.push(changes)
        self.assertEqual(told, [("applied", None)] * 3)
        for order, _line, _payment in sales:
            booked = self.booked(order)
            self.assertEqual(booked.session_id, session)
            self.assertEqual(int(booked.date_order.timestamp()), order["occurredAt"] // 1000)

    # --- Clocks

    def test_clocks_of_1970_and_2099(self):
        now = int(time.time() * 1000)
        for device_now in (DAY_MS, 4_070_908_700_000):
            with self.subTest(device_now):
                order, line, payment = self.sale(occurredAt=device_now - 60_000)
                self.check(self.of_sales((order, line, payment)), "rejected", "invalid_fields")
                _data, told = self.push(
                    self.of_sales((order, line, payment)), deviceTime=device_now
                )
                self.assertEqual(told, [("applied", None)])
                sold_ms = self.booked(order).date_order.timestamp() * 1000
                self.assertAlmostEqual(sold_ms, now - 60_000, delta=5000)

    def test_the_hour_that_comes_twice_and_the_one_that_is_left_out(self):
        self.till.store.company_id.partner_id.tz = self.ada.tz = "America/New_York"
        for change in clock_changes():
            before_ms = int(change.timestamp() * 1000) - 1_800_000
            sales = [self.sale(occurredAt=before_ms + step) for step in (0, 3_600_000)]
            _data, told = self.push(self.of_sales(*sales))
            self.assertEqual(told, [("applied", None)] * 2)
            rows = rows_of(pull_over_http(self), "orders")
            for order, _line, _payment in sales:
                self.assertEqual(rows[order["id"]]["occurredAt"], order["occurredAt"])

    # --- What does not fit together

    def test_one_id_in_all_three_lists(self):
        order, line, payment = self.sale()
        guest = {"id": str(uuid4()), "firstName": "Zoe"}
        cash = {"id": str(uuid4()), "type": "in", "amount": 5, "reason": "x"}
        for name, row, more in (
            ("orders", order, self.created(lines=[line], payments=[payment])),
            ("customers", guest, {}),
            ("cashMovements", cash, {}),
        ):
            thrice = {"created": [row], "updated": [row], "deleted": [row["id"]]}
            self.check({name: thrice, **more}, "rejected", "repeated_id")
        self.assertFalse(self.booked(order))
        _data, told = self.push(self.of_sales((order, line, payment)))
        self.assertEqual(told, [("applied", None)])

    def test_children_that_come_before_their_parent(self):
        order, line, payment = self.sale()
        parts = {"payments": {"created": [payment]}, "orderLines": {"created": [line]}}
        self.check(parts, "rejected", "invalid_fields")
        whole = {**parts, "orders": {"created": [order]}}  # in this order, too
        _data, told = self.push(whole)
        self.assertEqual(told, [("applied", None)])
        self.assertEqual(self.booked(order).amount_paid, 2.75)

    def test_rows_that_are_their_own_parents(self):
        order, line, payment = self.sale()
        other = self.line_row(order, self.cake, parentId=line["id"])
        line["parentId"] = other["id"]
        self.check(self.created([order], [line, other], [payment]), "rejected", "invalid_fields")
        line["parentId"] = line["id"]
        self.check(self.created([order], [line], [payment]), "rejected", "invalid_fields")
        self.assertFalse(self.booked(order))
        order, line, payment = self.sale()
        order |= {name: order["id"] for name in ("refundOf", "splitFrom", "mergedInto", "orderId")}
        _data, told = self.push(self.of_sales((order, line, payment)))
        self.assertEqual(told, [("applied", None)])
        self.assertEqual(self.booked(order).amount_total, 2.75)

    # --- Money that goes back

    def test_no_money_goes_back_by_a_push(self):
        order, line, payment = self.sale()
        self.push(self.of_sales((order, line, payment)))
        for quantity, amount in ((-1, -275), (-1, -275), (-100, -27_500), (1, -275), (-1, 275)):
            with self.subTest(quantity=quantity, amount=amount):
                refund = self.order_row(refundOf=order["id"])
                back = self.line_row(refund, self.coffee, quantity)
                paid = self.payment_row(refund, self.cash, amount)
                changes = self.created([refund], [back], [paid])
                self.check(changes, "rejected", "invalid_fields")
                self.assertFalse(self.booked(refund))
        late = self.payment_row(order, self.cash, -275)
        self.check({"payments": {"created": [late]}}, "conflict")
        booked = self.booked(order)
        self.assertEqual((booked.state, booked.amount_paid), ("paid", 2.75))
        self.assertEqual(booked.lines.refunded_qty, 0)

    def test_a_paid_order_is_not_deleted(self):
        for who in (self.ada, self.max):
            sale = order, _line, _payment = self.sale()
            self.push(self.of_sales(sale))
            tables = zip(("orders", "orderLines", "payments"), sale, strict=True)
            gone = {name: {"deleted": [row["id"]]} for name, row in tables}
            seen = pull_over_http(self)
            cursor = {"lastPulledAt": seen["timestamp"], "snapshot": seen["snapshot"]}
            data, told = self.push(gone, who=who, **cursor)
            self.assertEqual((told, data["resync"]), ([("conflict", None)], True))
            self.assertEqual(data["experimentalRejectedIds"], {})
            booked = self.booked(order)
            told = (booked.state, booked.amount_paid, len(booked.lines), len(booked.payment_ids))
            self.assertEqual(told, ("paid", 2.75, 1, 1))

    def test_an_order_that_was_cancelled_or_deleted_is_not_changed(self):
        for is_deleted in (False, True):
            with self.subTest(is_deleted=is_deleted):
                order = self.order_row()
                line = self.line_row(order, self.cake)
                self.push(self.created([order], [line]))
                booked = self.booked(order)
                booked.action_pos_order_cancel()
                if is_deleted:
                    booked.unlink()
                updated = {"orders": {"updated": [order | {"note": "Late"}]}}
                late = {"orderLines": {"created": [self.line_row(order, self.coffee)]}}
                status = ("rejected", "invalid_fields") if is_deleted else ("conflict", None)
                self.check(updated, *status)
                self.check(late, *status)
                self.assertEqual(self.booked(order).state, False if is_deleted else "cancel")
