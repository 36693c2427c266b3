"""The account's own books at Stripe: balance transactions, disputes, payouts.

Balance transactions follow from charges, refunds, disputes and payouts as they are now; a fee is
2.9 % and 30 cents of each charge. Shapes: https://docs.stripe.com/api/balance_transactions.
"""

import time

from .stripe_objects import invalid

_DAY_S = 24 * 3600
_DISPUTE_FEE = 1500


class StripeBooks:
    """What happens to an account's money beside payments; banks act by the methods here.

    :ivar hidden: ids of charges and refunds that the books do not show
    """

    def __init__(self, objects, emit):
        self._objects, self._emit, self.hidden = objects, emit, set()

    def open_dispute(self, charge, amount=None, reason="fraudulent", days=7):
        """Let a guest take money of a charge back by his bank."""
        charge = self._objects.find("charge", charge)
        made = self._objects.make(
            "dispute", "dp", amount=amount or charge["amount_captured"], charge=charge["id"],
            currency=charge["currency"], payment_intent=charge["payment_intent"], reason=reason,
            status="needs_response", is_charge_refundable=False,
            evidence_details={"due_by": int(time.time()) + days * _DAY_S, "has_evidence": False,
                              "past_due": False, "submission_count": 0},
        )  # fmt: skip
        self._emit("charge.dispute.created", made)
        return made

    def change_dispute(self, id_, status):
        """Go on with a dispute: ``under_review``, then ``won`` or ``lost``."""
        dispute = self._objects.find("dispute", id_)
        dispute["status"] = status
        is_over = status in ("won", "lost", "warning_closed")
        self._emit(f"charge.dispute.{'closed' if is_over else 'updated'}", dispute)
        return dispute

    def pay_out(self, amount, currency="usd", status="pending"):
        """Send money to the company's bank."""
        made = self._objects.make(
            "payout", "po", amount=amount, currency=currency, status=status, automatic=True,
            arrival_date=int(time.time()) + 2 * _DAY_S, failure_code=None, failure_message=None,
            method="standard", type="bank_account", statement_descriptor="PEER",
        )  # fmt: skip
        self._emit("payout.created", made)
        return made

    def change_payout(self, id_, status, failure_code=None):
        """Let a payout arrive (``paid``) or come back (``failed``)."""
        payout = self._objects.find("payout", id_)
        payout.update(status=status, failure_code=failure_code)
        self._emit(f"payout.{status}", payout)
        return payout

    def return_refund(self, id_):
        """Let the guest's bank send a refund back."""
        refund = self._objects.find("refund", id_)
        refund.update(status="failed", failure_reason="lost_or_stolen_card")
        self._emit("refund.failed", refund)
        return refund

    def transactions(self):
        """Return all balance transactions, the newest first."""
        kinds = self._objects.kinds
        rows = [
            self._row(each, "charge", each["amount_captured"], fee=_fee(each["amount_captured"]))
            for each in kinds["charge"].values()
            if each["captured"]
        ]
        rows += [
            self._row(each, "refund", -each["amount"])
            for each in kinds["refund"].values()
            if each["status"] in ("succeeded", "pending", "failed")
        ]
        rows += [
            self._row(each, "refund_failure", each["amount"], suffix="f")
            for each in kinds["refund"].values()
            if each["status"] == "failed"
        ]
        rows += [
            self._row(each, "adjustment", -each["amount"], fee=_DISPUTE_FEE)
            for each in kinds["dispute"].values()
        ]
        rows += [self._row(each, "payout", -each["amount"]) for each in kinds["payout"].values()]
        shown = [row for row in rows if row["source"]["id"] not in self.hidden]
        return sorted(shown, key=lambda row: (row["created"], row["id"]), reverse=True)

    def _row(self, source, type_, amount, fee=0, suffix=""):
        return {
            "id": f"txn_{source['id']}{suffix}", "object": "balance_transaction", "type": type_,
            "amount": amount, "fee": fee, "net": amount - fee, "currency": source["currency"],
            "created": source["created"], "source": source, "status": "available",
            "reporting_category": type_, "available_on": source["created"] + 2 * _DAY_S,
        }  # fmt: skip


def _fee(amount):
    return round(amount * 0.029) + 30


def _list(rows, params):
    """Return one page, newest first, of what ``created`` and ``starting_after`` leave."""
    created = params.get("created") or {}
    begin, end = int(created.get("gte", 0)), int(created.get("lt", 2**40))
    rows = [row for row in rows if begin <= row["created"] < end]
    if after := params.get("starting_after"):
        ids = [row["id"] for row in rows]
        if after not in ids:
            raise invalid("No such object.", "resource_missing", "starting_after")
        rows = rows[ids.index(after) + 1 :]
    limit = int(params.get("limit", 10))
    return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit, "url": ""}


def _list_transactions(peer, params):
    rows = [dict(row) for row in peer.books.transactions()]
    if "data.source" not in (params.get("expand") or {}).values():
        for row in rows:
            row["source"] = row["source"]["id"]
    return _list(rows, params)


#: As those of the server: method, path, what answers.
ROUTES = [
    ("GET", "balance_transactions", _list_transactions),
    ("GET", r"disputes/(\w+)", lambda peer, i, p: peer.objects.find("dispute", i)),
    ("GET", r"payouts/(\w+)", lambda peer, i, p: peer.objects.find("payout", i)),
]
