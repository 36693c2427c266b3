"""A store that sells: goods on hand, cash and card, and a factory of paid orders."""

import json
from uuid import uuid4

from odoo.fields import Command

from ..schemas.cash_counts import CashCountCreate
from ..schemas.drawers import ShiftClose, ShiftHandover, ShiftOpen
from ..schemas.no_sales import NoSaleCreate
from ..schemas.order_edits import OrderCancel
from ..schemas.sessions import CashMoveCreate, SessionClose, SessionOpen

SCHEMAS = {"open": SessionOpen, "move": CashMoveCreate, "count": CashCountCreate}
SCHEMAS |= {"close": SessionClose, "no_sale": NoSaleCreate, "void": OrderCancel}
SCHEMAS |= {"shift": ShiftOpen, "end": ShiftClose, "handover": ShiftHandover}


def command(kind, **values):
    """Return the request schema ``kind`` with an id of its own; values are JSON-ready."""
    document = {"id": str(uuid4()), **values}
    return SCHEMAS[kind].model_validate_json(json.dumps(document))


class Till:
    """One store with its goods. Works on any environment, in a test's transaction or outside.

    :ivar store: the ``pos.config``; ``cash`` and ``card`` are its payment methods
    :ivar coffee: 2.50 plus 10 % tax, costs 1.00, 100 on hand
    :ivar cake: 4.00 plus 10 % tax, costs 1.50, 100 on hand
    """

    def __init__(self, env, name="Corner"):
        self.env, self.name = env, name
        self.company = env.company
        self._make_methods()
        self._make_goods()
        vals = {"name": name, "payment_method_ids": [Command.set((self.cash | self.card).ids)]}
        self.store = env["pos.config"].create(vals)
        self.source = self.store.picking_type_id.default_location_src_id
        for product in self.coffee | self.cake:
            env["stock.quant"]._update_available_quantity(product, self.source, 100)

    def _make_methods(self):
        code = uuid4().hex[:10].upper()
        difference = self.env["account.account"].create(
            {"name": "Cash difference", "code": f"64{code}", "account_type": "expense"}
        )
        vals = {"name": f"Cash {self.name}", "type": "cash"}
        vals |= {"profit_account_id": difference.id, "loss_account_id": difference.id}
        cash_journal = self.env["account.journal"].create(vals)
        vals = {"name": f"Card {self.name}", "type": "bank"}
        card_journal = self.env["account.journal"].create(vals)
        methods = self.env["pos.payment.method"]
        self.cash = methods.create({"name": "Cash", "journal_id": cash_journal.id})
        self.card = methods.create({"name": "Card", "journal_id": card_journal.id})

    def _make_goods(self):
        code = uuid4().hex[:10].upper()
        account = self.env["account.account"].create(
            {"name": "Tax due", "code": f"25{code}", "account_type": "liability_current"}
        )
        parts = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        self.tax = self.env["account.tax"].create(
            {
                "name": f"Tax {code}",
                "amount": 10,
                "type_tax_use": "sale",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        self.category = self.env["product.category"].create(
            {"name": "Goods", "property_cost_method": "average", "property_valuation": "real_time"}
        )
        self.coffee = self._make_product("Coffee", 2.5, 1.0)
        self.cake = self._make_product("Cake", 4.0, 1.5)

    def _make_product(self, name, price, cost):
        vals = {"name": name, "list_price": price, "standard_price": cost, "is_storable": True}
        vals |= {"categ_id": self.category.id, "taxes_id": [Command.set(self.tax.ids)]}
        return self.env["product.product"].create({**vals, "available_in_pos": True})

    def open(self, cash=100.0):
        """Open the store's session by Odoo's own methods, outside of the API."""
        session = self.env["pos.session"].create({"config_id": self.store.id})
        session.set_opening_control(cash, "")
        return session

    def order_vals(self, session, quantities, method=None, **extra):
        """Return the values of an order of the API.

        :param quantities: ``{product: quantity}``; below zero is a refund
        :param method: payment method, cash when left out
        """
        lines, total, tax = [], 0.0, 0.0
        for product, quantity in quantities.items():
            net = round(product.lst_price * quantity, 2)
            gross = round(net * 1.1, 2)
            total, tax = total + gross, tax + gross - net
            line = {"product_id": product.id, "qty": quantity, "price_unit": product.lst_price}
            line |= {"price_subtotal": net, "price_subtotal_incl": gross, "name": "1"}
            line |= {"tax_ids": [Command.set(product.taxes_id.ids)]}
            lines.append(Command.create({**line, "full_product_name": product.name}))
        total, tax = round(total, 2), round(tax, 2)
        payment = {"payment_method_id": (method or self.cash).id, "amount": total}
        vals = {"session_id": session.id, "lines": lines, "amount_total": total, "amount_tax": tax}
        vals |= {"amount_paid": total, "amount_return": 0.0, "is_refund": total < 0}
        vals |= {"payment_ids": [Command.create(payment)], "uuid": str(uuid4())}
        return {**vals, "state": "paid", "fynlo_stock_state": "pending", **extra}

    def sell(self, session, quantities, method=None, env=None, **extra):
        """Create one paid order of the API and return it."""
        reference = self.store._fynlo_next_reference(self.store)
        vals = self.order_vals(session, quantities, method, **extra)
        vals |= {"name": reference.name, "pos_reference": reference.pos_reference}
        vals |= {"tracking_number": reference.tracking_number}
        vals |= {"sequence_number": reference.sequence_number}
        return (env or self.env)["pos.order"].create({**vals, **extra})

    def sell_in_web_pos(self, session, quantities, method=None):
        """Sell by the path of Odoo's own till and return the order."""
        vals = self.order_vals(session, quantities, method, state="draft", fynlo_stock_state=False)
        order = self.env["pos.order"].create(vals)
        order.action_pos_order_paid()
        order._create_order_picking()
        order._compute_total_cost_in_real_time()
        return order

    def on_hand(self, product):
        """Return the quantity that the stock of the store holds."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.source.id)]
        )
        return sum(quants.mapped("quantity"))
