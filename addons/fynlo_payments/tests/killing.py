"""Processes that die at each boundary of what they do."""

import gc
import os
import signal
from itertools import count
from unittest.mock import patch

from odoo import sql_db

from ..clients import stripe_calls
from .parallel_payments import ParallelPayments

#: Of the boundaries of one act, every so many are tried in a short run.
STEP = 7
LONG_ROUNDS = 50


class Killing(ParallelPayments):
    def kill_everywhere(self, prepare, act, check, first=1):
        """Let ``act(env, *prepare())`` die at its boundaries, recover, and ``check(*...)``.

        Each round kills a process at every boundary, then the janitor finds what all have left. A
        boundary lies between two steps that last: rounds kill right after the one, and right
        before the other, by turns.

        :param first: where a short run begins
        """
        is_long = bool(os.environ.get("FYNLO_LONG_TESTS"))
        for number in range(LONG_ROUNDS if is_long else 1):
            ticks = count(1 + number % 2, 2) if is_long else count(first, STEP)
            killed = list(self.kill(prepare, act, ticks))
            self.assertTrue(killed)
            self.settle()
            self.settle()
            self.assertEqual(self.taken(), self.booked_by_order())
            for tick, args in killed:
                with self.subTest(f"round {number}, killed at {tick}"):
                    check(*args)

    def kill(self, prepare, act, ticks):
        """Yield ``(tick, prepare())`` of each process that was killed; the last one was not."""
        for tick in ticks:
            args = prepare()
            if not run_and_die(lambda args=args: self.act(lambda env: act(env, *args)), tick):
                return
            yield tick, args

    def taken(self):
        """Return ``{order: what the gateway has of it}``, in minor units."""
        intents = self.peer.objects.list("payment_intent")
        sums = {each["metadata"]["fynlo_order"]: 0 for each in intents}
        for each in intents:
            sums[each["metadata"]["fynlo_order"]] += self.taken_by(each)
        return {order: amount for order, amount in sums.items() if amount}

    def taken_by(self, intent):
        refunds = self.peer.objects.list("refund", payment_intent=intent["id"])
        return intent["amount_received"] - sum(each["amount"] for each in refunds)

    def booked_by_order(self):
        """Return ``{order: what the books have of this method}``; a refund is the order's."""
        query = """
            SELECT COALESCE(sold.uuid, paid.uuid), round(sum(payment.amount) * 100)::int
            FROM pos_payment AS payment
            JOIN pos_payment_method AS method ON method.id = payment.payment_method_id
            JOIN pos_order AS paid ON paid.id = payment.pos_order_id
            LEFT JOIN pos_order AS sold ON sold.id = (
                SELECT original.order_id FROM pos_order_line AS line
                JOIN pos_order_line AS original ON original.id = line.refunded_orderline_id
                WHERE line.order_id = paid.id LIMIT 1)
            WHERE method.fynlo_uuid = %s AND payment.id > %s
            GROUP BY 1 HAVING sum(payment.amount) != 0"""
        return dict(self.run_sql(query, self.card, self.last_payment_id))


def run_and_die(function, tick):
    """Call ``function`` in another process, killed at its boundary of that number.

    Before and after each commit, before and after each call of a gateway.

    :return: whether it got so far; a process with fewer boundaries ends by itself
    """
    pid = os.fork()
    if pid == 0:
        try:
            _act(function, tick)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _act(function, tick):
    gc.disable()  # it would touch, and so copy, what this process shares with the other
    sql_db._Pool = sql_db._Pool_readonly = None  # connections of its own
    numbers = count(1)

    def around(act):
        def run(*args, **kwargs):
            _die_if(next(numbers) == tick)
            result = act(*args, **kwargs)
            _die_if(next(numbers) == tick)
            return result

        return run

    with (
        patch.object(sql_db.Cursor, "commit", around(sql_db.Cursor.commit)),
        patch.object(stripe_calls, "ask", around(stripe_calls.ask)),
    ):
        function()


def _die_if(is_time):
    if is_time:
        os.kill(os.getpid(), signal.SIGKILL)
