from odoo import models

from ..engine.money import to_minor
from ..exceptions import PaymentUnderWayError


class PosOrder(models.Model):
    """Money that somebody holds for an order and that its payments do not tell yet."""

    _inherit = "pos.order"

    def _fynlo_held_tenders(self):
        """Return the ``Tender`` of each payment of one order that is under way.

        None by itself; who asks gateways for money extends it. Such money counts as paid, as it
        may be taken at any moment, and the order is not over before it is booked or let go.
        """
        return ()

    def _fynlo_held_amount(self):
        """Return what is held for one order, in its currency."""
        return self.currency_id.round(sum(each.amount for each in self._fynlo_held_tenders()))

    def _fynlo_check_nothing_held(self):
        """Check that an order can be over.

        :raise PaymentUnderWayError: money is held for it
        """
        if held := self._fynlo_held_tenders():
            minor = to_minor(sum(each.amount for each in held), self.currency_id)
            payments = [each.uuid for each in held]
            raise PaymentUnderWayError(details={"payments": payments, "amount": minor})
