from odoo import api, models
from odoo.addons.fynlo_base.exceptions import FynloError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..exceptions import DeviceRequiredError


class FynloCheckout(models.AbstractModel):
    _inherit = "fynlo.checkout"

    @api.model
    def _fynlo_sell_many(self, commands):
        """Book many ``OrderCreate`` by one ``create()``; return an outcome for each.

        An outcome is a ``pos.order``, the :class:`FynloError` by which the sale was refused with
        nothing written, or ``None``: it wants to be sold by itself (its id is known already, or
        it takes turns at a shelf).

        :raise DeviceRequiredError: the caller is not on a paired till
        :raise SessionNotOpenError: the store has no open session
        """
        if not principal_of(self.env).device_id:
            raise DeviceRequiredError()
        store = self._fynlo_store()
        book = self.env["fynlo.price.book"]._fynlo_open(store)
        session = self.env["pos.session"]._fynlo_hold_current(store)
        known = self._fynlo_known_ids(commands)
        references = self.env["fynlo.order.values"]
        references._fynlo_expect_references(store, len(commands) - len(known))
        desk, outcomes = self._fynlo_foresee(commands), []
        for command in commands:
            is_single = str(command.id) in known or command.reservation_id or book.is_strict
            outcome = None if is_single else desk._fynlo_try(command, store, book, session)
            outcomes.append(outcome)
        sales = [each for each in outcomes if each and not isinstance(each, FynloError)]
        orders = iter(self.env["pos.order"]._fynlo_create_orders(sales) if sales else ())
        for index, sale in enumerate(outcomes):
            if sale and not isinstance(sale, FynloError):
                outcomes[index] = next(orders)
                self._fynlo_follow_sale(outcomes[index], sale)
        self.env["fynlo.price.book"]._fynlo_keep_warm(book, "sell")
        return outcomes

    @api.model
    def _fynlo_foresee(self, commands):
        """Return this model, knowing of all sales what else it would ask for each."""
        return self

    def _fynlo_try(self, command, store, book, session):
        try:
            return self._fynlo_prepare_sale(command, store, book, session)
        except FynloError as error:
            return error

    def _fynlo_known_ids(self, commands):
        """Return the ids of the commands that an order has, of any store."""
        query = "SELECT uuid FROM pos_order WHERE uuid = ANY(%s)"
        uuids = [str(command.id) for command in commands]
        return {uuid for (uuid,) in self.env.execute_query(SQL(query, uuids))}
