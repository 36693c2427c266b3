import random

from odoo.tests import BaseCase, tagged

from ..engine.token_bucket import LEASE_S, Lease, Limit, parse_limit


class _Clock:
    """A shared bucket as the database keeps it, on a clock of the test."""

    def __init__(self, limit, depth):
        self.limit, self.depth = limit, depth
        self.tokens, self.at = depth, 0.0

    def take(self, now, wanted):
        available = min(self.depth, self.tokens + self.limit.rate_per_s * (now - self.at))
        granted = max(min(wanted, int(available)), 0)
        self.tokens, self.at = available - granted, now
        return granted


def _visits(workers, dice):
    """Yield ``(instant, worker)`` of a client who knows how leases work.

    He makes the leases large, waits until the shared bucket is full, has every worker take a
    lease, and comes back with all his might just before the leases end.
    """
    now = 0.0
    for _ in range(40):
        for _ in range(170):
            yield now, dice.randrange(workers)
            now += dice.choice((0.0, 0.0, 0.001))
        now += dice.uniform(0.5, 5)
        yield from ((now, worker) for worker in range(workers))
        now += dice.uniform(0.5, 1)
        for _ in range(250):
            yield now, dice.randrange(workers)
        now += dice.uniform(4, 5)


def _serve(limit, depth, seed, workers=2):
    """Return the instants at which a greedy client was served by workers that hold leases."""
    bucket, served = _Clock(limit, depth), []
    leases = [Lease() for _ in range(workers)]
    for now, worker in _visits(workers, random.Random(seed)):
        lease = leases[worker]
        if not lease.spend(now):
            granted = bucket.take(now, lease.close(limit))
            if not granted:
                continue
            lease.open(granted, now)
        served.append(now)
    return served


def _worst_excess(served, limit):
    """Return by how many requests any span of time went beyond burst + rate x seconds."""
    worst = best = float("-inf")
    for count, instant in enumerate(served):
        # excess(i..j) = (j + 1 - i) - rate * (t_j - t_i) - burst
        best = max(best, limit.rate_per_s * instant - count)
        worst = max(worst, count + 1 - limit.rate_per_s * instant + best - limit.burst)
    return worst


@tagged("post_install", "-at_install")
class TestTokenBucket(BaseCase):
    limit = Limit(rate_per_s=50, burst=200)

    def test_leases_never_exceed_the_promise(self):
        for seed in range(20):
            served = _serve(self.limit, self.limit.depth, seed)
            self.assertGreater(len(served), 2000)
            self.assertLessEqual(_worst_excess(served, self.limit), 1e-6, f"seed {seed}")

    def test_a_full_depth_bucket_would_exceed_it(self):
        served = _serve(self.limit, self.limit.burst, 0)
        excess = _worst_excess(served, self.limit)
        self.assertGreater(excess, 1)

    def test_shape_of_a_limit(self):
        self.assertEqual((self.limit.depth, self.limit.lease_size), (150, 15))
        exact = Limit(rate_per_s=0.5, burst=30, leased=False)
        self.assertEqual((exact.depth, exact.lease_size), (30, 1))
        tiny = Limit(rate_per_s=2, burst=2)
        self.assertEqual((tiny.depth, tiny.lease_size), (1, 1))

    def test_a_lease_ends(self):
        lease = Lease()
        lease.open(3, now=10.0)
        self.assertTrue(lease.spend(10.0 + LEASE_S / 2))
        self.assertFalse(lease.spend(10.0 + LEASE_S))

    def test_a_lease_follows_the_use_of_the_one_before(self):
        lease, asked = Lease(), []
        for spent in (1, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 15, 4, 4, 0):
            size = lease.close(self.limit)
            asked.append(size)
            lease.open(size, now=0.0)
            for _ in range(spent - 1):
                lease.spend(0.5)
        self.assertEqual(asked, [1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 15, 4, 5])

    def test_bad_settings_are_refused(self):
        for text in ("", "5", "0,10", "5,0", "-1,10", "nan,10", "inf,10", "5,inf", "a,b", "1,2,3"):
            with self.assertRaises(ValueError, msg=text):
                parse_limit(text, True)
        self.assertEqual(parse_limit("0.5,30", False), Limit(0.5, 30, leased=False))
