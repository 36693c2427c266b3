"""Who learns a webhook's secret, and what is written down of a webhook."""

from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.webhook import EVENTS
from .common import SellingCase

URL = "https://example.com/fynlo?key=sesame"


@tagged("post_install", "-at_install")
class TestWebhookKeeping(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fynlo.webhook"].search([]).active = False
        cls.mara = cls._make_user("mara", "manager")

    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def add(self, token=None, **extra):
        body = {"id": str(uuid4()), "url": URL, "events": list(EVENTS), **extra}
        return body, self.post(body, token or self.manager, "/webhooks")

    def refuse_again(self, body, token):
        reply = self.post(body, token, "/webhooks")
        self.assertFailure(reply, 409, "idempotency_conflict")
        self.assertNotIn("whsec_", reply.text)

    def test_another_manager_on_a_till_does_not_learn_the_secret(self):
        """They act as one user of Odoo, and what the creation said is in the list."""
        body, _reply = self.add()
        moe = self._make_employee("Moe", "manager")
        token = self.token_for(moe, self.corner_device)
        listed = self.assertSuccess(self.api("GET", "/webhooks", token=token))["webhooks"]
        [seen] = [each for each in listed if each["id"] == body["id"]]
        self.refuse_again({name: seen[name] for name in ("id", "url", "events")}, token)

    def test_nor_does_the_same_manager_on_another_till(self):
        body, _reply = self.add()
        other = self._make_device("Other till", self.till.store)
        self.refuse_again(body, self.token_for(self.max, other))

    def test_secret_is_told_again_for_ten_minutes(self):
        body, reply = self.add()
        again = self.post(body, self.manager, "/webhooks")
        self.assertEqual(again.json()["data"], reply.json()["data"])
        self.env.flush_all()
        query = "UPDATE fynlo_webhook SET create_date = create_date - interval '11 minutes'"
        self.env.cr.execute(query)
        self.env.invalidate_all()
        self.refuse_again(body, self.manager)

    def test_a_store_has_twenty(self):
        replies = [self.add()[1] for _ in range(20)]
        self.assertEqual({reply.status_code for reply in replies}, {201})
        self.assertFailure(self.add()[1], 409, "webhook_limit")
        hooks = self.env["fynlo.webhook"].with_user(self.mara)
        topic = self.env["fynlo.webhook.topic"].search([], limit=1)
        hooks.create({"url": URL, "topic_ids": topic.ids, "config_id": self.store_2.id})
        with self.assertRaises(UserError):
            hooks.create({"url": URL, "topic_ids": topic.ids, "config_id": self.till.store.id})

    def test_a_host_is_a_name_or_an_address(self):
        for url in (
            "https://localhost/x", "https://LOCALHOST.:8443/", "https://a.localhost/",
            "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://0x7f000001/",
            "https://127.1/", "https://2130706433/", "https://127.0.0.1./",
        ):  # fmt: skip
            with self.subTest(url):
                reply = self.add(url=url)[1]
                self.assertFailure(reply, 422, "invalid_fields", ["url"])
        self.assertSuccess(self.add(url="https://0x7f.example.com/")[1], 201)

    def trail(self):
        """Return ``[(action, facts)]`` of all that was written down of webhooks."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT action, data FROM fynlo_audit WHERE model = 'fynlo.webhook' ORDER BY id"
        )
        return self.env.cr.fetchall()

    def test_what_is_done_in_the_web_client_is_written_down(self):
        before, store = len(self.trail()), self.till.store
        hooks = self.env["fynlo.webhook"].with_user(self.mara)
        topic = self.env["fynlo.webhook.topic"].search([("name", "=", "order.paid")])
        hook = hooks.create({"url": URL, "topic_ids": topic.ids, "config_id": store.id})
        hook.url = "https://evil.example.com/"
        hook.write({"url": "https://evil.example.com/", "active": False})
        hook.unlink()
        place = {"host": "example.com", "store": store.fynlo_uuid}
        evil = {**place, "host": "evil.example.com"}
        self.assertEqual(
            self.trail()[before:],
            [
                ("webhook.create", {"events": ["order.paid"], **place}),
                ("webhook.update", {"fields": ["url"], **evil}),
                ("webhook.update", {"fields": ["active"], **evil}),
                ("webhook.delete", evil),
            ],
        )

    def test_what_a_till_does_is_written_down_once(self):
        before = len(self.trail())
        body, _reply = self.add()
        self.assertSuccess(self.api("DELETE", f"/webhooks/{body['id']}", token=self.manager))
        found = [action for action, _facts in self.trail()[before:]]
        self.assertEqual(found, ["webhook.create", "webhook.delete"])
