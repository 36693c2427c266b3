from collections import Counter
from hashlib import sha256
from json import dumps
from uuid import uuid4
from weakref import WeakKeyDictionary

from odoo import models

from ..clients.stripe_gateway import check_local

#: Of each cursor: a secret of the transaction that it tries, and what was posted in this try.
_TRIES = WeakKeyDictionary()


class PaymentProvider(models.Model):
    """Odoo's own calls to Stripe: no POST without an idempotency key."""

    _inherit = "payment.provider"

    def _send_api_request(self, method, endpoint, *, params=None, data=None, json=None, **kwargs):
        is_stripe = self.code == "stripe" and not kwargs.get("is_proxy_request")
        if is_stripe and method == "POST" and not kwargs.get("idempotency_key"):
            kwargs["idempotency_key"] = self._fynlo_try_key(endpoint, data or json)
        return super()._send_api_request(
            method, endpoint, params=params, data=data, json=json, **kwargs
        )

    def _build_request_url(self, endpoint, *, is_proxy_request=False, **kwargs):
        if self.code == "stripe" and not is_proxy_request:
            account = self._fynlo_account()
            if account.api_base:
                return f"{check_local(account.api_base)}/v1/{endpoint}"
        return super()._build_request_url(endpoint, is_proxy_request=is_proxy_request, **kwargs)

    def _fynlo_try_key(self, endpoint, payload):
        """Return the key of a call that belongs to no transaction of Odoo.

        It stays the same while Odoo tries one database transaction again, and is another one once
        that is committed: what somebody asks for twice, e.g. two payments of ten dollars at a
        reader, is done twice.
        """
        cr = self.env.cr
        secret, posted = _TRIES.setdefault(cr, (uuid4().hex, Counter()))
        cr.postrollback.add(posted.clear)
        cr.postcommit.add(lambda: _TRIES.pop(cr, None))
        subject = dumps([endpoint, payload], sort_keys=True, default=str)
        posted[subject] += 1
        return digest(secret, subject, posted[subject])


def digest(*parts):
    """Return an idempotency key that depends on all of these JSON values, and on no others."""
    return sha256(dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
