"""How pages of the web client get to the gateway, and what their tokens are not good for."""

import base64
import json
import os
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.fynlo_base.tests.common import FynloHttpCase
from odoo.tests import tagged

_PASSWORD = "a-long-password-of-pages"
_PATH = "/fynlo/realtime"
_UUID = "00000000-0000-7000-8000-000000000000"


@tagged("post_install", "-at_install")
class TestRealtimePage(FynloHttpCase):
    def sign_in(self, role, login="carl", **vals):
        user = self._make_user(login, role, password=_PASSWORD, **vals)
        self.env.flush_all()
        self.authenticate(login, _PASSWORD)
        return user

    def ask(self, **params):
        """Return ``(result, name of the error)`` of the page's question."""
        self.env.flush_all()
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        reply = self.url_open(_PATH, json=body).json()
        name = reply.get("error", {}).get("data", {}).get("name", "")
        return reply.get("result"), name.rpartition(".")[2]

    def pages(self):
        self.env.invalidate_all()
        return self.env["fynlo.auth.session"].search([("web_session", "!=", False)])

    def ended(self, sessions):
        """Return those that the gateway is told to be over."""
        self.env.flush_all()
        self.env.cr.execute("SELECT fynlo_gateway_ended(%s)", [sessions.mapped("fynlo_uuid")])
        return {row[0] for row in self.env.cr.fetchall()}

    def claims_of(self, token):
        payload = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=="))

    def test_each_role_gets_a_token_of_its_store_for_the_gateway_alone(self):
        for role in ("kitchen", "cashier", "supervisor", "manager", "owner"):
            with self.subTest(role=role):
                user = self.sign_in(role, f"user-{role}", stores=self.store)
                ticket, error = self.ask(store=self.store.fynlo_uuid)
                self.assertEqual(error, "")
                self.assertEqual((ticket["store"], ticket["url"]), (self.store.fynlo_uuid, None))
                self.assertEqual(ticket["expires_in"], 900)
                session = self.pages().filtered(lambda each, user=user: each.user_id == user)
                claims = self.claims_of(ticket["token"])
                told = {name: claims[name] for name in ("aud", "sub", "sid", "sto", "role")}
                self.assertEqual(told, {
                    "aud": "fynlo-realtime", "sub": user.fynlo_uuid, "sid": session.fynlo_uuid,
                    "sto": self.store.fynlo_uuid, "role": role,
                })  # fmt: skip
                self.assertEqual(claims["exp"] - claims["iat"], 900)
                self.assertEqual(session.store_ids, self.store)
                left = session.expires_at - fields.Datetime.now()
                self.assertTrue(timedelta(seconds=890) < left <= timedelta(seconds=900))

    def test_the_api_refuses_its_token(self):
        self.sign_in("owner")
        ticket, _error = self.ask(store=self.store.fynlo_uuid)
        self.session = None
        for path in ("/auth/me", "/auth/sessions", "/sync/pull", "/orders", "/kitchen/tickets"):
            with self.subTest(path=path):
                reply = self.api("GET", path, token=ticket["token"])
                self.assertFailure(reply, 401, "token_invalid")
        reply = self.api("POST", "/auth/refresh", {"refreshToken": ticket["token"]})
        self.assertFailure(reply, 401, "token_invalid")
        reply = self.api("POST", "/auth/logout", {}, token=ticket["token"])
        self.assertFailure(reply, 401, "token_invalid")
        self.assertFalse(self.pages().revoked_at)
        tokens_of = self.env["fynlo.refresh.token"].sudo()
        self.assertFalse(tokens_of.search([("session_id", "=", self.pages().id)]))

    def test_another_store_is_unknown(self):
        self.sign_in("manager", stores=self.store)
        for store in (self.store_2.fynlo_uuid, self.store_b.fynlo_uuid, _UUID, "x", 7, [], {}):
            with self.subTest(store=store):
                self.assertEqual(self.ask(store=store), (None, "NotFoundError"))
        self.assertFalse(self.pages())

    def test_who_has_no_role_gets_nothing(self):
        self.sign_in(None)
        self.assertEqual(self.ask(store=self.store.fynlo_uuid), (None, "ForbiddenError"))
        self.assertFalse(self.pages())

    def test_who_is_not_signed_in_gets_nothing(self):
        expected = (None, "SessionExpiredException")
        self.assertEqual(self.ask(store=self.store.fynlo_uuid), expected)
        user = self.sign_in("manager")
        user.active = False
        self.assertEqual(self.ask(store=self.store.fynlo_uuid), expected)
        self.assertFalse(self.pages())

    def test_a_form_of_another_page_cannot_ask(self):
        self.sign_in("manager")
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            reply = self.url_open(_PATH, data="{}", headers={"Content-Type": kind})
            self.assertGreaterEqual(reply.status_code, 400)
        self.assertFalse(self.pages())

    def test_the_pages_of_a_web_session_share_a_row_that_goes_on(self):
        self.sign_in("manager")
        first, _error = self.ask(store=self.store.fynlo_uuid)
        page = self.pages()
        soon = fields.Datetime.now() + timedelta(seconds=5)
        page.expires_at = soon
        again, _error = self.ask(store=self.store.fynlo_uuid)
        self.assertNotEqual(first["token"], again["token"])
        self.assertEqual(self.pages(), page)
        self.assertGreater(page.expires_at, soon)
        self.ask(store=self.store_2.fynlo_uuid)
        self.assertEqual(len(self.pages()), 2)
        page.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.ask(store=self.store.fynlo_uuid)
        self.assertEqual(len(self.pages()), 3)
        self.env["fynlo.auth.session"]._gc_pages()
        self.assertEqual(len(self.pages() - page), 2)
        self.assertFalse(page.exists())

    def test_what_ends_a_page(self):
        user = self.sign_in("manager", stores=self.store)
        web_session = self.session.sid[:42]
        devices = self.env["res.device.log"].sudo()
        device = devices.create({"session_identifier": web_session, "user_id": user.id})
        ends = {
            "archived": lambda: user.write({"active": False}),
            "another role": lambda: user.write({"group_ids": [(5,)]}),
            "another password": lambda: user.write({"password": "another-long-one"}),
            "another store": lambda: user.write({"fynlo_store_ids": [(6, 0, self.store_2.ids)]}),
            "store closed down": lambda: self.store.write({"active": False}),
            "device revoked": lambda: device.write({"revoked": True}),
            "ended by hand": lambda: self.pages()._fynlo_revoke("ended"),
        }
        for name, end in ends.items():
            with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                token = self.env["fynlo.auth.session"].with_user(user)
                token._fynlo_open_page(self.store, web_session)
                page = self.pages()
                self.assertEqual(self.ended(page), set())
                end()
                self.assertEqual(self.ended(page), set(page.mapped("fynlo_uuid")))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_who_loses_another_store_stays(self):
        self.sign_in("manager", stores=self.store | self.store_2)
        self.ask(store=self.store.fynlo_uuid)
        self.env.user.search([("login", "=", "carl")]).fynlo_store_ids = self.store
        self.assertEqual(self.ended(self.pages()), set())

    def test_a_setting_tells_where_the_gateway_is(self):
        self.sign_in("manager")
        with patch.dict(os.environ, FYNLO_REALTIME_URL="wss://told.example/api/v1/realtime"):
            ticket, _error = self.ask(store=self.store.fynlo_uuid)
        self.assertEqual(ticket["url"], "wss://told.example/api/v1/realtime")
