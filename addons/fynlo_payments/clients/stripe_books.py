"""An account's own books at Stripe: what came in, went back, was disputed and paid out."""

from ..engine.gateway_amounts import from_stripe
from ..engine.outcome import doubt
from .stripe_calls import run
from .stripe_gateway import StripeGateway

_PAGE = 100


class StripeBooks(StripeGateway):
    """Reads; nothing here changes anything. Times are seconds since 1970, amounts minor units."""

    def list_entries(self, begin, end):
        """Return an ``Outcome`` whose ``entries`` are all balance transactions of a time.

        A page that cannot be read makes all of it unknown: half of a day is no day.
        """
        entries, after = [], None
        while True:
            page = self._read_page(begin, end, after)
            if page.kind != "answered":
                return page
            entries += page.values["entries"]
            after = page.values["after"]
            if after is None:
                page.values["entries"] = entries
                return page

    def read_dispute(self, ref):
        """Return an ``Outcome`` with a dispute as it is now."""
        return doubt(run(lambda: self._client.v1.disputes.retrieve(ref), self._dispute_values))

    def read_payout(self, ref):
        """Return an ``Outcome`` with a payout as it is now."""
        return doubt(run(lambda: self._client.v1.payouts.retrieve(ref), self._payout_values))

    def list_refunds(self, ref):
        """Return an ``Outcome`` with the ``refunds`` of a payment as they are now."""
        asked = {"payment_intent": ref, "limit": _PAGE}

        def values_of(page):
            return {"refunds": [self._refund_values(each) for each in page["data"]]}

        return doubt(run(lambda: self._client.v1.refunds.list(asked), values_of))

    def _read_page(self, begin, end, after):
        params = {"created": {"gte": begin, "lt": end}, "limit": _PAGE, "expand": ["data.source"]}
        if after:
            params["starting_after"] = after
        return run(lambda: self._client.v1.balance_transactions.list(params), self._page_values)

    def _page_values(self, page):
        rows = page["data"]
        after = rows[-1]["id"] if page["has_more"] and rows else None
        return {"entries": [self._entry(row) for row in rows], "after": after}

    def _entry(self, row):
        source = row.get("source") or {}
        if isinstance(source, str):
            source = {"id": source}
        return {
            "ref": row["id"],
            "type": row["type"],
            "amount": self._in_books(row, "amount"),
            "fee": self._in_books(row, "fee"),
            "currency": row["currency"],
            "created": row["created"],
            "source": source.get("id"),
            "intent": _id_of(source.get("payment_intent")),
        }

    def _dispute_values(self, dispute):
        due = (dispute.get("evidence_details") or {}).get("due_by")
        return {
            "ref": dispute["id"],
            "state": dispute["status"],
            "amount": self._in_books(dispute, "amount"),
            "currency": dispute["currency"],
            "reason": dispute["reason"],
            "intent": _id_of(dispute.get("payment_intent")),
            "due": due,
            "created": dispute["created"],
        }

    def _payout_values(self, payout):
        return {
            "ref": payout["id"],
            "state": payout["status"],
            "amount": self._in_books(payout, "amount"),
            "currency": payout["currency"],
            "arrival": payout["arrival_date"],
            "failure": payout.get("failure_code"),
            "created": payout["created"],
        }

    def _in_books(self, object_, name):
        currency = object_["currency"]
        return from_stripe(object_[name], currency, self._decimals(currency))


def _id_of(value):
    return value["id"] if isinstance(value, dict) else value
