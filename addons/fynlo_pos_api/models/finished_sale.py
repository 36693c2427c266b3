"""What nobody but a manager and the server changes: a sale of our tills that is over."""

from odoo.addons.fynlo_base.server_fields import is_change
from odoo.addons.fynlo_base.server_mark import is_marked
from odoo.exceptions import AccessError

#: What a sale consists of. Odoo lets everybody who sells write it, also when it is over.
_SALE_FIELDS = {
    "pos.order": frozenset(
        ("amount_paid", "amount_return", "amount_tax", "amount_total", "company_id", "currency_id")
        + ("date_order", "employee_id", "is_refund", "name", "pos_reference", "session_id")
        + ("user_id", "uuid")
    ),
    "pos.order.line": frozenset(
        ("discount", "order_id", "price_extra", "price_subtotal")
        + ("price_subtotal_incl", "price_unit", "product_id", "qty", "refunded_orderline_id")
        + ("tax_ids", "uuid")
    ),
    "pos.payment": frozenset(
        ("amount", "company_id", "employee_id", "is_change", "payment_date", "payment_method_id")
        + ("pos_order_id", "session_id", "uuid")
    ),
}
_ORDER_FIELD = {"pos.order": "id", "pos.order.line": "order_id", "pos.payment": "pos_order_id"}


def is_free(env):
    """Tell whether who writes may change a finished sale: the server itself, or a manager."""
    marks = ("fynlo_own_write", "fynlo_new_sale")
    is_server = env.su or any(is_marked(env, mark) for mark in marks)
    return is_server or env.user.has_group("point_of_sale.group_pos_manager")


def _check_orders(orders, payments=()):
    """Refuse finished sales of our tills; those of Odoo's own till have its rules.

    :param payments: of the orders; somebody answers for what is in his drawer, whichever till
        has put it there
    :raise AccessError: one of them is such a sale
    """
    for order in orders.sudo():
        # Only the API notes a till, and in the office, where there is none, how stock is posted.
        is_ours = order.fynlo_device_id or order.fynlo_stock_state
        in_drawer = payments and (payments.sudo() & order.payment_ids).fynlo_drawer_shift_id
        if (is_ours or in_drawer) and order.state not in ("draft", "cancel"):
            raise AccessError(order.env._("Only managers change what was sold and paid."))


def check_sale(records, vals):
    """Refuse a change of a finished sale; the same value again is no change.

    :raise AccessError: it is one, and who writes is no manager
    """
    names = _SALE_FIELDS[records._name] & vals.keys()
    if not names or is_free(records.env):
        return
    changed = records.filtered(
        lambda record: any(is_change(record, name, vals[name]) for name in names)
    )
    owner = _ORDER_FIELD[records._name]
    payments = changed if records._name == "pos.payment" else ()
    _check_orders(changed if owner == "id" else changed[owner], payments)
    if owner in vals:
        _check_orders(records.env["pos.order"].browse(vals[owner]))


def check_parts(model, vals_list):
    """Refuse new lines or payments of a finished sale.

    :raise AccessError: it is one, and who writes is no manager
    """
    if not is_free(model.env):
        ids = {vals.get(_ORDER_FIELD[model._name]) for vals in vals_list}
        _check_orders(model.env["pos.order"].browse(ids - {None, False}))


def check_removal(payments):
    """Refuse to take payments from a finished sale.

    :raise AccessError: it is one, and who writes is no manager
    """
    if not is_free(payments.env):
        _check_orders(payments.pos_order_id, payments)
