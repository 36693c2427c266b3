"""From the rows of a till's tables to the commands of the routes.

Columns that only the server sets are left out here: no price and no total gets further.
"""

from datetime import datetime, timedelta, timezone

from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, InvalidJsonError
from odoo.addons.fynlo_base.http.body import list_field_errors, parse_json
from pydantic import ValidationError
from pydantic_core import to_json

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ORDER = ("orderType", "tableId", "customerId", "customerName", "guestCount", "note")
_LINE = ("productId", "quantity", "discountPercent", "note", "seat", "compReason", "course")
_CASH = ("id", "type", "amount", "reason")
_STOCK = ("productId", "quantity", "reason")
_CUSTOMER = ("firstName", "lastName", "email", "phone", "type", "note")


def load(schema, document):
    """Return a document as an instance of ``schema``.

    :raise InvalidFieldsError: names every bad field
    """
    try:
        return schema.model_validate_json(to_json(document))
    except ValidationError as error:
        raise InvalidFieldsError(errors=list_field_errors(error)) from None


def order_document(row, lines, payments, offset_ms):
    """Return the document of an ``OrderCreate``.

    :param row: the order's row; ``lines`` and ``payments`` are the rows that belong to it
    :param offset_ms: what the server's clock shows more than the till's
    """
    document = {"id": row.get("id"), "lines": [line_document(each) for each in lines]}
    document |= _given(row, _ORDER)
    if row.get("tip"):
        document["tip"] = row["tip"]
    if row.get("total"):
        document["statedTotal"] = row["total"]
    if row.get("occurredAt"):
        document["occurredAt"] = to_instant(row["occurredAt"], offset_ms)
    if row.get("scheduledAt"):
        document["scheduledAt"] = to_instant(row["scheduledAt"])
    if address := from_text(row.get("deliveryAddress")):
        document["deliveryAddressId"] = address.get("id") if isinstance(address, dict) else address
    document["payments"] = [payment_document(each) for each in payments]
    return document


def unfold(row):
    """Return a row with the lists and objects that its texts are, so that nothing hides there."""
    return {
        name: from_text(value) if isinstance(value, str) and value[:1] in ("[", "{") else value
        for name, value in row.items()
    }


def is_own_line(row):
    """Tell whether somebody has ordered a line: tip, service and items of a combo are added."""
    return not row.get("parentId") and row.get("kind") in (None, "", "item")


def line_document(row):
    """Return the document of a ``CartLine`` or ``LinePatch``."""
    document = {"id": row.get("id"), **_given(row, _LINE)}
    for name in ("modifiers", "comboItems"):
        if choices := from_text(row.get(name)):
            document[name] = choices
    if isinstance(document.get("modifiers"), list):
        document["modifiers"] = [_modifier(each) for each in document["modifiers"]]
    return document


def payment_document(row):
    """Return the document of a ``PaymentCreate``."""
    document = {"id": row.get("id"), "method": row.get("methodId"), "amount": row.get("amount")}
    if row.get("tendered") and row["tendered"] != row.get("amount"):
        document["tendered"] = row["tendered"]
    return document | _given(row, ("reference",))


def customer_document(row):
    """Return the document of a ``CustomerCreate``; two of one e-mail are merged by the staff."""
    document = {"id": row.get("id"), "firstName": row.get("firstName") or row.get("name")}
    document |= {"lastName": None, "email": None, "phone": None, "allowDuplicate": True}
    document |= _given(row, _CUSTOMER)
    if row.get("type") == "business" and row.get("name"):
        document["businessName"] = row["name"]
    if tags := from_text(row.get("tags")):
        document["tags"] = tags
    return document


def cash_document(row):
    """Return the document of a ``CashMoveCreate``."""
    return {name: row.get(name) for name in _CASH}


def stock_document(row):
    """Return the document of an ``AdjustmentCreate`` with one line: so many more or fewer."""
    line = {name: row.get(name) for name in _STOCK}
    line |= _given(row, ("lot",))
    return {"id": row.get("id"), "lines": [line], **_given(row, ("note",))}


def to_instant(millis, offset_ms=0):
    """Return milliseconds since 1970 as the API writes an instant; anything else as it is."""
    if isinstance(millis, bool) or not isinstance(millis, int | float):
        return millis
    try:
        instant = _EPOCH + timedelta(milliseconds=millis + offset_ms)
    except OverflowError:
        return str(millis)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant.year > 999 else str(millis)


def _given(row, names):
    """Return the columns that say something: WatermelonDB has "" and 0 where nothing is."""
    return {name: row[name] for name in names if row.get(name) not in (None, "", 0)}


def _modifier(value):
    if not isinstance(value, dict):
        return value
    return _given(value, ("id", "customValue"))


def from_text(text):
    """Return the JSON in a text; what is none, or cannot be stored, is told by the schema."""
    if not isinstance(text, str):
        return text
    try:
        return parse_json(text)
    except InvalidJsonError:
        return text
