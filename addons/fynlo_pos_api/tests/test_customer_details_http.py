from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .customers import ADDRESS, CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerAddresses(CustomerCase):
    def setUp(self):
        super().setUp()
        self.data = self.make()
        self.path = f"/customers/{self.data['id']}/addresses"

    def addresses(self):
        return self.get(self.path)["addresses"]

    def add(self, **extra):
        body = {**ADDRESS, "id": str(uuid4()), **extra}
        return self.assertSuccess(self.post(body, path=self.path), 201)

    def test_own_address_comes_first_and_others_are_contacts_of_odoo(self):
        self.assertEqual(self.addresses(), [])
        summer = self.add(type="delivery", label="Summer house", latitude=-1.5, longitude=36.8)
        billing = self.add(type="invoice", country="CA", state="QC", postalCode="G1R 2B5")
        own = self.add(type="main", street1="2 Own St")
        self.assertEqual(own["id"], self.data["id"])
        listed = self.addresses()
        self.assertEqual([each["id"] for each in listed], [own["id"], summer["id"], billing["id"]])
        self.assertEqual([each["type"] for each in listed], ["main", "delivery", "invoice"])
        self.assertEqual((summer["latitude"], summer["longitude"]), (-1.5, 36.8))
        self.assertEqual((billing["state"], billing["country"]), ("QC", "CA"))
        self.assertIsNone(billing["latitude"])
        partner = self.partner_of(self.data)
        self.assertEqual(partner.street, "2 Own St")
        self.assertEqual(partner.child_ids.sorted("id").mapped("type"), ["delivery", "invoice"])
        self.assertEqual(partner.child_ids.company_id, self.company)
        self.assertEqual(partner.address_get(["delivery"])["delivery"], self.partner_of(summer).id)

    def test_same_id_is_one_address(self):
        body = {**ADDRESS, "id": str(uuid4())}
        first = self.assertSuccess(self.post(body, path=self.path), 201)
        self.assertEqual(self.assertSuccess(self.post(body, path=self.path)), first)
        self.assertEqual(len(self.addresses()), 1)
        taken = {**ADDRESS, "id": self.data["id"]}
        self.assertFailure(self.post(taken, path=self.path), 409, "idempotency_conflict")

    def test_another_takes_its_place_and_stale_is_told(self):
        address = self.add(type="delivery", label="Old")
        path = f"{self.path}/{address['id']}"
        body = {**ADDRESS, "street1": "9 New St", "type": "other", "version": address["version"]}
        changed = self.assertSuccess(self.put(path, body))
        self.assertEqual((changed["street1"], changed["type"]), ("9 New St", "other"))
        self.assertIsNone(changed["label"])
        envelope = self.assertFailure(self.put(path, body), 409, "stale_version")
        self.assertEqual(envelope["details"]["version"], changed["version"])
        bad = {"street1": "", "city": 1, "state": "x", "latitude": 91, "type": "home"}
        fields = ["street1", "city", "postalCode", "latitude", "type"]
        self.assertFailure(self.put(path, bad), 422, "invalid_fields", fields)

    def test_removed_address_is_gone_and_stays_with_old_orders(self):
        address, own = self.add(), self.add(type="main")
        contact = self.partner_of(address)
        self.assertSuccess(self.delete(f"{self.path}/{address['id']}", self.token))
        self.assertSuccess(self.delete(f"{self.path}/{own['id']}", self.token))
        self.assertEqual(self.addresses(), [])
        self.assertTrue(contact.exists())
        again = self.delete(f"{self.path}/{address['id']}", self.token)
        self.assertFailure(again, 404, "not_found")

    def test_address_of_another_customer_is_unknown(self):
        address = self.add()
        other = self.make()
        path = f"/customers/{other['id']}/addresses/{address['id']}"
        self.assertFailure(self.put(path, ADDRESS), 404, "not_found")
        self.assertFailure(self.delete(path, self.token), 404, "not_found")


