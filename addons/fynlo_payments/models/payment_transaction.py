from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.tools import SQL

from ..engine.outcome import FINAL
from .minor_units import MinorUnits

CHANNELS = [("card_present", "Card Present"), ("online", "Online"), ("apple_pay", "Apple Pay")]
#: States of the API, and Odoo's.
ODOO_STATES = {
    "requires_action": "draft",
    "unknown": "draft",
    "processing": "pending",
    "authorized": "authorized",
    "succeeded": "done",
    "canceled": "cancel",
    "declined": "error",
    "failed": "error",
}
#: In these a payment has taken money, or may take it without another word of ours.
_HOLDING = ("unknown", "requires_action", "processing", "authorized", "succeeded")

#: In these a gateway lets go of a payment that it knows.
CANCELLABLE = ("requires_action", "declined", "authorized")

#: For so long a gateway is expected to tell by itself what becomes of a payment.
QUIET = timedelta(minutes=2)

#: Of a split payment that has not come to its end.
OPEN_SPLITS = ("running", "compensating")


class PaymentTransaction(models.Model):
    """A payment of an order, over a gateway. What happened to it is in its operations."""

    _inherit = "payment.transaction"

    fynlo_uuid = fields.Char("Fynlo ID", readonly=True, copy=False)
    fynlo_state = fields.Selection(
        [
            ("unknown", "Unknown"),
            ("requires_action", "Waits for the Guest"),
            ("processing", "Processing"),
            ("authorized", "Authorised"),
            ("succeeded", "Succeeded"),
            ("declined", "Declined"),
            ("canceled", "Cancelled"),
            ("failed", "Failed"),
        ],
        "Progress",
        readonly=True,
        copy=False,
    )
    fynlo_order_id = fields.Many2one(
        "pos.order", "Order at the Till", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict",
    )  # fmt: skip
    fynlo_share_id = fields.Many2one(
        "fynlo.order.share", "Share of the Bill", readonly=True, copy=False, ondelete="set null"
    )
    fynlo_config_id = fields.Many2one("pos.config", "Store", readonly=True, copy=False, index=True)
    fynlo_method_id = fields.Many2one("pos.payment.method", "POS Method", readonly=True, copy=False)
    fynlo_channel = fields.Selection(CHANNELS, "Channel", readonly=True, copy=False)
    fynlo_tender_id = fields.Many2one(
        "fynlo.payment.tender", "Tender", readonly=True, copy=False, index="btree_not_null"
    )
    fynlo_tip_minor = MinorUnits("Tip of It (minor)", readonly=True, copy=False)
    fynlo_capturable_minor = MinorUnits(
        "Most to Capture (minor)", readonly=True, copy=False,
        help="If the gateway lets the till take more than was authorised; 0 if not",
    )  # fmt: skip
    fynlo_captured_minor = MinorUnits("Captured (minor)", readonly=True, copy=False)
    fynlo_change_count = fields.Integer(
        readonly=True, copy=False, help="What was read before it changed is too old to count."
    )
    fynlo_look_at = fields.Datetime(
        "Looked After At", readonly=True, copy=False, help="If the gateway tells nothing till then"
    )
    fynlo_looks = fields.Integer("Looks", readonly=True, copy=False)
    fynlo_booked_at = fields.Datetime("Booked", readonly=True, copy=False)
    fynlo_booking_error = fields.Char("Not Booked Because", readonly=True, copy=False)
    fynlo_booking_tries = fields.Integer("Tries to Book", readonly=True, copy=False)
    fynlo_booking_at = fields.Datetime("Booked Again At", readonly=True, copy=False)
    fynlo_operation_ids = fields.One2many(
        "fynlo.payment.operation", "transaction_id", "Operations", readonly=True
    )

    _fynlo_uuid_unique = models.UniqueIndex(
        "(fynlo_uuid) WHERE fynlo_uuid IS NOT NULL", "Another payment has this Fynlo ID."
    )
    _fynlo_reference_unique = models.UniqueIndex(
        "(provider_id, provider_reference) WHERE fynlo_uuid IS NOT NULL",
        "Another payment is that one at the gateway.",
    )
    _fynlo_look_idx = models.Index(
        "(fynlo_look_at) WHERE fynlo_state IN ('requires_action', 'processing', 'authorized',"
        " 'declined')"
    )
    _fynlo_unbooked_idx = models.Index(
        "(id) WHERE fynlo_order_id IS NOT NULL AND fynlo_booked_at IS NULL"
    )

    @api.model
    def _fynlo_find_payment(self, uuid):
        """Return the payment of the principal's store with that id (one record).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        store_id = principal_of(self.env).store_id
        domain = [("fynlo_uuid", "=", str(uuid)), ("fynlo_config_id", "=", store_id)]
        found = self.search(domain, limit=1)
        if not found:
            raise NotFoundError()
        return found

    @api.model
    def _fynlo_read_payment(self, uuid):
        """Return the payment of the principal's store with that id, sudoed for what it shows.

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        return self._fynlo_find_payment(uuid).sudo()

    @api.model
    def _fynlo_page(self, query):
        """Return ``(payments, total)`` of a ``PaymentQuery``, sudoed for what they show.

        :raise InvalidFieldsError: the store has no such order
        """
        store_id = principal_of(self.env).store_id
        named = [("uuid", "=", str(query.order_id)), ("config_id", "=", store_id)]
        order = self.env["pos.order"].search(named, limit=1)
        if not order:
            error = {"field": "orderId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        # The order is the principal's own; the payments are those that he may read.
        mine = self.search([("fynlo_order_id", "=", order.id)], order="id")
        found_sudo = (mine & self._fynlo_find_holding(order) if query.held else mine).sudo()
        return found_sudo[query.offset : query.offset + query.limit], len(found_sudo)

    @api.model
    def _fynlo_find_holding(self, order):
        """Return the payments that hold money for one order, sudoed; what is booked holds none."""
        # Whoever changes an order has to know what is held for it, not what else payments tell.
        payments_sudo = self.sudo().search(
            [("fynlo_order_id", "=", order.id), ("fynlo_booked_at", "=", False)], order="id"
        )
        return payments_sudo.filtered(lambda payment: payment._fynlo_is_holding())

    def _fynlo_is_holding(self):
        """Tell whether one payment, sudoed, holds money, or may hold it."""
        return self.fynlo_state in _HOLDING or self._fynlo_is_busy()

    def _fynlo_held_minor(self):
        """Return what of its order one payment, sudoed, holds or may pay, in minor units."""
        if self.fynlo_state == "succeeded":
            return self.fynlo_captured_minor - self._fynlo_taken_tip()
        return to_minor(self.amount, self.currency_id) - self.fynlo_tip_minor

    def _fynlo_taken_tip(self):
        """Return what of the captured money is a tip: what the order is owed comes first."""
        return min(self.fynlo_tip_minor, self.fynlo_captured_minor)

    def _fynlo_last_told(self):
        """Return the operation that tells how far one payment, sudoed, is; may be empty.

        What was refused, or is still open, has left the guest with what he was told before.
        """
        operations = self.fynlo_operation_ids.sorted("id")
        told = operations.filtered(lambda each: each.state == self.fynlo_state)
        return (told or operations.filtered("client_secret"))[-1:]

    def _fynlo_is_busy(self):
        """Tell whether nobody knows yet how an operation of one payment, sudoed, has ended."""
        return any(operation._fynlo_is_open() for operation in self.fynlo_operation_ids)

    def _fynlo_is_in_doubt(self):
        """Tell whether nobody knows yet what one payment, sudoed, has taken."""
        return any(
            operation._fynlo_is_open() and operation.kind != "refund"
            for operation in self.fynlo_operation_ids
        )

    def _fynlo_is_led(self, kind):
        """Tell whether a split payment alone decides on that operation of one payment, sudoed."""
        return kind == "capture" and self.fynlo_tender_id.split_id.state in OPEN_SPLITS

    def _fynlo_lock_payment(self):
        """Lock one payment, sudoed, and its order, which is written: see ``_fynlo_touch_money``.

        Always the order first, so that nobody waits in a circle.
        """
        self.fynlo_order_id._fynlo_touch_money()
        query = "SELECT id FROM payment_transaction WHERE id = %s FOR UPDATE"
        self.env.execute_query(SQL(query, self.id))

    def _fynlo_follow(self, state, values):
        """Bring one payment, sudoed, to what a gateway has told of it.

        A gateway never leaves a final state: who tells of another tells what was before.

        :param values: those of the ``Outcome``
        """
        if self.fynlo_state in FINAL and state != "succeeded":
            return
        vals = {"fynlo_state": state, "state": ODOO_STATES[state]}
        vals["fynlo_captured_minor"] = values.get("received", 0)
        if values.get("ref"):
            vals["provider_reference"] = values["ref"]
            vals["fynlo_capturable_minor"] = values.get("most", 0)
        now = fields.Datetime.now()
        vals |= {"fynlo_look_at": now + QUIET, "fynlo_looks": 0, "last_state_change": now}
        self.write(vals)

    def _fynlo_can_take(self, minor):
        """Tell whether the order of one payment, sudoed, can take that much by it."""
        order, sessions = self.fynlo_order_id, self.env["pos.session"]
        domain = [("config_id", "=", self.fynlo_config_id.id), ("state", "=", "opened")]
        is_open = sessions.search_count([*domain, ("rescue", "=", False)], limit=1)
        return bool(is_open) and order.state == "draft" and minor <= self._fynlo_due_minor(order)

    def _fynlo_due_minor(self, order):
        """Return what is owed on an order and not held by other payments, in minor units."""
        others = sum(
            tender.amount
            for tender in order._fynlo_held_tenders()
            if tender.uuid != self.fynlo_uuid
        )
        due = to_minor(order.amount_total - order.amount_paid - others, order.currency_id)
        return due + self.fynlo_tender_id.split_id.rounding_minor
