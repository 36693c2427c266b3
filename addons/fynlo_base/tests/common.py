"""What every test of the suite stands on: a company, two stores, tills and people.

``store`` and ``store_2`` belong to ``company`` (the database's main one). ``ada`` (cashier),
``sue`` (supervisor) and ``max`` (manager) are employees without an Odoo user; ``olga`` is the
owner, a user of Odoo. ``company_b`` is another company, ``store_b`` its store with the till
``device_b``, ``bob`` its cashier. All of it is committed once in a database (see :mod:`.ground`);
what a test changes of it is rolled back.
"""

import os
from unittest.mock import patch

from odoo.addons.base.models.ir_http import IrHttp
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase

from ..own_cursor import own_cursor
from ..principal import CONTEXT_KEY, Principal
from ..session_state import read_state
from .ground import lay

os.environ.setdefault("FYNLO_SECRET_KEY", "only-for-tests-" + "0123456789abcdef" * 2)

PIN = "7391"
WRONG_PIN = "7392"
TECHNICAL_ROLES = ("device", "kitchen", "cashier", "supervisor", "manager")
OLGA_PASSWORD = "olga-keeps-the-books"
#: Hashes by password: one takes Odoo a quarter of a second.
_hashes = {}
#: What Odoo's method answers: the routes are those of the modules.
_routes = {}
_make_routes = IrHttp.routing_map


