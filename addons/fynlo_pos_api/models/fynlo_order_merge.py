from odoo import api, models
from odoo.addons.fynlo_base.exceptions import (
    InvalidFieldsError,
    NotFoundError,
    StaleVersionError,
)

from ..schemas.order_edits import OrderPatch


class FynloOrderMerge(models.AbstractModel):
    """Brings open orders together on one: lines, payments, tips and guests."""

    _name = "fynlo.order.merge"
    _description = "Fynlo merge of orders"

    @api.model
    def _fynlo_merge_orders(self, uuid, command):
        """Apply an ``OrderMerge`` and return the order that has all (one ``pos.order``).

        :raise IllegalTransitionError: one of them is finished or cancelled
        :raise PaymentUnderWayError: money is held for one that would go
        :raise SessionNotOpenError: money was taken, and the store has no open session
        """
        target, sources = self._fynlo_lock(uuid, command)
        target._fynlo_check_step("merge")
        for source in sources:
            source._fynlo_check_step("join")
            source._fynlo_check_nothing_held()
        if (target | sources).payment_ids:
            for order in target | sources:
                order._fynlo_join_session()
        terms = {(order.pricelist_id, order.fiscal_position_id) for order in target | sources}
        for source in sources:
            self._fynlo_bring(source, target, command.reason)
        patch = OrderPatch()
        if len(terms) > 1 and target.fynlo_order_type:  # what came is priced as the rest is
            patch = OrderPatch.model_construct({"order_type"}, order_type=target.fynlo_order_type)
        details = {"orders": sources.mapped("uuid")}
        edit = self.env["fynlo.order.edit"]
        edit._fynlo_rewrite(target, patch, "merge", None, command.reason, details)
        return target

    def _fynlo_lock(self, uuid, command):
        """Return the order that stays and those that join it, all of them locked."""
        locked = self.env["pos.order"]._fynlo_lock_orders([uuid, *command.order_ids])
        by_uuid = {order.uuid: order for order in locked}
        target = by_uuid.get(str(uuid))
        if target is None:
            raise NotFoundError()
        if command.version not in (None, target.fynlo_version):
            raise StaleVersionError(details={"version": target.fynlo_version})
        errors = [
            {"field": f"orderIds.{index}", "code": "unknown_reference", "message": message}
            for index, each in enumerate(command.order_ids)
            for message in ["There is no such open order."]
            if by_uuid.get(str(each)) in (None, target)
        ]
        if errors:
            raise InvalidFieldsError(errors=errors)
        return target, locked - target

    def _fynlo_bring(self, source, target, reason):
        """Move all of one order to the other, and close it."""
        own_target = target._fynlo_own_write()
        extras = source.lines.filtered(lambda line: line.fynlo_kind in ("tip", "service_charge"))
        extras.with_env(own_target.env).unlink()
        mains = source.lines.filtered(lambda line: not line.combo_parent_id)
        source._fynlo_move_lines(target, [(line, line.uuid, None) for line in mains])
        payments = source.payment_ids.with_env(own_target.env)
        payments.write({"pos_order_id": target.id, "fynlo_share_id": False})
        notes = [target.general_customer_note, source.general_customer_note]
        own_target.write(
            {
                "amount_paid": target.amount_paid + source.amount_paid,
                "amount_return": target.amount_return + source.amount_return,
                "customer_count": target.customer_count + source.customer_count,
                "fynlo_party_size": max(target.fynlo_party_size, source.fynlo_party_size),
                "tip_amount": target.tip_amount + source.tip_amount,
                "fynlo_is_service_waived": _is_service_waived(target, source),
                "general_customer_note": "\n".join(filter(None, notes))[:2000] or False,
            }
        )
        source._fynlo_drop_shares()
        nothing = dict.fromkeys(("amount_total", "amount_tax", "amount_paid", "amount_return"), 0.0)
        nothing |= {"tip_amount": 0.0, "is_tipped": False, "fynlo_taxes": []}
        vals = {**nothing, "state": "cancel", "fynlo_merged_into_id": target.id}
        source._fynlo_take_step("join", vals, reason, {"order": target.uuid})


def _is_service_waived(*orders):
    """Tell whether it was waived for all: to bring an order to a waived one takes no role."""
    return all(order.fynlo_is_service_waived for order in orders)
