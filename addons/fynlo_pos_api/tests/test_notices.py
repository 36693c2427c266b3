from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import SellingCase
from .drawers import DrawerCase


@tagged("post_install", "-at_install")
class TestNoticesOfDrawers(DrawerCase):
    def setUp(self):
        super().setUp()
        self.mara = self._make_user("mara", "manager")
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
