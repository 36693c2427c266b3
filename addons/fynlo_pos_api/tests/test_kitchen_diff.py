import random

from odoo.tests import BaseCase, tagged

from ..engine.ticket_diff import Sent, Want, find_news, share_stop
from ..engine.ticket_life import find_order_state, join_states


def want(key, quantity, note="", stations=(1,), course=0):
    return Want((key,), quantity, note, course, stations, {})


def apply(kitchen, news):
    """Let a kitchen, ``{(key, station): [quantity, note]}``, do what it is told."""
    for row in news:
        place = kitchen.setdefault((row.key, row.station_id), [0.0, row.notes])
        place[0] += {"new": 1, "change": 0, "cancel": -1}[row.kind] * row.quantity
        if row.kind != "cancel":
            place[1] = row.notes
    return kitchen


def as_sent(kitchen):
    return [
        Sent(key, station, quantity, quantity, note, 0, {})
        for (key, station), (quantity, note) in kitchen.items()
    ]


@tagged("post_install", "-at_install")
class TestTicketDiff(BaseCase):
    def test_the_kitchen_ends_with_what_the_order_wants_and_hears_it_once(self):
        """Random orders that change between sends, with stations that change too."""
        source = random.Random(19)
        for _ in range(300):
            kitchen = {}
            for _send in range(5):
                wants = [
                    want(
                        key,
                        source.randint(1, 4),
                        source.choice(("", "hot", "no nuts")),
                        tuple(source.sample((1, 2, 3), source.randint(0, 2))),
                    )
                    for key in source.sample("abcd", source.randint(0, 4))
                ]
                before = {place for place, (quantity, _) in kitchen.items() if quantity}
                kitchen = apply(kitchen, find_news(wants, as_sent(kitchen)))
                self.assert_told(kitchen, wants, before)
                self.assertEqual(find_news(wants, as_sent(kitchen)), [])

    def assert_told(self, kitchen, wants, before):
        by_key = {each.key: each for each in wants}
        for (key, _station), (quantity, note) in kitchen.items():
            wanted = by_key.get(key)
            self.assertIn(quantity, (0, wanted.quantity if wanted else 0))
            if quantity:
                self.assertEqual(note, wanted.notes)
        for key, wanted in by_key.items():
            held = {station for known, station in before if known == key}
            found = {
                station
                for (known, station), (quantity, _) in kitchen.items()
                if known == key and quantity
            }
            self.assertEqual(found, held or set(wanted.station_ids))

    def test_only_stops(self):
        sent = [Sent(("a",), 1, 3.0, 3.0, "", 0, {}), Sent(("b",), 1, 1.0, 1.0, "", 0, {})]
        news = find_news([want("a", 2, "hot"), want("b", 5), want("c", 1)], sent, only_stops=True)
        self.assertEqual(
            [(row.key, row.kind, row.quantity) for row in news], [(("a",), "cancel", 1)]
        )

    def test_a_held_course_that_was_fired_before_stays(self):
        sent = [Sent(("a",), 1, 1.0, 1.0, "", 2, {})]
        self.assertEqual(find_news([want("a", 1, stations=())], sent), [])

    def test_what_stands_on_the_table_is_not_made_otherwise(self):
        sent = [Sent(("a",), 1, 3.0, 1.0, "", 0, {})]
        news = find_news([want("a", 3, "hot")], sent)
        self.assertEqual([(row.kind, row.quantity) for row in news], [("change", 1)])
        sent = [Sent(("a",), 1, 3.0, 0.0, "", 0, {})]
        self.assertEqual(find_news([want("a", 3, "hot")], sent), [])

    def test_thirds_leave_nothing(self):
        sent = [Sent(("a",), 1, round(1 / 3 + 2 / 3, 6), round(1 / 3 + 2 / 3, 6), "", 0, {})]
        self.assertEqual(find_news([want("a", 1.0)], sent), [])

    def test_share_stop(self):
        self.assertEqual(share_stop(3, [2, 0, 5]), [2, 0, 1])
        self.assertEqual(share_stop(1, [2, 1]), [1, 0])


@tagged("post_install", "-at_install")
class TestTicketLife(BaseCase):
    def test_a_ticket_is_as_far_as_its_slowest_item(self):
        for states, joined in (
            (["new", "new"], "new"),
            (["new", "preparing"], "preparing"),
            (["new", "served"], "preparing"),
            (["ready", "served"], "ready"),
            (["ready", "cancelled"], "ready"),
            (["served", "served"], "served"),
            (["cancelled"], "cancelled"),
            ([], "cancelled"),
        ):
            with self.subTest(states=states):
                self.assertEqual(join_states(states), joined)

    def test_an_order_without_live_items_stays_where_it_is(self):
        self.assertIsNone(find_order_state(["cancelled"]))
        self.assertEqual(find_order_state(["new", "cancelled"]), "sent")
