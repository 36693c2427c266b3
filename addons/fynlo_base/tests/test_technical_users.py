import json
from datetime import datetime, timedelta

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..exceptions import ForbiddenError
from .common import OLGA_PASSWORD, FynloHttpCase

PASSWORD = "nobody-knows-this-one"


@tagged("post_install", "-at_install")
class TestTechnicalUsers(FynloHttpCase):
    def setUp(self):
        super().setUp()
        self.user = self.company._fynlo_technical_user("manager")

    def test_one_for_each_company_and_role(self):
        self.assertEqual(self.company._fynlo_technical_user("manager"), self.user)
        other = self.company_b._fynlo_technical_user("manager")
        self.assertNotEqual(other, self.user)
        self.assertEqual(other.company_ids, self.company_b)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.user.copy({"login": "twin"}).sudo().fynlo_technical_role = "manager"
            self.env.flush_all()

    def test_a_missing_one_is_made_for_whoever_needs_it(self):
        old = self.company._fynlo_technical_user("kitchen")
        old.write({"fynlo_technical_role": False, "login": "old-kitchen"})
        made = self.company.with_user(self.user)._fynlo_technical_user("kitchen")
        self.assertNotEqual(made, old)
        kitchen = self.env.ref("base.group_user") | self.env.ref("fynlo_base.group_fynlo_kitchen")
        self.assertEqual((made.group_ids, made.company_ids), (kitchen, self.company))
        self.assertFalse(made.partner_id.active)

    def test_it_has_the_rights_of_its_role_and_nothing_else(self):
        groups = self.env.ref("base.group_user") | self.env.ref("fynlo_base.group_fynlo_manager")
        self.assertEqual(self.user.group_ids, groups)
        self.assertEqual(self.user._fynlo_role(), "manager")
        self.assertTrue(self.user.fynlo_technical)
        self.assertFalse(self.user.share)
        self.assertFalse(self.user.has_group("base.group_system"))
        self.assertEqual(self.user.company_id, self.company)
        self.assertEqual(self.user.company_ids, self.company)
        self.assertFalse(self.user.email)
        self.assertFalse(self.user.partner_id.active)
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [self.user.id])
        self.assertIsNone(self.env.cr.fetchone()[0])

    def test_there_is_none_for_an_owner(self):
        with self.assertRaises(ForbiddenError):
            self.company._fynlo_technical_user("owner")

    def test_an_archived_one_lets_nobody_in(self):
        self.user.active = False
        with self.assertRaises(ForbiddenError):
            self.company._fynlo_technical_user("manager")

    def test_removing_the_module_archives_them_and_installing_wakes_them(self):
        self.env["res.users"]._fynlo_archive_technical()
        self.assertFalse(self.user.active)
        self.user.fynlo_technical_role = False  # as if the column were new
        self.assertEqual(self.company._fynlo_technical_user("manager"), self.user)
        self.assertTrue(self.user.active)

    def test_no_administrator_gives_it_a_password(self):
        admin = self.env.ref("base.user_admin")
        user = self.user.with_user(admin)
        for give in (
            lambda: user.write({"password": PASSWORD}),
            lambda: user._change_password(PASSWORD),
            user.action_reset_password,
        ):
            with self.assertRaises(UserError):
                give()
        with self.assertRaises(AccessError):
            self.olga.with_user(admin).fynlo_technical_role = "cashier"
        with self.assertRaises(AccessError):
            user.fynlo_technical_role = False
        with self.assertRaises(AccessError):
            self.env["res.users"].with_user(admin).create(
                {"name": "x", "login": "x", "fynlo_technical_role": "kitchen"}
            )

    def test_no_login_even_with_a_password_in_the_database(self):
        self._force_password()
        credential = {"login": self.user.login, "password": PASSWORD, "type": "password"}
        users = self.env["res.users"]
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.res_users"):
            users.authenticate(credential, {"interactive": True})
        with self.assertRaises(AccessDenied):
            users.with_user(self.user)._check_credentials(credential, {"interactive": True})
        with self.assertRaises(AccessDenied):
            users._check_uid_passwd(self.user.id, PASSWORD)

    def test_no_login_by_the_api_or_the_web_page(self):
        self._force_password()
        body = {"login": self.user.login, "password": PASSWORD}
        self.assertFailure(self.api("POST", "/auth/login", body), 401, "login_failed")
        params = {"db": self.env.cr.dbname, **body}
        reply = self.url_open("/web/session/authenticate", json={"params": params}).json()
        self.assertEqual(reply["error"]["data"]["name"], "odoo.exceptions.AccessDenied")
        # The same two calls work for a person.
        body = {"login": "olga", "password": OLGA_PASSWORD}
        self.assertSuccess(self.api("POST", "/auth/login", body))

    def test_no_xmlrpc(self):
        self._force_password()
        args = [self.env.cr.dbname, self.user.id, PASSWORD, "res.users", "search", [[]]]
        params = {"service": "object", "method": "execute_kw", "args": args}
        reply = self.url_open("/jsonrpc", json={"params": params}).json()
        self.assertEqual(reply["error"]["data"]["name"], "odoo.exceptions.AccessDenied")

    def test_no_api_key(self):
        keys = self.env["res.users.apikeys"].with_user(self.user)
        tomorrow = datetime.now() + timedelta(days=0.5)  # noqa: DTZ005 Odoo compares local times
        with self.assertRaises(AccessError):
            keys._generate("rpc", "mine", tomorrow)
        key = self.env["res.users.apikeys"].with_user(self.olga)._generate("rpc", "x", tomorrow)
        check = self.env["res.users.apikeys"]._check_credentials
        self.assertEqual(check(scope="rpc", key=key), self.olga.id)
        self.env.cr.execute("UPDATE res_users_apikeys SET user_id = %s", [self.user.id])
        self.assertIsNone(check(scope="rpc", key=key))
        headers = {"Authorization": f"Bearer {key}"}
        reply = self.url_open("/json/2/res.users/search_count", json={"domain": []},
                              headers=headers)  # fmt: skip
        self.assertEqual(reply.status_code, 401, reply.text)

    def test_no_password_reset_by_login_or_mail(self):
        self.user.partner_id.email = "till@example.com"
        users = self.env["res.users"]
        for name in (self.user.login, "till@example.com"):
            with self.assertRaisesRegex(Exception, "No account"):
                users.reset_password(name)

    def test_no_signup_link(self):
        token = self.user.partner_id.sudo()._generate_signup_token()
        with self.assertRaises(UserError):
            self.env["res.users"].sudo().signup({"password": PASSWORD}, token)

    def test_the_list_of_users_hides_them(self):
        view = self.env["res.users"].get_view(
            self.env.ref("base.view_users_search").id, view_type="search"
        )
        self.assertIn("fynlo_technical", view["arch"])
        action = self.env.ref("base.action_res_users")
        self.assertIn("search_default_filter_no_share", json.dumps(action.context))

    def _force_password(self):
        """Write a password behind Odoo's back, as somebody with the database might."""
        hashed = self.env["res.users"]._crypt_context().hash(PASSWORD)
        self.env["res.users"]._set_encrypted_password(self.user.id, hashed)
