import logging

from odoo import api, models
from odoo.addons.fynlo_base.server_mark import SERVER_MARK, is_marked
from odoo.tools import unique

_logger = logging.getLogger(__name__)

#: Steps of Odoo's own way from a till's order to a paid one that a single ``create()`` leaves
#: out, and the modules whose part in them does nothing for an order of the API. Each with why.
SKIPPED_STEPS = {
    "sync_from_ui": {
        "point_of_sale": "the step itself",
        "pos_sale": "settles quotations, which our lines never name",
        "pos_self_order": "tells kiosks that an order of theirs has changed",
    },
    "_process_order": {
        "point_of_sale": "the step itself",
        "pos_online_payment": "filters online payments of drafts; we take none",
        "pos_event": "cancels registrations of refunded lines; we sell",
        "l10n_my_edi_pos": "checks refunds of invoiced orders; we sell and do not invoice",
    },
    "_process_saved_order": {"point_of_sale": "the step itself"},
    "_process_payment_lines": {"point_of_sale": "the step itself"},
    "action_pos_order_paid": {"point_of_sale": "the step itself"},
    "_create_order_picking": {
        "point_of_sale": "the step itself",
        "fynlo_pos_api": "moves the stock in the background",
    },
    "_compute_total_cost_in_real_time": {"point_of_sale": "the step itself"},
    "_compute_order_name": {"point_of_sale": "the step itself"},
    "add_payment": {"point_of_sale": "the step itself"},
    # Paying writes the state: who overrides write() may wait for it, as certified tills do.
    "write": {
        "mail": "tracks fields, which is switched off",
        "point_of_sale": "names the order and logs changes of payments",
        "fynlo_pos_api": "guards fields that only the server sets",
        "fynlo_payments": "guards held money, of which a new order has none",
        "pos_sale": "sets the sales team, which it also does in create()",
        "pos_self_order": "follows a change of table",
        "pos_online_payment_self_order": "guards a field that we do not write",
    },
}

#: The same for the lines: their cost is given at once where Odoo would compute it.
SKIPPED_LINE_STEPS = {
    "_compute_total_cost": {"point_of_sale": "the step itself"},
    "_is_product_storable_fifo_avco": {"point_of_sale": "the step itself"},
}

#: For a refund: what these modules do in ``_process_order`` is for refunds.
SKIPPED_REFUND_STEPS = {
    **SKIPPED_STEPS,
    "_process_order": {
        module: reason
        for module, reason in SKIPPED_STEPS["_process_order"].items()
        if module not in ("l10n_my_edi_pos", "pos_event")
    },
}


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _register_hook(self):
        super()._register_hook()
        found = self._fynlo_find_overrides()
        type(self)._fynlo_overrides = found
        type(self)._fynlo_refund_overrides = self._fynlo_find_overrides(SKIPPED_REFUND_STEPS)
        if found:
            _logger.info("Orders of the API take Odoo's full path because of %s.", found)

    @api.model
    def _fynlo_find_overrides(self, steps=SKIPPED_STEPS):
        """Return ``"module.step"`` of every override that the short path would leave out."""
        found = _find_overrides(type(self), steps)
        return found + _find_overrides(type(self.lines), SKIPPED_LINE_STEPS)

    @api.model
    def _fynlo_create_order(self, vals, parents):
        """Create an order of the API with its lines and payments and return it.

        An order is finished by one ``create()``, unless an installed module takes part in a step
        that this leaves out: then it goes Odoo's way from step to step. Both give the same order.

        :param vals: all values; ``state`` is ``paid`` or ``draft``
        :param parents: ``{uuid of a combo's item: uuid of the combo's line}``
        """
        is_refund = vals.get("is_refund")
        overrides = self._fynlo_refund_overrides if is_refund else self._fynlo_overrides
        if vals["state"] == "paid" and overrides:
            return self._fynlo_create_by_steps(vals, parents)
        order = self._fynlo_new_orders().create(vals).with_env(self.env)
        order._fynlo_link_combos(parents)
        return order

    @api.model
    def _fynlo_create_orders(self, sales):
        """Create many orders at once and return them in their order; none is a refund.

        :param sales: ``Sale`` of each
        """
        if self._fynlo_overrides:
            orders = [self._fynlo_create_order(sale.vals, sale.parents) for sale in sales]
            return self.browse().concat(*orders)
        orders = self._fynlo_new_orders().create([sale.vals for sale in sales])
        for order, sale in zip(orders, sales, strict=True):
            order._fynlo_link_combos(sale.parents)
        return orders.with_env(self.env)

    def _fynlo_new_orders(self):
        return self.with_context(
            tracking_disable=True, fynlo_session_held=SERVER_MARK, fynlo_creating_order=SERVER_MARK
        )

    def _fynlo_link_combos(self, parents):
        line_by_uuid = {line.uuid: line for line in self.lines} if parents else {}
        for uuid, parent_uuid in parents.items():
            line_by_uuid[uuid].combo_parent_id = line_by_uuid[parent_uuid]

    def exists(self):
        """Spare a query for each line of an order that is just being created.

        Odoo's ``create()`` of a line asks whether its order exists, to number the line.
        """
        return self if is_marked(self.env, "fynlo_creating_order") else super().exists()

    @api.model
    def _fynlo_create_by_steps(self, vals, parents):
        """Create a paid order as if the web POS had sent it."""
        mapping = {uuid: {"combo_parent_id": parent} for uuid, parent in parents.items()}
        payload = {**vals, "relations_uuid_mapping": {"pos.order.line": mapping} if mapping else {}}
        change = payload["amount_return"]
        payload["amount_return"] = 0.0  # the change is among the payments already
        # A credit note is printed when somebody asks for it, not while the guest waits.
        self._fynlo_own_write().with_context(generate_pdf=False).sync_from_ui([payload])
        order = self.search([("uuid", "=", vals["uuid"])])
        order._fynlo_own_write().amount_return = change
        return order


def _find_overrides(model_class, steps):
    found = []
    for step, harmless in steps.items():
        owners = (cls.__module__ for cls in model_class.__mro__ if step in vars(cls))
        modules = (owner.split(".")[2] for owner in owners if owner.startswith("odoo.addons."))
        found += [f"{module}.{step}" for module in unique(modules) if module not in harmless]
    return found
