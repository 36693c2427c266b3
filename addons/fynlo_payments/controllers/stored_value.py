from odoo.addons.fynlo_base.exceptions import LockedOutError, NotFoundError
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.stored_value import BalanceQuery, BalancesView, StoredValueView


class StoredValueController(Controller):
    """Gift cards and eWallets; they pay as tenders of a transaction."""

    @api_route(
        "/payments/stored-value/balance",
        methods=["POST"],
        body=BalanceQuery,
        reply=BalancesView,
        roles=CASHIER,
        store_scoped=True,
        replayable=False,  # it writes nothing
        errors=(
            LockedOutError,
            NotFoundError,
            exc.StoredValueUnknownError,
            exc.StoredValueUnusableError,
        ),
    )
    def read_balance(self, command):
        """Tell what is on a gift card, or in a customer's eWallets.

        A POST, so that the code stands in no URL. Wrong codes count against the till.
        """
        found = request.env["fynlo.stored.value"]._fynlo_read_balances(command)
        return BalancesView(cards=[StoredValueView.of(*each) for each in found])
