"""No route takes the number of a card: each is asked as its OpenAPI document says."""

import json

from odoo.tests import tagged

from ..http.live_routes import live_routes
from .common import FynloHttpCase
from .full_body import plant
from .test_logs_http import captured
from .test_role_matrix_http import fill

CARD = "4242424242424242"
REFUSED = (422, "card_number_not_allowed")


@tagged("post_install", "-at_install")
class TestCardNumbersHttp(FynloHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for rate_class in ("read", "write", "auth", "bulk"):
            parameter = f"fynlo.rate_limit.{rate_class}"
            cls.env["ir.config_parameter"].set_param(parameter, "10000,10000")
        cls.document = json.loads(cls.env["ir.http"]._fynlo_openapi())
        cls.routes = [(spec, method) for _, spec in live_routes(cls.env) for method in spec.methods]

    def setUp(self):
        super().setUp()
        self.tokens = {"owner": self.token_for(self.olga), "device": self.token_for(self.device)}

    def ask(self, spec, method, body=None, path=None, **headers):
        """Call a route as somebody who may; return its reply."""
        role = next((role for role in self.tokens if role in spec.roles), None)
        if role == "owner" and spec.store_scoped:
            headers["X-Store-Id"] = self.store.fynlo_uuid
        token, path = self.tokens.get(role), path or fill(spec.path)
        return self.api(method, path, body, token=token, headers=headers)

    def assertRefused(self, reply, fields):
        envelope = reply.json()
        self.assertEqual((reply.status_code, envelope["code"]), REFUSED, reply.text)
        named = {(error["field"], error["code"]) for error in envelope["errors"]}
        self.assertEqual(named, {(field, REFUSED[1]) for field in fields})
        self.assertNotIn(CARD, reply.text)
        self.assertNotIn(CARD, str(reply.headers))

    def body_schemas(self):
        """Yield ``spec, method, schema`` of each route with a body."""
        for spec, method in self.routes:
            if spec.body:
                schema = spec.body.__name__
                yield spec, method, {"$ref": f"#/components/schemas/{schema}"}

    def test_every_text_of_every_body(self):
        definitions, planted = self.document["components"]["schemas"], 0
        with captured() as stream:
            for spec, method, schema in self.body_schemas():
                body, fields = plant(schema, definitions, lambda: CARD)
                planted += len(fields)
                with self.subTest(f"{method} {spec.path}"):
                    if spec.is_batch:  # refuses records one by one, as its own tests tell
                        self.assertNotIn(CARD, self.ask(spec, method, body).text)
                    elif fields:  # some bodies hold numbers alone
                        self.assertRefused(self.ask(spec, method, body), fields[:100])
        self.assertGreater(planted, 20)
        self.assertNotIn(CARD, stream.getvalue())

    def test_every_parameter_of_every_route(self):
        with captured() as stream:
            for spec, method in self.routes:
                names = [name for name, _ in self.parameters(spec)] or ["unknown"]
                query = "&".join(f"{name}={CARD}" for name in names)
                path = f"{fill(spec.path)}?{query}"
                with self.subTest(f"{method} {path}"):
                    body = {} if spec.body else None
                    self.assertRefused(self.ask(spec, method, body, path=path), names)
        self.assertNotIn(CARD, stream.getvalue())

    def parameters(self, spec):
        fields = spec.query.model_fields.items() if spec.query else ()
        return [(field.alias, field) for _name, field in fields]

    def test_names_of_fields_paths_and_headers(self):
        spec, method = next(pair for pair in self.routes if pair[0].name == "devices.pair")
        with captured() as stream:
            self.assertRefused(self.ask(spec, method, {CARD: "x"}), ["***"])
            nested = {"name": {CARD: [{"deep": [1, int(CARD)]}]}}
            self.assertRefused(self.ask(spec, method, nested), ["name.***", "name.***.0.deep.1"])
            self.assertRefused(self.ask(spec, method, {}, path=f"/devices/pair?{CARD}=1"), ["***"])
            lost = self.api("GET", f"/devices/{CARD}", token=self.tokens["owner"])
            self.assertEqual(lost.status_code, 404)
            self.assertNotIn(CARD, lost.text)
            told = self.api("GET", "/auth/me", token=self.tokens["owner"],
                            headers={"X-Request-Id": CARD})  # fmt: skip
            self.assertNotEqual(told.headers["X-Request-Id"], CARD)
            scoped = next(pair for pair in self.routes if pair[0].replayable)
            reply = self.ask(*scoped, {}, **{"Idempotency-Key": "4242-4242-4242-4242"})
            self.assertRefused(reply, ["Idempotency-Key"])
        self.assertNotIn(CARD, stream.getvalue())

    def test_nothing_broken_is_echoed(self):
        spec, method = next(pair for pair in self.routes if pair[0].name == "devices.pair")
        for data in (f'{{"name": "{CARD}', f'["{CARD}"', f"{CARD}", f'"{CARD}"'):
            reply = self.url_open(
                f"/api/v1{spec.path}", data=data, headers={"Content-Type": "application/json"}
            )
            self.assertIn(reply.status_code, (400, 422))
            self.assertNotIn(CARD, reply.text)

    def test_the_trail_keeps_none(self):
        facts = {"name": f"card {CARD}", "parts": [{"note": CARD}, 3], "amount_minor": 10**9}
        self.env["fynlo.audit"]._fynlo_log("device.rename", None, facts)
        entry = self.env["fynlo.audit"].search([("action", "=", "device.rename")], limit=1)
        masked = {"name": "card ***", "parts": [{"note": "***"}, 3], "amount_minor": 10**9}
        self.assertEqual(entry.data, masked)
