from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.addons.fynlo_pos_api.engine.tenders import Tender, method_entry
from odoo.addons.fynlo_pos_api.schemas.carts import OrderPaymentCreate

from ..engine.saga import Leg
from .minor_units import MinorUnits
from .payment_transaction import CHANNELS, OPEN_SPLITS

#: How an internal tender is told.
_SHOWN = {"reserved": "waiting", "booked": "succeeded", "released": "canceled"}
PROGRESS = [
    ("waiting", "Held"),
    ("unknown", "Unknown"),
    ("requires_action", "Waits for the Guest"),
    ("processing", "Processing"),
    ("authorized", "Authorised"),
    ("succeeded", "Succeeded"),
    ("declined", "Declined"),
    ("canceled", "Cancelled"),
    ("returned", "To Hand Back"),
    ("failed", "Failed"),
]
_PAUSE = timedelta(minutes=1)


class FynloPaymentTender(models.Model):
    """One tender of a split payment: a card at a gateway or something internal."""

    _name = "fynlo.payment.tender"
    _description = "Tender of a split payment"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "split_id, sequence, id"
    _rec_name = "method_id"

    split_id = fields.Many2one(
        "fynlo.payment.split", required=True, readonly=True, index=True, ondelete="restrict"
    )
    config_id = fields.Many2one(related="split_id.config_id")
    company_id = fields.Many2one(related="split_id.company_id")
    currency_id = fields.Many2one(related="split_id.currency_id")
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(
        [
            ("cash", "Cash"),
            ("account", "Customer Account"),
            ("stored", "Gift Card or eWallet"),
            ("card", "Card"),
        ],
        required=True, readonly=True,
    )  # fmt: skip
    method_id = fields.Many2one("pos.payment.method", required=True, readonly=True)
    amount_minor = MinorUnits("Amount (minor)", readonly=True)
    tip_minor = MinorUnits("Tip (minor)", readonly=True)
    tendered_minor = MinorUnits("Handed Over (minor)", readonly=True)
    amount = fields.Monetary("With Tip", compute="_compute_amount")
    share_id = fields.Many2one("fynlo.order.share", readonly=True, ondelete="set null")
    channel = fields.Selection(CHANNELS, readonly=True)
    gateway_method = fields.Char(readonly=True)
    transaction_id = fields.Many2one("payment.transaction", "Payment", readonly=True, index=True)
    # Of what is internal; what has become of a card is told by its payment.
    state = fields.Selection(
        [
            ("reserved", "Held"),
            ("booked", "Booked"),
            ("released", "Let Go"),
            ("returned", "To Hand Back"),
        ],
        default="reserved", required=True, readonly=True,
    )  # fmt: skip
    progress = fields.Selection(PROGRESS, compute="_compute_progress")

    @api.depends("amount_minor", "tip_minor", "currency_id")
    def _compute_amount(self):
        for tender in self:
            minor = tender.amount_minor + tender.tip_minor
            tender.amount = from_minor(minor, tender.currency_id)

    @api.depends("state", "transaction_id.fynlo_state")
    def _compute_progress(self):
        for tender in self:
            shown = tender.transaction_id.fynlo_state or _SHOWN.get(tender.state, tender.state)
            tender.progress = shown

    # --- What a body asks for

    @api.model
    def _fynlo_check(self, order, tenders, book, faults):
        """Note in ``faults`` what is wrong with the ``TenderCreate`` of a body."""
        shares = set(order.fynlo_share_ids.mapped("fynlo_uuid"))
        kinds = self._fynlo_kinds(order.config_id)
        for index, tender in enumerate(tenders):
            path, kind = f"tenders.{index}", kinds.get(str(tender.method))
            if kind == "other":
                message = "What another terminal has charged is paid on the order itself."
                faults.add(f"{path}.method", "not_allowed", message)
            _check_card(tender, kind, path, faults)
            if tender.share and str(tender.share) not in shares:
                faults.add(f"{path}.share", "unknown_reference", "There is no such id.")
            if tender.tip and (shares or not book.tip_product_uuid):
                message = "The store takes no tips, or the bill is split into shares."
                faults.add(f"{path}.tip", "not_allowed", message)
            handed = tender.tendered
            if handed is not None and tender.amount <= handed < tender.amount + tender.tip:
                message = "Less is handed over than is paid with the tip."
                faults.add(f"{path}.tendered", "too_small", message)

    @api.model
    def _fynlo_kinds(self, store):
        """Return ``{id of a method: kind}`` of one store's methods."""
        # Who sells may not read methods' gateways; the store is his own.
        return {method.fynlo_uuid: _kind_of(method) for method in store.sudo().payment_method_ids}

    @api.model
    def _fynlo_values(self, order, tenders):
        """Return the values of new tenders, in the order in which they are asked."""
        methods = order.config_id.sudo().payment_method_ids.grouped("fynlo_uuid")
        return [
            {
                "fynlo_uuid": str(tender.id),
                "sequence": number,
                "kind": _kind_of(methods[str(tender.method)]),
                "method_id": methods[str(tender.method)].id,
                "amount_minor": tender.amount,
                "tip_minor": tender.tip,
                "tendered_minor": tender.tendered or tender.amount + tender.tip,
                "share_id": order._fynlo_find_share(tender.share).id,
                "channel": tender.channel,
                "gateway_method": tender.payment_method,
            }
            for number, tender in enumerate(tenders, start=1)
        ]

    # --- What is held

    @api.model
    def _fynlo_held_tenders(self, order):
        """Return as ``Tender`` what splits hold for one order and no payment tells of yet."""
        return tuple(
            Tender(each.fynlo_uuid, method_entry(each.method_id), amount, amount, None)
            for each in self._fynlo_find_reserved(order)
            for amount in [from_minor(each.amount_minor, order.currency_id)]
        )

    @api.model
    def _fynlo_find_reserved(self, order):
        """Return the tenders, sudoed, that splits hold for one order and no payment tells of."""
        domain = [("split_id.order_id", "=", order.id), ("transaction_id", "=", False)]
        domain += [("split_id.state", "in", OPEN_SPLITS)]
        # Whoever changes an order has to know what is held for it.
        found_sudo = self.sudo().search([*domain, ("state", "=", "reserved")], order="id")
        return found_sudo.filtered(
            lambda each: each.kind != "card" or each.split_id.state == "running"
        )

    def _fynlo_leg(self, kind):
        """Return the ``Leg`` of one card, sudoed, as far as it is known.

        :param kind: of the operation whose refusals count
        """
        payment = self.transaction_id
        if not payment:
            return Leg()
        since = self.split_id.retried_at
        refused = payment.fynlo_operation_ids.filtered(
            lambda each: (
                (each.kind, each.state) == (kind, "failed")
                and not (since and each.write_date <= since)
            )
        )
        last = max(refused.mapped("write_date"), default=None)
        return Leg(
            state=payment.fynlo_state,
            is_busy=payment._fynlo_is_busy(),
            is_at_gateway=bool(payment.provider_reference),
            refusals=len(refused),
            is_resting=bool(last and last > fields.Datetime.now() - _PAUSE),
        )

    def _fynlo_payment_body(self):
        """Return the ``OrderPaymentCreate`` of one internal tender."""
        return OrderPaymentCreate.model_construct(
            id=self.fynlo_uuid,
            method=self.method_id.fynlo_uuid,
            amount=self.amount_minor + self.tip_minor,
            tendered=self.tendered_minor if self.kind == "cash" else None,
            reference=None,
            share=self.share_id.fynlo_uuid or None,
        )

    def _fynlo_tip_total(self):
        """Return the tips of tenders, in minor units."""
        return sum(self.mapped("tip_minor"))


def _check_card(tender, kind, path, faults):
    if kind == "card" and not tender.channel:
        faults.add(f"{path}.channel", "required", "A card says how it is charged.")
    given = {"channel": tender.channel, "paymentMethod": tender.payment_method}
    for name in given if kind in ("cash", "account", "stored") else ():
        if given[name]:
            faults.add(f"{path}.{name}", "not_allowed", "Only a card at a gateway has it.")


def _kind_of(method):
    if method._fynlo_is_over_gateway():
        return "card"
    if method._fynlo_is_stored():
        return "stored"
    if method.is_cash_count:
        return "cash"
    return "account" if method.type == "pay_later" else "other"
