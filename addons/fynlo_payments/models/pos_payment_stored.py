from uuid import UUID, uuid5

from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields, is_change
from odoo.addons.fynlo_base.server_mark import is_marked
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.exceptions import RefundTooLargeError
from odoo.exceptions import AccessError, UserError

from .fynlo_checkout import HELD

_SERVER_FIELDS = frozenset(("fynlo_card_id",))
_MONEY = frozenset(("amount", "payment_method_id", "uuid"))


class PosPayment(models.Model):
    """Every payment by gift card or eWallet, whoever books it, agrees with the card.

    One that pays is a tender's, whose money is off the card. One that gives back puts it on the
    cards that the order was paid with, in the same transaction.
    """

    _inherit = "pos.payment"

    fynlo_card_id = fields.Many2one(
        "loyalty.card", "Gift Card or eWallet", readonly=True, copy=False,
        index="btree_not_null", ondelete="restrict", groups="base.group_system",
    )  # fmt: skip

    @api.model_create_multi
    def create(self, vals_list):
        """Move the money of gift cards and eWallets along."""
        if not self.env.su and any(vals.get("fynlo_card_id") for vals in vals_list):
            raise AccessError(self.env._("Only the server sets this."))
        payments = super().create(vals_list)
        stored_ids = self.env["pos.payment.method"]._fynlo_stored_ids()
        for payment in payments if stored_ids else ():
            if payment.payment_method_id.id in stored_ids:
                # Who sells may not write cards; what may be moved is checked right there.
                payment.sudo()._fynlo_follow_card()
        return payments

    def write(self, vals):
        """Keep what a card has paid as it is."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        stored_ids = self.env["pos.payment.method"]._fynlo_stored_ids()
        is_moved = "pos_order_id" in vals and not is_marked(self.env, "fynlo_own_write")
        names = vals.keys() & (_MONEY | ({"pos_order_id"} if is_moved else set()))
        for payment in self if stored_ids else ():
            if any(is_change(payment, name, vals[name]) for name in names):
                ids = {payment.payment_method_id.id, vals.get("payment_method_id")}
                if ids & stored_ids:
                    raise UserError(self.env._("A gift card's payment is given back, not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_stored(self):
        """Let go only of what was given back: the card has it again."""
        stored = self.filtered(lambda each: each.payment_method_id._fynlo_is_stored())
        for (_order, method), payments in stored.grouped(
            lambda each: (each.pos_order_id, each.payment_method_id)
        ).items():
            if not payments.currency_id.is_zero(sum(payments.mapped("amount"))):
                raise UserError(self.env._("Money of %s is given back, not deleted.", method.name))

    def _fynlo_takes_tip_later(self):
        return super()._fynlo_takes_tip_later() and not self.payment_method_id._fynlo_is_stored()

    def _fynlo_follow_card(self):
        """Tell the card of one new payment, sudoed, or give it back what is below zero.

        :raise RefundTooLargeError: more than cards have paid of this order
        """
        if self.amount > 0:
            tender = self.env["fynlo.payment.tender"].search([("fynlo_uuid", "=", self.uuid)])
            is_held = is_marked(self.env, HELD)  # whoever knows a tender's id could pay twice by it
            if not is_held or not tender or not tender._fynlo_pays(self):
                raise UserError(self.env._(
                    "Gift cards and eWallets are paid with at a till of Fynlo; in this one they "
                    "are a reward: enter the code there."
                ))  # fmt: skip
            self.fynlo_card_id = tender.card_id
        elif self.amount < 0:
            self._fynlo_give_back()

    def _fynlo_give_back(self):
        orders = self.pos_order_id | self.pos_order_id.lines.refunded_orderline_id.order_id
        left = orders._fynlo_card_left(self.payment_method_id)
        for payment in orders.payment_ids.filtered("fynlo_card_id"):
            if self.uuid == str(uuid5(UUID(payment.uuid), "given back")):  # a split is undone
                left = {payment.fynlo_card_id: left[payment.fynlo_card_id]}
        self.env["loyalty.card"].union(*left)._fynlo_lock()
        left = orders._fynlo_card_left(self.payment_method_id, left)
        rest = to_minor(-self.amount, self.currency_id)
        if rest > sum(left.values()):
            raise RefundTooLargeError(details={"refundable": sum(left.values())})
        for card, minor in left.items():
            if part := min(rest, minor):
                card._fynlo_give(part, self)
                rest -= part

    def _fynlo_card_words(self, is_back):
        """Return what a card's history says of one payment that gives back."""
        order = self.pos_order_id
        return self.env._(
            "Given back, %(order)s at %(store)s", order=order.name, store=order.config_id.name
        )


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _fynlo_card_left(self, method, cards=None):
        """Return ``{card: minor units}`` of what cards have paid of orders by a method.

        Less what they got back; the card that has paid first comes first. All sudoed.

        :param cards: only these
        """
        orders_sudo = self.sudo()
        refunds = orders_sudo.lines.refund_orderline_ids.order_id
        payments = (orders_sudo | refunds).payment_ids.sorted("id").filtered(
            lambda each: each.payment_method_id == method
        )  # fmt: skip
        left = {}
        for payment in payments.filtered("fynlo_card_id"):
            minor = to_minor(payment.amount, payment.currency_id)
            left[payment.fynlo_card_id] = left.get(payment.fynlo_card_id, 0) + minor
        domain = [("order_model", "=", "pos.payment"), ("order_id", "in", payments.ids)]
        for line in self.env["loyalty.history"].sudo().search(domain):
            if line.card_id in left:
                left[line.card_id] -= to_minor(line.issued, line.card_id.currency_id)
        return {card: minor for card, minor in left.items() if cards is None or card in cards}

    def write(self, vals):
        """Cancel no order, in Odoo's own till too, that has a gift card's money."""
        if vals.get("state") == "cancel":
            self._fynlo_check_no_card_money()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_card_money(self):
        self._fynlo_check_no_card_money()

    def _fynlo_check_no_card_money(self):
        stored_ids = self.env["pos.payment.method"]._fynlo_stored_ids()
        if not stored_ids:
            return
        payments = self.payment_ids.filtered(lambda each: each.payment_method_id.id in stored_ids)
        for order, paid in payments.grouped("pos_order_id").items():
            if not order.currency_id.is_zero(sum(paid.mapped("amount"))):
                raise UserError(
                    self.env._("Give the gift card's money back first: it has paid for this order.")
                )
