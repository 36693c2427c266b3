from odoo.fields import Command
from odoo.models import BaseModel
from odoo.tests import tagged

from .common import FynloHttpCase

PASSWORD = "a-password-of-the-test"
#: The buttons of our views: each checks by itself who presses it.
BUTTONS = {
    "fynlo.auth.session.action_end",
    "fynlo.device.action_fynlo_revoke",
    "fynlo.lockout.action_fynlo_unlock",
    "fynlo.pair.wizard.action_fynlo_show_code",
    "fynlo.pin.wizard.action_fynlo_set_pin",
    "fynlo.signing.key.action_rotate",
    "hr.employee.action_fynlo_clear_pin",
    "hr.employee.action_fynlo_open_pin",
    "hr.employee.action_fynlo_unlock",
    "pos.config.action_fynlo_devices",
}


def public_methods(env, addon):
    """Return ``"model.method"`` of all that an addon lets anybody call by RPC."""
    return {
        f"{model._name}.{name}"
        for model in env.registry.values()
        for cls in model.__mro__
        if cls.__module__.startswith(f"odoo.addons.{addon}.")
        for name, member in vars(cls).items()
        if callable(member)
        and not name.startswith("_")
        and not hasattr(BaseModel, name)
        and not getattr(member, "_api_private", False)
    }


