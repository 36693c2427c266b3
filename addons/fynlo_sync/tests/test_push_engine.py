import random
from unittest import TestCase

from ..engine.clock import AHEAD_MS, Instant, bound, parse_instant
from ..engine.merge import UNKNOWN, Column, Rule, merge
from ..engine.push_batch import GONE, group, read_changes
from ..schemas.push import TablePush

A, B, C = (f"00000000-0000-7000-8000-00000000000{digit}" for digit in "abc")
SEED = 20260131


class TestClock(TestCase):
    def test_instants_are_ordered_for_everybody_and_are_read_back(self):
        rng = random.Random(SEED)
        found = [Instant(rng.randrange(3), rng.randrange(3), rng.choice("ab")) for _ in range(200)]
        for each in found:
            self.assertEqual(parse_instant(str(each)), each)
        for bad in ("", "1", "1-0-a", "1-00000-a", "-1-0000-a", "1-0000-", "1-0000-a\n", "x" * 99):
            self.assertRaises(ValueError, parse_instant, bad)
        self.assertLess(Instant(1, 9, "z"), Instant(2, 0, "a"))
        self.assertLess(Instant(1, 0, "b"), Instant(1, 1, "a"))
        self.assertLess(Instant(1, 1, "a"), Instant(1, 1, "b"))

    def test_a_clock_that_is_years_ahead_wins_for_a_minute_only(self):
        now = 1_700_000_000_000
        fast = bound(Instant(now + 10 * 365 * 86_400_000, 5, "a"), now)
        self.assertEqual(fast, Instant(now + AHEAD_MS, 0, "a"))
        self.assertEqual(bound(Instant(5_000, 1, "a"), now, now - 5_000), Instant(now, 1, "a"))
        self.assertEqual(bound(Instant(5, 0, "a"), now, -1000).ms, 0)


class TestMerge(TestCase):
    """Columns of two writers; every rule, many random triples."""

    def both(self, rule, base, one, two, first, second):
        """Return what the server has after ``one`` and ``two`` have come in that order."""
        start = Column(base, base, one, Instant(0))
        value = merge({"x": start}, {"x": rule}, first).values.get("x", base)
        changed_at = first if value != base else Instant(0)
        then = Column(base, value, two, changed_at)
        return merge({"x": then}, {"x": rule}, second).values.get("x", value)

    def test_who_comes_first_does_not_matter(self):
        rng = random.Random(SEED)
        for _ in range(2000):
            first, second = Instant(rng.randrange(9), 0, "a"), Instant(rng.randrange(9), 0, "b")
            numbers = [rng.randrange(4) for _ in range(3)]
            sets = [sorted(rng.sample("abcd", rng.randrange(4))) for _ in range(3)]
            cases = ((Rule.LAST, numbers), (Rule.DELTA, numbers), (Rule.UNION, sets))
            for rule, (base, one, two) in cases:
                there = self.both(rule, base, one, two, first, second)
                back = self.both(rule, base, two, one, second, first)
                self.assertEqual(there, back, (rule, base, one, two, first, second))

    def test_the_same_again_changes_nothing(self):
        rng = random.Random(SEED)
        for rule in (Rule.LAST, Rule.UNION):
            for _ in range(500):
                base, theirs, mine = (sorted(rng.sample("abcd", 2)) for _ in range(3))
                merged = merge({"x": Column(base, theirs, mine)}, {"x": rule}, Instant(5))
                value = merged.values.get("x", theirs)
                again = merge({"x": Column(base, value, mine, Instant(5))}, {"x": rule}, Instant(5))
                self.assertEqual(again.values.get("x", value), value)

    def test_each_rule(self):
        late, early = Instant(9, 0, "a"), Instant(1, 0, "a")
        cases = [
            (Rule.LAST, Column(1, 1, 2), late, {"x": 2}, ()),
            (Rule.LAST, Column(1, 3, 1), late, {}, ()),
            (Rule.LAST, Column(1, 3, 2, Instant(5)), late, {"x": 2}, ("beaten",)),
            (Rule.LAST, Column(1, 3, 2, Instant(5)), early, {}, ("lost",)),
            (Rule.LAST, Column(UNKNOWN, 3, 2), early, {"x": 2}, ("beaten",)),
            (Rule.ASK, Column(UNKNOWN, None, 2), early, {"x": 2}, ()),
            (Rule.ASK, Column(1, 3, 2), late, {}, ("asked",)),
            (Rule.ASK, Column(1, 1, 2), late, {"x": 2}, ()),
            (Rule.DELTA, Column(1, 3, 2), early, {"x": 4}, ()),
            (Rule.DELTA, Column(2, 3, 3), early, {"x": 4}, ()),
            (Rule.DELTA, Column(2, 3, 2), early, {}, ()),
            (Rule.DELTA, Column(1, 3, 3), early, {"x": 5}, ()),
            (Rule.DELTA, Column(UNKNOWN, 3, 3), early, {}, ()),
            (Rule.UNION, Column(["a", "b"], ["a"], ["a", "b", "c"]), early, {"x": ["a", "c"]}, ()),
            (Rule.SERVER, Column(1, 1, 2), late, {}, ("dropped",)),
            (Rule.LAST, Column(1, 2, 2), late, {}, ()),
        ]
        for rule, column, instant, values, lists in cases:
            with self.subTest(rule=rule, column=column):
                merged = merge({"x": column}, {"x": rule}, instant)
                self.assertEqual(merged.values, values)
                for name in ("asked", "lost", "beaten", "dropped"):
                    self.assertEqual(getattr(merged, name), ["x"] if name in lists else [])

    def test_a_till_is_told_what_has_come_of_it_unless_it_has_that(self):
        late = Instant(9, 0, "a")
        cases = [
            (Rule.LAST, Column(1, 3, 1), True),  # changed and changed back, while others changed it
            (Rule.LAST, Column(1, 1, 2), False),
            (Rule.LAST, Column(1, 2, 2), False),
            (Rule.DELTA, Column(1, 3, 3), True),
            (Rule.UNION, Column(["a"], ["b"], []), True),
            (Rule.SERVER, Column(1, 1, 2), True),
        ]
        for rule, column, is_told in cases:
            with self.subTest(rule=rule, column=column):
                columns = {"x": column}
                self.assertEqual(merge(columns, {"x": rule}, late).differs(columns), is_told)


