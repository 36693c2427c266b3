import json
from uuid import uuid4

from odoo.tests import tagged

from ..engine.webhook import EVENTS
from .common import SellingCase


class WebhookCase(SellingCase):
    """Adds webhooks over the API and looks at what waits for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fynlo.webhook"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def hook_body(self, **extra):
        body = {"id": str(uuid4()), "url": "https://example.com/fynlo", "events": list(EVENTS)}
        return {**body, **extra}

    def add(self, **extra):
        return self.post(self.hook_body(**extra), self.manager, "/webhooks").json()["data"]

    def hook(self, data):
        return self.env["fynlo.webhook"].search([("fynlo_uuid", "=", data["id"])])

    def told(self, hook):
        """Return ``[(event, document)]`` of what waits for a webhook, the oldest first."""
        self.env.cr.flush()
        self.env.invalidate_all()
        deliveries = hook.delivery_ids.sorted("id")
        return [(each.type, json.loads(each.body)) for each in deliveries]


@tagged("post_install", "-at_install")
class TestWebhookHttp(WebhookCase):
    # --- Webhooks

    def test_the_secret_is_told_once(self):
        body = self.hook_body(description="O'Brien 100% _ \\ 🍕")
        reply = self.post(body, self.manager, "/webhooks")
        self.assertEqual(reply.status_code, 201)
        data = reply.json()["data"]
        self.assertRegex(data["secret"], r"^whsec_[\w-]{43}$")
        self.assertEqual(data["description"], body["description"])
        self.assertEqual(data["events"], list(EVENTS))
        self.assertEqual((data["active"], data["waiting"], data["dead"]), (True, 0, 0))
        listed = self.api("GET", "/webhooks", token=self.manager)
        self.assertEqual([each["id"] for each in listed.json()["data"]["webhooks"]], [body["id"]])
        self.assertNotIn("whsec_", listed.text)
        self.env.cr.execute("SELECT * FROM fynlo_webhook")
        self.assertNotIn(data["secret"], str(self.env.cr.fetchall()))
        for table in ("fynlo_idempotency", "fynlo_audit"):
            self.env.cr.execute(f"SELECT * FROM {table}")  # pylint: disable=sql-injection
            self.assertNotIn(data["secret"], str(self.env.cr.fetchall()))

    def test_the_same_creation_again(self):
        body = self.hook_body()
        first = self.post(body, self.manager, "/webhooks").json()["data"]
        again = self.post(body, self.manager, "/webhooks")
        self.assertEqual((again.status_code, again.json()["data"]), (201, first))
        self.assertEqual(len(self.hook(body)), 1)
        other = {**body, "url": "https://example.com/else"}
        self.assertFailure(self.post(other, self.manager, "/webhooks"), 409, "idempotency_conflict")
        foreign = self.post(
            body, self.token_for(self.olga), "/webhooks", headers=self.store_header()
        )
        self.assertFailure(foreign, 409, "idempotency_conflict")

    def store_header(self):
        return {"X-Store-Id": self.till.store.fynlo_uuid}

    def test_bad_fields_are_named(self):
        bad = {"id": "x", "url": "", "events": ["order.eaten"], "description": 5, "more": 1}
        reply = self.post(bad, self.manager, "/webhooks")
        found = {error["field"] for error in reply.json()["errors"]}
        self.assertEqual((reply.status_code, found), (422, {*bad, "events.0"} - {"events"}))
        twice = self.hook_body(events=["order.paid", "order.paid"])
        self.assertFailure(self.post(twice, self.manager, "/webhooks"), 422, "invalid_fields")
        for url in (
            "http://example.com",
            "https://10.0.0.1/",
            "https://u:p@example.com",
            "ftp://x",
        ):
            reply = self.post(self.hook_body(url=url), self.manager, "/webhooks")
            self.assertEqual(reply.json()["errors"][0]["code"], "bad_url", url)
        self.assertFalse(self.env["fynlo.webhook"].search_count([]))

    def test_removed(self):
        data = self.add()
        path = f"/webhooks/{data['id']}"
        self.assertEqual(self.api("DELETE", path, token=self.manager).status_code, 200)
        self.assertFalse(self.hook(data))
        self.assertFailure(self.api("DELETE", path, token=self.manager), 404, "not_found")

    def test_a_store_is_not_told_of_another(self):
        data = self.add()
        hook = self.hook(data)
        hook.config_id = self.store  # the other one of the company
        self.post(self.paid_body())
        self.assertEqual(self.told(hook), [])
        hook.config_id = False
        self.post(self.paid_body())
        self.assertEqual(len(self.told(hook)), 3)

    # --- Events

    def test_a_sale_is_told(self):
        hook = self.hook(self.add())
        body, before = self.paid_body(), self.count_triggers()
        self.post(body)
        told = self.told(hook)
        self.assertEqual(
            [name for name, _ in told], ["order.created", "order.paid", "order.completed"]
        )
        self.assertEqual(self.count_triggers() - before, 1)
        order = self.order_of(body)
        document = told[2][1]
        self.assertEqual(document["subject"], {"type": "order", "id": body["id"]})
        self.assertEqual(document["storeId"], self.till.store.fynlo_uuid)
        self.assertEqual(
            document["data"],
            {
                "reference": order.pos_reference, "version": 1, "state": "completed",
                "paymentState": "paid", "isRefund": False, "currency": order.currency_id.name,
                "total": 275, "paid": 275,
            },
        )  # fmt: skip

    def count_triggers(self):
        cron = self.env.ref("fynlo_pos_api.ir_cron_fynlo_webhooks")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def test_a_refused_sale_tells_nothing(self):
        hook = self.hook(self.add())
        self.assertRefused(self.body(payments=[self.payment(self.card, 9999)]), 422, "overpaid")
        self.assertEqual(self.told(hook), [])

    def test_an_open_order_is_told_step_by_step(self):
        hook = self.hook(self.add())
        body = self.body()
        self.post(body)
        self.post(
            {"id": str(uuid4()), "reason": "Gone"}, self.manager, f"/orders/{body['id']}/cancel"
        )
        names = [name for name, _ in self.told(hook)]
        self.assertEqual(names, ["order.created", "order.updated", "order.cancelled"])

    def test_a_tip_after_the_payment_is_told_with_the_new_total(self):
        self.till.store.set_tip_after_payment = True
        body = self.body(payments=[self.payment(self.card, 275)])
        self.post(body)
        hook = self.hook(self.add())
        tip = {"id": str(uuid4()), "amount": 50}
        self.assertSuccess(self.post(tip, path=f"/orders/{body['id']}/tip"))
        events = {name: document["data"] for name, document in self.told(hook)}
        self.assertEqual(list(events), ["order.updated", "order.paid"])
        for data in events.values():
            self.assertEqual((data["total"], data["paid"], data["version"]), (325, 325, 2))

    def test_a_refund_is_told_of_the_order(self):
        body = self.paid_body()
        self.post(body)
        hook = self.hook(self.add(events=["order.refunded"]))
        refund = {"id": str(uuid4()), "all": True, "reason": "Cold"}
        reply = self.post(refund, self.manager, f"/orders/{body['id']}/refunds")
        self.assertTrue(reply.ok, reply.text)
        [(name, document)] = self.told(hook)
        self.assertEqual((name, document["subject"]["id"]), ("order.refunded", body["id"]))
        self.assertEqual(document["data"]["paymentState"], "refunded")

    def test_customers_products_sessions_and_stock_are_told(self):
        hook = self.hook(self.add())
        partner = self.env["res.partner"].create({"name": "Guest", "fynlo_is_customer": True})
        self.env.cr.flush()
        partner.name = "Other"
        self.env.cr.flush()
        partner.unlink()
        self.coffee.product_tmpl_id.list_price = 3
        self.env.cr.flush()
        outages = self.env["fynlo.product.outage"]
        outages._fynlo_begin(self.till.store, self.cake)._fynlo_end()
        self.env.cr.flush()
        vals = {"config_id": self.till.store.id, "product_id": self.cake.id, "minimum": 1000}
        self.env["fynlo.stock.threshold"].create(vals)
        self.env["fynlo.stock.threshold"]._fynlo_cron_tell()
        self.env.cr.flush()
        self.session.state = "closed"
        self.assertEqual(
            [name for name, _ in self.told(hook)],
            [
                "customer.created", "customer.updated", "customer.deleted", "product.updated",
                "product.availability", "stock.low", "session.closed",
            ],
        )  # fmt: skip
        self.assertNotIn("Guest", "".join(hook.delivery_ids.mapped("body")))

    def test_what_is_new_has_not_changed_beside(self):
        hook = self.hook(self.add(events=["product.created", "product.updated"]))
        product = self.env["product.template"].create({"name": "Pie", "available_in_pos": True})
        product.list_price = 3
        self.assertEqual([name for name, _ in self.told(hook)], ["product.created"])

    def test_nobody_listens_nothing_is_asked(self):
        """A change costs no query as long as no webhook wants it."""
        partner = self.env["res.partner"].create({"name": "Guest", "fynlo_is_customer": True})
        events = self.env["fynlo.webhook.event"]
        events._fynlo_note({"customer.updated"}, partner)
        with self.assertQueryCount(0):
            events._fynlo_note({"customer.updated"}, partner)
        self.env.cr.flush()
        self.assertFalse(events.search_count([]))

    # --- The log

    def test_the_log_and_a_replay(self):
        hook = self.hook(self.add())
        self.post(self.paid_body())
        self.told(hook)
        dead = hook.delivery_ids.filtered(lambda each: each.type == "order.paid")
        dead.write({"state": "dead", "attempts": 9, "last_status": 500, "next_attempt_at": False})
        path = f"/webhooks/{hook.fynlo_uuid}/deliveries"
        page = self.api("GET", f"{path}?state=dead", token=self.manager).json()["data"]
        self.assertEqual((page["total"], page["deliveries"][0]["lastStatus"]), (1, 500))
        self.assertEqual(page["deliveries"][0]["eventId"], dead.event_id.fynlo_uuid)
        one = self.api("GET", f"{path}?event=order.created&limit=1", token=self.manager)
        self.assertEqual(one.json()["data"]["total"], 1)
        bad = self.api("GET", f"{path}?state=lost&event=x", token=self.manager)
        self.assertFailure(bad, 422, "invalid_fields", {"state", "event"})
        replay = f"{path}/{dead.fynlo_uuid}/replay"
        data = self.post(None, self.manager, replay).json()["data"]
        self.assertEqual((data["state"], data["attempts"]), ("pending", 0))
        self.env.invalidate_all()
        dead.write({"state": "sending", "next_attempt_at": "2100-01-01"})
        self.assertFailure(self.post(None, self.manager, replay), 409, "delivery_in_flight")

    def test_the_board_says_what_is_dead(self):
        hook = self.hook(self.add())
        self.post(self.paid_body())
        self.told(hook)
        hook.delivery_ids.state = "dead"
        board = self.env["fynlo.board"].with_user(self.olga).read_board(self.till.store.id)
        texts = [alert["text"] for alert in board["alerts"]]
        self.assertIn("Webhook deliveries that were given up: 3", texts)