@tagged("post_install", "-at_install")
class TestRolesHttp(FynloHttpCase):
    """What the web client's RPC lets each role do: it is the same as what its screens show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ("cashier", "supervisor", "manager"):
            cls._make_user(f"{role}-1", role, password=PASSWORD)

    def call(self, model, method, *args, **kwargs):
        """Return the name of the error of a call by RPC, ``None`` for a success."""
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        self.env.flush_all()
        url = f"/web/dataset/call_kw/{model}/{method}"
        reply = self.url_open(url, json={"jsonrpc": "2.0", "params": params}).json()
        return reply["error"]["data"]["name"].rpartition(".")[2] if "error" in reply else None

    def assertRefused(self, model, method, *args):
        refusal = self.call(model, method, *args)
        self.assertIn(refusal, ("AccessError", "ForbiddenError"), f"{model}.{method}")

    def test_below_manager_nothing_of_ours_can_be_read_or_done(self):
        owner_group = self.env.ref("fynlo_base.group_fynlo_owner")
        session = self.env["fynlo.auth.session"].sudo().search([], limit=1).ids or [1]
        for role in ("cashier", "supervisor"):
            self.authenticate(f"{role}-1", PASSWORD)
            for model in (
                "fynlo.auth.session",
                "fynlo.refresh.token",
                "fynlo.signing.key",
                "fynlo.idempotency",
                "fynlo.pairing.code",
                "fynlo.audit",
                "fynlo.lockout",
                "fynlo.rate.limit",
            ):
                self.assertRefused(model, "search_read", [])
                self.assertRefused(model, "create", {})
            self.assertRefused("fynlo.device", "write", self.device.ids, {"name": "Mine"})
            self.assertRefused("fynlo.device", "unlink", self.device.ids)
            self.assertRefused("fynlo.device", "action_fynlo_revoke", self.device.ids)
            self.assertRefused("fynlo.pair.wizard", "create", {"config_id": self.store.id})
            pin = {"employee_id": self.ada.id, "new_pin": "8264", "repeated_pin": "8264"}
            self.assertRefused("fynlo.pin.wizard", "create", pin)
            self.assertRefused("hr.employee", "write", self.ada.ids, {"fynlo_role": "manager"})
            self.assertRefused("hr.employee", "action_fynlo_unlock", self.ada.ids)
            self.assertRefused("hr.employee", "read", self.ada.ids, ["fynlo_role"])
            user = self.env["res.users"].search([("login", "=", f"{role}-1")])
            rise = {"group_ids": [Command.link(owner_group.id)]}
            self.assertRefused("res.users", "write", user.ids, rise)
            self.assertRefused("res.users", "write", user.ids, {"fynlo_store_ids": []})
            self.assertEqual(user._fynlo_role(), role)
            self.assertRefused("fynlo.auth.session", "unlink", session)
        self.assertEqual(self.device.state, "active")
        self.assertTrue(self.ada._fynlo_check_pin("7391"))

    def test_a_manager_does_his_work_and_no_owners(self):
        self.authenticate("manager-1", PASSWORD)
        self.assertIsNone(self.call("fynlo.device", "action_fynlo_revoke", self.device.ids))
        self.env.invalidate_all()
        self.assertEqual(self.device.state, "revoked")
        pin = {"employee_id": self.ada.id, "new_pin": "8264", "repeated_pin": "8264"}
        self.assertIsNone(self.call("fynlo.pin.wizard", "create", pin))
        self.env.invalidate_all()
        self.assertTrue(self.ada._fynlo_check_pin("8264"))
        chief = self._make_employee("Olga", "owner", user_id=self.olga.id)
        self.assertRefused("fynlo.pin.wizard", "create", {**pin, "employee_id": chief.id})
        self.assertRefused("hr.employee", "write", chief.ids, {"fynlo_role": "cashier"})
        self.assertRefused("hr.employee", "action_fynlo_unlock", chief.ids)
        mine = self.env["res.users"].search([("login", "=", "manager-1")])
        owner_group = self.env.ref("fynlo_base.group_fynlo_owner")
        rise = {"group_ids": [Command.link(owner_group.id)]}
        self.assertRefused("res.users", "write", mine.ids, rise)
        for model in ("fynlo.refresh.token", "fynlo.signing.key", "fynlo.idempotency"):
            self.assertRefused(model, "search_read", [])
        self.assertRefused("fynlo.pairing.code", "write", [1], {"used_at": False})
        self.assertRefused("fynlo.device", "write", self.device.ids, {"state": "active"})
        self.assertRefused("fynlo.device", "create", {"name": "x", "config_id": self.store.id})
        self.assertTrue(chief._fynlo_check_pin("7391"))

    def test_a_manager_reaches_nothing_of_another_company(self):
        self.authenticate("manager-1", PASSWORD)
        self.assertRefused("fynlo.device", "action_fynlo_revoke", self.device_b.ids)
        self.assertRefused("fynlo.device", "read", self.device_b.ids, ["name"])
        self.assertRefused("hr.employee", "action_fynlo_unlock", self.bob.ids)
        pin = {"employee_id": self.bob.id, "new_pin": "8264", "repeated_pin": "8264"}
        self.assertRefused("fynlo.pin.wizard", "create", pin)
        self.env.invalidate_all()
        self.assertEqual(self.device_b.state, "active")
        self.assertTrue(self.bob._fynlo_check_pin("7391"))

    def test_what_is_typed_into_the_pin_dialog_is_nowhere_stored(self):
        self.authenticate("manager-1", PASSWORD)
        pin = {"employee_id": self.ada.id, "new_pin": "8264", "repeated_pin": "8265"}
        self.assertEqual(self.call("fynlo.pin.wizard", "create", pin), "WeakPinError")
        self.env.cr.execute(
            """SELECT column_name FROM information_schema.columns
               WHERE table_name IN ('fynlo_pin_wizard', 'fynlo_pair_wizard')
                 AND column_name ~ 'pin$|code'"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])

    def test_nobody_takes_the_id_of_another(self):
        self.authenticate("manager-1", PASSWORD)
        for record in (self.ada, self.store, self.device):
            self.assertRefused(
                record._name, "write", record.ids, {"fynlo_uuid": self.sue.fynlo_uuid}
            )

    def test_private_methods_are_out_of_reach(self):
        self.authenticate("manager-1", PASSWORD)
        for model, method in (
            ("hr.employee", "_fynlo_set_pin"),
            ("hr.employee", "_fynlo_acting_user"),
            ("fynlo.pairing.code", "_fynlo_issue"),
            ("fynlo.device", "_fynlo_pair"),
            ("fynlo.auth.session", "_fynlo_open"),
            ("res.company", "_fynlo_technical_user"),
        ):
            self.assertEqual(self.call(model, method, [1]), "AccessError", method)

    def test_no_method_of_ours_is_public_by_accident(self):
        self.assertEqual(public_methods(self.env, "fynlo_base"), BUTTONS)
