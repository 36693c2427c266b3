"""One barcode, given to several products at the same moment."""

import json
from collections import Counter
from dataclasses import replace
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.product_bodies import ProductCreate, ProductUpdate
from .parallel_tills import ParallelTills


@tagged("post_install", "-at_install")
class TestBarcodesParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        self.barcode = f"29{uuid4().int % 10**11:011d}"

    def clean_up(self):
        with committing_env(self.dbname) as env:
            self.found(env).write({"active": False, "barcode": False})
        super().clean_up()

    def found(self, env):
        products = env["product.product"].with_context(active_test=False)
        return products.search([("barcode", "=", self.barcode)])

    def manager(self, env):
        """Return the environment of the company's administrator on the till of ``env``."""
        principal = env.context[CONTEXT_KEY]
        admin = env.ref("base.user_admin")
        principal = replace(principal, user_id=admin.id, role="owner")
        return env(user=admin.id, context={**env.context, CONTEXT_KEY: principal})

    def create(self, env, number):
        env = self.manager(env)
        body = {"id": str(uuid4()), "name": f"Twin {number}", "price": 100}
        command = ProductCreate.model_validate_json(json.dumps({**body, "barcode": self.barcode}))
        products = env["product.template"]
        run_with_retry(env, lambda: products._fynlo_create_product(command).id)
        return "made"

    def outcomes(self, results):
        """Count the results; an error that is not the one expected is shown."""
        return Counter(
            str(result.errors[0]["code"]) if isinstance(result, InvalidFieldsError) else str(result)
            for result in results
        )

    def test_one_product_gets_it(self):
        results = self.act_at_once(self.create)
        self.assertEqual(self.outcomes(results), {"made": 1, "not_unique": 7})
        with committing_env(self.dbname) as env:
            self.assertEqual(len(self.found(env)), 1)

    def test_a_new_product_and_one_that_is_changed(self):
        with committing_env(self.dbname) as env:
            coffee = env["product.product"]._fynlo_by_uuid(self.coffee)
            self.template = coffee.product_tmpl_id.fynlo_uuid

        def act(env, number):
            if number % 2:
                return self.create(env, number)
            env = self.manager(env)
            command = ProductUpdate.model_validate_json(json.dumps({"barcode": self.barcode}))
            products = env["product.template"]
            run_with_retry(env, lambda: products._fynlo_update_product(self.template, command).id)
            return "changed"

        counts = self.outcomes(self.act_at_once(act))
        with committing_env(self.dbname) as env:
            self.assertEqual(len(self.found(env)), 1)
        # Who changes it to what it has is right, however often.
        self.assertIn((counts["made"], counts["changed"]), ((1, 0), (0, 4)))
        self.assertEqual(counts["not_unique"], 8 - counts["made"] - counts["changed"])
