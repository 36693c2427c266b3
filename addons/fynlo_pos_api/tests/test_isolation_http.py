import re
from importlib import import_module
from importlib.util import find_spec
from uuid import uuid4

from odoo import fields
from odoo.addons.fynlo_base.http.live_routes import live_routes
from odoo.addons.fynlo_base.tests.smallest_body import smallest_body
from odoo.tests import tagged

from .common import SellingCase
from .menu import Menu
from .till import Till

#: A picture of one pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Erk"
    "Jggg=="
)
#: What a body needs beside its required fields, by schema.
MORE = {
    "CashCountCreate": {"countedCash": 0},
    "ImageWrite": {"content": PIXEL},
    "OrderSplit": {"parts": 2},
    "OrderTransfer": {"employeeId": str(uuid4())},
    "PinWrite": {"pin": "482915"},
    "RefundCreate": {"all": True},
    "ShiftOpen": {"countedCash": 0},
}
_PARTS = re.compile(r"([\w-]+)/<uuid:\w+>")


class Subjects:
    """One record of every kind that a path can name, in one store.

    An addon that comes later tells its own in ``tests/subjects.py``.

    :ivar uuids: public ids by the part of the path before them
    """

    def __init__(self, env, store, session):
        self.env, self.store, self.session = env, store, session
        self.company = store.company_id
        partner = self.make("res.partner", name="Guest", customer_rank=1)
        address = self.make("res.partner", name="Home", parent_id=partner.id, type="delivery")
        employee = self.make("hr.employee", name="Eve", fynlo_store_ids=[store.id])
        device = self.make("fynlo.device", name="Till", config_id=store.id, platform="ios")
        drawer = self.make("fynlo.drawer", name="Purse", config_id=store.id)
        order = self.make_order()
        user = self.company._fynlo_technical_user("cashier")
        sessions = env["fynlo.auth.session"]
        sessions._fynlo_open(user, "cashier", store, device=device, employee=employee)
        signed_in = sessions.search([("device_id", "=", device.id)], limit=1)
        pie = {"name": "Pie", "available_in_pos": True, "image_1920": PIXEL}
        product = self.make("product.template", **pie)
        category = self.make("pos.category", name="Pies")
        records = {
            "categories": category,
            "products": product,
            "customers": partner,
            "addresses": address,
            "employees": employee,
            "devices": device,
            "drawers": drawer,
            "drawer-shifts": self.make_shift(drawer, employee),
            "sessions": session,
            "hardware": (hardware := self.make_hardware()),
            "tests": env["fynlo.hardware.check"]._fynlo_queue(hardware),
            "tickets": self.make_ticket(order),
            "imports": self.make_import(),
            "presets": self.make_preset(),
        }
        hook, delivery = self.make_webhook()
        records |= {"webhooks": hook, "deliveries": delivery}
        self.uuids = {part: record.fynlo_uuid for part, record in records.items()}
        self.uuids |= {"orders": order.uuid, "auth/sessions": signed_in.fynlo_uuid}
        self.order = order
        for name in sorted(env.registry._init_modules):
            if name.startswith("fynlo_") and find_spec(f"odoo.addons.{name}.tests.subjects"):
                more = import_module(f"odoo.addons.{name}.tests.subjects")
                self.uuids |= more.make_subjects(self)

    def make(self, model, **vals):
        if (
            "company_id" in self.env[model]._fields
            and not self.env[model]._fields["company_id"].related
        ):
            vals["company_id"] = self.company.id
        return self.env[model].with_company(self.company).create(vals)

    def make_order(self):
        nothing = dict.fromkeys(("amount_total", "amount_tax", "amount_paid", "amount_return"), 0)
        vals = {"uuid": str(uuid4()), "session_id": self.session.id, "lines": []}
        return self.make("pos.order", config_id=self.store.id, **vals, **nothing)

    def make_shift(self, drawer, employee):
        vals = {"drawer_id": drawer.id, "employee_id": employee.id, "opening": 0}
        vals |= {"session_id": self.session.id, "opened_at": fields.Datetime.now()}
        return self.env["fynlo.drawer.shift"].create(vals)

    def make_hardware(self):
        vals = {"name": "Printer", "kind": "printer", "connection": "network"}
        return self.make("fynlo.hardware", config_id=self.store.id, **vals)

    def make_preset(self):
        preset = self.make("pos.preset", name="Fetch", fynlo_order_type="takeaway")
        state, self.session.state = self.session.state, "closed"  # Odoo locks presets meanwhile
        presets = {"default_preset_id": preset.id, "available_preset_ids": preset.ids}
        self.store.write({"use_presets": True, **presets})
        self.session.state = state
        return preset

    def make_webhook(self):
        topics = self.env["fynlo.webhook.topic"].search([])
        url = "https://example.com/hook"
        hook = self.make("fynlo.webhook", url=url, config_id=self.store.id, topic_ids=topics.ids)
        now = fields.Datetime.now()
        event = self.make("fynlo.webhook.event", type="x", subject="x", body="{}", created_at=now)
        vals = {"webhook_id": hook.id, "event_id": event.id, "type": "x", "subject": "x"}
        return hook, self.env["fynlo.webhook.delivery"].create({**vals, "expires_at": now})

    def make_import(self):
        vals = {"kind": "customers", "mode": "skip_bad", "state": "done"}
        return self.make("fynlo.import", config_id=self.store.id, user_id=self.env.user.id, **vals)

    def make_ticket(self, order):
        station = self.make("fynlo.kitchen.station", name="Grill", config_id=self.store.id)
        vals = {"station_id": station.id, "order_id": order.id, "send_number": 1, "kind": "new"}
        return self.env["fynlo.kitchen.ticket"].create({**vals, "number": "1"})


