"""Errors of the till's addon: one class per code."""

from odoo.addons.fynlo_base.exceptions import FynloError


class SessionNotOpenError(FynloError):
    """The store has no open session: open one first."""

    status, code, message = 409, "session_not_open", "No session is open. Open one first."


class PriceChangedError(FynloError):
    """The till showed another total than the server's; ``details`` holds the priced cart."""

    status, code, message = 409, "price_changed", "Prices have changed. Show the new total."


class PaymentReferenceUsedError(FynloError):
    """That terminal receipt has already paid an order."""

    status, code = 409, "payment_reference_used"
    message = "This payment reference was used before."


class ProductUnavailableError(FynloError):
    """A product is archived, sold out or not in the store's range."""

    status, code, message = 422, "product_unavailable", "A product is not available."


class UnknownDiscountCodeError(FynloError):
    """No promotion has that code."""

    status, code, message = 422, "unknown_discount_code", "There is no such discount code."


class DiscountLimitError(FynloError):
    """The discount is higher than the role allows; ``details.allowed`` is the limit in percent."""

    status, code = 422, "discount_limit"
    message = "Your role does not allow such a discount."


class DeviceRequiredError(FynloError):
    """Only a paired till can sell: receipts are numbered per device."""

    status, code, message = 422, "device_required", "Sell from a paired till."


class OverpaidError(FynloError):
    """More is paid than is owed, and not in cash; ``details.due`` is what is owed."""

    status, code, message = 422, "overpaid", "The payments exceed the total."


class SessionAlreadyOpenError(FynloError):
    """Somebody opened the store's session before; ``details.sessionId`` names it."""

    status, code = 409, "session_already_open"
    message = "The store's session is open already."


class NoCashDrawerError(FynloError):
    """The store takes no cash, so there is nothing to put in, take out or count."""

    status, code, message = 422, "no_cash_drawer", "This store takes no cash."


class DraftOrdersError(FynloError):
    """Orders are not paid yet; ``details.orders`` lists their ``id`` and ``reference``."""

    status, code = 409, "draft_orders"
    message = "Complete or cancel the open orders first."


class CountRequiredError(FynloError):
    """The drawer was not counted, or cash has moved since it was."""

    status, code, message = 409, "count_required", "Count the drawer first."


class ApprovalRequiredError(FynloError):
    """It is beyond what the role may do alone: a supervisor or above has to do it."""

    status, code = 403, "approval_required"
    message = "A supervisor has to approve this."


class SessionNotClosableError(FynloError):
    """Odoo refuses to book the session, e.g. its entries do not balance; the message says why."""

    status, code = 409, "session_not_closable"
    message = "The session cannot be closed. A manager has to look at it in Odoo."


class IllegalTransitionError(FynloError):
    """The order's state does not allow it; ``details.allowed`` lists the steps that it does."""

    status, code = 409, "illegal_transition"
    message = "The order is not in a state for that."


class OrderNotPaidError(FynloError):
    """Something is still owed; ``details.due`` tells how much, in minor units."""

    status, code, message = 409, "order_not_paid", "The order is not paid yet."


class OrderHasPaymentsError(FynloError):
    """Money was taken for the order already, so it cannot just go away."""

    status, code = 409, "order_has_payments"
    message = "The order is paid in part. Give the money back first."


class PaymentUnderWayError(FynloError):
    """A gateway may hold money for the order; ``details.payments`` tells which to end first."""

    status, code = 409, "payment_under_way"
    message = "A card payment of the order is under way. Finish it or cancel it first."


class TipTooLateError(FynloError):
    """The tip stays as it is; ``details.reason``: session_closed, invoiced, refunded, charged."""

    status, code, message = 409, "tip_too_late", "It is too late to change the tip."


class RefundTooLargeError(FynloError):
    """More would come back than is left of what was sold; ``details.refundable`` is the money."""

    status, code = 422, "refund_too_large"
    message = "That is more than is left to refund."


class ReasonRequiredError(FynloError):
    """The difference is beyond the store's limit: whoever approves it says why."""

    status, code, message = 422, "reason_required", "Give a reason for the difference."


class EmployeeRequiredError(FynloError):
    """Only an employee answers for a drawer, and the token names none."""

    status, code = 422, "employee_required"
    message = "Sign in with your PIN, or name an employee."


