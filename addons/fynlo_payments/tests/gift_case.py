"""A till that takes gift cards and eWallets."""

from uuid import uuid4

from .common import PaymentCase
from .gift_cards import GiftCards


class GiftCase(PaymentCase):
    """An order of two coffees (5.50) of Ida, whose eWallet has 3.00; ``card`` methods as before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = GiftCards(cls.env, cls.company)
        cls.gift, cls.wallet = cls.shop.gift, cls.shop.wallet
        cls.account = cls.env["pos.payment.method"].create(
            {"name": "Account", "split_transactions": True}
        )
        cls.session.state = "closed"  # Odoo lets nobody change methods while it is open
        cls.till.store.payment_method_ids |= cls.gift | cls.wallet | cls.account
        cls.session.state = "opened"
        cls.guest = cls.env["res.partner"].create(
            {"name": "Ida O'Brien", "customer_rank": 1, "fynlo_is_customer": True}
        )

    def setUp(self):
        super().setUp()
        self.gift_card = self.shop.make_card(10.0)
        self.purse = self.shop.make_card(3.0, self.guest)
        lines = [self.line(self.coffee), self.line(self.coffee)]
        self.order = self.open_order(lines=lines, customerId=self.guest.fynlo_uuid)

    def tender(self, amount, method=None, **extra):
        """Return a tender by a method, or by a card that is online."""
        values = {"id": str(uuid4()), "amount": amount, **extra}
        if method:
            return {**values, "method": method.fynlo_uuid}
        values = {"channel": "online", "paymentMethod": "pm_card_visa", **values}
        return {**values, "method": self.card.fynlo_uuid}

    def by_gift(self, amount, card=None, **extra):
        """Return a tender by a gift card, ``gift_card`` by itself."""
        code = (card or self.gift_card).code
        return self.tender(amount, self.gift, **{"code": code, **extra})

    def transact(self, *tenders, order=None):
        """Post a transaction and return the response."""
        self.sent = {"id": str(uuid4()), "orderId": order or self.order, "tenders": list(tenders)}
        return self.again()

    def again(self):
        """Post the same once more."""
        return self.post(self.sent, path="/payments/transactions")

    def read_transaction(self):
        """Return the last transaction as the API tells it."""
        path = f"/payments/transactions/{self.sent['id']}"
        return self.assertSuccess(self.api("GET", path, token=self.token))

    def left(self, card=None):
        """Return what a card has, in minor units."""
        card = card or self.gift_card
        card.invalidate_recordset()
        return round(card.points * 100)

    def moves(self, card=None):
        """Return ``(used, issued)`` of a card's history in minor units, the oldest first."""
        lines = (card or self.gift_card).history_ids.sorted("id")
        return [(round(line.used * 100), round(line.issued * 100)) for line in lines]

    def refund(self, order=None, **extra):
        """Post a refund of an order and return the response."""
        body = {"id": str(uuid4()), "reason": "Cold", **extra}
        return self.post(body, path=f"/orders/{order or self.order}/refunds")
