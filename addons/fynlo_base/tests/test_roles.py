from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..exceptions import ForbiddenError
from .common import FynloCase

SALES_MODELS = ("pos.session", "pos.order", "pos.order.line", "pos.payment", "report.pos.order")


@tagged("post_install", "-at_install")
class TestRoles(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Espresso", "available_in_pos": True, "list_price": 2.5}
        )
        for store in (cls.store, cls.store_2):
            cls._sell(store)
        cls.env.flush_all()

    @classmethod
    def _sell(cls, store):
        """Write one paid order of 2.50 into a new session of the store."""
        session = cls.env["pos.session"].create({"config_id": store.id, "user_id": cls.olga.id})
        line = {"product_id": cls.product.id, "qty": 1, "price_unit": 2.5}
        line |= {"price_subtotal": 2.5, "price_subtotal_incl": 2.5, "name": "1"}
        method = store.payment_method_ids[0]
        cls.env["pos.order"].create(
            {
                "session_id": session.id,
                "lines": [Command.create(line)],
                "payment_ids": [Command.create({"payment_method_id": method.id, "amount": 2.5})],
                "amount_total": 2.5,
                "amount_tax": 0,
                "amount_paid": 2.5,
                "amount_return": 0,
            }
        )

    def stores_seen(self, env, model):
        """Return the stores whose records of ``model`` are visible in ``env``."""
        path = {"pos.order.line": "order_id.config_id", "pos.payment": "session_id.config_id"}
        records = env[model].search([])
        return records.sudo().mapped(path.get(model, "config_id")) & (self.store + self.store_2)

    # --- Roles

    def test_the_highest_group_is_the_role(self):
        for role in ("cashier", "kitchen", "supervisor", "manager", "owner"):
            self.assertEqual(self._make_user(f"u-{role}", role)._fynlo_role(), role)
        self.assertIsNone(self._make_user("nobody", None)._fynlo_role())

    def test_each_role_holds_the_ones_before_it(self):
        group = self.env.ref("fynlo_base.group_fynlo_owner")
        names = group.all_implied_ids.mapped("name")
        for name in ("Cashier", "Supervisor", "Manager"):
            self.assertIn(name, names)
        self.assertNotIn("Kitchen", names)
        supervisor = self._make_user("sven", "supervisor")
        self.assertFalse(supervisor.has_group("point_of_sale.group_pos_manager"))
        self.assertFalse(supervisor.has_group("hr.group_hr_user"))

    def test_require_looks_at_the_principal_before_the_user(self):
        self.env_as(self.olga)["res.users"]._fynlo_require("owner")
        users = self.env_as(self.max)["res.users"]
        users._fynlo_require("manager")
        with self.assertRaises(ForbiddenError):
            users._fynlo_require("owner")
        with self.assertRaises(ForbiddenError):
            users.sudo()._fynlo_require("owner")
        with self.assertRaises(ForbiddenError):
            self.env_as(self.device)["res.users"]._fynlo_require("kitchen")
        plain = self._make_user("plain", None)
        with self.assertRaises(ForbiddenError):
            self.env["res.users"].with_user(plain).sudo()._fynlo_require("cashier")

    def test_a_lost_group_is_a_lost_role_whoever_took_it_away(self):
        user = self._make_user("mara", "manager")
        self.assertEqual(user._fynlo_role(), "manager")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM res_groups_users_rel WHERE uid = %s", [user.id])
        self.env.invalidate_all()  # as the next transaction begins; no cache was told
        self.assertIsNone(user._fynlo_role())

    # --- Stores

    def test_no_stores_means_all_of_the_companies(self):
        user = self._make_user("mara", "manager")
        self.assertEqual(user._fynlo_stores() & (self.store + self.store_2 + self.store_b),
                         self.store + self.store_2)  # fmt: skip
        user.fynlo_store_ids = self.store_2
        self.assertEqual(user._fynlo_stores(), self.store_2)

    def test_a_limit_to_an_archived_store_is_still_a_limit(self):
        user = self._make_user("mara", "manager", stores=self.store_2)
        self.env["pos.session"].search([("config_id", "=", self.store_2.id)]).state = "closed"
        self.store_2.active = False
        self.assertFalse(user._fynlo_stores())
        self.assertFalse(self.env(user=user)["pos.config"].search([]))

    def test_the_last_store_of_a_limit_cannot_be_deleted_unseen(self):
        self._make_user("mara", "manager", stores=self.store_b, company=self.company_b)
        self.device_b.sudo().unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env.cr.execute("DELETE FROM pos_config WHERE id = %s", [self.store_b.id])

    # --- Record rules

    def test_an_ordinary_user_sees_what_he_saw(self):
        user = self._make_user("mara", "manager")
        for model in SALES_MODELS:
            self.assertEqual(len(self.stores_seen(self.env(user=user), model)), 2, model)
        for model in (*SALES_MODELS, "pos.config", "fynlo.device", "hr.employee"):
            rules = self.env(user=user)["ir.rule"]
            with_fynlo = str(rules._compute_domain(model, "read"))
            rule = self.env.ref(f"fynlo_base.rule_{model.replace('.', '_')}_store")
            rule.active = False
            self.assertEqual(with_fynlo, str(rules._compute_domain(model, "read")))

    def test_a_limited_user_sees_his_stores_only(self):
        user = self._make_user("mara", "manager", stores=self.store_2)
        env = self.env(user=user)
        for model in SALES_MODELS:
            self.assertEqual(self.stores_seen(env, model), self.store_2, model)
        self.assertEqual(env["pos.config"].search([]), self.store_2)
        self.assertEqual(env["fynlo.device"].search([]), self.device_2)
        order = self.env["pos.order"].search([("config_id", "=", self.store.id)])
        for act in (
            lambda: order.with_user(user).read(["name"]),
            lambda: order.with_user(user).write({"general_customer_note": "x"}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_a_new_limit_holds_at_once(self):
        user = self._make_user("mara", "manager")
        env = self.env(user=user)
        self.assertIn(self.store, env["pos.config"].search([]))
        user.fynlo_store_ids = self.store_2
        self.assertEqual(env["pos.config"].search([]), self.store_2)
        user.fynlo_store_ids = [Command.clear()]
        self.assertIn(self.store, env["pos.config"].search([]))

    def test_a_token_sees_its_stores_only_whoever_asked_before(self):
        first, second = self.env_as(self.ada), self.env_as(self.ada, device=self.device_2)
        self.assertEqual(first.uid, second.uid)
        for _ in range(2):
            for env, store in ((first, self.store), (second, self.store_2)):
                self.assertEqual(env["pos.config"].search([]), store)
                for model in SALES_MODELS:
                    self.assertEqual(self.stores_seen(env, model), store, model)

    def test_a_token_without_stores_sees_none(self):
        env = self.env_as(self.ada)
        principal = env.context["fynlo_principal"]
        env = env(context={**env.context, "fynlo_principal": _with_stores(principal, ())})
        self.assertFalse(env["pos.config"].search([]))

    def test_a_token_never_goes_beyond_the_limit_of_its_user(self):
        user = self._make_user("mara", "manager", stores=self.store_2)
        principal = _with_stores(
            self.env_as(user).context["fynlo_principal"], (self.store + self.store_2).ids
        )
        env = self.env(user=user, context={"fynlo_principal": principal})
        self.assertEqual(env["pos.config"].search([]), self.store_2)

    def test_the_context_of_a_web_client_widens_nothing(self):
        user = self._make_user("mara", "manager", stores=self.store_2)
        for forged in (
            {"fynlo_principal": {"store_ids": self.store.ids, "role": "owner"}},
            {"fynlo_principal": "owner", "fynlo_store_ids": self.store.ids},
            {"fynlo_store_ids": None},
        ):
            env = self.env(user=user, context=forged)
            self.assertEqual(env["pos.config"].search([]), self.store_2)
            with self.assertRaises(ForbiddenError):
                env["res.users"]._fynlo_require("owner")

    def test_a_limited_manager_sees_the_people_of_his_stores(self):
        user = self._make_user("mara", "manager", stores=self.store_2)
        here = self._make_employee("Here", "cashier", stores=self.store_2)
        there = self._make_employee("There", "cashier", stores=self.store)
        seen = self.env(user=user)["hr.employee"].search([])
        self.assertIn(here, seen)
        self.assertIn(self.ada, seen)
        self.assertNotIn(there, seen)
        self.assertNotIn(self.bob, seen)


def _with_stores(principal, store_ids):
    fields = {name: getattr(principal, name) for name in principal.__dataclass_fields__}
    return type(principal)(**fields | {"store_ids": tuple(store_ids)})
