"""The kitchen's page in a real browser, told by Odoo's bus."""

from odoo.addons.fynlo_base.tests.common import FynloHttpCase
from odoo.tests import tagged

from .kitchen_case import KitchenCase

_PASSWORD = "a-long-password-of-the-kitchen"

#: Helpers of the scripts below: wait for a state of the page, talk to the API as a waiter.
_SCRIPT = """
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function until(what, isTrue) {
    for (let tries = 0; tries < 200; tries++) {
        if (isTrue()) { return; }
        await sleep(50);
    }
    throw new Error(`never: ${what}\\n${document.body.innerText}`);
}
async function api(path, body) {
    const headers = { Authorization: "Bearer TOKEN", "Content-Type": "application/json" };
    const options = { method: "POST", headers, body: JSON.stringify(body) };
    const reply = await fetch(`/api/v1${path}`, options);
    if (!reply.ok) { throw new Error(await reply.text()); }
    return (await reply.json()).data;
}
const cards = () => [...document.querySelectorAll(".k-ticket")];
const press = (selector) => document.querySelector(selector).click();
const key = (name) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true })
);
(async () => {
    await until("live", () => document.querySelector(".k-live.k-on"));
    await sleep(500); // the websocket subscribes
    window.wasNotReloaded = true;
    ACT
    if (!window.wasNotReloaded) { throw new Error("reloaded"); }
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestKitchenPage(KitchenCase):
    browser_size = "1024x768"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cook = cls._make_user(
            "cook-of-the-bar", "kitchen", stores=cls.till.store, password="cook-of-the-bar"
        )

    def setUp(self):
        super().setUp()
        self.session = None  # the case keeps the till's there, Odoo the browser's

    def in_browser(self, station, act, before="", after=""):
        """Open the page of a station as the cook, and act on it when a waiter has sent coffee.

        :param before: what happens before he sends, ``after`` when he has
        """
        line = f'{{ id: crypto.randomUUID(), productId: "{self.coffee.fynlo_uuid}", quantity: 2 }}'
        send = f"""
            {before}
            const order = crypto.randomUUID();
            await api("/orders", {{ id: order, orderType: "takeaway", lines: [{line}] }});
            await api(`/orders/${{order}}/send`, {{ id: crypto.randomUUID() }});
            {after}
            await until("the ticket is there", () => cards().length === 1);
        """
        store = self.till.store.fynlo_uuid
        self.browser_js(
            f"/fynlo/kitchen?store={store}&station={station.fynlo_uuid}",
            _SCRIPT.replace("TOKEN", self.token).replace("ACT", send + act),
            ready="!!document.querySelector('.k-screen .k-bar')",
            login=self.cook.login,
            timeout=60,
        )

    def test_a_ticket_comes_live_is_bumped_and_comes_back(self):
        self.in_browser(
            self.bar,
            """
            const text = cards()[0].innerText;
            if (!text.includes("Coffee") || !text.includes("2×")) { throw new Error(text); }
            press(".k-bump");
            await until("it is begun", () => cards()[0]?.dataset.state === "preparing");
            press(".k-bump");
            await until("it has left", () => !cards().length);
            press(".k-recall-toggle");
            await until("it can come back", () => document.querySelector(".k-recall button"));
            press(".k-recall button");
            await until("it is back", () => cards()[0]?.dataset.state === "preparing");
            """,
        )
        ticket = self.env["fynlo.kitchen.ticket"].search([("station_id", "=", self.bar.id)])
        self.assertEqual((ticket.state, ticket.recall_count), ("preparing", 1))
        self.assertEqual(ticket.user_id, self.cook)

    def test_a_bump_bar_clears_and_recalls(self):
        self.in_browser(
            self.bar,
            """
            key("1");
            await until("the bump bar clears it", () => !cards().length);
            key("r");
            await until("and calls it back", () => cards().length === 1);
            document.querySelector(".k-item button").click();
            await until("an item alone", () => !cards().length);
            """,
        )

    def test_a_lost_message_costs_no_dish(self):
        """Nobody pokes the page: it reads when the connection is back."""
        self.patch(type(self.env["fynlo.kitchen"]), "_fynlo_notify", lambda self, stores: None)
        self.in_browser(
            self.bar,
            """
            if (!wasLate) { throw new Error("something else had told the page"); }
            """,
            before="""
            const bus = odoo.__WOWL_DEBUG__.root.env.services.bus_service;
            bus.trigger("BUS:DISCONNECT");
            await until("it says so", () => document.querySelector(".k-live.k-off"));
            """,
            after="""
            await sleep(1500);
            const wasLate = !cards().length;
            bus.trigger("BUS:RECONNECT");
            """,
        )

    def test_the_expo_sees_what_is_ready_until_it_is_served(self):
        self.in_browser(
            self.expo,
            """
            press(".k-bump");
            await until("it is begun", () => cards()[0]?.dataset.state === "preparing");
            press(".k-item button");
            await until("it is ready", () => cards()[0]?.dataset.state === "ready");
            press(".k-bump");
            await until("it is served", () => !cards().length);
            """,
        )
        self.assertEqual(self.bar.ticket_ids.mapped("state"), ["served"])


@tagged("post_install", "-at_install")
class TestKitchenPageRights(FynloHttpCase):
    def test_who_has_no_role_sees_no_kitchen(self):
        self._make_user("guest", None, password=_PASSWORD)
        self.authenticate("guest", _PASSWORD)
        self.assertEqual(self.url_open("/fynlo/kitchen").status_code, 403)
        reply = self.make_jsonrpc("/fynlo/kitchen/read")
        self.assertEqual(reply["error"]["data"]["name"].rpartition(".")[2], "ForbiddenError")

    def make_jsonrpc(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self.url_open(path, json=body).json()

    def test_another_store_is_unknown(self):
        self._make_user("carl", "kitchen", stores=self.store, password=_PASSWORD)
        self.authenticate("carl", _PASSWORD)
        screen = self.make_jsonrpc("/fynlo/kitchen/read")["result"]
        self.assertEqual([store["name"] for store in screen["stores"]], ["Main Street"])
        for store in (self.store_2, self.store_b):
            reply = self.make_jsonrpc("/fynlo/kitchen/read", store=store.fynlo_uuid)
            self.assertEqual(reply["error"]["data"]["name"].rpartition(".")[2], "NotFoundError")
            self.assertEqual(
                self.url_open(f"/fynlo/kitchen?store={store.fynlo_uuid}").status_code, 404
            )

    def test_nobody_is_asked_to_sign_in(self):
        reply = self.url_open("/fynlo/kitchen", allow_redirects=False)
        self.assertEqual(reply.status_code, 303)
        self.assertIn("/web/login", reply.headers["Location"])

    def test_a_screen_listens_to_its_own_stores_only(self):
        carl = self._make_user("carl", "kitchen", stores=self.store)
        guest = self._make_user("guest", None)
        asked = [f"fynlo_kitchen:{store.fynlo_uuid}" for store in (self.store, self.store_2)]

        def channels(user):
            websocket = self.env["ir.websocket"].with_user(user)
            return websocket._fynlo_kitchen_channels([*asked, "mine"])

        self.assertEqual(channels(carl), ["mine", (self.store, "fynlo_kitchen")])
        self.assertEqual(channels(guest), ["mine"])
