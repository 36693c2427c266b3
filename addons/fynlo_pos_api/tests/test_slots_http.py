from datetime import datetime, timedelta, timezone
from uuid import uuid4

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase, minutes_ago
from .kitchen_case import KitchenCase
from .test_paper import read_back

#: A Monday, an hour before the takeaway opens at 11:30 UTC.
NOW = "2026-11-23T10:30:00Z"


def make_timed(case, capacity=2):
    """Give the till's store a takeaway with slots of 20 minutes from 11:30 to 12:30 UTC."""
    days = [
        Command.create({"name": "Noon", "dayofweek": day, "hour_from": 11.5, "hour_to": 12.5})
        for day in "0123456"
    ]
    vals = {"name": "Noon", "attendance_ids": [Command.clear(), *days]}
    calendar = case.env["resource.calendar"].create(vals)
    preset = case.env["pos.preset"].create({
        "name": "Fetch", "fynlo_order_type": "takeaway", "use_timing": True,
        "resource_calendar_id": calendar.id, "interval_time": 20, "slots_per_interval": capacity,
    })  # fmt: skip
    house = case.env["pos.preset"].create({"name": "House", "fynlo_order_type": "dine_in"})
    case.session.state = "closed"  # Odoo locks the presets while a session is open
    case.till.store.write({
        "use_presets": True, "default_preset_id": house.id,
        "available_preset_ids": [Command.set((house | preset).ids)],
    })  # fmt: skip
    case.session.state = "opened"
    case.company.partner_id.tz = "UTC"
    return preset


