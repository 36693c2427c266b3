from odoo.tests import BaseCase, tagged

from ..engine.book import MethodEntry
from ..engine.refund import Share, allocate, divide

CARD = MethodEntry(1, "card", "Card", is_cash=False, needs_customer=False)
CASH = MethodEntry(2, "cash", "Cash", is_cash=True, needs_customer=False)


def as_is(amount):
    return amount


def to_five(amount):
    return 5 * round(amount / 5)


@tagged("post_install", "-at_install")
class TestRefundEngine(BaseCase):
    def test_parts_add_up_to_the_whole(self):
        whole = Share(100, {1: (100, 7), 2: (107, 3)})
        first = whole.part_for(1, 3)
        self.assertEqual(first, Share(34, {1: (34, 2), 2: (36, 1)}))
        second = whole.less(first).part_for(1, 2)
        third = whole.less(first).less(second).part_for(1, 1)
        self.assertEqual([each.total for each in (first, second, third)], [37, 37, 36])
        self.assertEqual(sum(each.tax for each in (first, second, third)), 10)
        self.assertEqual(sum(each.taxes[2][0] for each in (first, second, third)), 107)

    def test_a_negative_price_is_shared_like_a_positive_one(self):
        whole = Share(-100, {1: (-100, -7)})
        part = whole.part_for(1, 3)
        self.assertEqual((part.total, part.less(whole).total), (-36, 71))

    def test_quantities_of_odoo_are_taken_for_what_they_mean(self):
        self.assertEqual(Share(30).part_for(0.1 + 0.2, 0.3).total, 30)

    def test_cents_go_to_who_lost_most_and_first(self):
        self.assertEqual(divide(100, [1, 1, 1]), [34, 33, 33])
        self.assertEqual(divide(5, [300, 299, 1]), [3, 2, 0])
        self.assertEqual(divide(10, [30, -10]), [15, -5])

    def test_cards_come_before_cash(self):
        self.assertEqual(allocate(50, 100, {CASH: 60, CARD: 40}, as_is), {CARD: 40, CASH: 10})
        self.assertEqual(allocate(30, 100, {CASH: 60, CARD: 40}, as_is), {CARD: 30})

    def test_change_of_another_drawer_is_not_given_back_again(self):
        other = MethodEntry(3, "purse", "Purse", is_cash=True, needs_customer=False)
        self.assertEqual(allocate(550, 550, {CASH: 1000, other: -450}, as_is), {CASH: 550})
        self.assertEqual(allocate(300, 550, {CASH: 1000, other: -450}, as_is), {CASH: 300})
        self.assertEqual(allocate(550, 550, {other: -450, CASH: 1000}, as_is), {CASH: 550})

    def test_what_is_kept_stays_paid_in_coins(self):
        self.assertEqual(allocate(334, 1002, {CASH: 1000}, to_five), {CASH: 330})
        self.assertEqual(allocate(334, 668, {CASH: 670}, to_five), {CASH: 335})
        self.assertEqual(allocate(334, 334, {CASH: 335}, to_five), {CASH: 335})
        self.assertEqual(allocate(998, 998, {CASH: 1000}, to_five), {CASH: 1000})
        self.assertEqual(allocate(1, 1000, {CASH: 1000}, to_five), {})
