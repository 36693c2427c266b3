"""A process that dies anywhere in a verb of one card: the janitor carries it on."""

from odoo.tests import tagged

from ..schemas.payments import IntentCancel, IntentCapture, IntentConfirm
from .killing import Killing
from .parallel_payments import make

PAID = ("succeeded", 275, True, None)


@tagged("post_install", "-at_install")
class TestKills(Killing):
    def check_either(self, *ends):
        """Return a check: a payment is as it was before the verb, or as it is after it."""
        return lambda command: self.assertIn(self.payment(command), ends)

    def hold(self):
        command = self.intent(self.open_order(), captureMethod="manual")
        self.act(lambda env: self.begin(env, command))
        return (command,)

    def test_create(self):
        def check(command):
            self.act(lambda env: self.begin(env, command))  # the till asks again
            self.assertEqual(self.payment(command), PAID)

        self.kill_everywhere(lambda: (self.intent(self.open_order()),), self.begin, check, first=3)
        self.assertEqual(set(self.taken().values()), {275})

    def test_capture(self):
        def capture(env, command):
            self.go_on(env, command.id, "capture", make(IntentCapture))

        check = self.check_either(("authorized", 0, False, None), PAID)
        self.kill_everywhere(self.hold, capture, check)

    def test_cancel(self):
        def cancel(env, command):
            self.go_on(env, command.id, "cancel", make(IntentCancel))

        states = ("authorized", 0, False, None), ("canceled", 0, False, None)
        self.kill_everywhere(self.hold, cancel, self.check_either(*states), first=3)

    def test_confirm(self):
        def prepare():
            command = self.intent(self.open_order(), paymentMethod=None)
            self.act(lambda env: self.begin(env, command))
            return (command,)

        def confirm(env, command):
            card = make(IntentConfirm, paymentMethod="pm_card_visa")
            self.go_on(env, command.id, "confirm", card)

        check = self.check_either(("requires_action", 0, False, None), PAID)
        self.kill_everywhere(prepare, confirm, check, first=2)