class _Shop:
    """Fixture and helpers; the two classes below add the kind of test case."""

    @classmethod
    def setUpClass(cls):
        found = lay(cls._lay_ground)
        super().setUpClass()
        for name, (model, record_id) in found.items():
            setattr(cls, name, cls.env[model].browse(record_id))

    @classmethod
    def _lay_ground(cls, env):
        """Make what all classes share; return it by its names."""
        cls.env, cls.company = env, env.company
        people = {
            "ada": cls._make_employee("Ada", "cashier"),
            "sue": cls._make_employee("Sue", "supervisor"),
            "max": cls._make_employee("Max", "manager"),
            "olga": cls._make_user("olga", "owner", password=OLGA_PASSWORD),
        }
        store, store_2 = (cls._make_store(name, cls.company) for name in ("Main Street", "Harbour"))
        tills = {
            "store": store,
            "store_2": store_2,
            "device": cls._make_device("Till 1", store),
            "device_2": cls._make_device("Till 2", store_2),
        }
        elsewhere = cls._make_company_b()
        for company in cls.company | elsewhere["company_b"]:
            for role in TECHNICAL_ROLES:
                company._fynlo_technical_user(role)
        return {"company": cls.company, **people, **tills, **elsewhere}

    @classmethod
    def _make_company_b(cls):
        company = cls.env["res.company"].create({"name": "Somebody Else Ltd"})
        store = cls._make_store("Elsewhere", company)
        return {
            "company_b": company,
            "store_b": store,
            "device_b": cls._make_device("Till B", store),
            "bob": cls._make_employee("Bob", "cashier", company=company),
        }

    def setUp(self):
        super().setUp()
        # Attempts are counted through a connection of their own: no rollback takes them back.
        with own_cursor(self.env) as cr:
            cr.execute("DELETE FROM fynlo_lockout; DELETE FROM fynlo_rate_limit")
        # What a test writes is never committed: another connection would not see its sessions.
        sessions = type(self.env["fynlo.auth.session"])
        self.patch(sessions, "_fynlo_read_state", lambda self, uuid: read_state(self.env.cr, uuid))

    @classmethod
    def _make_store(cls, name, company):
        """Return a new ``pos.config``; one of the main company gets its payment methods."""
        vals = {"name": name, "company_id": company.id}
        if company != cls.env.company:
            vals["payment_method_ids"] = [Command.clear()]  # there is no chart of accounts
        return cls.env["pos.config"].with_company(company).create(vals)

    @classmethod
    def _make_device(cls, name, store):
        """Return a new active ``fynlo.device`` of ``store``."""
        vals = {"name": name, "config_id": store.id, "platform": "ipados"}
        return cls.env["fynlo.device"].sudo().create(vals)

    @classmethod
    def _make_employee(cls, name, role, company=None, stores=None, pin=PIN, **vals):
        """Return a new ``hr.employee`` with that role and PIN; no ``stores`` means all."""
        company = company or cls.company
        vals |= {"name": name, "company_id": company.id, "fynlo_role": role}
        if stores:
            vals["fynlo_store_ids"] = [Command.set(stores.ids)]
        employee = cls.env["hr.employee"].sudo().create(vals)
        if pin:
            employee._fynlo_set_pin(pin)
        return employee

    @classmethod
    def _make_user(cls, login, role, company=None, stores=None, **vals):
        """Return a new Odoo user with that role; ``role=None`` makes an ordinary one."""
        company = company or cls.company
        groups = cls.env.ref("base.group_user")
        if role:
            groups |= cls.env.ref(f"fynlo_base.group_fynlo_{role}")
        vals |= {
            "name": login.title(),
            "login": login,
            "email": f"{login}@example.com",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(groups.ids)],
        }
        if stores:
            vals["fynlo_store_ids"] = [Command.set(stores.ids)]
        password = vals.pop("password", None)
        user = cls.env["res.users"].with_context(no_reset_password=True).create(vals)
        if password:
            if password not in _hashes:
                _hashes[password] = user._crypt_context().hash(password)
            user._set_encrypted_password(user.id, _hashes[password])
        return user

    def identity_of(self, who, device=None):
        """Return ``(user, role, stores, device, employee)`` of an employee, user or device.

        :param device: the till of an employee; his company's first when left out
        """
        no_device, no_employee = self.env["fynlo.device"], self.env["hr.employee"]
        if who._name == "fynlo.device":
            user = who.company_id._fynlo_technical_user("device")
            return user, "device", who.config_id, who, no_employee
        if who._name == "res.users":
            return who, who._fynlo_role(), who._fynlo_stores(), no_device, no_employee
        if device is None:
            device = self.device if who.company_id == self.company else self.device_b
        user, role = who._fynlo_acting_user()
        return user, role, device.config_id, device, who

    def env_as(self, who, store=None, device=None):
        """Return the environment that the API gives to ``who``: his user and his principal."""
        user, role, stores, device, employee = self.identity_of(who, device)
        principal = Principal(
            user_id=user.id,
            company_id=(device.company_id or user.company_id).id,
            role=role,
            session="00000000-0000-7000-8000-000000000000",
            store_ids=tuple(stores.ids),
            store_id=(store or stores[:1]).id or None,
            device_id=device.id or None,
            employee_id=employee.id or None,
            request_id="test-request",
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
        return self.env(user=user.id, su=False, context=context)

    def token_for(self, who, device=None):
        """Return a real access token of an employee (on a till), a user or a device."""
        user, role, stores, device, employee = self.identity_of(who, device)
        sessions = self.env["fynlo.auth.session"].sudo()
        pair = sessions._fynlo_open(user, role, stores, device=device, employee=employee)
        return pair.access_token


class FynloCase(_Shop, TransactionCase):
    """A test of models, without HTTP."""


def _kept_routes(self, key=None):
    """Answer as ``routing_map``, whose answer Odoo forgets with all its caches after each test."""
    if key not in _routes:
        _routes[key] = _make_routes(self, key)
    return _routes[key]


class FynloHttpCase(_Shop, HttpCase):
    """A test through real HTTP, with real tokens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(IrHttp, "routing_map", _kept_routes))

    def api(self, method, path, body=None, token=None, headers=None, raw=None):
        """Call the API and return the ``requests`` response.

        :param path: path below ``/api/v1``, e.g. ``"/devices"``
        :param body: JSON-ready value
        :param raw: bytes to send instead of ``body``
        """
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        if raw is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        self.env.flush_all()
        url = f"/api/v1{path}"
        return self.url_open(url, data=raw, json=body, headers=sent, method=method, timeout=30)

    def assertSuccess(self, response, status=200):
        """Check the success envelope and return its ``data``."""
        self.assertEqual(response.status_code, status, response.text)
        envelope = response.json()
        self.assertIs(envelope["success"], True)
        self.assertEqual(response.headers["X-Request-Id"], envelope["requestId"])
        self.assertNotIn("Set-Cookie", response.headers)
        return envelope["data"]

    def assertFailure(self, response, status, code, fields=None):
        """Check the failure envelope and return it.

        :param fields: the names of all fields at fault
        """
        self.assertEqual(response.status_code, status, response.text)
        envelope = response.json()
        self.assertIs(envelope["success"], False)
        self.assertEqual(envelope["code"], code)
        self.assertEqual(response.headers["X-Request-Id"], envelope["requestId"])
        self.assertNotIn("Set-Cookie", response.headers)
        if fields is not None:
            self.assertEqual({error["field"] for error in envelope["errors"]}, set(fields))
        return envelope
