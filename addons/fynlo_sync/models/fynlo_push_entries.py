from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.schemas.inventory import AdjustmentCreate
from odoo.addons.fynlo_pos_api.schemas.sessions import CashMoveCreate

from ..engine.push_batch import DELETED
from ..engine.push_outcome import APPLIED, DUPLICATE, REJECTED, Outcome
from ..schemas.push_rows import cash_document, load, stock_document


class FynloPushEntries(models.AbstractModel):
    """Books what tills write once and nobody changes: movements of cash and of stock.

    They are differences, so that those of two tills add up in whatever order they come.
    """

    _name = "fynlo.push.entries"
    _description = "Fynlo push of movements"

    @api.model
    def _fynlo_book(self, aggregates):
        """Book aggregates one by one; return an :class:`Outcome` for each."""
        attempt = self.env["fynlo.push.desk"]._fynlo_attempt
        return [attempt(each, self._fynlo_book_one, each) for each in aggregates]

    def _fynlo_book_one(self, aggregate):
        if aggregate.root.kind == DELETED:
            message = "What is booked stays; set it right by a movement back."
            return Outcome(aggregate, REJECTED, "append_only", message)
        if aggregate.collection == "cashMovements":
            return self._fynlo_move_cash(aggregate)
        command = load(AdjustmentCreate, stock_document(aggregate.root.row))
        self.env["fynlo.inventory"]._fynlo_adjust(command)
        return Outcome(aggregate, APPLIED)

    def _fynlo_move_cash(self, aggregate):
        command = load(CashMoveCreate, cash_document(aggregate.root.row))
        # Cashiers may not read journal entries; what the id names is only compared.
        lines_sudo = self.env["account.bank.statement.line"].sudo()
        booked_sudo = lines_sudo.search([("fynlo_uuid", "=", aggregate.id)], limit=1)
        if not booked_sudo:
            session = self.env["pos.session"]._fynlo_current_session()
            session._fynlo_move_cash(command)
            return Outcome(aggregate, APPLIED)
        session_sudo = booked_sudo.pos_session_id
        told = (command.type, command.amount, principal_of(self.env).store_id)
        amount = to_minor(abs(booked_sudo.amount), session_sudo.currency_id)
        if told == (booked_sudo.fynlo_cash_type, amount, session_sudo.config_id.id):
            return Outcome(aggregate, DUPLICATE)
        return self.env["fynlo.push"]._fynlo_refuse_twin(aggregate, aggregate.claim)
