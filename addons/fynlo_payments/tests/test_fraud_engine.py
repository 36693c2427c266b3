"""Rules and points, without a database."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..engine.card_facts import card_facts
from ..engine.fraud import DEFAULTS, Facts, Rule, judge

#: A store where half of the guests pay up to 20.00 and three quarters up to 30.00.
USUAL = Facts(amount=2000, usual_count=100, usual_median=2000.0, usual_upper=3000.0)


@tagged("post_install", "-at_install")
class TestFraudEngine(BaseCase):
    def told(self, facts, *rules):
        verdict = judge(facts, rules or DEFAULTS)
        return verdict.decision, verdict.score, [each["rule"] for each in verdict.reasons]

    def test_an_ordinary_payment_has_no_points(self):
        self.assertEqual(self.told(USUAL), ("allow", 0, []))
        self.assertEqual(self.told(Facts(amount=10**9)), ("allow", 0, []))  # nothing to compare

    def test_each_rule_at_its_limit_and_above(self):
        for kind, below, above in (
            ("card_velocity", {"by_card": 4}, {"by_card": 5}),
            ("customer_velocity", {"by_customer": 5}, {"by_customer": 6}),
            ("device_velocity", {"by_device": 29}, {"by_device": 30}),
            ("employee_velocity", {"by_employee": 29}, {"by_employee": 30}),
            ("unusual_amount", {"amount": 14_000}, {"amount": 14_100}),
            ("unusual_amount", {"amount": 99_999, "usual_count": 19}, {"amount": 99_999}),
            ("foreign_card", {"card_country": "US", "home_country": "US"},
             {"card_country": "FR", "home_country": "US"}),
            ("foreign_card", {"card_country": "FR"}, {"card_country": "FR", "home_country": "US"}),
            ("duplicate", {"twins": 0}, {"twins": 1}),
            ("refund_ratio", {"taken": 100.0, "given_back": 20.0, "refund_count": 5},
             {"taken": 100.0, "given_back": 21.0, "refund_count": 5}),
            ("refund_ratio", {"taken": 100.0, "given_back": 90.0, "refund_count": 4},
             {"taken": 100.0, "given_back": 90.0, "refund_count": 5}),
            ("gateway_elevated", {"risk_level": "normal"}, {"risk_level": "elevated"}),
            ("gateway_highest", {"risk_level": "elevated"}, {"risk_level": "highest"}),
        ):  # fmt: skip
            [rule] = [each for each in DEFAULTS if each.kind == kind]
            with self.subTest(kind):
                self.assertEqual(self.told(replace(USUAL, **below), rule)[2], [])
                self.assertEqual(self.told(replace(USUAL, **above), rule)[2], [kind])

    def test_points_add_up_and_decide(self):
        foreign = {"card_country": "FR", "home_country": "US"}
        self.assertEqual(self.told(replace(USUAL, **foreign))[:2], ("allow", 20))
        twice = replace(USUAL, **foreign, twins=1)
        self.assertEqual(self.told(twice), ("review", 80, ["duplicate", "foreign_card"]))
        often = replace(twice, by_card=9)
        self.assertEqual(self.told(often)[:2], ("deny", 160))
        self.assertEqual(judge(twice, DEFAULTS, review_from=81).decision, "allow")
        self.assertEqual(judge(twice, DEFAULTS, deny_from=80).decision, "deny")

    def test_a_reason_tells_what_was_seen_and_the_limit(self):
        [reason] = judge(replace(USUAL, by_card=9), DEFAULTS).reasons
        self.assertEqual(reason, {"rule": "card_velocity", "points": 80, "seen": 10, "limit": 5})
        [reason] = judge(replace(USUAL, amount=22_000), DEFAULTS).reasons
        self.assertEqual((reason["seen"], reason["limit"]), (20.0, 12))

    def test_where_all_pay_the_same_a_tenth_is_the_spread(self):
        alike = replace(USUAL, usual_upper=2000.0, amount=4400)
        self.assertEqual(self.told(alike, Rule("unusual_amount", 50, limit=12))[1], 0)
        more = replace(alike, amount=4401)
        self.assertEqual(self.told(more, Rule("unusual_amount", 50, limit=12))[1], 50)

    def test_a_card_is_known_again_and_cannot_be_paid_with(self):
        card = {"number": "4242424242424242", "cvc": "123", "exp_month": 12, "last4": "4242"}
        card |= {"brand": "visa", "country": "FR", "fingerprint": "fp_1", "funding": "debit"}
        charge = {
            "payment_method_details": {"type": "card", "card": card},
            "outcome": {"risk_level": "elevated", "risk_score": 66,
                        "seller_message": "Looked like 4242 4242 4242 4242"},
        }  # fmt: skip
        self.assertEqual(
            card_facts({"latest_charge": charge}),
            {"fingerprint": "fp_1", "card_country": "FR", "card_brand": "visa",
             "card_last4": "4242", "card_funding": "debit", "risk_level": "elevated",
             "risk_score": 66, "risk_message": "Looked like ***"},
        )  # fmt: skip
        refused = {"payment_method": {"type": "card", "card": card}}
        told = card_facts({"latest_charge": "ch_1", "last_payment_error": refused})
        self.assertEqual((told["fingerprint"], told["card_country"]), ("fp_1", "FR"))
        self.assertEqual(card_facts({"latest_charge": "ch_1"}), {})
