from datetime import timedelta
from types import SimpleNamespace

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .. import exceptions as exc
from ..http.route import CASHIER, DEVICE, MANAGER, OWNER, STAFF
from ..principal import CONTEXT_KEY
from .common import FynloCase

UNKNOWN = "01930000-0000-7000-8000-000000000000"


def _own_env(user):
    """Return the user as his own preferences page has him."""
    return user.with_user(user).env.user


@tagged("post_install", "-at_install")
class TestAuthSession(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls._make_user("mia", "manager")

    def setUp(self):
        super().setUp()
        self.sessions = self.env["fynlo.auth.session"]
        self.token = self.token_for(self.mia)

    def authenticate(self, token=None, store=None, roles=STAFF, store_scoped=False):
        """Return the access that a request gets."""
        spec = SimpleNamespace(roles=roles, store_scoped=store_scoped)
        header = f"Bearer {token or self.token}"
        self.env.flush_all()
        return self.sessions._fynlo_authenticate(header, store, spec, "request-1")

    def principal(self, **options):
        return self.authenticate(**options).context[CONTEXT_KEY]

    def opened(self):
        return self.sessions.sudo().search([], limit=1)

    # --- What a request may do

    def test_a_user_without_a_store_route_has_all_stores_and_companies(self):
        access = self.authenticate()
        principal = access.context.pop(CONTEXT_KEY)
        self.assertEqual(access.user_id, self.mia.id)
        expected = {"lang": "en_US", "tz": "UTC", "allowed_company_ids": self.company.ids}
        self.assertEqual(access.context, expected)
        self.assertEqual(principal.store_ids, tuple(self.mia._fynlo_stores().ids))
        self.assertEqual((principal.role, principal.store_id), ("manager", None))
        self.assertEqual((principal.device_id, principal.employee_id), (None, None))
        self.assertEqual(principal.session, self.opened().fynlo_uuid)
        self.assertEqual(principal.request_id, "request-1")

    def test_an_employee_on_a_till_has_its_store_and_company(self):
        token = self.token_for(self.bob)
        principal = self.principal(token=token)
        self.assertEqual(principal.store_ids, (self.store_b.id,))
        self.assertEqual((principal.store_id, principal.role), (self.store_b.id, "cashier"))
        self.assertEqual(principal.company_id, self.company_b.id)
        ids = (principal.device_id, principal.employee_id)
        self.assertEqual(ids, (self.device_b.id, self.bob.id))

    def test_the_role_decides(self):
        self.authenticate(roles=MANAGER)
        for roles in (OWNER, DEVICE, frozenset({"cashier"})):
            with self.assertRaises(exc.ForbiddenError):
                self.authenticate(roles=roles)
        device = self.token_for(self.device)
        self.assertEqual(self.principal(token=device, roles=DEVICE).role, "device")
        with self.assertRaises(exc.ForbiddenError):
            self.authenticate(token=device, roles=CASHIER)

    def test_the_named_store_is_taken_in_any_case(self):
        uuid = self.store_2.fynlo_uuid
        for header in (uuid, uuid.upper()):
            principal = self.principal(store=header, store_scoped=True)
            self.assertEqual(principal.store_id, self.store_2.id)
            self.assertEqual(principal.company_id, self.company.id)

    def test_several_stores_and_none_named(self):
        with self.assertRaises(exc.StoreRequiredError):
            self.authenticate(store_scoped=True)

    def test_one_store_need_not_be_named(self):
        self.mia.fynlo_store_ids = self.store_2
        self.assertEqual(self.principal(store_scoped=True).store_id, self.store_2.id)

    def test_a_foreign_unknown_or_senseless_store_is_refused_alike(self):
        for header in (self.store_b.fynlo_uuid, UNKNOWN, "", "'", "x" * 5000):
            with self.subTest(header), self.assertRaises(exc.StoreForbiddenError):
                self.authenticate(store=header, store_scoped=True)

    def test_a_till_serves_no_other_store(self):
        token = self.token_for(self.ada)
        with self.assertRaises(exc.StoreForbiddenError):
            self.authenticate(token=token, store=self.store_2.fynlo_uuid, store_scoped=True)
        self.assertEqual(self.principal(token=token, store_scoped=True).store_id, self.store.id)

    def test_a_store_taken_from_the_user_is_gone_at_once(self):
        header = self.store.fynlo_uuid
        self.authenticate(store=header, store_scoped=True)
        self.mia.fynlo_store_ids = self.store_2
        with self.assertRaises(exc.StoreForbiddenError):
            self.authenticate(store=header, store_scoped=True)

    def test_a_store_that_the_session_was_not_opened_for_is_refused(self):
        pair = self.sessions._fynlo_open(self.mia, "manager", self.store_2)
        header = self.store.fynlo_uuid
        with self.assertRaises(exc.StoreForbiddenError):
            self.authenticate(pair.access_token, store=header, store_scoped=True)

    def test_an_archived_store_is_refused(self):
        self.store_2.active = False
        with self.assertRaises(exc.StoreForbiddenError):
            self.authenticate(store=self.store_2.fynlo_uuid, store_scoped=True)

    # --- What ends a session

    def assertEnds(self, change, token=None, roles=STAFF | DEVICE):
        self.authenticate(token, roles=roles)
        change()
        with self.assertRaises(exc.TokenInvalidError):
            self.authenticate(token, roles=roles)

    def test_changes_of_the_user_end_it(self):
        group = self.env.ref("base.group_partner_manager")
        changes = {
            "password": lambda user: user.write({"password": "another-password"}),
            "own password": lambda user: _own_env(user)._change_password("other-password"),
            "login": lambda user: user.write({"login": "mia2"}),
            "totp": lambda user: user.sudo().write({"totp_secret": "MFRGGZDFMZTWQ2LK"}),
            "archived": lambda user: user.write({"active": False}),
            "group more": lambda user: user.write({"group_ids": [Command.link(group.id)]}),
            "group less": lambda user: user.write({"group_ids": [Command.unlink(group.id)]}),
            "group's side": lambda user: group.write({"user_ids": [Command.link(user.id)]}),
            "company": lambda user: user.write({"company_ids": [Command.link(self.company_b.id)]}),
            "company's side": lambda user: self.company_b.write(
                {"user_ids": [Command.unlink(user.id)]}
            ),
            "SQL": lambda user: self.env.cr.execute(
                "UPDATE res_users SET password = 'x' WHERE id = %s", (user.id,)
            ),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.mia.active = True
                self.token = self.token_for(self.mia)
                self.assertEnds(lambda change=change: change(self.mia))

    def test_other_changes_of_the_user_do_not(self):
        self.mia.write({"name": "Mia M.", "tz": "Asia/Tokyo", "signature": "Mia"})
        self.mia.write({"login": "mia", "active": True, "group_ids": [Command.link(1)]})
        self.env.flush_all()
        self.assertEqual(self.authenticate().context["tz"], "Asia/Tokyo")

    def test_a_deleted_group_ends_it(self):
        group = self.env["res.groups"].create({"name": "Of the day"})
        self.mia.group_ids += group
        self.token = self.token_for(self.mia)
        self.assertEnds(group.unlink)

    def test_a_role_given_through_another_group_ends_it(self):
        team = self.env["res.groups"].create({"name": "Team"})
        self.mia.group_ids += team
        self.token = self.token_for(self.mia)
        owner = self.env.ref("fynlo_base.group_fynlo_owner")
        self.assertEnds(lambda: team.write({"implied_ids": [Command.link(owner.id)]}))
        self.token = self.token_for(self.mia)
        self.assertEnds(lambda: team.write({"implied_ids": [Command.unlink(owner.id)]}))

    def test_a_feature_switched_on_for_everybody_does_not(self):
        feature = self.env["res.groups"].create({"name": "A feature"})
        till = self.token_for(self.device)
        self.env.ref("base.group_user").write({"implied_ids": [Command.link(feature.id)]})
        self.assertTrue(self.mia.has_group(feature._ensure_xml_id()[feature.id]))
        self.authenticate()
        self.authenticate(till, roles=DEVICE)

    def test_what_ends_those_on_a_till(self):
        changes = {
            "device": lambda: self.device.sudo().write({"state": "revoked"}),
            "employee": lambda: self.ada.sudo().write({"active": False}),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.device.sudo().state = "active"
                self.assertEnds(change, self.token_for(self.ada))

    def test_a_revoked_till_cannot_refresh(self):
        user, role, stores, device, _ = self.identity_of(self.device)
        pair = self.sessions._fynlo_open(user, role, stores, device=device)
        self.device.sudo().state = "revoked"
        with self.assertRaises(exc.TokenInvalidError):
            self.sessions._fynlo_refresh(pair.refresh_token)

    def test_its_end_of_time_ends_it(self):
        soon = fields.Datetime.now() + timedelta(seconds=60)
        self.assertEnds(lambda: self.opened().write({"expires_at": soon - timedelta(seconds=61)}))

    # --- How long, and at what price

    def test_lifetimes(self):
        user, role, stores, device, _ = self.identity_of(self.device)
        self.sessions._fynlo_open(user, role, stores, device=device)
        expected = {self.device: timedelta(days=180), self.ada: timedelta(minutes=15)}
        expected[self.mia] = timedelta(days=30)
        for who, lifetime in expected.items():
            self.token_for(who)
            left = self.opened().expires_at - fields.Datetime.now()
            self.assertLessEqual(abs(left - lifetime), timedelta(seconds=2))

    def test_an_employee_on_a_till_gets_no_refresh_token(self):
        user, role, stores, device, employee = self.identity_of(self.ada)
        pair = self.sessions._fynlo_open(user, role, stores, device, employee)
        self.assertIsNone(pair.refresh_token)
        self.assertFalse(self.env["fynlo.refresh.token"].sudo().search(
            [("session_id", "=", self.opened().id)]
        ))  # fmt: skip

    def test_a_refresh_token_is_stored_as_a_hash_only(self):
        pair = self.sessions._fynlo_open(self.mia, "manager", self.store)
        stored = self.env["fynlo.refresh.token"].sudo().search([], limit=1)
        self.assertRegex(stored.token_hash, r"^[0-9a-f]{64}$")
        self.assertNotIn(pair.refresh_token[4:], str(stored.read()) + str(self.opened().read()))
        self.assertNotIn(pair.refresh_token, repr(pair))

    def test_a_request_costs_one_query(self):
        self.authenticate()  # the keys are in memory from here on
        for token, roles in ((self.token, STAFF), (self.token_for(self.ada), STAFF)):
            self.authenticate(token, roles=roles)  # flushes
            with self.assertQueryCount(1):
                self.authenticate(token, self.store.fynlo_uuid, roles, store_scoped=True)