class TestBatch(TestCase):
    def group(self, order_of=None, **tables):
        tables = {name: TablePush(**table) for name, table in tables.items()}
        changes, nameless = read_changes(tables)
        return group(changes, order_of or {}), nameless

    def test_an_order_and_its_parts_are_one(self):
        [customer, order], nameless = self.group(
            payments={"created": [{"id": C, "orderId": A.upper()}]},
            orderLines={"created": [{"id": B, "orderId": A}]},
            orders={"created": [{"id": A.upper()}]},
            customers={"created": [{"id": A}]},
        )
        self.assertEqual((customer.collection, order.collection), ("customers", "orders"))
        self.assertEqual(order.root.id, A)
        self.assertEqual({each.id for each in order.parts}, {B, C})
        self.assertEqual(nameless, [])

    def test_a_deleted_line_belongs_to_the_order_that_has_it(self):
        [order], _ = self.group({B: A}, orderLines={"deleted": [B]})
        self.assertEqual((order.collection, order.id, order.root), ("orders", A, None))
        [gone], _ = self.group(orderLines={"deleted": [B]})
        self.assertEqual(gone.fault, GONE)
        [orphan], _ = self.group(orderLines={"updated": [{"id": B}]})
        self.assertEqual(orphan.fault, "unknown_parent")

    def test_a_row_in_two_lists_is_refused(self):
        [order], _ = self.group(orders={"created": [{"id": A}], "deleted": [A]})
        self.assertEqual(order.fault, "repeated_id")
        found, _ = self.group(
            orders={"created": [{"id": A}, {"id": C}]},
            orderLines={"created": [{"id": B, "orderId": A}], "updated": [{"id": B, "orderId": C}]},
        )
        self.assertEqual([each.fault for each in found], ["repeated_id"] * 2)

    def test_what_is_no_uuid_has_no_aggregate(self):
        bad = [{}, {"id": 5}, {"id": "../../x"}, {"id": "a" * 36}, {"id": {"__proto__": 1}}]
        found, nameless = self.group(orders={"created": bad, "deleted": [None, 7]})
        self.assertEqual((found, len(nameless)), ([], 7))

    def test_the_same_change_is_the_same_operation(self):
        def operation(base="1/None", **row):
            [order], _ = self.group(orders={"created": [{"id": A, **row}]})
            return order.operation(B, base)

        self.assertEqual(operation(note="x", _status="created"), operation(note="x"))
        self.assertNotEqual(operation(note="x"), operation(note="y"))
        self.assertNotEqual(operation(), operation(base="2/None"))
        self.assertEqual(operation(_op=C.upper()), C)
