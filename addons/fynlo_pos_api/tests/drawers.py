"""A store with two tills, a drawer for each, and a purse."""

from odoo.addons.fynlo_base.tests.common import FynloCase

from .till import Till, command


class DrawerCase(FynloCase):
    """``bar`` and ``door`` are drawers of the tills ``ipad`` and ``tablet``, ``purse`` of none.

    The session of ``till`` was opened with 300.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.ipad = cls._make_device("Bar", cls.till.store)
        cls.tablet = cls._make_device("Door", cls.till.store)
        cls.bar = cls._make_drawer("Bar", cls.ipad)
        cls.door = cls._make_drawer("Door", cls.tablet)
        cls.purse = cls._make_drawer("Purse 1")
        cls.session = cls.till.open(300.0)
        cls.ben = cls._make_employee("Ben", "cashier")

    @classmethod
    def _make_drawer(cls, name, device=None):
        vals = {"name": name, "config_id": cls.till.store.id}
        return cls.env["fynlo.drawer"].create({**vals, "device_id": device and device.id})

    def as_(self, who, device=None):
        """Return the environment of an employee on the bar's till or another."""
        return self.env_as(who, self.till.store, device or self.ipad)

    def take(self, drawer, who, cash=10000, device=None):
        """Open a shift as ``who`` with ``cash`` in minor units; return it (sudoed)."""
        env = self.as_(who, device)
        order = command("shift", countedCash=cash)
        return env["fynlo.drawer.shift"]._fynlo_open_shift(drawer.with_env(env), order)

    def shift_as(self, shift, who, device=None):
        shifts = self.as_(who, device)["fynlo.drawer.shift"]
        return shifts._fynlo_find_shift(shift.fynlo_uuid)

    def count(self, shift, amount, who=None, **values):
        order = command("count", countedCash=amount, **values)
        who = who or shift.employee_id
        return self.shift_as(shift, who)._fynlo_count_shift(order)

    def end(self, shift, who=None, **values):
        who = who or shift.employee_id
        return self.shift_as(shift, who)._fynlo_close_shift(command("end", **values))

    def hand_over(self, shift, who, device=None, **values):
        order = command("handover", **values)
        return self.shift_as(shift, who, device)._fynlo_hand_over(order)

    def sell(self, who, quantities, device=None, method=None, **extra):
        """Sell as ``who``, by the path of the API from the order's values on."""
        env = self.as_(who, device)
        session = self.session.with_env(env)
        extra = {"employee_id": who.id, **extra}
        return self.till.sell(session, quantities, method, env=env, **extra)

    def move(self, kind, amount, who, device=None):
        order = command("move", type=kind, amount=amount, reason="milk")
        return self.session.with_env(self.as_(who, device))._fynlo_move_cash(order)

    def count_session(self, amount, who=None):
        session = self.session.with_env(self.as_(who or self.sue))
        return session._fynlo_count_cash(command("count", countedCash=amount))

    def close_session(self, who=None, **values):
        session = self.session.with_env(self.as_(who or self.sue))
        return session._fynlo_close_session(command("close", **values))
