from uuid import uuid4

from odoo import fields
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import fynlo_webhook_sender as sending
from .test_webhook_http import WebhookCase


@tagged("post_install", "-at_install")
class TestWebhookEditHttp(WebhookCase):
    def setUp(self):
        super().setUp()
        self.data = self.add()
        self.path = f"/webhooks/{self.data['id']}"

    def put(self, body, token=None):
        return self.api("PUT", self.path, body, token=token or self.manager)

    def test_what_is_named_is_changed(self):
        body = {"version": 1, "url": "https://example.com/new", "events": ["order.paid"]}
        data = self.assertSuccess(self.put({**body, "description": "O'Brien 100% _ \\ 🍕"}))
        self.assertEqual((data["url"], data["events"]), (body["url"], ["order.paid"]))
        self.assertEqual((data["description"], data["version"]), ("O'Brien 100% _ \\ 🍕", 2))
        self.assertNotIn("secret", data)
        data = self.assertSuccess(self.put({"description": None}))
        self.assertEqual(
            (data["description"], data["url"], data["version"]), (None, body["url"], 3)
        )
        actions = self.env["fynlo.audit"].search([("subject_uuid", "=", self.data["id"])])
        self.assertEqual(actions.mapped("action").count("webhook.update"), 2)

    def test_stale_version(self):
        self.assertSuccess(self.put({"version": 1, "description": "first"}))
        reply = self.put({"version": 1, "description": "second"})
        self.assertFailure(reply, 409, "stale_version")
        self.assertEqual(reply.json()["details"], {"version": 2})
        self.assertEqual(self.hook(self.data).description, "first")

    def test_bad_fields_are_named_and_nothing_is_changed(self):
        bad = {
            "url": None,
            "events": [],
            "active": None,
            "description": 5,
            "version": "x",
            "more": 1,
        }
        found = {error["field"] for error in self.put(bad).json()["errors"]}
        self.assertEqual(found, set(bad))
        reply = self.put({"url": "https://10.0.0.1/", "description": "new"})
        self.assertEqual(reply.json()["errors"][0]["code"], "bad_url")
        self.assertEqual(
            (self.hook(self.data).description, self.hook(self.data).version), (False, 1)
        )

    def test_switched_off_and_on(self):
        hook = self.hook(self.data)
        self.assertFalse(self.assertSuccess(self.put({"active": False}))["active"])
        self.post(self.paid_body())
        self.assertEqual(self.told(hook), [])
        listed = self.assertSuccess(self.api("GET", "/webhooks", token=self.manager))
        self.assertEqual([each["active"] for each in listed["webhooks"]], [False])
        reply = self.post({"id": str(uuid4())}, self.manager, f"{self.path}/test")
        self.assertFailure(reply, 409, "webhook_inactive")
        self.assertTrue(self.assertSuccess(self.put({"active": True}))["active"])
        self.post(self.paid_body())
        self.assertEqual(len(self.told(hook)), 3)

    def test_new_secret(self):
        reply = self.post({"version": 1}, self.manager, f"{self.path}/secret")
        data = self.assertSuccess(reply)
        self.assertRegex(data["secret"], r"^whsec_[\w-]{43}$")
        self.assertNotEqual(data["secret"], self.data["secret"])
        self.assertEqual(
            (data["version"], self.hook(data)._fynlo_read_secret()), (2, data["secret"])
        )
        again = self.post({"version": 1}, self.manager, f"{self.path}/secret")
        self.assertFailure(again, 409, "stale_version")
        self.assertEqual(self.hook(data)._fynlo_read_secret(), data["secret"])
        for table in ("fynlo_idempotency", "fynlo_audit"):
            self.env.cr.execute(f"SELECT * FROM {table}")  # pylint: disable=sql-injection
            self.assertNotIn(data["secret"], str(self.env.cr.fetchall()))

    def test_a_test_goes_to_this_webhook_alone_and_once(self):
        other = self.hook(self.add())
        body = {"id": str(uuid4())}
        told = self.assertSuccess(self.post(body, self.manager, f"{self.path}/test"), 201)
        self.assertEqual((told["event"], told["eventId"]), ("webhook.test", body["id"]))
        again = self.post(body, self.manager, f"{self.path}/test")
        self.assertEqual(self.assertSuccess(again)["id"], told["id"])
        hook = self.hook(self.data)
        [(name, document)] = self.told(hook)
        self.assertEqual((name, document["id"], document["type"]), (name, body["id"], name))
        self.assertEqual(document["subject"], {"type": "webhook", "id": self.data["id"]})
        self.assertEqual(document["storeId"], self.till.store.fynlo_uuid)
        self.assertEqual(self.told(other), [])
        self.assertEqual(hook._fynlo_send_test(body["id"]), hook.delivery_ids)
        self.assertEqual(len(hook.delivery_ids), 1)
        path = f"{self.path}/deliveries?event=webhook.test"
        self.assertEqual(self.assertSuccess(self.api("GET", path, token=self.manager))["total"], 1)

    def test_id_of_another_event_is_refused(self):
        hook, other = self.hook(self.data), self.add()
        self.post(self.paid_body())
        self.told(hook)
        for uuid, path in (
            (hook.delivery_ids[0].event_id.fynlo_uuid, self.path),
            (self.send_test_to(other)["eventId"], self.path),
        ):
            reply = self.post({"id": uuid}, self.manager, f"{path}/test")
            self.assertFailure(reply, 409, "idempotency_conflict")

    def send_test_to(self, data):
        body = {"id": str(uuid4())}
        path = f"/webhooks/{data['id']}/test"
        return self.assertSuccess(self.post(body, self.manager, path), 201)

    def test_button(self):
        hook = self.hook(self.data).with_user(self._make_user("mara", "manager"))
        action = hook.action_fynlo_send_test()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual([name for name, _ in self.told(hook)], ["webhook.test"])


@tagged("post_install", "-at_install")
class TestWebhookDemo(FynloCase):
    def test_demo_calls_nobody(self):
        for _ in range(2):
            self.env["fynlo.demo"]._fynlo_load()
        hook = self.env.ref("fynlo_pos_api.demo_fynlo_webhook_https___example_com_fynlo")
        self.assertFalse(hook.active)
        states = hook.delivery_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["delivered", "delivered", "dead", "failed", "pending"])
        hook.delivery_ids.next_attempt_at = "2020-01-01"
        self.assertFalse(self.claim(), "it is switched off")
        hook.active = True
        self.assertTrue(self.claim())

    def claim(self):
        self.env.flush_all()
        facts = {"now": fields.Datetime.now(), "lease": 1, "most": 1, "most_slow": 1}
        self.env.cr.execute(SQL(sending._CLAIM, slow=1000, slow_for=60, **facts))
        return self.env.cr.fetchone()