@tagged("post_install", "-at_install")
class TestCustomerPreferences(CustomerCase):
    def setUp(self):
        super().setUp()
        self.data = self.make(phone="+1 212 555 0166", address=ADDRESS)
        self.path = f"/customers/{self.data['id']}/preferences"
        self.partner = self.partner_of(self.data)

    def test_without_a_word_service_is_allowed_and_marketing_is_not(self):
        view = self.get(self.path)
        self.assertEqual(set(view), {"email", "sms", "push", "phone", "post"})
        for channel, words in view.items():
            self.assertFalse(words["isBlocked"])
            for purpose, allowed in (("marketing", False), ("service", True)):
                default = {"allowed": allowed, "decidedAt": None, "source": None}
                self.assertEqual(words[purpose], default)
                self.assertIs(self.partner._fynlo_may_contact(channel, purpose), allowed)

    def test_word_is_kept_with_its_instant_and_source(self):
        body = {"email": {"marketing": True}, "post": {"service": False}, "source": "paper"}
        view = self.assertSuccess(self.put(self.path, body))
        word = view["email"]["marketing"]
        self.assertEqual((word["allowed"], word["source"]), (True, "paper"))
        self.assertRegex(word["decidedAt"], r"^\d{4}-.*Z$")
        self.assertTrue(self.partner._fynlo_may_contact("email"))
        self.assertFalse(self.partner._fynlo_may_contact("post", "service"))
        self.assertFalse(self.partner._fynlo_may_contact("sms"))
        self.env.cr.execute("UPDATE fynlo_customer_preference SET decided_at = '2026-01-01'")
        self.env.invalidate_all()
        again = self.assertSuccess(self.put(self.path, {**body, "source": "till"}))
        kept = {"allowed": True, "decidedAt": "2026-01-01T00:00:00Z", "source": "paper"}
        self.assertEqual(again["email"]["marketing"], kept)
        turned = self.assertSuccess(self.put(self.path, {"email": {"marketing": False}}))
        self.assertEqual(turned["email"]["marketing"]["source"], "till")
        self.assertNotEqual(turned["email"]["marketing"]["decidedAt"], "2026-01-01T00:00:00Z")

    def test_odoo_s_blacklist_is_honoured_and_told(self):
        yes = {"email": {"marketing": True}, "sms": {"marketing": True}}
        self.assertSuccess(self.put(self.path, yes))
        self.env["mail.blacklist"]._add(self.partner.email)
        self.assertFalse(self.partner._fynlo_may_contact("email"))
        self.assertTrue(self.partner._fynlo_may_contact("email", "service"))
        view = self.get(self.path)
        self.assertTrue(view["email"]["isBlocked"])
        self.assertFalse(view["sms"]["isBlocked"])
        self.assertSuccess(self.put(self.path, {"sms": {"marketing": False}}))
        self.env.invalidate_all()
        self.assertTrue(self.partner.phone_sanitized_blacklisted)

    def test_who_is_not_active_or_has_no_address_gets_no_marketing(self):
        yes = {channel: {"marketing": True} for channel in ("email", "sms", "post", "push")}
        self.assertSuccess(self.put(self.path, yes))
        may = self.partner._fynlo_may_contact
        self.assertTrue(all(may(channel) for channel in yes))
        self.partner.fynlo_status = "suspended"
        self.assertFalse(any(may(channel) for channel in yes))
        self.assertTrue(may("email", "service"))
        self.partner.write({"fynlo_status": "active", "phone": False, "street": False})
        self.assertEqual([may(channel) for channel in yes], [True, False, False, True])

    def test_bad_words_are_named(self):
        body = {"email": {"marketing": 1, "x": True}, "fax": {}, "source": "dream"}
        fields = ["email.marketing", "email.x", "fax", "source"]
        self.assertFailure(self.put(self.path, body), 422, "invalid_fields", fields)


