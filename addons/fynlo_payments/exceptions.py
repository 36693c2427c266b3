"""Errors of the payments' addon: one class per code."""

from odoo.addons.fynlo_base.exceptions import FynloError


class PaymentsNotConfiguredError(FynloError):
    """The store has no payment method with a gateway behind it."""

    status, code = 422, "payments_not_configured"
    message = "This store takes no card payments yet. A manager sets up a provider in Odoo."


class AmountTooLargeError(FynloError):
    """More than is owed and not yet being paid; ``details.due`` is that, in minor units.

    Of a capture ``details.due`` is what was authorised, and ``details.maximumTip`` what may come on
    top.
    """

    status, code = 422, "amount_too_large"
    message = "That is more than can be taken now. Take what the details say, or less."


class PaymentStateError(FynloError):
    """The payment is not in a state for that; ``details.state`` tells which it is in."""

    status, code = 409, "payment_state"
    message = "The payment is not in a state for that. Read it again and go on from there."


class PaymentBusyError(FynloError):
    """Another operation of this payment is under way, or nobody knows yet how it ended."""

    status, code = 409, "payment_busy"
    message = "The payment is being worked on. Send the same again in a moment."


class CardDeclinedError(FynloError):
    """The card was declined; ``details.paymentId`` and ``details.declineCode`` tell more."""

    status, code = 402, "card_declined"
    message = "The card was declined. Ask for another card or another way to pay."


class GatewayRefusedError(FynloError):
    """The gateway refuses the request; nothing was charged. ``details.gatewayCode`` tells why."""

    status, code = 502, "gateway_refused"
    message = "The payment provider refuses this. A manager sees why in Odoo."


class WebhookSignatureError(FynloError):
    """The event is not signed by a gateway that this server knows, or not now."""

    status, code, message = 400, "webhook_signature", "The signature is not right."


class WebhookEventError(FynloError):
    """The event is signed, and has not the shape of one: ``details.field`` is the first fault."""

    status, code, message = 400, "webhook_event", "The event has not the shape of one."


class ApproverRefusedError(FynloError):
    """Who entered his PIN may not consent: ``details.reason`` is ``same_person`` or ``role``."""

    status, code = 403, "approver_refused"
    message = "Somebody else has to approve this, a supervisor or above."


class ApprovalInvalidError(FynloError):
    """The approval is unknown, used, expired or for something else; ``details`` as it is asked."""

    status, code = 403, "approval_invalid"
    message = "This approval is not good for that. Ask for a new one."


class RefundPendingError(FynloError):
    """The gateway has not told yet whether it gives the money back; ``details.refundId``."""

    status, code = 409, "refund_pending"
    message = "The money is being given back. Ask again with the same id in a moment."


class TransactionCanceledError(FynloError):
    """A transaction was given up as a whole; ``details.reason`` tells why, ``state`` how far.

    What was held is let go; cash that ``GET /payments/transactions/{id}`` tells as ``returned``
    goes back to the guest.
    """

    status, code = 409, "transaction_canceled"
    message = "The tenders could not all be taken, so none was."


class GatewayUnavailableError(FynloError):
    """The gateway does not answer now; nothing that moves money was asked of it."""

    status, code = 502, "gateway_unavailable"
    message = "The payment provider does not answer now. Try again in a moment."


class TerminalNotConfiguredError(FynloError):
    """The store has no location of readers at its provider."""

    status, code = 422, "terminal_not_configured"
    message = "This store has no card readers yet. A manager sets up their location in Odoo."


class CapabilityNotSupportedError(FynloError):
    """The payment's gateway cannot do that; ``details`` names both. Nothing was asked of it."""

    status, code = 409, "capability_not_supported"
    message = "The payment provider of this method cannot do that."


class ApplePayNotConfiguredError(FynloError):
    """The store has no Apple Pay merchant, or what this needs of one is missing."""

    status, code = 422, "apple_pay_not_configured"
    message = "Apple Pay is not set up for this. A manager completes it in Odoo."


class ApplePayTokenError(FynloError):
    """The token is not to be believed; ``details.reason`` names the check that it fails."""

    status, code, message = 422, "apple_pay_token", "This Apple Pay token is not valid here."


class ApplePayTokenUsedError(FynloError):
    """The token has been used for another payment."""

    status, code = 409, "apple_pay_token_used"
    message = "This Apple Pay token was used before. Show the payment sheet again."


class ApplePayUnreachableError(FynloError):
    """Apple gives no merchant session; nothing was charged."""

    status, code, message = 502, "apple_pay_unreachable", "Apple gives no session now."


class StoredValueUnknownError(FynloError):
    """There is no such gift card, or the customer has no eWallet."""

    status, code = 404, "stored_value_unknown"
    message = "There is no such gift card or eWallet here."


class StoredValueUnusableError(FynloError):
    """The card does not pay here now. ``details.reason`` tells why.

    ``inactive``, ``expired``, ``too_early``, ``other_store``, ``other_method`` or ``currency``.
    """

    status, code = 409, "stored_value_unusable"
    message = "This gift card or eWallet does not pay here."


class StoredValueTooLowError(FynloError):
    """The card has less; ``details.balance`` is what it has, in minor units."""

    status, code = 422, "stored_value_too_low"
    message = "There is less on this card. Take what it has, and the rest otherwise."


class PaymentDeniedError(FynloError):
    """The company's fraud rules or a manager refuse the payment; nothing was charged."""

    status, code = 403, "payment_denied"
    message = "This payment cannot be taken. Ask the guest for another way to pay."


class PaymentInReviewError(FynloError):
    """A manager has to look at the payment before it is captured; the money stays held."""

    status, code = 409, "payment_in_review"
    message = "A manager has to look at this payment first."
