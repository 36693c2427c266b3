from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPaymentDemo(FynloCase):
    def test_demo_asks_no_gateway(self):
        for _ in range(2):
            store, *_secrets = self.env["fynlo.demo"]._fynlo_load()
        self.assertFalse(store.payment_method_ids.fynlo_provider_id, "its keys are no keys")
        domain = [("fynlo_config_id", "=", store.id), ("reference", "=like", "DEMO-%")]
        found = self.env["payment.transaction"].search(domain)
        states = found.sorted("id").mapped("fynlo_state")
        self.assertEqual(states, ["declined", "canceled", "failed", "canceled", "canceled"])
        self.assertFalse(found.filtered(lambda payment: payment._fynlo_is_busy()))
        self.assertFalse(found.filtered("provider_reference"), "the janitor would let go of it")
        self.assertEqual(store.session_ids.mapped("state"), ["closed"])
        self.assertEqual(found.fynlo_order_id.employee_id.mapped("name"), ["Chloe Martin"])
        unbooked = [("fynlo_state", "=", "succeeded"), ("fynlo_booked_at", "=", False)]
        self.assertFalse(found.search([("fynlo_config_id", "=", store.id), *unbooked]))
        refunds = self.env["fynlo.payment.refund"].search([("config_id", "=", store.id)])
        self.assertEqual(refunds.sorted("id").mapped("state"), ["booked", "returned"])
        domain = [("order_id", "in", found.fynlo_order_id.ids)]
        split = self.env["fynlo.payment.split"].search(domain)
        self.assertEqual((split.state, len(split.tender_ids)), ("canceled", 3))

    def test_demo_has_gift_cards_that_pay(self):
        for _ in range(2):
            store, *_secrets = self.env["fynlo.demo"]._fynlo_load()
        methods = store.payment_method_ids.filtered("fynlo_program_id")
        self.assertEqual(methods.mapped("name"), ["Gift card", "eWallet"])
        cards = methods.fynlo_program_id.coupon_ids
        self.assertEqual(sorted(cards.mapped("points")), [12.5, 30.0, 50.0])
        self.assertEqual(cards.partner_id.mapped("name"), ["Maeve O'Brien"])
        for method in methods:
            for card in method.fynlo_program_id.coupon_ids:
                self.assertFalse(card._fynlo_fault(store, method))
        store._check_before_creating_new_session()
