import json
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from .till import Till


@tagged("post_install", "-at_install")
class TestForeignCurrency(FynloCase):
    """A store whose sales journal is in another currency than its company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        vals = {"currency_id": cls.euro.id, "company_id": cls.company.id, "rate": 0.8}
        cls.env["res.currency.rate"].search([("currency_id", "=", cls.euro.id)]).unlink()
        cls.env["res.currency.rate"].create({**vals, "name": "2020-01-01"})
        journals = (cls.till.cash | cls.till.card).journal_id
        sales = cls.till.store.journal_id.copy({"code": "EURS", "currency_id": cls.euro.id})
        journals.currency_id = cls.euro
        cls.till.store.write({"journal_id": sales.id, "invoice_journal_id": sales.id})
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        cls.session = cls.till.open()

    def test_prices_costs_and_rate_are_converted_as_odoo_does(self):
        line = {"id": str(uuid4()), "productId": self.till.coffee.fynlo_uuid, "quantity": 3}
        payment = {"id": str(uuid4()), "method": self.till.cash.fynlo_uuid, "amount": 660}
        body = {"id": str(uuid4()), "orderType": "dine_in", "lines": [line], "payments": [payment]}
        command = OrderCreate.model_validate_json(json.dumps(body))
        env = self.env_as(self.ada, device=self.corner_device)
        order = env["fynlo.checkout"]._fynlo_sell(command).sudo()
        self.assertEqual(order.currency_id, self.euro)
        self.assertEqual(order.lines.price_unit, 2.0)  # 2.50 at 0.8
        self.assertEqual((order.amount_total, order.amount_tax, order.state), (6.6, 0.6, "paid"))
        self.assertEqual(order.currency_rate, 0.8)
        self.till.coffee.categ_id.property_cost_method = "standard"
        order.lines.is_total_cost_computed = False
        order._compute_total_cost_in_real_time()
        self.assertAlmostEqual(order.lines.total_cost, 2.4)
