"""Authorize.Net over Odoo's own client. It knows no idempotency keys: every creation looks first.

Source: https://developer.authorize.net/api/reference/
"""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256

from odoo.addons.payment_authorize.models.authorize_request import AuthorizeAPI

from ..engine.outcome import BAD_ANSWER, Outcome, doubt, whole
from .odoo_gateway import BUSY, UNABLE, OdooGateway, ask

_STATES = {
    "authorizedPendingCapture": "authorized", "capturedPendingSettlement": "succeeded",
    "settledSuccessfully": "succeeded", "voided": "canceled", "declined": "declined",
    "expired": "canceled", "FDSPendingReview": "processing", "underReview": "processing",
    "FDSAuthorizedPendingReview": "processing", "refundPendingSettlement": "processing",
    "refundSettledSuccessfully": "succeeded",
}  # fmt: skip
_DESCRIPTOR = "COMMON.ACCEPT.INAPP.PAYMENT"
_INVOICE_CHARS, _MOST = 20, 1000
#: How far back settled batches are looked through.
_SEARCHED = timedelta(days=3)


class AuthorizeGateway(OdooGateway):
    """Card payments by the nonce of Accept; capture in full only."""

    reach = _SEARCHED

    def create_intent(self, params, _key):
        """Charge or authorise a nonce, unless this payment was made before."""
        payment = params["metadata"]["fynlo_payment"]
        with self.provider() as provider:
            if not self.is_alone(provider, payment):
                return BUSY
            api = AuthorizeAPI(provider)
            known = self._find(api, payment)
            if known.kind != "absent":
                return known
            answer, trouble = _send(
                api, "createTransactionRequest", self._creation(params, provider)
            )
            if trouble:
                return trouble
            told = answer.get("transactionResponse") or {}
            if told.get("responseCode") == "2":
                return Outcome("declined", {}, _error_of(told), "The card was declined.")
            return self._read(api, told.get("transId") or "")

    def _creation(self, params, provider):
        is_manual = params["capture_method"] == "manual"
        nonce = {"dataDescriptor": _DESCRIPTOR, "dataValue": params.get("payment_method") or ""}
        invoice = _invoice_of(params["metadata"]["fynlo_payment"])
        return {"transactionRequest": {
            "transactionType": "authOnlyTransaction" if is_manual else "authCaptureTransaction",
            "amount": self.amount_of(params, provider),
            "payment": {"opaqueData": nonce},
            "order": {"invoiceNumber": invoice, "description": params["reference"][:255]},
        }}  # fmt: skip

    def capture_intent(self, ref, params, _key):
        """Take all of what was authorised."""
        with self.provider() as provider:
            asked = {
                "transactionType": "priorAuthCaptureTransaction",
                "amount": self.amount_of(params, provider), "refTransId": ref,
            }  # fmt: skip
            return self._change(provider, ref, asked, "succeeded")

    def cancel_intent(self, ref, _params, _key):
        """Let go of what was authorised, or take back what is not settled yet."""
        with self.provider() as provider:
            asked = {"transactionType": "voidTransaction", "refTransId": ref}
            return self._change(provider, ref, asked, "canceled")

    def read_intent(self, ref):
        """Read a transaction as it is now."""
        with self.provider() as provider:
            return doubt(self._read(AuthorizeAPI(provider), ref))

    def find_intent(self, payment):
        """Look for a payment among those that are not settled, and in the last batches."""
        with self.provider() as provider:
            return doubt(self._find(AuthorizeAPI(provider), payment))

    # --- Refunds

    def refund(self, ref, params, _key):
        """Give all of a payment back: what is not settled yet is voided instead."""
        with self.provider() as provider:
            if not self.is_alone(provider, ref):
                return BUSY
            api, wanted = AuthorizeAPI(provider), params["metadata"]["fynlo_refund"]
            known = self._find_refund(api, ref, wanted)
            if known.kind != "absent":
                return known
            answer, trouble = _send(api, "getTransactionDetailsRequest", {"transId": ref})
            if trouble:
                return doubt(trouble)
            told = answer.get("transaction")
            if not told:
                return BAD_ANSWER
            if _minor(told.get("settleAmount")) != params["amount"]:
                return UNABLE  # in full only, as Odoo's addon has it
            asked = _giving_back(told, self.amount_of(params, provider), wanted)
            _, trouble = _send(api, "createTransactionRequest", {"transactionRequest": asked})
            return trouble or self._find_refund(api, ref, wanted)

    def find_refund(self, ref, refund):
        """Look how a refund has ended."""
        with self.provider() as provider:
            return doubt(self._find_refund(AuthorizeAPI(provider), ref, refund))

    def _find_refund(self, api, ref, refund):
        now = self._read(api, ref)
        if now.kind != "answered":
            return now
        if now.state == "canceled":
            return Outcome("answered", {**now.values, "state": "succeeded"})
        found = self._find(api, refund)
        if found.kind != "answered":
            return found
        return Outcome("answered", {**found.values, "state": "succeeded"})

    # --- The line

    def _change(self, provider, ref, asked, wanted):
        """Ask for a change that was perhaps made before; what counts is what became of it."""
        if not self.is_alone(provider, ref):
            return BUSY
        api = AuthorizeAPI(provider)
        now = self._read(api, ref)
        if now.kind != "answered" or now.state == wanted:
            return doubt(now)
        if wanted == "canceled" and now.state == "declined":  # there is nothing to let go
            return replace(now, values={**now.values, "state": wanted})
        answer, trouble = _send(api, "createTransactionRequest", {"transactionRequest": asked})
        return trouble or self._read(api, (answer.get("transactionResponse") or {}).get("transId"))

    def _find(self, api, payment):
        """Look for a payment, or a refund, by its number; a batch may be settled at any time."""
        found = self._find_in(api, "getUnsettledTransactionListRequest", {}, payment)
        if found.kind != "absent":
            return found
        now = datetime.now(timezone.utc)
        first, last = ((each.strftime("%Y-%m-%dT%H:%M:%SZ")) for each in (now - _SEARCHED, now))
        asked = {"firstSettlementDate": first, "lastSettlementDate": last}
        answer, trouble = _send(api, "getSettledBatchListRequest", asked)
        if trouble:
            return doubt(trouble)
        for batch in answer.get("batchList") or []:
            of_batch = {"batchId": batch["batchId"]}
            found = self._find_in(api, "getTransactionListRequest", of_batch, payment)
            if found.kind != "absent":
                return found
        return Outcome("absent")

    def _find_in(self, api, operation, subject, payment):
        """Look through one list of transactions."""
        paging = {"limit": _MOST, "offset": 1}
        sorting = {"orderBy": "submitTimeUTC", "orderDescending": True}
        answer, trouble = _send(api, operation, {**subject, "sorting": sorting, "paging": paging})
        if trouble:
            return doubt(trouble)
        invoice = _invoice_of(payment)
        for each in answer.get("transactions") or []:
            if each.get("invoiceNumber") == invoice:
                return self._read(api, each.get("transId"))
        return Outcome("absent")

    def _read(self, api, ref):
        answer, trouble = _send(api, "getTransactionDetailsRequest", {"transId": ref})
        if trouble:
            return doubt(trouble)
        return whole(lambda: _outcome_of(ref, answer["transaction"]))


