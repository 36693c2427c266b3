from unittest.mock import Mock

from odoo.tests import BaseCase, tagged

from ..http.later import Later, carry_out


@tagged("post_install", "-at_install")
class TestLater(BaseCase):
    def test_a_call_may_follow_a_call(self):
        seen = []

        def note(*values):
            seen.append(values)
            return sum(values)

        second = Later(call=lambda: note(3), steps=(lambda three: note(three, 4),))
        first = Later(call=lambda: note(1), steps=(lambda one: note(one, 2), lambda _: second))
        env = Mock()
        env.cr.commit = lambda: seen.append("commit")
        self.assertEqual(carry_out(env, first), 7)
        calls = ["commit", (1,), (1, 2), "commit", "commit", "commit", (3,), (3, 4), "commit"]
        self.assertEqual(seen, calls)
