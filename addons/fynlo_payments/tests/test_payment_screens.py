from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestPaymentScreens(FynloCase):
    """What a manager, who is no administrator of Odoo, can open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo_store, *_secrets = cls.env["fynlo.demo"]._fynlo_load()
        cls.mia = cls._make_user("mia", "manager")

    def test_every_screen_of_the_menu(self):
        menus = self.env["ir.ui.menu"].with_user(self.mia)
        root = menus.env.ref("fynlo_payments.fynlo_menu_payments")
        visible = menus.browse(menus._visible_menu_ids())
        shown = visible.filtered(lambda menu: root in menu.parent_id | menu.parent_id.parent_id)
        # The web client reads actions for everybody.
        actions = [menu.action.sudo() for menu in shown if menu.action]
        self.assertEqual(len(actions), 14)
        for action in actions:
            with self.subTest(action.name):
                self.open(action)

    def open(self, action):
        model = self.env[action.res_model].with_user(self.mia)
        views = [*((False, kind) for kind in action.view_mode.split(",")), (False, "search")]
        described = model.get_views(views)
        records = model.search([], limit=5)
        for view in described["views"].values():
            self.assertTrue(view["arch"])
        names = list(described["models"][action.res_model]["fields"])
        self.assertTrue(action.help, "an empty screen says what it is for")
        records.web_read({name: {} for name in names})

    def test_a_manager_chooses_the_gateway_of_a_method(self):
        card = self.demo_store.payment_method_ids.filtered(
            lambda each: each.type == "bank" and not each.fynlo_program_id
        )
        provider = self.env.ref("payment.payment_provider_stripe")
        card.fynlo_provider_id = provider
        form = Form(card.with_user(self.mia))
        self.assertEqual(form.fynlo_provider_id, provider)
        found = self.env["payment.provider"].with_user(self.mia).name_search("Stripe")
        self.assertIn(provider.id, [row[0] for row in found])
        own = provider.with_user(self.mia)
        with self.assertRaises(AccessError):
            own.read(["stripe_secret_key"])
        with self.assertRaises(AccessError):
            own.state = "disabled"

    def test_a_manager_sets_up_gift_cards(self):
        [gift, wallet] = self.demo_store.payment_method_ids.filtered("fynlo_program_id")
        self.assertEqual((gift.fynlo_program_warning, wallet.fynlo_program_warning), (False,) * 2)
        alone = self.env["pos.payment.method"].with_user(self.mia).browse(wallet.id)
        with Form(alone) as form:  # Odoo's own form reads one method at a time
            self.assertEqual(form.fynlo_program_type, "ewallet")
            form.fynlo_program_id = gift.fynlo_program_id
            self.assertEqual(form.fynlo_program_type, "gift_card")
        self.assertEqual(wallet.fynlo_program_id, gift.fynlo_program_id)
        view = self.env["fynlo.payment.split"].with_user(self.mia).get_view(view_type="form")
        self.assertIn("card_masked", view["arch"])
