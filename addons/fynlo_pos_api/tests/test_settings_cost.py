from odoo.addons.fynlo_base.schemas.base import PageQuery
from odoo.fields import Command
from odoo.tests import tagged

from ..schemas.hardware import HardwarePage
from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestSettingsCost(KitchenCase):
    def fill(self, number):
        """Give the store so many hours, special days, devices, rules of mails."""
        store, days = self.till.store, [f"2027-01-{day + 1:02d}" for day in range(number)]
        rule = {"event": "refund", "emails": "boss@example.com"}
        store.write({
            "fynlo_hours_ids": [
                Command.create({"opens": each, "closes": each + 0.5}) for each in range(number)
            ],
            "fynlo_exception_ids": [Command.create({"name": day, "date": day}) for day in days],
            "fynlo_hardware_ids": [Command.create({"name": f"Printer {day}"}) for day in days],
            "fynlo_notice_ids": [Command.create(rule) for _ in days],
        })  # fmt: skip

    def cost(self, act):
        """Return how many queries ``act(env)`` takes in a request that has read nothing yet."""
        env = self.env_as(self.ada, device=self.corner_device)
        act(env)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act(env)
        return self.env.cr.sql_log_count - before

    def test_building_costs_the_same_for_little_and_much(self):
        def build(env):
            settings = env["fynlo.settings"]
            settings._fynlo_view(settings._fynlo_store(), True).model_dump_json(by_alias=True)

        def page(env):
            query = PageQuery(limit=100)
            HardwarePage.of(*env["fynlo.hardware"]._fynlo_page(query), query).model_dump_json()

        self.fill(2)
        few = self.cost(build), self.cost(page)
        parts = ("hours", "exception", "hardware", "notice")
        self.till.store.write({f"fynlo_{part}_ids": [Command.clear()] for part in parts})
        self.fill(20)
        self.assertEqual((self.cost(build), self.cost(page)), few)
        self.assertEqual(few, (20, 3))
