"""What nightly jobs drop and what they keep, as the policy of each company says."""

from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..engine.retention import TERMS
from ..models import fynlo_kitchen_ticket
from ..schemas.settings_edits import RetentionUpdate
from .kitchen_case import KitchenCase


def days_ago(days):
    return fields.Datetime.now() - timedelta(days=days)


@tagged("post_install", "-at_install")
class TestRetention(KitchenCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)
        self.policy = self.env["fynlo.retention"]._fynlo_of(self.company)
        self.policy_b = self.env["fynlo.retention"]._fynlo_of(self.company_b)

    def update(self, token=None, **days):
        version = self.settings()["version"]
        body = {"version": version, "retention": days}
        return self.api("PUT", "/settings", body, token=token or self.manager)

    def settings(self):
        return self.assertSuccess(self.api("GET", "/settings", token=self.manager))

    # --- The policy

    def test_the_database_holds_the_same_bounds(self):
        self.assertEqual(TERMS.keys(), RetentionUpdate.model_fields.keys())
        for name, term in TERMS.items():
            self.assertEqual(self.policy_b[name], term.default)
            for days in (term.minimum - 1, term.maximum + 1):
                with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                    self.policy[name] = days
                    self.env.flush_all()
                self.env.invalidate_all(flush=False)

    def test_managers_set_it_with_the_settings(self):
        before = self.settings()
        self.assertEqual(before["retention"]["kitchenTicketsDays"], 365)
        data = self.assertSuccess(self.update(kitchenTicketsDays=30, importFilesDays=2))
        expected = {**before["retention"], "kitchenTicketsDays": 30, "importFilesDays": 2}
        self.assertEqual(data["retention"], expected)
        self.assertEqual((data["version"], self.settings()), (before["version"] + 1, data))
        self.policy.kitchen_tickets_days = 40
        self.assertEqual(self.settings()["retention"]["kitchenTicketsDays"], 40)
        self.env.invalidate_all()
        self.assertEqual(self.policy_b.kitchen_tickets_days, 365)

    def test_every_bad_term_is_named(self):
        bad = {"storedAnswersDays": 6, "deliveredEventsDays": 2, "importsDays": None}
        bad |= {"kitchenTicketsDays": 1.5, "auditDays": 1, "endedSessionsDays": "x"}
        response = self.update(**bad)
        envelope = self.assertFailure(response, 422, "invalid_fields")
        named = {error["field"].removeprefix("retention.") for error in envelope["errors"]}
        self.assertLessEqual(bad.keys() - {"importsDays"}, named)
        self.assertFailure(self.update(importsDays=None), 422, "invalid_fields", ["retention"])
        self.assertEqual(self.settings()["retention"]["storedAnswersDays"], 30)

    def test_who_serves_some_stores_only_does_not_set_it(self):
        limited = self._make_employee("Lim", "manager", stores=self.till.store)
        token = self.token_for(limited, self.corner_device)
        self.assertFailure(self.update(token, importsDays=30), 403, "forbidden")
        self.assertEqual(self.settings()["retention"]["importsDays"], 365)

    # --- The kitchen

    def tickets_of(self, order_id):
        self.env.invalidate_all()
        return self.env["fynlo.kitchen.ticket"].search([("order_id.uuid", "=", order_id)])

    def sent_order(self, age, is_paid=True):
        order_id = self.open_order(self.line(self.cake))
        self.send(order_id)
        if is_paid:
            pay = self.payment(self.card, 440)
            self.assertSuccess(self.post(pay, path=f"/orders/{order_id}/payments"), 201)
        self.tickets_of(order_id).fired_at = days_ago(age)
        return order_id

    def vacuum_tickets(self):
        self.env.flush_all()
        result = self.env["fynlo.kitchen.ticket"]._gc_tickets()
        self.env.invalidate_all()
        return result

    def test_old_tickets_of_finished_orders_go(self):
        self.policy.kitchen_tickets_days = 7
        old, young = self.sent_order(8), self.sent_order(6)
        self.assertEqual(self.vacuum_tickets(), (1, 0))
        self.assertEqual(len(self.tickets_of(old)), 0)
        self.assertEqual(len(self.tickets_of(young).item_ids), 1)
        items = self.env["fynlo.kitchen.item"].search([("order_id.uuid", "=", old)])
        self.assertFalse(items)
        self.assertTrue(self.order_of({"id": old}))

    def test_an_open_bill_is_never_cooked_twice(self):
        self.policy.kitchen_tickets_days = 7
        order_id = self.sent_order(400, is_paid=False)
        self.assertEqual(self.vacuum_tickets(), (0, 0))
        self.send(order_id)
        self.assertEqual(len(self.tickets_of(order_id)), 1)

    def test_another_companys_term_is_its_own(self):
        self.policy_b.kitchen_tickets_days = 7
        order_id = self.sent_order(300)
        self.assertEqual(self.vacuum_tickets(), (0, 0))
        self.assertEqual(len(self.tickets_of(order_id)), 1)

    def test_many_tickets_take_several_runs(self):
        self.patch(fynlo_kitchen_ticket, "_DROPPED_AT_ONCE", 2)
        orders = [self.sent_order(400) for _ in range(3)]
        self.assertEqual(self.vacuum_tickets(), (2, 1))
        self.assertEqual(self.vacuum_tickets(), (1, 0))
        self.assertFalse([each for each in orders if self.tickets_of(each)])

    # --- Webhooks

    def hook_of(self, company):
        topic = self.env["fynlo.webhook.topic"].search([("name", "=", "order.updated")])
        vals = {"url": "https://example.com/hook", "topic_ids": topic.ids}
        return self.env["fynlo.webhook"].create({**vals, "company_id": company.id})

    def delivery(self, hook, state, age, **vals):
        then = days_ago(age)
        event = self.env["fynlo.webhook.event"].create({
            "type": "order.updated", "subject": "order:1", "body": "{}",
            "company_id": hook.company_id.id, "created_at": then,
        })  # fmt: skip
        times = {"expires_at": then, "delivered_at": then if state == "delivered" else False}
        shared = {"type": event.type, "subject": event.subject, "event_id": event.id}
        vals = {**shared, "webhook_id": hook.id, "state": state, **times, **vals}
        return self.env["fynlo.webhook.delivery"].create(vals)

    def vacuum_events(self, *deliveries):
        """Return which of the deliveries stay; an event stays with its delivery."""
        events = [each.event_id for each in deliveries]
        self.env.flush_all()
        self.env["fynlo.webhook.event"]._gc_told()
        self.env.invalidate_all()
        kept = [bool(each.exists()) for each in deliveries]
        self.assertEqual([bool(event.exists()) for event in events], kept)
        return kept

    def test_what_was_delivered_and_what_was_not(self):
        self.policy.write({"delivered_events_days": 3, "undelivered_events_days": 7})
        hook = self.hook_of(self.company)
        states = [("delivered", 2), ("delivered", 4), ("dead", 4), ("dead", 6), ("dead", 8)]
        states += [("pending", 400), ("sending", 400), ("failed", 400)]
        kept = self.vacuum_events(*(self.delivery(hook, *each) for each in states))
        self.assertEqual(kept, [True, False, True, True, False, True, True, True])

    def test_what_was_sent_again_counts_from_then(self):
        hook = self.hook_of(self.company)
        again = self.delivery(hook, "delivered", 400, delivered_at=days_ago(1))
        waits = self.delivery(hook, "dead", 400, expires_at=days_ago(1))
        self.assertEqual(self.vacuum_events(again, waits), [True, True])

    def test_an_archived_webhooks_log_goes_too_and_another_companys_stays(self):
        self.policy_b.delivered_events_days = 60
        hook, hook_b = self.hook_of(self.company), self.hook_of(self.company_b)
        old, old_b = self.delivery(hook, "delivered", 15), self.delivery(hook_b, "delivered", 15)
        hook.active = False
        self.assertEqual(self.vacuum_events(old, old_b), [False, True])

    def test_an_event_stays_until_the_last_webhook_has_it(self):
        hook, other = self.hook_of(self.company), self.hook_of(self.company)
        told = self.delivery(hook, "delivered", 20)
        waits = self.delivery(other, "pending", 20, event_id=told.event_id.id)
        event = told.event_id
        self.env.flush_all()
        self.env["fynlo.webhook.event"]._gc_told()
        self.env.invalidate_all()
        self.assertEqual([bool(each.exists()) for each in (told, waits, event)], [0, 1, 1])

    # --- Imports

    def imported(self, age, **extra):
        vals = {
            "fynlo_uuid": str(uuid4()), "kind": "customers", "mode": "skip_bad", "state": "done",
            "file_name": "a.csv", "file": "YQ==", "company_id": self.company.id,
            "user_id": self.env.uid, "finished_at": days_ago(age) if age else False,
        }  # fmt: skip
        record = self.env["fynlo.import"].create({**vals, **extra})
        cell = {"import_id": record.id, "row": 2, "field": "email", "code": "x", "message": "x"}
        self.env["fynlo.import.error"].create(cell)
        return record

    def test_files_of_dry_runs_go_before_what_was_found_in_them(self):
        self.policy.write({"import_files_days": 2, "imports_days": 7})
        ages = (1, 3, 6, 8)
        dry = [self.imported(age, is_dry_run=True) for age in ages]
        other = self.imported(30, company_id=self.company_b.id, is_dry_run=True)
        open_ones = [self.imported(None, state="running"), self.imported(30, state="queued")]
        cells = [each.error_ids for each in (*dry, other, *open_ones)]
        for job in ("_gc_files", "_gc_imports"):
            getattr(self.env["fynlo.import"], job)()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([bool(each.exists()) for each in dry], [True, True, True, False])
        self.assertEqual([bool(each.file) for each in dry[:3]], [True, False, False])
        self.assertEqual((bool(other.exists()), bool(other.file)), (True, False))
        self.assertTrue(all(each.exists() and each.file for each in open_ones))
        kept = [True, True, True, False, True, True, True]
        self.assertEqual([bool(each.exists()) for each in cells], kept)
