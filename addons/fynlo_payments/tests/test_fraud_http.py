"""Suspicious payments: before the gateway is asked, when it has answered, and in a review."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine.outcome import Outcome
from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestFraud(PaymentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls._make_user("mia", "manager")

    def setUp(self):
        super().setUp()
        self.policy.is_on = True
        self.company.country_id = self.env.ref("base.us")
        self.peer.objects.cards.clear()
        self.peer.objects.risk.clear()

    def set_rule(self, kind, **vals):
        rule = self.policy.rule_ids.filtered(lambda each: each.kind == kind)
        rule.write(vals)

    def check_of(self, body):
        self.env.invalidate_all()
        payment = self.env["payment.transaction"].search([("fynlo_uuid", "=", body["id"])])
        return payment.fynlo_check_ids

    def rules_of(self, check):
        return [each["rule"] for each in check.reasons or ()]

    def test_a_payment_is_allowed_and_its_card_known(self):
        body = self.intent(self.open_order())
        self.assertSuccess(self.pay(body), 201)
        check = self.check_of(body)
        self.assertEqual((check.decision, check.score, check.review_state), ("allow", 0, False))
        card = (check.fingerprint, check.card_country, check.card_brand, check.card_last4)
        self.assertEqual(card, ("fp_4242", "US", "visa", "4242"))
        self.assertEqual((check.risk_level, check.risk_message), ("normal", "Payment complete."))

    def test_what_is_denied_is_asked_of_nobody(self):
        self.set_rule("device_velocity", limit=0, points=100)
        asked, body = len(self.peer.requests), self.intent(self.open_order())
        envelope = self.assertFailure(self.pay(body), 403, "payment_denied")
        self.assertEqual(envelope["details"], {"paymentId": body["id"]})
        self.assertNotIn("velocity", str(envelope))  # why is the managers' business
        self.assertEqual(len(self.peer.requests), asked)
        check = self.check_of(body)
        self.assertEqual((check.decision, check.score), ("deny", 100))
        self.assertEqual(self.rules_of(check), ["device_velocity"])
        self.assertEqual(check.reasons_text, "The same till takes many payments: 1 (+100)")
        self.assertFailure(self.pay(body), 403, "payment_denied")  # the same id again
        self.assertEqual(self.read_order(body["orderId"])["paymentState"], "unpaid")
        entry = self.env["fynlo.audit"].search([("action", "=", "payment.judge")], limit=1)
        told = {"decision": "deny", "score": 100, "rules": ["device_velocity"]}
        self.assertEqual(entry.data, told)

    def test_a_card_that_the_guests_own_device_confirms_is_judged_by_the_event(self):
        self.peer.objects.risk.update(risk_level="elevated")
        body = self.intent(self.open_order(), method=None, captureMethod="manual")
        body.pop("paymentMethod")
        self.assertSuccess(self.pay(body), 201)
        self.assertEqual(self.check_of(body).decision, "allow")
        [intent] = self.peer.objects.list("payment_intent")[:1]
        self.peer.objects.confirm_intent(intent["id"], {"payment_method": "pm_card_visa"})
        payment = self.check_of(body).transaction_id.sudo()
        outcome = payment.provider_id._fynlo_gateway().read_intent(intent["id"])
        self.assertTrue(payment._fynlo_settle(outcome, payment.fynlo_change_count))
        check = self.check_of(body)
        self.assertEqual((check.decision, check.fingerprint), ("review", "fp_4242"))

    def test_a_gateway_that_tells_too_much_is_not_believed(self):
        """Whatever a gateway answers, no card's number is kept of it."""
        card = "4000056655665556"
        self.peer.objects.risk.update(seller_message=f"Looked like {card}", risk_level="elevated")
        self.peer.objects.cards["pm_card_visa"] = {"number": card, "cvc": "987", "country": "FR"}
        self.assertSuccess(self.pay(self.intent(self.open_order())), 201)
        self.peer.objects.cards["pm_card_chargeDeclined"] = {"number": card, "cvc": "987"}
        self.pay(self.intent(self.open_order(), method="pm_card_chargeDeclined"))
        self.env.flush_all()
        for table in ("fynlo_payment_operation", "fynlo_fraud_check", "fynlo_payment_event",
                      "payment_transaction", "fynlo_audit", "fynlo_idempotency"):  # fmt: skip
            query = "SELECT count(*) FROM %s AS each WHERE each::text LIKE %s"
            query = SQL(query, SQL.identifier(table), f"%{card}%")
            self.assertEqual(self.env.execute_query(query), [(0,)], table)
        self.assertEqual(self.check_of_last().risk_message, "Looked like ***")

    def test_what_is_not_believed_teaches_nothing(self):
        """Figures of another payment's card would count for this one's."""
        body = self.intent(self.open_order())
        self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
        self.assertSuccess(self.pay(body), 201)
        self.peer.faults.clear()
        check = self.check_of(body)
        operation = check.operation_id.sudo()
        ref = self.peer.objects.list("payment_intent")[0]["id"]
        told = operation.transaction_id.provider_id._fynlo_gateway().read_intent(ref)
        card = {**told.values["card"], "fingerprint": "fp_of_another", "risk_level": "highest"}
        strange = Outcome("answered", {**told.values, "currency": "jpy", "card": card})
        operation._fynlo_record(strange)
        self.assertEqual((operation.state, check.fingerprint), ("unknown", False))
        self.assertSuccess(self.pay(body), 201)
        operation._fynlo_record(strange)  # late, too
        self.env.invalidate_all()
        self.assertEqual((check.fingerprint, check.decision), ("fp_4242", "allow"))

    def test_a_card_that_is_known_since_the_first_answer_is_judged(self):
        body = self.intent(self.open_order(), method=None)
        body.pop("paymentMethod")
        self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
        self.assertSuccess(self.pay(body), 201)
        self.peer.faults.clear()
        [intent] = self.peer.objects.list("payment_intent")[:1]
        self.peer.objects.confirm_intent(intent["id"], {"payment_method": "pm_card_visa"})
        self.assertEqual(self.assertSuccess(self.pay(body), 201)["state"], "succeeded")
        self.assertEqual(self.check_of(body).fingerprint, "fp_4242")

    def test_what_the_gateway_was_asked_for_is_not_denied_any_more(self):
        body = self.intent(self.open_order())
        self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
        self.assertSuccess(self.pay(body), 201)
        self.peer.faults.clear()
        self.check_of(body).sudo().decision = "deny"
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))

    def check_of_last(self):
        return self.env["fynlo.fraud.check"].search([("risk_message", "!=", False)], limit=1)

    def test_what_is_held_waits_for_a_manager(self):
        self.peer.objects.cards["pm_card_visa"] = {"country": "FR"}
        self.set_rule("foreign_card", points=50)
        body = self.intent(self.open_order(), captureMethod="manual")
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["inReview"]), ("authorized", True))
        self.assertFailure(self.step(body["id"], "capture"), 409, "payment_in_review")
        board = self.env["fynlo.board"].with_user(self.mia)._fynlo_read_store(self.till.store)
        self.assertIn("Card payments to review: 1", [each["text"] for each in board["alerts"]])
        check = self.check_of(body)
        self.assertEqual(self.rules_of(check), ["foreign_card"])
        check.with_user(self.mia).action_approve()
        answered = (check.review_state, check.reviewer_id, bool(check.reviewed_at))
        self.assertEqual(answered, ("approved", self.mia, True))
        data = self.assertSuccess(self.step(body["id"], "capture"))
        self.assertEqual((data["state"], data["inReview"]), ("succeeded", False))

    def test_what_a_manager_declines_is_not_captured(self):
        self.peer.objects.risk.update(risk_level="elevated", risk_score=70)
        body = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        check = self.check_of(body)
        self.assertEqual((self.rules_of(check), check.risk_score), (["gateway_elevated"], 70))
        check.with_user(self.mia).action_decline()
        self.assertFailure(self.step(body["id"], "capture"), 403, "payment_denied")
        self.assertEqual(self.assertSuccess(self.step(body["id"], "cancel"))["state"], "canceled")
        check.with_user(self.mia).action_approve()  # it is answered already
        self.assertEqual(check.review_state, "declined")

    def test_money_that_has_moved_is_looked_at_and_not_denied(self):
        self.peer.objects.risk.update(risk_level="highest")
        body = self.intent(self.open_order())
        data = self.assertSuccess(self.pay(body), 201)
        told = (data["state"], data["booked"], data["inReview"])
        self.assertEqual(told, ("succeeded", True, True))
        check = self.check_of(body)
        self.assertEqual((check.decision, check.score), ("review", 100))

    def test_held_money_with_the_highest_risk_is_denied(self):
        self.peer.objects.risk.update(risk_level="highest")
        body = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        self.assertEqual(self.check_of(body).decision, "deny")
        self.assertFailure(self.step(body["id"], "capture"), 403, "payment_denied")

    def test_a_card_that_pays_often_and_the_same_again(self):
        self.set_rule("card_velocity", limit=2)
        first, second, third = (self.intent(self.open_order()) for _ in range(3))
        self.assertSuccess(self.pay(first), 201)
        self.assertSuccess(self.pay(second), 201)
        # The payment method was seen before: its card is known before the gateway is asked.
        self.assertFailure(self.pay(third), 403, "payment_denied")
        rules = [sorted(self.rules_of(self.check_of(each))) for each in (first, second, third)]
        self.assertEqual(rules, [[], ["duplicate"], ["card_velocity", "duplicate"]])

    def test_refused_cards_count_and_are_no_twins(self):
        for _ in range(2):
            body = self.intent(self.open_order(), method="pm_card_chargeDeclined")
            self.assertFailure(self.pay(body), 402, "card_declined")
        check = self.check_of(body)
        self.assertEqual((check.fingerprint, check.review_state), ("fp_4242", False))
        body = self.intent(self.open_order())
        self.set_rule("card_velocity", limit=2)
        self.assertSuccess(self.pay(body), 201)
        self.assertEqual(self.rules_of(self.check_of(body)), ["card_velocity"])

    def test_shares_of_one_bill_are_no_twins(self):
        order = self.open_order(lines=[self.line(self.coffee, 2)])
        for _ in range(2):
            body = self.intent(order)
            self.assertSuccess(self.pay(body), 201)
        self.assertEqual(self.rules_of(self.check_of(body)), [])

    def test_a_company_may_want_no_rules(self):
        self.policy.is_on = False
        self.peer.objects.risk.update(risk_level="highest")
        body = self.intent(self.open_order())
        self.assertSuccess(self.pay(body), 201)
        self.assertEqual(self.check_of(body).decision, "allow")

    def test_who_sells_neither_reads_nor_answers(self):
        self.peer.objects.risk.update(risk_level="elevated")
        body = self.intent(self.open_order())
        self.assertSuccess(self.pay(body), 201)
        check = self.check_of(body)
        cashier = self.company._fynlo_technical_user("cashier")
        for act in (check.with_user(cashier).action_approve,
                    self.policy.with_user(cashier).read):  # fmt: skip
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            check.with_user(self.mia).write({"review_state": "approved"})
        stranger = self._make_user("mallory", "manager", company=self.company_b)
        with self.assertRaises(AccessError):
            check.with_user(stranger).action_approve()
        self.policy.with_user(self.mia).review_from = 60
        self.assertEqual(check.review_state, "open")

    # --- What it costs

    def facts(self):
        check = self.env["fynlo.fraud.check"].sudo()
        vals = {
            "company_id": self.company.id, "config_id": self.till.store.id, "order_id": False,
            "created_at": fields.Datetime.now(), "partner_id": self.company.partner_id.id,
            "device_id": self.corner_device.id, "employee_id": self.ada.id,
            "fingerprint": "fp_4242",
            "method_ref": "pm_card_visa", "amount_minor": 275,
        }  # fmt: skip
        rules, *_ = self.env["fynlo.fraud.policy"]._fynlo_rules_of(self.company.id)
        return check._fynlo_find_facts(vals, rules, self.company)

    def test_one_statement_tells_all_facts(self):
        self.assertSuccess(self.pay(self.intent(self.open_order())), 201)
        self.facts()
        with self.assertQueryCount(1):
            facts = self.facts()
        counts = (facts.by_card, facts.by_device, facts.by_employee, facts.twins)
        self.assertEqual(counts, (1, 1, 1, 1))
        self.assertEqual((facts.usual_count, facts.usual_median), (1, 275.0))

    def test_what_is_old_or_anothers_does_not_count(self):
        self.assertSuccess(self.pay(self.intent(self.open_order())), 201)
        query = "UPDATE fynlo_fraud_check SET created_at = %s WHERE created_at > %s"
        lately = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute(SQL(query, fields.Datetime.now() - timedelta(minutes=3), lately))
        facts = self.facts()
        self.assertEqual((facts.by_card, facts.by_device, facts.twins), (1, 1, 0))
        self.env.cr.execute(SQL(query, fields.Datetime.now() - timedelta(days=31), lately))
        facts = self.facts()
        self.assertEqual((facts.by_card, facts.by_device, facts.usual_count), (0, 0, 0))

    def fill(self):
        """Let there be many checks: of a few, any index tells as fast as any other."""
        self.assertSuccess(self.pay(self.intent(self.open_order())), 201)
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX fynlo_fraud_check_operation_unique")
        names = "operation_id, transaction_id, company_id, config_id, amount_minor, decision"
        fill = f"""INSERT INTO fynlo_fraud_check ({names}, created_at)
                   SELECT {names}, created_at - number * interval '1 min'
                   FROM fynlo_fraud_check, generate_series(1, 2000) AS number
                   WHERE id = (SELECT max(id) FROM fynlo_fraud_check)"""
        self.env.cr.execute(fill)
        self.env.cr.execute("ANALYZE fynlo_fraud_check")

    def test_every_count_has_an_index(self):
        self.fill()
        asked, execute_query = [], type(self.env).execute_query

        def look(env, query):
            asked.append(query)
            return execute_query(env, query)

        with patch.object(type(self.env), "execute_query", look):
            self.facts()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        [statement] = [query for query in asked if "WITH card" in query.code]
        plan = "\n".join(row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", statement)))
        for name in ("customer", "device", "employee", "store"):
            self.assertIn(f"fynlo_fraud_check_{name}_idx", plan)
        self.assertRegex(plan, "fynlo_fraud_check_(card|method)_idx")
        self.assertIn("pos_order_fynlo_seller_idx", plan)
        self.assertNotIn("Seq Scan", plan)

    def test_a_payment_costs_few_queries_more(self):
        body = self.intent(self.open_order())
        self.assertSuccess(self.pay(body), 201)
        operation = self.check_of(body).operation_id.sudo()
        for expected in (None, 2):  # facts and the row
            self.env.cr.execute("DELETE FROM fynlo_fraud_check")
            self.env.invalidate_all()
            self.assertTrue(operation.transaction_id.partner_id.name)
            self.assertTrue(operation.company_id.country_id.code and self.env.user.name)
            with self.assertQueryCount(expected or 100):
                self.env["fynlo.fraud.check"]._fynlo_judge(operation)
                self.env.flush_all()
