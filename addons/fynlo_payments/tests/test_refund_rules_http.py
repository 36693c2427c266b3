from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..engine.refund_rules import RefundFacts, RefundRule, find_reasons
from .approvals import ApprovalCase


@tagged("post_install", "-at_install")
class TestRefundRules(ApprovalCase):
    def setUp(self):
        super().setUp()
        self.till.store.fynlo_refund_role = "cashier"
        self.rules = self.env["fynlo.refund.rule"].with_context(active_test=False)
        self.rules.search([("company_id", "=", self.company.id)]).active = False

    def rule(self, kind, **values):
        return self.rules.create({"kind": kind, "company_id": self.company.id, **values})

    def test_a_company_begins_with_rules(self):
        self.rules.search([("company_id", "=", self.company.id)]).unlink()
        self.rules._fynlo_make_defaults(self.company)
        made = self.rules.search([("company_id", "=", self.company.id)])
        self.assertEqual(
            {rule.kind: (rule.active, rule.approver_role) for rule in made},
            {"share": (False, "supervisor"), "age": (True, "manager"),
             "same_cashier": (False, "supervisor"), "no_receipt": (True, "supervisor")},
        )  # fmt: skip
        self.assertEqual(len(self.rules.search([("company_id", "=", self.company_b.id)])), 4)

    def test_each_reason_is_told(self):
        self.rule("amount", amount=2.0)
        self.rule("share", percent=50)
        self.rule("age", days=30, alone_role="manager", approver_role="manager")
        self.rule("same_cashier")
        self.rule("no_receipt")
        order = self.env["pos.order"].search([("uuid", "=", self.sold["id"])])
        order.sudo().date_order = fields.Datetime.now() - timedelta(days=31)
        reply = self.refund(all=True, withReceipt=False)
        self.assertEqual(
            self.reasons(reply),
            {"amount": "supervisor", "share": "supervisor", "age": "manager",
             "same_cashier": "supervisor", "no_receipt": "supervisor"},
        )  # fmt: skip
        self.assertEqual(reply.json()["details"]["role"], "manager")
        limits = {each["reason"]: each.get("limit") for each in reply.json()["details"]["reasons"]}
        self.assertEqual((limits["amount"], limits["share"], limits["age"]), (200, 50, 30))
        approval = self.approval(self.max)
        reply = self.refund(withReceipt=False, approvalToken=approval)
        self.assertSuccess(reply, 201)

    def test_earlier_refunds_count(self):
        self.rule("amount", amount=2.0)
        self.assertSuccess(self.refund(amount=200), 201)
        self.assertEqual(self.reasons(self.refund(amount=1)), {"amount": "supervisor"})

    def test_who_may_alone_needs_nobody(self):
        self.rule("amount", amount=0)
        supervisor = self.token_for(self.sue, self.corner_device)
        self.assertSuccess(self.refund(supervisor), 201)

    def test_a_colleague_may_refund_ones_sale(self):
        self.rule("same_cashier")
        colleague = self._make_employee("Bea", "cashier")
        self.assertEqual(self.reasons(self.refund()), {"same_cashier": "supervisor"})
        self.assertSuccess(self.refund(self.token_for(colleague, self.corner_device)), 201)

    def test_a_stores_own_rule_stands_for_its_companys(self):
        self.rule("amount", amount=1.0)
        self.rule("amount", amount=5.0, config_id=self.till.store.id)
        self.assertSuccess(self.refund(), 201)

    def test_other_companies_and_stores_do_not_bind(self):
        self.rule("amount", amount=1.0, company_id=self.company_b.id)
        self.rule("amount", amount=1.0, config_id=self.store_2.id)
        self.assertSuccess(self.refund(), 201)
        with self.assertRaises(ValidationError):
            self.rule("amount", config_id=self.store_b.id)

    def test_managers_of_one_store_change_the_rules_of_that_store(self):
        manager = self._make_user("mia", "manager", stores=self.till.store)
        rules = self.rules.with_user(manager)
        common = self.rule("amount", amount=1.0)
        self.assertEqual(common.with_user(manager).amount, 1.0)
        with self.assertRaises(AccessError):
            common.with_user(manager).amount = 9.0
        own = rules.create({"kind": "age", "days": 1, "config_id": self.till.store.id})
        with self.assertRaises(AccessError):
            own.config_id = self.store_2.id
        cashier = self._make_user("cas", "cashier")
        with self.assertRaises(AccessError):
            own.with_user(cashier).read(["days"])

    def test_the_edges(self):
        facts = RefundFacts(
            so_far=500, total=1000, age_days=30.0, is_same_cashier=False, has_receipt=True
        )
        met = {"amount": 499, "share": 49.9, "age": 29.9}
        for kind, limit in {"amount": 500, "share": 50, "age": 30}.items():
            self.assertEqual(find_reasons(facts, [RefundRule(kind, limit, "manager")]), [])
            rule = RefundRule(kind, met[kind], "manager")
            expected = [{"reason": kind, "role": "manager", "limit": met[kind]}]
            self.assertEqual(find_reasons(facts, [rule]), expected)
