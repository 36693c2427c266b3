from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.addons.fynlo_base.server_mark import SERVER_MARK, is_marked
from odoo.addons.fynlo_pos_api.models.fynlo_pricing import OFFLINE_AFTER

#: Context of a booking of what a transaction holds already.
HELD = "fynlo_tender_held"


class FynloCheckout(models.AbstractModel):
    _inherit = "fynlo.checkout"

    def _fynlo_settle(self, command, cart, session):
        """Believe a till that was offline: the card was charged by a reader that stands alone.

        The money is taken, so its sale is booked; the reconciliation tells that no gateway knows.
        """
        at = command.occurred_at
        is_late = at and fields.Datetime.now() - to_odoo_datetime(at) > OFFLINE_AFTER
        desk = self.with_context(fynlo_sold_offline=SERVER_MARK) if is_late else self
        return super(FynloCheckout, desk)._fynlo_settle(command, cart, session)

    @api.model
    def _fynlo_check_tenders(self, payments, book, has_customer, faults):
        """Take no payment by hand that a gateway has to take, nor one with the id of such a one.

        :raise IdempotencyConflictError: a payment over a gateway has that id
        """
        tenders = super()._fynlo_check_tenders(payments, book, has_customer, faults)
        # Who sells may not read methods' gateways; these methods are his store's.
        methods_sudo = self.env["pos.payment.method"].sudo()
        for index, payment in enumerate(payments):
            entry = book.methods.get(str(payment.method))
            method_sudo = methods_sudo.browse(entry.id if entry else [])
            if method_sudo and self._fynlo_needs_desk(method_sudo):
                message = "Not by hand: POST /payments/intents or /payments/transactions."
                faults.add(f"payments.{index}.method", "needs_gateway", message)
        self._fynlo_check_ids([str(payment.id) for payment in payments])
        return tenders

    def _fynlo_needs_desk(self, method_sudo):
        """Tell whether one method is paid by the desk of payments alone.

        A card may have been charged offline. What is on a gift card only the server knows.
        """
        if method_sudo._fynlo_is_stored():
            return not is_marked(self.env, HELD)
        is_offline = is_marked(self.env, "fynlo_sold_offline")
        return method_sudo._fynlo_is_over_gateway() and not is_offline

    @api.model
    def _fynlo_foresee(self, commands):
        """Ask once whether payments over gateways have the ids of any of these."""
        desk = super()._fynlo_foresee(commands)
        try:
            self._fynlo_check_ids([str(each.id) for sale in commands for each in sale.payments])
        except IdempotencyConflictError:
            return desk  # which of them it is shows when each is asked for
        return desk.with_context(fynlo_ids_are_free=SERVER_MARK)

    def _fynlo_check_ids(self, uuids):
        if is_marked(self.env, "fynlo_ids_are_free"):
            return
        # Ids are unique in the whole database; that this one is taken is all that is told.
        payments_sudo = self.env["payment.transaction"].sudo()
        if uuids and payments_sudo.search_count([("fynlo_uuid", "in", uuids)], limit=1):
            raise IdempotencyConflictError()