def _outcome_of(ref, told):
    state = _STATES.get(told["transactionStatus"], "unknown")
    values = {
        "ref": ref, "state": state, "amount": _minor(told.get("authAmount")),
        "capturable": _minor(told.get("authAmount")) if state == "authorized" else 0,
        "received": _minor(told.get("settleAmount")) if state == "succeeded" else 0,
        "currency": "", "client_secret": None, "next_action": None, "charge": ref,
        "decline_code": None, "metadata": {},
    }  # fmt: skip
    return Outcome("answered", values)


def _send(api, operation, data):
    answer, trouble = ask(lambda: api._make_request(operation, data), lambda _: "invalid_request")
    if trouble:
        return None, trouble
    if code := answer.get("err_code"):
        return None, Outcome("failed", code=code, message="The gateway refuses the request.")
    return answer, None


def _invoice_of(payment):
    """Return the number by which a payment is found again: 20 characters are all there is."""
    return sha256(payment.encode()).hexdigest()[:_INVOICE_CHARS]


def _giving_back(told, amount, refund):
    """Return what is asked to give a payment back, as it is told now."""
    ref = told["transId"]
    if told["transactionStatus"] == "capturedPendingSettlement":
        return {"transactionType": "voidTransaction", "refTransId": ref}
    card = ((told.get("payment") or {}).get("creditCard") or {}).get("cardNumber") or ""
    return {
        "transactionType": "refundTransaction", "amount": amount,
        "payment": {"creditCard": {"cardNumber": card[-4:], "expirationDate": "XXXX"}},
        "refTransId": ref, "order": {"invoiceNumber": _invoice_of(refund)},
    }  # fmt: skip


def _error_of(told):
    return str((told.get("errors") or [{}])[0].get("errorCode") or "declined")


def _minor(amount):
    return round(float(amount or 0) * 100)
