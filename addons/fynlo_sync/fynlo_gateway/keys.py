"""The public keys that verify access tokens: fetched from Odoo, kept, fetched again when needed."""

import asyncio
import json
import time
import urllib.request

from . import log
from .tokens import engine

TIMEOUT_S = 5
#: Odoo allows others to keep the set for so long.
MAX_AGE_S = 300
#: Tokens with made-up keys make us ask no more often than this.
MIN_AGE_S = 10
MAX_BYTES = 65_536
#: Tills show the tokens that they have for the API, pages of the web client have others.
AUDIENCES = (engine.AUDIENCE, engine.REALTIME_AUDIENCE)


class KeysUnavailable(Exception):
    """No key set was ever fetched, and it cannot be had now."""


class KeySet:
    """``verify`` with the keys of one address.

    A key set that cannot be renewed stays in use: tokens live on while Odoo restarts, and a key
    that was withdrawn has been retired long before.
    """

    def __init__(self, url):
        self._url = url
        self._keys = {}
        self._known = {}
        self._asked_at_s = -float("inf")
        self._fetching = asyncio.Lock()

    async def verify(self, token, issuer):
        """Return the claims of ``token``.

        :raise engine.TokenTimeError: good, and expired
        :raise engine.TokenError: anything else is wrong with it
        :raise KeysUnavailable: nobody can tell
        """
        header = token.partition(".")[0]
        if header not in self._keys or self._age_s() > MAX_AGE_S:
            await self._renew(header)
        if not self._keys:
            raise KeysUnavailable
        return engine.verify(token, self._keys, issuer, time.time(), self._known, AUDIENCES)

    def _age_s(self):
        return time.monotonic() - self._asked_at_s

    async def _renew(self, header):
        """Fetch once for all who wait; a key that stays unknown is asked for now and then."""
        async with self._fetching:
            is_fresh = header in self._keys and self._age_s() <= MAX_AGE_S
            if is_fresh or self._age_s() < (MIN_AGE_S if self._keys else 1):
                return
            self._asked_at_s = time.monotonic()
            try:
                keys = await asyncio.to_thread(_fetch, self._url)
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warn("keys_not_fetched", error=type(error).__name__)
                return
            if keys.keys() != self._keys.keys():
                self._keys, self._known = keys, {}


def _fetch(url):
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
        document = json.loads(response.read(MAX_BYTES))
    found = {}
    for jwk in document["keys"]:
        if jwk.get("alg") == engine.ALGORITHM and isinstance(jwk.get("kid"), str):
            key = engine.VerifyKey(engine.load_jwk(jwk), float("inf"))
            found[engine.make_header(jwk["kid"])] = key
    return found
