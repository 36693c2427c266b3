"""A till that can sell over HTTP: store, goods, open session, device and tokens."""

from datetime import datetime, timedelta, timezone
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloHttpCase

from .till import Till


def minutes_ago(minutes):
    """Return that instant as the API writes it."""
    instant = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


class SellingCase(FynloHttpCase):
    """``till`` is the store ``Corner`` with an open session; Ada's token is ``token``.

    Coffee costs 2.50 plus 10 % (2.75), cake 4.00 plus 10 % (4.40).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.coffee, cls.cake = cls.till.coffee, cls.till.cake
        cls.cash, cls.card = cls.till.cash, cls.till.card
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        cls.session = cls.till.open()

    def setUp(self):
        super().setUp()
        self.token = self.token_for(self.ada, self.corner_device)

    def line(self, product, quantity=1, **extra):
        """Return one line of a body."""
        vals = {"id": str(uuid4()), "productId": product.fynlo_uuid, "quantity": quantity}
        return {**vals, **extra}

    def payment(self, method, amount, **extra):
        """Return one payment of a body; ``amount`` in minor units."""
        return {"id": str(uuid4()), "method": method.fynlo_uuid, "amount": amount, **extra}

    def body(self, lines=None, payments=(), **extra):
        """Return a body of ``POST /orders``; one coffee when ``lines`` are left out."""
        if lines is None:
            lines = [self.line(self.coffee)]
        vals = {"id": str(uuid4()), "orderType": "dine_in", "lines": lines}
        return {**vals, "payments": list(payments), **extra}

    def paid_body(self, **extra):
        """Return a body that buys one coffee and pays it exactly in cash."""
        return self.body(payments=[self.payment(self.cash, 275)], **extra)

    def post(self, body, token=None, path="/orders", **options):
        """Post ``body`` with Ada's token or another."""
        return self.api("POST", path, body, token=token or self.token, **options)

    def order_of(self, body):
        """Return the ``pos.order`` of a body; empty when none was made."""
        self.env.invalidate_all()
        return self.env["pos.order"].search([("uuid", "=", body["id"])])

    def assertRefused(self, body, status, code, fields=None, token=None):
        """Check that ``body`` is refused and leaves nothing behind; return the envelope."""
        models = ("pos.order", "pos.order.line", "pos.payment")
        before = [self.env[model].search_count([]) for model in models]
        envelope = self.assertFailure(self.post(body, token), status, code, fields)
        self.env.invalidate_all()
        self.assertEqual([self.env[model].search_count([]) for model in models], before)
        return envelope