@tagged("post_install", "-at_install")
class TestCustomerPurchases(CustomerCase):
    def test_what_was_bought_newest_first_of_own_stores_only(self):
        data = self.make()
        partner, path = self.partner_of(data), f"/customers/{data['id']}/orders"
        bodies = [self.sell_to(data) for _ in range(3)]
        refund = self.till.sell(self.session, {self.coffee: -1}, partner_id=partner.id)
        harbour = self.store_2.copy({"name": "Harbour 2"})
        elsewhere = self.till.sell(self.session, {self.cake: 1}, partner_id=partner.id)
        elsewhere.config_id = harbour
        for number, order in enumerate(map(self.order_of, bodies)):
            order.date_order = f"2026-01-0{number + 1} 12:00:00"
        refund.date_order = "2026-01-04 12:00:00"
        page = self.get(f"{path}?limit=2")
        self.assertEqual((page["total"], page["totalPages"]), (4, 2))
        first, second = page["orders"]
        self.assertEqual((first["total"], first["isRefund"]), (-275, True))
        self.assertEqual(second["id"], bodies[2]["id"])
        self.assertEqual((second["kind"], second["currency"], second["total"]), ("pos", "USD", 275))
        self.assertEqual((second["state"], second["paymentState"]), ("completed", "paid"))
        rest = self.get(f"{path}?limit=2&page=2")["orders"]
        self.assertEqual([each["id"] for each in rest], [bodies[1]["id"], bodies[0]["id"]])
        some = self.get(f"{path}?from=2026-01-02T00:00:00Z&to=2026-01-02T23:00:00Z")
        self.assertEqual([each["id"] for each in some["orders"]], [bodies[1]["id"]])

    def test_sales_orders_are_listed_where_odoo_has_them(self):
        data = self.make()
        self.sell_to(data)
        path = f"/customers/{data['id']}/orders"
        if "sale.order" not in self.env:  # the app is not needed
            self.assertEqual(self.get(path, self.manager)["total"], 1)
            return
        line = Command.create({"product_id": self.cake.id, "product_uom_qty": 2})
        vals = {"partner_id": self.partner_of(data).id, "order_line": [line]}
        self.env["sale.order"].create(vals).action_confirm()
        self.env["sale.order"].create(vals)  # a quotation is no purchase
        self.assertEqual(self.get(path)["total"], 1, "a cashier may not read them in Odoo either")
        self.olga.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        owner, store = self.token_for(self.olga), {"X-Store-Id": self.till.store.fynlo_uuid}
        page = self.assertSuccess(self.api("GET", path, token=owner, headers=store))
        self.assertEqual({each["kind"] for each in page["orders"]}, {"pos", "sale"})
        [sale] = [each for each in page["orders"] if each["kind"] == "sale"]
        self.assertEqual((sale["id"], sale["total"], sale["state"]), (None, 880, "sale"))
        self.assertSuccess(self.delete(f"/customers/{data['id']}?erase=true"))

    def test_stats_count_every_kind(self):
        before = self.get("/customers/stats", self.manager)
        one, two = self.make(), self.make(type="business", businessName="Nuts")
        self.partner_of(one).write({"fynlo_segment": "vip", "fynlo_tier": "gold"})
        self.sell_to(one)
        self.assertSuccess(self.delete(f"/customers/{two['id']}"))
        self.count_figures()
        after = self.get("/customers/stats", self.manager)
        self.assertEqual(after["total"] - before["total"], 2)
        self.assertEqual(after["totalSpent"] - before["totalSpent"], 275)
        self.assertEqual(after["currency"], "USD")
        for group, key in (
            ("byStatus", "active"), ("byStatus", "inactive"), ("byType", "individual"),
            ("byType", "business"), ("bySegment", "vip"), ("bySegment", "none"),
            ("byTier", "gold"), ("byTier", "none"),
        ):  # fmt: skip
            self.assertEqual(after[group][key] - before[group][key], 1, (group, key))
        response = self.api("GET", "/customers/stats", token=self.token)
        self.assertFailure(response, 403, "forbidden")