class DrawerTakenError(FynloError):
    """Somebody has the drawer, or this person another purse; ``details.shiftId`` names it."""

    status, code, message = 409, "drawer_taken", "Somebody has this drawer already."


class DrawersOpenError(FynloError):
    """People still answer for drawers; ``details.shifts`` has ``id``, ``drawer``, ``employee``."""

    status, code, message = 409, "drawers_open", "Close or hand over the open drawers first."


class ShiftClosedError(FynloError):
    """The shift of the drawer is over; somebody else may have taken the drawer over."""

    status, code, message = 409, "shift_closed", "This drawer shift is over."


class OwnRecordError(FynloError):
    """Nobody archives himself, or changes his own role, stores or pay."""

    status, code, message = 409, "own_record", "Somebody else has to do this for you."


class LastOwnerError(FynloError):
    """The company would have no owner any more."""

    status, code, message = 409, "last_owner", "Make somebody else an owner first."


class DuplicateCustomerError(FynloError):
    """Another customer has the e-mail or the phone; ``details.customers`` lists their ids.

    Send ``allowDuplicate`` where both are right: a family has one phone.
    """

    status, code = 409, "duplicate_customer"
    message = "There is a customer with this e-mail or phone already."


class CustomerNotMergeableError(FynloError):
    """These customers cannot become one; the message says why."""

    status, code = 409, "customer_not_mergeable"
    message = "These customers cannot be merged."


class CustomerNotErasableError(FynloError):
    """Who signs in to Odoo, works here or is one of its companies is not erased as a customer."""

    status, code = 409, "customer_not_erasable"
    message = "This customer cannot be erased."


class CustomerProtectedError(FynloError):
    """Who works here, or is one of its companies, is changed in Odoo's own screens alone.

    Of a customer who signs in to a portal this is the e-mail.
    """

    status, code = 403, "customer_protected"
    message = "This contact belongs to the house: it is not changed as a customer."


class ContactRefusedError(FynloError):
    """The customer wants no such messages; an address that he names himself is another matter."""

    status, code = 422, "contact_refused"
    message = "The customer does not want e-mails about purchases."


class MailLimitError(FynloError):
    """The receipt was mailed as often as one can be."""

    status, code, message = 422, "mail_limit", "This receipt was mailed often enough."


class CategoryInUseError(FynloError):
    """Products or other categories are in it; ``details`` counts them."""

    status, code = 409, "category_in_use"
    message = "Move what is in this category first."


class OutOfStockError(FynloError):
    """A strict store has not got so many; ``details.products`` tells what is left of each."""

    status, code, message = 409, "out_of_stock", "There is not enough of it left."


class SlotNotOpenError(FynloError):
    """There is no such slot, or it is over; ``details.next`` tells the next ones with room."""

    status, code, message = 422, "slot_not_open", "There is no such slot."


class SlotFullError(FynloError):
    """Others have the slot; ``details.next`` tells the next ones with room."""

    status, code, message = 409, "slot_full", "This slot is full."


class HardwareArchivedError(FynloError):
    """It was taken out of the store: there is nothing to test."""

    status, code, message = 409, "hardware_archived", "This hardware is archived."


class HardwareTestAnsweredError(FynloError):
    """Another till has answered this test otherwise; ``details.state`` is its result."""

    status, code, message = 409, "test_answered", "This test has a result already."


class WebhookLimitError(FynloError):
    """A store has twenty webhooks at most, and a company as many for all of its stores."""

    status, code = 409, "webhook_limit"
    message = "There are twenty webhooks already. Remove one first."


class DeliveryInFlightError(FynloError):
    """A delivery is being sent at this moment: look again in a minute."""

    status, code, message = 409, "delivery_in_flight", "It is being sent at this moment."


class WebhookInactiveError(FynloError):
    """The webhook is switched off: it is told nothing, no test either."""

    status, code, message = 409, "webhook_inactive", "The webhook is switched off."


class ExportTooLargeError(FynloError):
    """The filters find more rows than one file takes; ``details.limit`` tells how many it does."""

    status, code = 422, "export_too_large"
    message = "These are too many rows for one file. Narrow the filters."


class ImportOverError(FynloError):
    """The import has ended: there is nothing left to cancel."""

    status, code, message = 409, "import_over", "This import has ended."
