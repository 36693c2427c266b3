import time
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .capture_case import CaptureCase

_GUESTS = """
INSERT INTO res_partner (name, complete_name, active, fynlo_uuid, fynlo_is_customer, fynlo_status,
    fynlo_version, is_company, type, autopost_bills)
SELECT 'Guest ' || n, 'Guest ' || n, true, gen_random_uuid()::text, true, 'active', 1, false,
    'contact', 'ask'
FROM generate_series(1, %s) AS n
"""


@tagged("post_install", "-at_install")
class TestCaptureFlows(CaptureCase):
    """What passes through Odoo's other applications, and many rows at once."""

    def transfer(self, kind, product, quantity, source, target):
        """Return a planned transfer of the store's warehouse."""
        places = {"location_id": source.id, "location_dest_id": target.id}
        move = {"product_id": product.id, "product_uom_qty": quantity, **places}
        vals = {"picking_type_id": kind.id, "move_ids": [Command.create(move)]}
        return self.env["stock.picking"].create({**vals, **places})

    def finish(self, transfer):
        transfer.move_ids.picked = True
        transfer.button_validate()

    def test_stock(self):
        warehouse, shelf = self.till.store.picking_type_id.warehouse_id, self.till.source
        guests = self.env.ref("stock.stock_location_customers")
        supplier = self.env.ref("stock.stock_location_suppliers")
        delivery = self.transfer(warehouse.out_type_id, self.cake, 3, shelf, guests)
        receipt = self.transfer(warehouse.in_type_id, self.coffee, 5, supplier, shelf)
        receipt.action_confirm()
        of_cake = {"product_id": self.cake.id, "location_id": shelf.id}

        def reserve():
            delivery.action_confirm()
            delivery.action_assign()

        def count():
            quants = self.env["stock.quant"].with_context(inventory_mode=True)
            quants.create({**of_cake, "inventory_quantity": 42}).action_apply_inventory()

        def scrap():
            self.env["stock.scrap"].create({**of_cake, "scrap_qty": 2}).action_validate()

        for name, act in (
            ("a reservation", reserve),
            ("its delivery", lambda: self.finish(delivery)),
            ("a receipt", lambda: self.finish(receipt)),
            ("a count", count),
            ("scrap", scrap),
        ):
            with self.subTest(name):
                self.check(act, "stock")

    def test_an_open_order_holds_stock_while_its_session_is_open(self):
        body = self.body()
        self.assertSuccess(self.post(body), 201)
        order = self.env["pos.order"].search([("uuid", "=", body["id"])])

        def close():
            order.session_id.state = "closed"

        self.check(close, "stock")
        later = self.till.open()
        self.check(lambda: order.write({"session_id": later.id}), "orders", "stock")

    def test_what_is_taken_back_later(self):
        """A refund counts for what was sold as soon as it is paid."""
        sold = self.till.sell_in_web_pos(self.session, {self.cake: 2})
        back = sold._refund()

        def pay():
            payment = {"amount": back.amount_total, "payment_method_id": self.cash.id}
            back.add_payment({**payment, "pos_order_id": back.id})
            back.action_pos_order_paid()

        for name, act, *expected in (
            ("paid", pay, "orders", "orderLines"),
            ("less of it", lambda: back.lines.write({"qty": -1}), "orders", "orderLines"),
            ("one that is dropped", lambda: sold._refund().unlink()),
        ):
            with self.subTest(name):
                self.check(act, *expected)

    def test_another_dish_at_the_same_price(self):
        """The web POS alone changes lines and leaves the order's own row as it is."""
        order = self.till.sell_in_web_pos(self.session, {self.cake: 2})
        other = self.till.tax.copy({"name": "Another tax"})

        def change():
            order.lines.write({"tax_ids": other.ids, "product_id": self.coffee.id})

        self.check(change, "orders", "orderLines")

    def test_people(self):
        people, contact = self.env["hr.employee"], self.env["res.partner"].create({"name": "Eve"})
        hired = []

        def hire():
            vals = {"name": "Eve", "company_id": self.env.company.id, "fynlo_role": "cashier"}
            hired.append(people.create({**vals, "fynlo_store_ids": self.till.store.ids}))

        for name, act, *expected in (
            ("hired", hire, "employees"),
            ("her PIN", lambda: hired[0]._fynlo_set_pin("280519"), "employees"),
            ("her role", lambda: hired[0].write({"fynlo_role": "manager"}), "employees"),
            ("her contact", lambda: hired[0].write({"work_contact_id": contact.id})),
            ("gone", lambda: hired[0].write({"active": False}), "employees"),
        ):
            with self.subTest(name):
                self.check(act, *expected)

    def test_of_many_rows_only_those_that_changed_are_logged(self):
        self.env.cr.execute(_GUESTS, [4])
        mark = self.mark()
        self.env.cr.execute(
            """UPDATE res_partner SET phone = CASE WHEN name = 'Guest 2' THEN '1' END,
                   write_date = now() WHERE name LIKE 'Guest _' AND fynlo_is_customer"""
        )
        guest = self.env["res.partner"].search([("name", "=", "Guest 2")])
        self.assertEqual(self.logged_since(mark), {("customers", guest.id)})

    def test_many_rows_after_one(self):
        """A transaction keeps the plan of one row's update: it has to serve thousands, too."""
        self.env.cr.execute(_GUESTS, [4000])

        def time_all():
            started = time.perf_counter()
            with self.env.cr.savepoint(flush=False) as savepoint:
                self.env.cr.execute("UPDATE res_partner SET phone = '1' || COALESCE(phone, '')")
                savepoint.rollback()
            return time.perf_counter() - started

        self.env.cr.execute("DISCARD PLANS")
        fresh = time_all()
        self.env.cr.execute("DISCARD PLANS")
        self.env.cr.execute("UPDATE res_partner SET phone = '0' WHERE name = 'Guest 1'")
        self.assertLess(time_all(), 8 * fresh)  # with a nested loop it was forty times as long

    def test_an_order_for_another_day(self):
        """It stays on the tills while its session is closed, until it is paid or cancelled."""
        day = datetime.now(timezone.utc) + timedelta(days=2)
        noon = day.strftime("%Y-%m-%dT12:00:00Z")
        orders = []
        for _ in range(3):
            body = self.body(orderType="takeaway", scheduledAt=noon)
            orders.append(self.assertSuccess(self.post(body), 201)["id"])
        paid, cancelled, loose = self.env["pos.order"].search([("uuid", "in", orders)], order="id")

        def pay():
            due = self.payment(self.cash, 275)
            self.assertSuccess(self.post(due, path=f"/orders/{paid.uuid}/payments"), 201)

        def cancel():
            body = {"id": str(uuid4()), "reason": "Not wanted"}
            token = self.token_for(self.max, self.corner_device)
            path = f"/orders/{cancelled.uuid}/cancel"
            self.assertSuccess(self.post(body, token=token, path=path))

        for name, act, *expected in (
            ("closing", self.session.close_session_from_ui),
            ("out of its session", loose.action_pos_order_cancel, "orders"),
            ("cancelled", cancel, "orders", "orderLines"),
            ("another day", self.till.open),
            ("paid", pay, "orders", "payments"),
        ):
            with self.subTest(name):
                self.check(act, *expected)
        told = self.read_everything()
        self.assertIn(("orders", loose.id), told)
        self.assertIn(("orderLines", loose.lines.id), told)
        self.assertNotIn(("orders", cancelled.id), told)
        path = f"/orders/{loose.uuid}"
        self.assertIsNone(self.assertSuccess(self.api("GET", path, token=self.token))["sessionId"])
