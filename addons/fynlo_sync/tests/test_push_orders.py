from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import fynlo_sync_parked
from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestPushOrders(PushCase):
    def test_sales_are_booked_with_lines_and_payments(self):
        sales = [self.sale() for _ in range(3)]
        view = self.push(self.of_sales(*sales))
        self.assertEqual([each.status for each in view.results], ["applied"] * 3)
        self.assertEqual((view.experimental_rejected_ids, view.resync), ({}, False))
        for order, line, payment in sales:
            booked = self.order_of(order)
            self.assertEqual((booked.state, booked.amount_total), ("paid", 2.75))
            self.assertEqual(booked.lines.mapped("uuid"), [line["id"]])
            self.assertEqual(booked.payment_ids.mapped("uuid"), [payment["id"]])
            self.assertEqual(booked.fynlo_device_id, self.corner)
            self.assertEqual(booked.employee_id, self.ada)
            self.assertEqual(self.operation_of(order).state, "applied")

    def test_the_same_push_again_does_nothing(self):
        changes = self.of_sales(self.sale(), self.sale())
        self.push(changes)
        before = self.env["pos.order"].search_count([])
        for params in ({}, {"lastPulledAt": 5}):  # a lost answer, before and after another pull
            results = self.push(changes, **params).results
            self.assertEqual([each.status for each in results], ["duplicate"] * 2)
        self.assertEqual(self.env["pos.order"].search_count([]), before)

    def test_one_bad_order_does_not_hold_up_the_others(self):
        good, bad = self.sale(), self.sale()
        bad[1]["productId"] = str(uuid4())
        view = self.push(self.of_sales(good, bad))
        by_id = {each.id: each for each in view.results}
        self.assertEqual(by_id[good[0]["id"]].status, "applied")
        refused = by_id[bad[0]["id"]]
        self.assertEqual((refused.status, refused.code), ("rejected", "invalid_fields"))
        self.assertEqual([each.field for each in refused.errors], ["lines.0.productId"])
        dirty = {"orders": [bad[0]["id"]], "orderLines": [bad[1]["id"]]}
        self.assertEqual(view.experimental_rejected_ids, {**dirty, "payments": [bad[2]["id"]]})
        self.assertFalse(self.order_of(bad[0]))
        operation = self.operation_of(bad[0])
        self.assertEqual((operation.state, operation.code), ("rejected", "invalid_fields"))
        [kept] = operation.body["changes"]["orderLines"]["created"]
        self.assertEqual(kept["productId"], bad[1]["productId"])
        bad[1]["productId"] = self.cake.fynlo_uuid
        bad[2]["amount"] = 440
        self.assertEqual(self.push_one(self.of_sales(bad)).status, "applied")
        self.assertEqual((operation.state, operation.body), ("replaced", False))

    def test_what_is_refused_takes_no_number(self):
        numbers = []
        for _ in range(3):
            good, *bad = (self.sale() for _ in range(3))
            for _order, line, _payment in bad:
                line["productId"] = str(uuid4())
            for sales in (bad, [good]):
                self.push(self.of_sales(*sales))
                self.env.cr.cache.clear()  # as at the end of a transaction
            numbers.append(self.order_of(good[0]).sequence_number)
        self.assertEqual(numbers, [numbers[0], numbers[0] + 1, numbers[0] + 2])

    def test_one_that_breaks_the_database_does_not_hold_up_the_others(self):
        sales = [self.sale() for _ in range(3)]
        for _order, _line, payment in sales[1:]:
            payment.update(methodId=self.card.fynlo_uuid, reference="R1")
        results = {each.id: each for each in self.push(self.of_sales(*sales)).results}
        told = [results[order["id"]] for order, _line, _payment in sales]
        self.assertEqual([each.status for each in told], ["applied", "applied", "rejected"])
        self.assertEqual(told[2].code, "payment_reference_used")
        self.assertFalse(self.order_of(sales[2][0]))

    def test_prices_of_a_till_do_not_count(self):
        order, line, payment = self.sale(total=275)
        line |= {"unitPrice": 1, "total": 1, "name": "Free"}
        order |= {"subtotal": 1, "state": "completed", "reference": "X"}
        self.assertEqual(self.push_one(self.of_sales((order, line, payment))).status, "applied")
        self.assertEqual(self.order_of(order).amount_total, 2.75)

    def test_a_total_that_was_shown_offline_is_booked_and_told_back(self):
        order, line, payment = self.sale(total=265)
        payment["amount"] = 265
        view = self.push(self.of_sales((order, line, payment)))
        self.assertTrue(view.resync)
        booked = self.order_of(order)
        self.assertEqual((booked.state, booked.fynlo_price_difference), ("paid", -0.1))

    def test_without_a_session_it_waits_and_is_booked_by_itself(self):
        self.session.state = "closed"
        order, line, payment = self.sale()
        view = self.push(self.of_sales((order, line, payment)))
        [result] = view.results
        self.assertEqual((result.status, result.code), ("retry", "session_not_open"))
        self.assertIn(order["id"], view.experimental_rejected_ids["orders"])
        operations = self.env["fynlo.sync.op"]
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1)
        operations._fynlo_cron_take_up()
        self.assertFalse(self.order_of(order))
        session = self.till.open()
        self.env.flush_all()
        operations._fynlo_cron_take_up()
        booked = self.order_of(order)
        self.assertEqual((booked.state, booked.session_id), ("paid", session))
        self.assertEqual((booked.employee_id, booked.fynlo_device_id), (self.ada, self.corner))
        self.assertEqual(self.operation_of(order).state, "applied")
        self.assertEqual(self.push_one(self.of_sales((order, line, payment))).status, "duplicate")

    def test_what_cannot_be_booked_by_itself_holds_up_nothing(self):
        self.session.state = "closed"
        sales = [self.sale(), self.sale()]
        for sale in sales:
            self.push(self.of_sales(sale))
        self.till.open()
        self.env.flush_all()
        operations = self.env["fynlo.sync.op"]
        bad, good = (self.operation_of(order) for order, _line, _payment in sales)
        take_up = type(operations)._fynlo_take_up

        def fail(records):
            if records == bad:
                raise RuntimeError("broken")
            take_up(records)

        self.patch(type(operations), "_fynlo_take_up", fail)
        self.patch(fynlo_sync_parked, "_BATCH", 1)
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1)
        with mute_logger(fynlo_sync_parked.__name__):
            operations._fynlo_cron_take_up()
        self.assertEqual((bad.state, bad.attempts, good.state), ("retry", 2, "retry"))
        operations._fynlo_cron_take_up()
        self.assertEqual((bad.state, good.state), ("retry", "applied"))

    def test_another_sale_under_the_same_id_is_refused_and_noted(self):
        order, line, payment = self.sale()
        self.push(self.created([order], [line], [payment]))
        other = self.line_row(order, self.cake)
        for device in (self.corner, self.other):
            result = self.push_one(self.created([order], [line, other], [payment]), device=device)
            self.assertEqual((result.status, result.code), ("rejected", "idempotency_conflict"))
        entries = self.env["fynlo.audit"].search([("action", "=", "sync.idempotency_conflict")])
        self.assertEqual(len(entries), 2)
        self.assertEqual(self.order_of(order).amount_total, 2.75)

    def test_a_till_gives_an_operation_its_own_id(self):
        order, line, payment = self.sale(_op=str(uuid4()))
        self.push(self.created([order], [line], [payment]))
        order["note"] = "Another"
        result = self.push_one(self.created([order], [line], [payment]))
        self.assertEqual((result.status, result.code), ("rejected", "idempotency_conflict"))
        result = self.push_one(self.created([order], [line], [payment]), device=self.other)
        self.assertEqual((result.status, result.code), ("rejected", "idempotency_conflict"))

    def test_what_belongs_to_a_refused_customer_is_blocked(self):
        customer = {"id": str(uuid4()), "firstName": "Jo", "email": "nonsense"}
        sale = self.sale(customerId=customer["id"])
        changes = self.of_sales(sale) | self.created(customers=[customer])
        first, second = self.push(changes).results
        self.assertEqual((first.status, first.code), ("rejected", "invalid_fields"))
        self.assertEqual((second.status, second.code), ("blocked", "parent_rejected"))
        customer["email"] = "jo@example.com"
        results = self.push(self.of_sales(sale) | self.created(customers=[customer])).results
        self.assertEqual([each.status for each in results], ["applied"] * 2)
        self.assertEqual(self.order_of(sale[0]).partner_id.email, "jo@example.com")

    def test_a_card_that_a_gateway_takes_is_left_open(self):
        checkout = type(self.env["fynlo.checkout"])
        check = checkout._fynlo_check_tenders

        def check_tenders(model, payments, book, has_customer, faults):
            for index, payment in enumerate(payments):
                if str(payment.method) == self.card.fynlo_uuid:
                    faults.add(f"payments.{index}.method", "needs_gateway", "A gateway takes this.")
            return check(model, payments, book, has_customer, faults)

        self.patch(checkout, "_fynlo_check_tenders", check_tenders)
        order = self.order_row()
        line = self.line_row(order, self.cake)
        cash, card = (self.payment_row(order, method, 220) for method in (self.cash, self.card))
        view = self.push(self.created([order], [line], [cash, card]))
        [result] = view.results
        self.assertEqual((result.status, result.code), ("applied", "needs_gateway"))
        self.assertEqual(view.experimental_rejected_ids, {"payments": [card["id"]]})
        booked = self.order_of(order)
        self.assertEqual((booked.state, booked.amount_paid), ("draft", 2.2))

    def test_ten_more_orders_take_no_query_each(self):
        def count(size):
            changes = self.of_sales(*[self.sale() for _ in range(size)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.push(changes)
            return self.env.cr.sql_log_count - before

        count(3)  # what the price book and the record rules read once
        self.assertLess(count(20) - count(10), 10)

    def test_strange_values_are_refused_one_by_one(self):
        good = self.sale()
        strange = [{}, [], True, -1, 1e15, "x" * 5000, "'\"\\/$%_", {"__proto__": {"a": 1}}]
        names = ("orderType", "tableId", "customerId", "note", "tip", "total", "occurredAt")
        sales = [self.sale(**{name: value}) for name in names for value in strange]
        view = self.push(self.of_sales(good, *sales))
        statuses = {each.id: each for each in view.results}
        self.assertEqual(statuses[good[0]["id"]].status, "applied")
        self.assertNotIn("internal_error", {each.code for each in view.results})
        for name in ("orderType", "tableId", "customerId", "occurredAt"):
            for order, _line, _payment in sales:
                if name in order and order[name] in strange and order[name]:
                    self.assertEqual(statuses[order["id"]].status, "rejected", (name, order[name]))

    def test_a_wrong_clock_is_measured_and_set_right(self):
        century = 100 * 365 * 86_400_000
        order, line, payment = self.sale()
        told = order["occurredAt"]
        order["occurredAt"] += century
        now = told + 300_000 + century
        view = self.push(self.of_sales((order, line, payment)), deviceTime=now, pending=4)
        self.assertEqual([(each.status, each.errors) for each in view.results], [("applied", [])])
        self.assertAlmostEqual(self.order_of(order).date_order.timestamp(), told / 1000, delta=2)
        self.assertEqual(self.corner.fynlo_clock_offset_s, -2_000_000_000)
        self.assertEqual(self.corner.fynlo_pending_count, 4)
        self.assertFalse(self.corner.fynlo_is_silent)
        self.assertTrue(self.corner.fynlo_pushed_at)

    def test_a_till_and_its_manager_know_what_is_not_booked(self):
        good, bad = self.sale(), self.sale(orderType="space")
        self.push(self.of_sales(good, bad), pending=7, oldestAt=good[0]["occurredAt"])
        env = self.env_as(self.ada, device=self.corner)
        status = env["fynlo.sync.status"]._fynlo_status()
        self.assertEqual((status.applied, status.rejected, status.pending), (1, 1, 7 + len(bad)))
        [parked] = status.parked
        self.assertEqual((parked.id, parked.code), (bad[0]["id"], "invalid_fields"))
        other = self.env_as(self.ada, device=self.other)["fynlo.sync.status"]._fynlo_status()
        self.assertEqual((other.applied, other.rejected, other.parked), (0, 0, []))
        self.assertEqual(self.corner.with_user(self.olga).fynlo_parked_count, 1)
        group = self.env.ref("point_of_sale.group_pos_user")
        vals = {"name": "Pat", "login": "pat", "group_ids": [Command.set(group.ids)]}
        pat = self.env["res.users"].create(vals)
        self.assertNotIn("fynlo_parked_count", self.corner.with_user(pat).read()[0])

    def test_a_till_that_is_silent_with_unsent_work_is_noticed_once(self):
        self.push(self.of_sales(self.sale()), pending=7)
        devices = self.env["fynlo.device"]
        devices._fynlo_cron_notice_silent()
        session = self.session
        self.assertFalse(session.activity_ids)
        self.corner.sudo().last_seen_at = fields.Datetime.now() - timedelta(hours=1)
        self.assertIn(self.corner, devices.search([("fynlo_is_silent", "=", True)]))
        for _ in range(2):
            devices._fynlo_cron_notice_silent()
        told = session.activity_ids
        self.assertEqual(told.user_id, self.corner._fynlo_managers())
        self.assertEqual(len(told), len(told.user_id))
        self.assertEqual(
            set(told.mapped("summary")), {"Corner till is silent with unsent work (7)"}
        )
        self.corner.sudo().last_seen_at = fields.Datetime.now()
        self.push(self.of_sales(self.sale()), pending=0)
        self.assertFalse(self.corner.fynlo_is_silent or self.corner.fynlo_noticed_at)
