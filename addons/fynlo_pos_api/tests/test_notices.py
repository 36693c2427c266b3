from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import SellingCase
from .drawers import DrawerCase


@tagged("post_install", "-at_install")
class TestNoticesOfDrawers(DrawerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mara = cls._make_user("mara", "manager")

    def setUp(self):
        super().setUp()
        self.rules = self.env["fynlo.notice.rule"].with_user(self.mara)
        self.before = self.env["mail.mail"].search([])

    def rule(self, **vals):
        vals = {"event": "over_short", "emails": "boss@example.com", **vals}
        return self.rules.create({"config_id": self.till.store.id, **vals})

    def mails(self):
        return self.env["mail.mail"].search([]) - self.before

    def close_short(self, minor):
        shift = self.take(self.bar, self.ada)
        self.count(shift, 10000 - minor)
        self.end(shift, reason="lost")

    def test_large_differences_are_told(self):
        self.rule(minimum=5)
        self.close_short(499)
        self.assertFalse(self.mails())
        self.close_short(500)
        mail = self.mails()
        self.assertEqual((mail.email_to, mail.state), ("boss@example.com", "outgoing"))
        self.assertEqual(mail.subject, "Bar (Ada): difference of $\N{NO-BREAK SPACE}-5.00")
        self.assertIn(self.till.store.name, mail.body_html)

    def test_nobody_is_told_without_a_rule_that_holds(self):
        off = self.rule(active=False)
        self.assertIn(off, self.till.store.with_user(self.mara).fynlo_notice_ids)
        self.rule(event="refund")
        self.rule(config_id=self.store_2.id)
        self.close_short(500)
        self.assertFalse(self.mails())

    def test_no_difference_is_none(self):
        self.rule()
        self.close_short(0)
        self.assertFalse(self.mails())

    def test_addresses_are_addresses(self):
        for emails in ("nobody", "a@example.com, ", "a@example.com b@example.com", ","):
            if emails == "a@example.com, ":
                self.rule(emails=emails)
                continue
            with self.subTest(emails), self.assertRaises(ValidationError):
                self.rule(emails=emails)

    def test_addresses_hold_no_header(self):
        for emails in ("a@b.co\nBcc: c@d.co", "a@b.co\r\nX: y", "Boss <a@b.co>\n"):
            with self.subTest(emails), self.assertRaises(ValidationError):
                self.rule(emails=emails)

    def test_only_managers_of_the_store_know_who_is_told(self):
        rule = self.rule()
        carl = self._make_user("carl", "cashier")
        with self.assertRaises(AccessError):
            rule.with_user(carl).read(["emails"])
        hans = self._make_user("hans", "manager", stores=self.store_2)
        self.assertFalse(rule.with_user(hans).search([("id", "=", rule.id)]))


@tagged("post_install", "-at_install")
class TestNoticesOfSales(SellingCase):
    def setUp(self):
        super().setUp()
        self.before = self.env["mail.mail"].search([])
        vals = {"config_id": self.till.store.id, "emails": "o'brien@example.com"}
        rules = [{"event": "refund", "minimum": 5}, {"event": "low_stock"}]
        self.env["fynlo.notice.rule"].create([{**vals, **rule} for rule in rules])

    def mails(self):
        return self.env["mail.mail"].search([]) - self.before

    def refund(self, quantity):
        lines = [self.line(self.coffee, quantity)]
        body = self.body(lines, [self.payment(self.cash, 275 * quantity)])
        self.assertSuccess(self.post(body), 201)
        refund = {"id": self.line(self.coffee)["id"], "all": True, "reason": "cold"}
        token = self.token_for(self.sue, self.corner_device)
        path = f"/orders/{body['id']}/refunds"
        self.assertSuccess(self.post(refund, token, path), 201)
        # The same command once more is the same refund, and no second mail.
        self.assertSuccess(self.post(refund, token, path), 200)

    def test_large_refunds_are_told_once(self):
        self.refund(1)
        self.assertFalse(self.mails())
        self.refund(2)
        [mail] = self.mails()
        self.assertTrue(mail.subject.startswith("$\N{NO-BREAK SPACE}5.50 given back of "))
        self.assertEqual(mail.email_to, "o'brien@example.com")

    def test_a_refused_refund_tells_nobody(self):
        body = self.body([self.line(self.coffee, 2)], [self.payment(self.cash, 550)])
        self.assertSuccess(self.post(body), 201)
        refund = {"id": self.line(self.coffee)["id"], "all": True, "reason": "cold"}
        path = f"/orders/{body['id']}/refunds"
        self.assertFailure(self.post(refund, path=path), 403, "approval_required")
        self.assertFalse(self.mails())

    def test_scarce_products_are_told_once(self):
        vals = {"config_id": self.till.store.id, "product_id": self.cake.id, "minimum": 100}
        thresholds = self.env["fynlo.stock.threshold"]
        thresholds.create(vals)
        for _ in range(2):
            thresholds._fynlo_cron_tell()
        self.assertEqual(self.mails().mapped("subject"), ["Cake: 100 left"])

    def close_in_odoo(self, counted):
        """Close the session as Odoo's own screen does."""
        session = self.session.with_env(self.env)
        session.post_closing_cash_details(counted)
        session.update_closing_control_state_session("")
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")

    def differences(self):
        domain = [("action", "=", "session.close"), ("res_id", "=", self.session.id)]
        entries = self.env["fynlo.audit"].search(domain)
        return [entry.data["difference_minor"] for entry in entries]

    def add_rule(self, **vals):
        vals = {"config_id": self.till.store.id, "emails": "boss@example.com", **vals}
        return self.env["fynlo.notice.rule"].create({"event": "over_short", **vals})

    def test_a_session_that_odoo_closes_tells_of_its_difference(self):
        self.add_rule(minimum=5)
        self.assertSuccess(self.post(self.paid_body()), 201)
        self.env.invalidate_all()
        self.close_in_odoo(90.0)  # 100.00 and a coffee for 2.75 should be there
        self.assertEqual(self.differences(), [-1275])
        [mail] = self.mails()
        self.assertTrue(mail.subject.endswith("difference of $\N{NO-BREAK SPACE}-12.75"))

    def test_a_session_without_a_sale_too(self):
        self.add_rule()
        self.close_in_odoo(101.0)
        self.assertEqual(self.differences(), [100])
        self.assertEqual(len(self.mails()), 1)

    def test_a_session_that_odoo_closes_to_the_cent_tells_nobody(self):
        self.add_rule()
        self.close_in_odoo(100.0)
        self.assertEqual((self.differences(), len(self.mails())), ([0], 0))

    def test_a_session_that_a_till_closes_is_told_once(self):
        self.add_rule()
        sue = self.token_for(self.sue, self.corner_device)
        count = {"id": self.line(self.coffee)["id"], "countedCash": 9500}
        self.assertSuccess(self.post(count, sue, "/sessions/current/count"), 201)
        body = {"id": self.line(self.coffee)["id"], "reason": "lost"}
        self.assertTrue(self.post(body, sue, "/sessions/current/close").ok)
        self.env.invalidate_all()
        self.assertEqual((self.differences(), len(self.mails())), ([-500], 1))


@tagged("post_install", "-at_install")
class TestNoticesOverTheApi(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def settings(self, token=None):
        return self.assertSuccess(self.api("GET", "/settings", token=token or self.manager))

    def update(self, *rules, token=None):
        body = {"version": self.settings()["version"], "notifications": list(rules)}
        return self.api("PUT", "/settings", body, token=token or self.manager)

    def test_a_list_replaces_what_was_there(self):
        store = self.till.store
        old = {"config_id": store.id, "event": "refund", "emails": "Old <old@example.com>, b@x.com"}
        self.env["fynlo.notice.rule"].create({**old, "active": False, "minimum": 1.5})
        known = [{"event": "refund", "minimum": 150, "active": False}]
        known[0]["emails"] = ["old@example.com", "b@x.com"]
        before = self.settings()
        self.assertEqual(before["notifications"], known)
        rules = [
            {"event": "over_short", "minimum": 500, "emails": ["o'brien@example.com"]},
            {"event": "low_stock", "emails": ["a@example.com", "b@example.com"], "active": False},
        ]
        data = self.assertSuccess(self.update(*rules))
        expected = [
            {"event": "low_stock", "minimum": 0, "active": False,
             "emails": ["a@example.com", "b@example.com"]},
            {"event": "over_short", "minimum": 500, "active": True,
             "emails": ["o'brien@example.com"]},
        ]  # fmt: skip
        self.assertEqual(sorted(data["notifications"], key=lambda each: each["event"]), expected)
        self.assertGreater(data["version"], before["version"])
        self.assertEqual(self.settings(), data)
        self.assertSuccess(self.update(*data["notifications"]))  # what is told can be sent back
        self.env.invalidate_all()
        self.assertEqual(len(store.fynlo_notice_ids), 2)
        self.assertEqual(self.assertSuccess(self.update())["notifications"], [])

    def test_who_gets_mails_is_no_business_of_tills(self):
        self.assertSuccess(self.update({"event": "refund", "emails": ["boss@example.com"]}))
        for who in (self.ada, self.sue):
            token = self.token_for(who, self.corner_device)
            self.assertIsNone(self.settings(token)["notifications"])
            self.assertFailure(self.update(token=token), 403, "forbidden")
        self.assertIsNone(self.settings(self.token_for(self.corner_device))["notifications"])
        self.assertEqual(len(self.settings()["notifications"]), 1)

    def test_every_bad_field_is_named(self):
        rules = [
            {"event": "theft", "emails": []},
            {"event": "refund", "emails": ["nobody"], "minimum": -1, "more": 1},
            {"event": "refund"},
        ]
        names = ["0.event", "0.emails", "1.emails.0", "1.minimum", "1.more", "2.emails"]
        fields = [f"notifications.{name}" for name in names]
        self.assertFailure(self.update(*rules), 422, "invalid_fields", fields)
        scarce = {"event": "low_stock", "emails": ["a@example.com"], "minimum": 5}
        self.assertFailure(self.update(scarce), 422, "invalid_fields", ["notifications.0"])
        body = {"version": self.settings()["version"], "notifications": None}
        response = self.api("PUT", "/settings", body, token=self.manager)
        self.assertEqual(response.status_code, 422)
        self.assertEqual(self.settings()["notifications"], [])
