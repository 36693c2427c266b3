"""A guest's receipt as rows."""

from .paper import RULE, Row, format_amount, format_quantity


def lay_out_receipt(receipt, sold_at, decimals, due_at=""):
    """Return the rows of a receipt.

    :param receipt: a ``ReceiptView``
    :param sold_at: the instant of the sale in the store's own time, as text
    :param decimals: decimal places of the currency
    :param due_at: when it is fetched or brought, as ``sold_at``; empty if nobody said
    """

    def money(minor):
        return format_amount(minor, decimals)

    order = receipt.order
    return [
        *_head(receipt, sold_at, due_at),
        RULE,
        *(row for line in order.lines for row in _line(line, money)),
        RULE,
        Row("Subtotal", money(order.subtotal)),
        *(Row(tax.name, money(tax.amount)) for tax in order.taxes),
        Row(f"TOTAL {order.currency}", money(order.total), bold=True, size=2),
        RULE,
        *_payments(order, money),
        *_foot(receipt),
    ]


def _head(receipt, sold_at, due_at):
    order, layout = receipt.order, receipt.layout
    rows = [Row(receipt.seller.name, bold=True, size=2, centred=True)]
    rows += [Row(text, centred=True) for text in _seller(receipt) if text]
    rows += [RULE, Row(order.reference, sold_at)]
    if order.employee and layout.show_employee:
        rows.append(Row(f"Served by {order.employee.name}"))
    if due_at:
        rows.append(Row(f"For {due_at}", bold=True))
    if order.table:
        rows.append(Row(order.table.name))
    if order.customer_name and layout.show_customer:
        rows.append(Row(order.customer_name))
    if order.refund_of:
        rows.append(Row("REFUND", bold=True, size=2, centred=True))
    if order.state == "cancelled":
        rows.append(Row("CANCELLED", bold=True, size=2, centred=True))
    elif order.payment_state in ("unpaid", "partial"):
        rows.append(Row("NOT PAID", bold=True, centred=True))
    return rows


def _seller(receipt):
    seller, layout = receipt.seller, receipt.layout
    yield seller.store
    if layout.show_address:
        yield seller.street
        yield " ".join(filter(None, (seller.postal_code, seller.city)))
        yield seller.phone
    if layout.show_tax_number:
        yield seller.tax_number
    yield receipt.header


def _line(line, money):
    quantity = format_quantity(line.quantity)
    if line.parent_id:
        return [Row(f"{quantity} x {line.name}", indent=2), *_modifiers(line, indent=4)]
    rows = [Row(f"{quantity} x {line.name}", money(line.total)), *_modifiers(line, indent=2)]
    if line.comp_reason:
        rows.append(Row("Free of charge", indent=2))
    elif line.discount_percent:
        rows.append(Row(f"Discount {format_quantity(line.discount_percent)} %", indent=2))
    if line.note:
        rows.append(Row(line.note, indent=2))
    return rows


def _modifiers(line, indent):
    for each in line.modifiers:
        words = f"{each.name}: {each.custom_value}" if each.custom_value else each.name
        yield Row(f"+ {words}", indent=indent)


def _payments(order, money):
    rows = [Row(payment.method.name, money(payment.tendered)) for payment in order.payments]
    if order.change:
        rows.append(Row("Change", money(order.change)))
    if order.amount_due:
        rows.append(Row("To pay", money(order.amount_due), bold=True))
    return rows


def _foot(receipt):
    return [Row(), Row(receipt.footer, centred=True)] if receipt.footer else []
