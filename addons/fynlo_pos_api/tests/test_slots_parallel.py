"""Ten tills that want the same slot of three at once, under real parallel connections."""

import json
from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.addons.fynlo_base.exceptions import BusyError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import SlotFullError
from ..schemas.carts import OrderCreate
from .parallel_tills import ParallelTills

ATTEMPTS, CAPACITY = 10, 3


@tagged("post_install", "-at_install")
class TestSlotsParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        day = fields.Date.today() + timedelta(days=1)
        self.slot = f"{day}T12:00:00Z"
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=True)
            hours = {"name": "Day", "dayofweek": str(day.weekday()), "hour_from": 0, "hour_to": 24}
            vals = {"name": "Day", "attendance_ids": [Command.clear(), Command.create(hours)]}
            calendar = admin["resource.calendar"].create(vals)
            preset = admin["pos.preset"].create({
                "name": "Fetch", "fynlo_order_type": "takeaway", "use_timing": True,
                "resource_calendar_id": calendar.id, "interval_time": 15,
                "slots_per_interval": CAPACITY,
            })  # fmt: skip
            store = admin["pos.config"].browse(self.principals[0].store_id)
            session = store.current_session_id
            session.state = "closed"
            presets = {"default_preset_id": preset.id, "available_preset_ids": preset.ids}
            store.write({"use_presets": True, **presets})
            session.state = "opened"

    def test_of_ten_three_get_it(self):
        def sell(env, _number):
            line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
            payment = {"id": str(uuid4()), "method": self.card, "amount": 275}
            command = OrderCreate.model_validate_json(json.dumps({
                "id": str(uuid4()), "orderType": "takeaway", "scheduledAt": self.slot,
                "lines": [line], "payments": [payment],
            }))  # fmt: skip
            while True:
                try:
                    run_with_retry(env, lambda: env["fynlo.checkout"]._fynlo_sell(command))
                    env.cr.commit()
                    return True
                except BusyError:
                    env.cr.rollback()

        results = self.act_at_once(sell, ATTEMPTS)
        refused = [each for each in results if isinstance(each, SlotFullError)]
        self.assertEqual((results.count(True), len(refused)), (CAPACITY, ATTEMPTS - CAPACITY))
        for error in refused:
            self.assertEqual(len(error.details["next"]), 3)
            self.assertNotIn(self.slot, error.details["next"])
        with committing_env(self.dbname) as env:
            domain = [("config_id", "=", self.principals[0].store_id), ("preset_time", "!=", False)]
            self.assertEqual(env["pos.order"].search_count(domain), CAPACITY)
