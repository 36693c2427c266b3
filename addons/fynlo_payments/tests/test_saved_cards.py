"""Cards that are kept for customers of the web shop."""

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .parallel_shop import ParallelShop


@tagged("post_install", "-at_install")
class TestSavedCards(ParallelShop):
    def token_of(self, env, setup_id):
        return env["payment.transaction"].browse(setup_id).token_id

    def test_a_card_is_kept_charged_and_forgotten(self):
        setup_id, event = self.keep_card()
        for _ in range(2):
            self.take_in(event)
        with committing_env(self.dbname) as env:
            token = self.token_of(env, setup_id)
            kept = self.peer.objects.find("payment_method", token.stripe_payment_method)
            self.assertEqual(token.provider_ref, kept["customer"])
            tokens = env["payment.token"].search_count([("provider_id", "=", self.provider_id)])
            self.assertEqual(tokens, 1)
            method = token.stripe_payment_method
        self.pay(method=method)  # the guest is not there
        asked = self.peer.requests[-1][2]
        self.assertEqual((asked["off_session"], asked["payment_method"]), ("True", method))
        self.assertEqual(self.peer.objects.balance(), {"usd": 1000})
        with committing_env(self.dbname) as env:
            self.token_of(env, setup_id).active = False
        self.assertTrue(kept["customer"])  # nothing is asked before the commit
        self.peer.fail("POST .*detach", "drop_before", times=3)
        self.settle()
        self.assertTrue(kept["customer"])
        self.settle()
        self.assertFalse(kept["customer"])
        asked = len(self.peer.requests)
        self.settle()
        self.assertEqual(len(self.peer.requests), asked)

    def test_a_provider_that_is_switched_off_keeps_its_cards(self):
        setup_id, event = self.keep_card()
        self.take_in(event)
        self.put_away()
        with committing_env(self.dbname) as env:
            token = self.token_of(env, setup_id)
            self.assertEqual((token.active, token.fynlo_forget_since), (False, False))

    def test_nobody_but_the_server_says_that_a_card_is_forgotten(self):
        setup_id, event = self.keep_card()
        self.take_in(event)
        with committing_env(self.dbname) as env:
            user = new_test_user(env, f"clerk-{setup_id}", "base.group_system")
            token = self.token_of(env, setup_id).with_user(user)
            with self.assertRaises(AccessError):
                token.fynlo_forgotten_at = "2026-01-01"
            env.cr.rollback()
