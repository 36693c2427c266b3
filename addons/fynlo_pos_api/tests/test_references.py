from unittest.mock import patch

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.fields import Date
from odoo.tests import tagged

from .till import Till


@tagged("post_install", "-at_install")
class TestReferences(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.config = cls.till.store

    def setUp(self):
        super().setUp()
        # A sequence survives the rollback at the end of a test: each test has tills of its own.
        self.ipad = self._make_device("Bar", self.config)
        self.phone = self._make_device("Floor", self.config)

    def test_reference_names_year_device_store_and_counter(self):
        year, code = Date.today().strftime("%y"), f"F{self.ipad.number}"
        reference = self.ipad._fynlo_next_reference(self.config)
        self.assertEqual(reference.pos_reference, f"{year}{code}-{self.config.id}-{code}.000001")
        self.assertEqual(reference.tracking_number, f"{code}001")
        self.assertEqual(reference.sequence_number, 1)
        self.assertEqual(reference.name, f"Corner - {code}.000001")
        self.assertEqual(self.ipad._fynlo_next_reference(self.config).sequence_number, 2)

    def test_tracking_number_starts_over_after_999(self):
        self.ipad.fynlo_order_seq_id.number_next_actual = 1003
        reference = self.ipad._fynlo_next_reference(self.config)
        self.assertEqual(reference.tracking_number, f"F{self.ipad.number}003")
        self.assertTrue(reference.pos_reference.endswith(".001003"))

    def test_devices_stores_and_the_web_pos_never_share_a_reference(self):
        session = self.till.open()
        orders = self.env["pos.order"]
        for source in (self.ipad, self.phone, self.config):
            for _ in range(3):
                drawn = source._fynlo_next_reference(self.config)
                names = {"name": drawn.name, "pos_reference": drawn.pos_reference}
                orders |= self.till.sell(session, {self.till.coffee: 1}, **names)
        for _ in range(3):
            orders |= self.till.sell_in_web_pos(session, {self.till.coffee: 1})
        self.assertEqual(len(set(orders.mapped("pos_reference"))), 12)
        self.assertEqual(len(set(orders.mapped("name"))), 12)

    def test_name_is_what_odoo_would_make_of_the_reference(self):
        self.config.order_seq_id.write({"prefix": "CRN", "suffix": "X"})
        session = self.till.open()
        reference = self.ipad._fynlo_next_reference(self.config)
        order = self.till.sell(
            session,
            {self.till.coffee: 1},
            name=reference.name,
            pos_reference=reference.pos_reference,
        )
        self.assertEqual(order.name, f"CRN - F{self.ipad.number}.000001 - X")
        self.assertEqual(order.name, order._compute_order_name())

    def test_cashier_draws_a_reference_in_few_queries(self):
        device = self.ipad.with_env(self.env_as(self.ada, self.config, self.ipad))
        config = self.config.with_env(device.env)
        device._fynlo_next_reference(config)
        self.env.invalidate_all()
        with self.assertQueryCount(5):  # two records, their two sequences, nextval
            device._fynlo_next_reference(config)

    def test_gapless_store_draws_odoo_s_own_numbers(self):
        with patch.object(type(self.config), "_fynlo_requires_gapless", lambda self: True):
            first = self.ipad._fynlo_next_reference(self.config)
            second = self.phone._fynlo_next_reference(self.config)
        year = Date.today().strftime("%y")
        expected = f"{year}F{self.ipad.number}-{self.config.id}-000001"
        self.assertEqual(first.pos_reference, expected)
        self.assertEqual(first.sequence_number, 0)
        self.assertTrue(second.pos_reference.endswith("-000002"))

    def test_only_a_listed_localisation_in_its_country_is_gapless(self):
        registry = self.env.registry
        self.config.company_id.account_fiscal_country_id = self.env.ref("base.es")
        self.assertFalse(self.config._fynlo_requires_gapless())
        modules = registry._init_modules | {"l10n_es_edi_verifactu_pos"}
        with patch.object(registry, "_init_modules", modules):
            self.assertTrue(self.config._fynlo_requires_gapless())
            self.config.company_id.account_fiscal_country_id = self.env.ref("base.us")
            self.assertFalse(self.config._fynlo_requires_gapless())
