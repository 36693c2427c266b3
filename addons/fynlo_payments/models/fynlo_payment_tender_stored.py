from odoo import api, fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor

from ..exceptions import StoredValueTooLowError


class FynloPaymentTender(models.Model):
    """A gift card or an eWallet pays before anything else: what it gives is off it at once."""

    _inherit = "fynlo.payment.tender"

    card_id = fields.Many2one(
        "loyalty.card", "Gift Card or eWallet", readonly=True, index="btree_not_null",
        ondelete="restrict", groups="base.group_system",
    )  # fmt: skip
    card_masked = fields.Char("Card", compute="_compute_card_masked", compute_sudo=True)
    is_taken = fields.Boolean("Off the Card", readonly=True)

    @api.depends("card_id")
    def _compute_card_masked(self):
        for tender in self:
            card = tender.card_id
            tender.card_masked = card._fynlo_masked() if card else False

    # --- What a body asks for

    @api.model
    def _fynlo_check(self, order, tenders, book, faults):
        super()._fynlo_check(order, tenders, book, faults)
        types = self._fynlo_program_types(order)
        for index, tender in enumerate(tenders):
            program_type = types.get(str(tender.method))
            _check_stored(tender, program_type, f"tenders.{index}", faults)
            if program_type == "ewallet" and not order.partner_id:
                message = "An eWallet is a customer's: give the order its customer first."
                faults.add("customerId", "required", message)

    def _fynlo_program_types(self, order):
        """Return ``{id of a method: type of its program}`` of one order's store."""
        # Who sells may not read programs; the store is his own.
        methods_sudo = order.config_id.sudo().payment_method_ids
        return {each.fynlo_uuid: each.fynlo_program_type for each in methods_sudo}

    @api.model
    def _fynlo_values(self, order, tenders):
        values = super()._fynlo_values(order, tenders)
        service = self.env["fynlo.stored.value"]
        for vals, tender in zip(values, tenders, strict=True):
            if vals["kind"] == "stored":
                method_sudo = self.env["pos.payment.method"].sudo().browse(vals["method_id"])
                vals["card_id"] = service._fynlo_find_card(order, method_sudo, tender.code).id
        return values

    # --- What is off the card

    def _fynlo_take(self):
        """Take from cards what stored tenders, sudoed, pay and have not taken yet.

        :raise StoredValueTooLowError: one has less
        """
        tenders = self.filtered(lambda each: each.kind == "stored" and not each.is_taken)
        tenders.card_id._fynlo_lock()
        for tender in tenders:
            try:
                tender.card_id._fynlo_take(tender.amount_minor, tender)
            except StoredValueTooLowError as error:
                details = {**error.details, "tenderId": tender.fynlo_uuid}
                raise StoredValueTooLowError(details=details) from None
            tender.is_taken = True

    def _fynlo_put_back(self):
        """Put back on cards what stored tenders, sudoed, have taken and no payment tells of."""
        tenders = self.filtered("is_taken")
        tenders.card_id._fynlo_lock()
        for tender in tenders:
            tender.card_id._fynlo_give(tender.amount_minor, tender)
            tender.is_taken = False

    def _fynlo_pays(self, payment):
        """Tell whether one tender, sudoed, may be booked as this ``pos.payment``."""
        amount = from_minor(self.amount_minor, self.currency_id)
        return (
            self.is_taken
            and self.split_id.order_id == payment.pos_order_id
            and self.method_id == payment.payment_method_id
            and payment.currency_id.is_zero(payment.amount - amount)
        )

    def _fynlo_card_words(self, is_back):
        """Return what a card's history says of one tender."""
        order, store = self.split_id.order_id, self.config_id.name
        if is_back:
            return self.env._("Put back, %(order)s at %(store)s", order=order.name, store=store)
        return self.env._("Paid %(order)s at %(store)s", order=order.name, store=store)


def _check_stored(tender, program_type, path, faults):
    if program_type == "gift_card" and tender.code is None:
        faults.add(f"{path}.code", "required", "A gift card is paid with by its code.")
    if program_type != "gift_card" and tender.code is not None:
        faults.add(f"{path}.code", "not_allowed", "Only a gift card has a code.")
    if program_type and tender.tip:
        faults.add(f"{path}.tip", "not_allowed", "A tip is paid with a card or in cash.")
