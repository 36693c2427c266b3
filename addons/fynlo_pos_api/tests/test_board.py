"""The manager's board: its figures, and the page in a real browser while tills sell."""

import json
import re

from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.tests import tagged

from .common import SellingCase, minutes_ago

_SCRIPT = """
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const text = (selector) => document.querySelector(selector)?.innerText.trim();
async function until(what, isTrue, ms) {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
        if (isTrue()) { return; }
    }
    throw new Error(`never: ${what}\\n${document.body.innerText}`);
}
(async () => {
    await until("the board", () => text(".o_fynlo_board .b-orders") === "0", 15000);
    window.wasNotReloaded = true;
    const headers = { Authorization: "Bearer TOKEN", "Content-Type": "application/json" };
    const reply = await fetch("/api/v1/orders", { method: "POST", headers, body: `BODY` });
    if (reply.status !== 201) { throw new Error(await reply.text()); }
    await until("the sale", () => text(".b-orders") === "1", 2000);
    if (!text(".b-sales .b-big").includes("2.75")) { throw new Error(text(".b-sales")); }
    if (!text(".b-latest").includes("2.75")) { throw new Error(text(".b-latest")); }
    if (!window.wasNotReloaded) { throw new Error("reloaded"); }
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestBoard(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._make_user(
            "boss-of-corner", "manager", stores=cls.till.store, password="boss-of-corner"
        )

    def read(self, who=None):
        self.env.flush_all()
        board = self.env["fynlo.board"].with_user(who or self.boss)
        return board.read_board(self.till.store.id)

    def amount(self, text):
        return float(re.sub(r"[^\d.-]", "", text))

    def test_the_day_of_a_store(self):
        self.assertSuccess(self.post(self.paid_body(tip=0)), 201)
        cake = self.body([self.line(self.cake, 2)], [self.payment(self.card, 880)])
        self.assertSuccess(self.post(cake), 201)
        self.assertSuccess(self.post(self.body()), 201)
        board = self.read()
        self.assertEqual(board["sales"]["orders"], 2)
        self.assertEqual(self.amount(board["sales"]["total"]), 11.55)
        self.assertEqual(self.amount(board["sales"]["average"]), 5.78)
        self.assertEqual((board["open"]["count"], len(board["open"]["rows"])), (1, 1))
        self.assertEqual(self.amount(board["open"]["total"]), 2.75)
        self.assertEqual(len(board["latest"]), 2)
        self.assertEqual(self.amount(board["hours"][-1]["total"]), 11.55)
        self.assertEqual((board["session"]["state"], board["alerts"]), ("opened", []))

    def test_refunds_are_told_apart(self):
        sold = self.paid_body()
        self.assertSuccess(self.post(sold), 201)
        self.till.store.fynlo_refund_role = "cashier"
        body = {"id": "01985e3a-0000-7000-8000-000000000001", "reason": "cold", "all": True}
        self.assertSuccess(self.post(body, path=f"/orders/{sold['id']}/refunds"), 201)
        board = self.read()
        sales = board["sales"]
        self.assertEqual((sales["orders"], board["alerts"]), (1, []))
        self.assertEqual(self.amount(sales["total"]), 0)
        self.assertEqual(
            (self.amount(sales["refunds"]), self.amount(sales["average"])), (2.75, 2.75)
        )

    def test_what_needs_a_look(self):
        opened = self.body()
        self.assertSuccess(self.post(opened), 201)
        self.order_of(opened).date_order = "2026-01-01 12:00:00"
        differs = self.body(
            payments=[self.payment(self.cash, 250)], statedTotal=250, occurredAt=minutes_ago(5)
        )
        self.assertSuccess(self.post(differs), 201)
        self.session.start_at = "2026-01-01 12:00:00"
        alerts = self.read()["alerts"]
        self.assertEqual([alert["model"] for alert in alerts], ["pos.order"] * 2 + ["pos.session"])
        for alert in alerts:
            self.assertEqual(self.env[alert["model"]].search_count(alert["domain"]), 1)

    def test_who_may_look(self):
        for role in ("cashier", "supervisor", None):
            user = self._make_user(f"user-{role}", role)
            with self.subTest(role=role), self.assertRaises(ForbiddenError):
                self.read(user)
        stores = [store["id"] for store in self.read()["stores"]]
        self.assertEqual(stores, self.till.store.ids)
        other = self.env["fynlo.board"].with_user(self.boss).read_board(self.store_2.id)
        self.assertEqual(other["store"], self.till.store.id)

    def test_it_asks_as_often_for_many_orders(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.read()
            return self.env.cr.sql_log_count - before

        self.assertSuccess(self.post(self.paid_body()), 201)
        queries()
        few = queries()
        for _ in range(5):
            self.assertSuccess(self.post(self.paid_body()), 201)
        self.assertEqual(queries(), few)

    def test_a_sale_shows_within_two_seconds(self):
        body = self.paid_body()
        code = _SCRIPT.replace("TOKEN", self.token).replace("BODY", json.dumps(body))
        self.session = None  # the case keeps the till's there, Odoo the browser's
        self.browser_js("/odoo/fynlo-today", code, login="boss-of-corner", timeout=60)