@tagged("post_install", "-at_install")
class TestIsolationHttp(SellingCase):
    """What is hidden from somebody looks exactly like what does not exist, on every route.

    The routes are those that answer now: a new one is tested by being there, and a new kind of
    subject fails until this test knows one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for rate_class in ("read", "write", "auth", "bulk"):
            parameter = f"fynlo.rate_limit.{rate_class}"
            cls.env["ir.config_parameter"].set_param(parameter, "10000,10000")
        harbour = Till(cls.env, "Other")
        menu = Menu(cls.env(user=cls.env.ref("base.user_admin")), cls.env.ref("base.USD"))
        cls.own = Subjects(cls.env, cls.till.store, cls.session)
        cls.other_store = Subjects(cls.env, harbour.store, harbour.open())
        cls.other_company = Subjects(menu.env(su=True), menu.store, menu.session)
        cls.kim = cls._make_employee("Kim", "kitchen")
        cls.calls = [
            (spec, method)
            for _rule, spec in live_routes(cls.env)
            for method in spec.methods
            if spec.roles and "<uuid:" in spec.path
        ]

    def parts(self, spec):
        """Return what a path names, as keys of ``Subjects.uuids``."""
        found = _PARTS.findall(spec.path)
        return [f"auth/{part}" if spec.path.startswith("/auth/") else part for part in found]

    def ask(self, spec, method, uuids, token):
        """Call a route on the subjects ``uuids``; return status and envelope."""
        path, body = spec.path, None
        for uuid in uuids:
            path = re.sub(r"<uuid:\w+>", uuid, path, count=1)
        if spec.body:
            body = {**smallest_body(spec.body), **MORE.get(spec.body.__name__, {})}
        headers = {"X-Store-Id": self.till.store.fynlo_uuid} if spec.store_scoped else {}
        response = self.api(method, path, body, token=token, headers=headers)
        if response.ok and not spec.is_enveloped:
            return response.status_code, {"success": True}
        envelope = response.json()
        envelope.pop("requestId")
        return response.status_code, envelope

    def check(self, role, make_token):
        for spec, method in self.calls:
            # Odoo keeps one set of categories for all companies.
            if role not in spec.roles or "categories" in self.parts(spec):
                continue
            token = make_token()
            unknown = [str(uuid4()) for _ in self.parts(spec)]
            expected = self.ask(spec, method, unknown, token)
            for name, foreign in (("store", self.other_store), ("company", self.other_company)):
                if name == "store" and self.may_see(role, spec):
                    continue
                with self.subTest(f"{method} {spec.path}", role=role, other=name):
                    # Who is on no till is told so before anything is looked for.
                    self.assertIn(expected[1]["code"], ("not_found", "device_required"), expected)
                    self.check_hidden(spec, method, foreign, token, expected)

    def may_see(self, role, spec):
        """Tell whether a subject of another store of the company is nobody's secret there.

        Customers and products belong to the company; an owner has all its stores, people and
        devices.
        """
        parts = self.parts(spec)
        is_owners = not spec.store_scoped or "employees" in parts
        return {"customers", "products"} & set(parts) or (role == "owner" and is_owners)

    def check_hidden(self, spec, method, foreign, token, expected):
        parts = self.parts(spec)
        hidden = [foreign.uuids[part] for part in parts]
        self.assertEqual(self.ask(spec, method, hidden, token), expected)
        if len(parts) > 1:  # another's part of what is one's own
            own = [self.own.uuids[part] for part in parts[:-1]]
            mixed = self.ask(spec, method, [*own, hidden[-1]], token)
            self.assertEqual(mixed, self.ask(spec, method, [*own, str(uuid4())], token))

    def test_kitchen(self):
        self.check("kitchen", lambda: self.token_for(self.kim, self.corner_device))

    def test_cashier(self):
        self.check("cashier", lambda: self.token_for(self.ada, self.corner_device))

    def test_supervisor(self):
        self.check("supervisor", lambda: self.token_for(self.sue, self.corner_device))

    def test_manager(self):
        self.check("manager", lambda: self.token_for(self.max, self.corner_device))

    def test_owner(self):
        self.check("owner", lambda: self.token_for(self.olga))

    def test_device(self):
        self.check("device", lambda: self.token_for(self.corner_device))

    def test_ones_own_is_found(self):
        """The other tests would pass if every subject were hidden from everybody."""
        for spec, method in self.calls:
            if method != "GET" or "manager" not in spec.roles:
                continue
            with self.subTest(spec.path):
                own = [self.own.uuids[part] for part in self.parts(spec)]
                token = self.token_for(self.max, self.corner_device)
                status, envelope = self.ask(spec, method, own, token)
                self.assertEqual(status, 200, envelope)
