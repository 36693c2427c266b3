from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.exceptions import AccessError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCustomerRpc(FynloCase):
    """What a cashier's own Odoo user may not do by the web client's calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carl = cls._make_user("carl", "cashier")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Maeve O'Brien", "fynlo_is_customer": True, "company_id": cls.company.id}
        )

    def assertClosed(self, record, **vals):
        before = record.sudo().read(list(vals))
        with self.assertRaises(AccessError):
            record.with_user(self.carl).write(vals)
        self.env.invalidate_all()
        self.assertEqual(record.sudo().read(list(vals)), before)

    def test_cashier_gives_nobody_a_tier_or_a_status(self):
        for vals in (
            {"fynlo_tier": "platinum"}, {"fynlo_status": "suspended"}, {"fynlo_segment": "vip"},
            {"fynlo_total_spent": 99.0}, {"fynlo_is_customer": False}, {"fynlo_version": 9},
        ):  # fmt: skip
            with self.subTest(vals):
                self.assertClosed(self.customer, **vals)

    def test_cashier_says_nothing_for_a_customer_beside_the_api(self):
        vals = {"partner_id": self.customer.id, "channel": "email", "allowed": False}
        word = self.env["fynlo.customer.preference"].create(vals)
        self.assertClosed(word, allowed=True)
        with self.assertRaises(AccessError):
            word.with_user(self.carl).create({**vals, "channel": "sms"})
        with self.assertRaises(AccessError):
            word.with_user(self.carl).unlink()