@tagged("post_install", "-at_install")
class TestSlots(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preset = make_timed(cls)

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW, tick=True)
        clock.start()
        self.addCleanup(clock.stop)
        self.token = self.token_for(self.ada, self.corner_device)

    def take(self, at, **extra):
        body = self.body(orderType="takeaway", scheduledAt=f"2026-11-23T{at}:00Z", **extra)
        return body, self.post(body)

    def taken(self, at):
        body, response = self.take(at)
        self.assertSuccess(response, 201)
        return body["id"]

    def slots(self, query="", token=None):
        path = f"/presets/{self.preset.fynlo_uuid}/slots{query}"
        return self.api("GET", path, token=token or self.token)

    def free(self, query=""):
        data = self.assertSuccess(self.slots(query))
        return {slot["startsAt"][11:16]: slot["free"] for slot in data["slots"]}

    def edit(self, order_id, **values):
        return self.api("PATCH", f"/orders/{order_id}", values, token=self.token)

    def test_presets_of_the_store(self):
        data = self.assertSuccess(self.api("GET", "/presets", token=self.token))
        house, fetch = data["presets"]
        self.assertEqual((house["orderType"], house["usesSlots"]), ("dine_in", False))
        self.assertEqual((house["capacity"], house["intervalMin"]), (None, None))
        expected = {
            "id": self.preset.fynlo_uuid, "name": "Fetch", "orderType": "takeaway",
            "identification": "none", "usesSlots": True, "intervalMin": 20, "capacity": 2,
        }  # fmt: skip
        self.assertEqual(fetch, expected)

    def test_slots_of_a_day(self):
        self.taken("11:50")
        data = self.assertSuccess(self.slots())
        self.assertEqual((data["date"], data["timezone"]), ("2026-11-23", "UTC"))
        self.assertEqual([slot["startsAt"][11:16] for slot in data["slots"]],
                         ["11:30", "11:50", "12:10", "12:30"])  # fmt: skip
        self.assertEqual(data["slots"][1], {
            "startsAt": "2026-11-23T11:50:00Z", "endsAt": "2026-11-23T12:10:00Z",
            "capacity": 2, "taken": 1, "free": 1,
        })  # fmt: skip
        self.assertEqual(self.free("?date=2026-11-22"), dict.fromkeys(self.free(), 0))
        self.assertEqual(set(self.free("?date=2026-11-24").values()), {2})

    def test_every_bad_query_is_named(self):
        for query in ("?date=monday", "?date=2026-13-01", "?date=1999-12-31"):
            self.assertFailure(self.slots(query), 422, "invalid_fields", ["date"])
        self.assertFailure(self.slots("?day=1"), 422, "invalid_fields", ["day"])
        elsewhere = self.token_for(self.ada, self.device)
        self.assertFailure(self.slots(token=elsewhere), 404, "not_found")
        self.assertFailure(
            self.api("GET", f"/presets/{uuid4()}/slots", token=self.token), 404, "not_found"
        )

    def test_a_full_slot_names_the_next_ones(self):
        self.taken("11:30")
        self.taken("11:30")
        self.taken("11:50")
        body, response = self.take("11:30")
        envelope = self.assertFailure(response, 409, "slot_full")
        times = [f"2026-11-23T{at}:00Z" for at in ("11:50", "12:10", "12:30")]
        self.assertEqual(envelope["details"], {"next": times})
        self.assertFalse(self.order_of(body))
        self.assertEqual(self.free()["11:30"], 0)

    def test_what_is_no_slot(self):
        for at in ("11:31", "10:30", "13:00"):
            body, response = self.take(at)
            envelope = self.assertFailure(response, 422, "slot_not_open")
            self.assertFalse(self.order_of(body))
        self.assertEqual(envelope["details"]["next"][0], "2026-11-24T11:30:00Z")

    def test_a_slot_that_is_over(self):
        with freeze_time("2026-11-23T11:55:00Z", tick=True):
            self.token = self.token_for(self.ada, self.corner_device)
            self.assertFailure(self.take("11:30")[1], 422, "slot_not_open")
            self.assertSuccess(self.take("11:50")[1], 201)  # it goes on until 12:10
            self.assertEqual(self.free()["11:30"], 0)

    def test_cancelled_orders_give_their_slot_back(self):
        first = self.taken("11:30")
        self.taken("11:30")
        self.till.store.fynlo_void_role = "cashier"
        body = {"id": str(uuid4()), "reason": "not hungry"}
        self.assertSuccess(self.post(body, path=f"/orders/{first}/cancel"))
        self.taken("11:30")

    def test_an_edit_moves_between_slots(self):
        order = self.taken("11:30")
        self.taken("11:50")
        self.taken("11:50")
        response = self.edit(order, scheduledAt="2026-11-23T11:50:00Z")
        self.assertFailure(response, 409, "slot_full")
        self.assertEqual(self.free()["11:30"], 1)
        data = self.assertSuccess(self.edit(order, scheduledAt="2026-11-23T12:10:00Z"))
        self.assertEqual(data["scheduledAt"], "2026-11-23T12:10:00Z")
        self.assertEqual(self.free(), {"11:30": 2, "11:50": 0, "12:10": 1, "12:30": 2})
        self.assertSuccess(self.edit(order, note="soon"))
        self.assertSuccess(self.edit(order, scheduledAt=None))
        self.assertEqual(self.free()["12:10"], 2)

    def test_its_own_order_does_not_stand_in_its_way(self):
        order = self.taken("11:30")
        self.taken("11:30")
        self.assertSuccess(self.edit(order, scheduledAt="2026-11-23T11:30:00Z", note="x"))

    def test_another_order_type_takes_its_slot_when_it_becomes_a_takeaway(self):
        self.taken("11:30")
        self.taken("11:30")
        body = self.body(scheduledAt="2026-11-23T11:30:00Z")
        self.assertSuccess(self.post(body), 201)  # a table is no takeaway
        self.assertFailure(self.edit(body["id"], orderType="takeaway"), 409, "slot_full")

    def test_no_time_is_as_soon_as_possible(self):
        self.assertSuccess(self.post(self.body(orderType="takeaway")), 201)
        self.assertEqual(set(self.free().values()), {2})

    def test_a_sale_that_was_made_offline_is_booked_and_noted(self):
        self.taken("11:30")
        self.taken("11:30")
        payment = [self.payment(self.cash, 275)]
        for at, code in (("11:30", "slot_full"), ("09:00", "slot_not_open")):
            extra = {"payments": payment, "occurredAt": minutes_ago(30)}
            body, response = self.take(at, **extra)
            self.assertSuccess(response, 201)
            entry = self.env["fynlo.audit"].search([("action", "=", "order.slot_difference")])[:1]
            self.assertEqual(entry.data["code"], code)
            self.assertEqual(entry.data["scheduled_at"], f"2026-11-23T{at}:00Z")
            payment = [self.payment(self.cash, 275)]
        self.assertEqual(self.free()["11:30"], 0)
        self.assertEqual(self.order_of(body).state, "paid")

    def test_a_store_has_the_whole_capacity_of_a_preset(self):
        taken = self.order_of({"id": self.taken("11:30")})
        other = taken.copy({"uuid": str(uuid4())})
        other.write({"preset_time": taken.preset_time, "config_id": self.store.id})
        self.env.flush_all()
        self.assertEqual(self.free()["11:30"], 1)

    def test_rows_of_slots_that_are_over_go(self):
        slots = self.env["fynlo.preset.slot"]
        key = {"config_id": self.till.store.id, "preset_id": self.preset.id, "touched": 1}
        now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        old, young = slots.create(
            [{**key, "starts_at": now - timedelta(hours=hours)} for hours in (25, 23)]
        )
        slots._gc_slots()
        self.env.invalidate_all()
        self.assertEqual([bool(each.exists()) for each in (old, young)], [False, True])


@tagged("post_install", "-at_install")
class TestSlotPaper(KitchenCase):
    def test_ticket_and_receipt_tell_the_time(self):
        day = (datetime.now(timezone.utc) + timedelta(days=1)).date()
        self.company.partner_id.tz = "Europe/Paris"
        at = f"{day}T11:30:00Z"
        hour = 12 if self.till.store._fynlo_timezone() == "Europe/Paris" else 11
        order = self.open_order(self.line(self.cake), orderType="takeaway", scheduledAt=at)
        ticket = self.send(order) and self.tickets()[0]
        self.assertEqual(ticket["scheduledAt"], at)
        path = f"/kitchen/tickets/{ticket['id']}/escpos"
        printed = self.api("GET", path, token=self.kitchen_token).content
        self.assertIn(f"FOR {day} {hour}:30", read_back(printed).splitlines())
        path = f"/orders/{order}/receipt?format=escpos"
        printed = self.api("GET", path, token=self.token).content
        self.assertIn(f"For {day} {hour}:30", read_back(printed).splitlines())
