import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.tools import LazyTranslate
from odoo.tools.misc import format_amount, format_datetime, formatLang

from ..engine.push_batch import is_uuid
from ..schemas.push_rows import from_text

_lt = LazyTranslate(__name__)
#: What people call one row of a table.
_TABLES = {
    "orders": _lt("Order"),
    "orderLines": _lt("Order Line"),
    "payments": _lt("Payment"),
    "customers": _lt("Customer"),
    "cashMovements": _lt("Cash Movement"),
    "stockMoves": _lt("Stock Movement"),
}
#: What people call a column, where its name says it badly.
_COLUMNS = {
    "deleted": _lt("Deletion"),
    "orderType": _lt("Order Type"),
    "tableId": _lt("Table"),
    "customerId": _lt("Customer"),
    "customerName": _lt("Name of the Guest"),
    "scheduledAt": _lt("Ordered for"),
    "guestCount": _lt("Guests"),
    "discountPercent": _lt("Discount"),
    "firstName": _lt("First Name"),
    "lastName": _lt("Last Name"),
    "email": _lt("E-mail"),
    "productId": _lt("Product"),
    "methodId": _lt("Payment Method"),
    "tendered": _lt("Given by the Guest"),
    "occurredAt": _lt("Made on"),
    "paidAt": _lt("Paid on"),
    "compReason": _lt("Given for Free"),
    "comboItems": _lt("Items of the Combo"),
    "modifiers": _lt("Choices"),
}
#: Columns that name a record by its ``fynlo_uuid``.
_RECORDS = {
    "tableId": "restaurant.table",
    "customerId": "res.partner",
    "productId": "product.product",
    "methodId": "pos.payment.method",
    "employeeId": "hr.employee",
}
_MONEY = frozenset((
    "amount", "tendered", "change", "tip", "total", "subtotal", "taxTotal", "unitPrice",
    "amountPaid", "amountDue", "priceDifference",
))  # fmt: skip
#: ``{(table, column): (model, its selection)}``.
_CHOICES = {
    ("orders", "orderType"): ("pos.order", "fynlo_order_type"),
    ("orders", "state"): ("pos.order", "fynlo_state"),
    ("customers", "status"): ("res.partner", "fynlo_status"),
    ("customers", "type"): ("res.partner", "company_type"),
    ("cashMovements", "type"): ("account.bank.statement.line", "fynlo_cash_type"),
    ("stockMoves", "reason"): ("stock.move", "fynlo_reason"),
}
_WIRE_WORDS = {"individual": "person", "business": "company"}
_JSON = ("modifiers", "comboItems", "tags", "deliveryAddress")
_PARTS = {"lines": "orderLines", "payments": "payments"}
_EPOCH = fields.Datetime.to_datetime("1970-01-01")
#: What an instant may say: from 1970 to 9999.
_LAST_MS = 253_402_300_799_999
#: Beyond it a number is no number of a shop, and a text is nothing to read on a screen.
_LARGEST = 10**15
_SHOWN = 500


class FynloSyncWords(models.AbstractModel):
    """Says in words of people what tills write in words of programs."""

    _name = "fynlo.sync.words"
    _description = "Fynlo words for what tills send"

    @api.model
    def _fynlo_table(self, collection):
        """Return what people call one row of a table."""
        return self.env._(_TABLES[collection]) if collection in _TABLES else _spaced(collection)

    @api.model
    def _fynlo_column(self, name):
        """Return what people call a column."""
        return self.env._(_COLUMNS[name]) if name in _COLUMNS else _spaced(name)

    @api.model
    def _fynlo_value(self, collection, name, value, currency):
        """Return a value of a column as people read it; nothing of an empty one.

        :param value: as it is on the wire
        :param currency: one ``res.currency``, that of the store
        """
        if name in _JSON:
            value = from_text(value)
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, bool):
            return self.env._("Yes") if value else self.env._("No")
        if isinstance(value, int | float):
            return self._fynlo_number(name, value, currency)
        if isinstance(value, list):
            each = (self._fynlo_value(collection, name, item, currency) for item in value)
            return ", ".join(each)
        if isinstance(value, dict):
            return str(value.get("name") or self._fynlo_row(collection, value, currency))
        return self._fynlo_text(collection, name, str(value))[:_SHOWN]

    @api.model
    def _fynlo_row(self, collection, row, currency):
        """Return a row in one line: what it is about, then all that it says."""
        said, told = [], {"id"}
        if row.get("productId"):
            words = self._fynlo_value(collection, "productId", row["productId"], currency)
            count = self._fynlo_value(collection, "quantity", row.get("quantity"), currency)
            said.append(f"{count} × {words}" if count else words)
            told |= {"productId", "quantity"}
        for name, value in row.items():
            is_reference = name.endswith("Id") and name not in _RECORDS
            if name in told or name.startswith("_") or is_reference:
                continue
            if value and (words := self._fynlo_value(collection, name, value, currency)):
                said.append(f"{self._fynlo_column(name)}: {words}")
        return ", ".join(said)

    @api.model
    def _fynlo_faults(self, faults):
        """Return field errors, ``[{"field", "message"}]``, as sentences for people."""
        return " ".join(
            each["message"]
            if each["field"] in ("body", "orderId")
            else f"{self._fynlo_path(each['field'])}: {each['message']}"
            for each in faults or ()
        )

    def _fynlo_path(self, path):
        """Return the words of a dotted path: ``lines.0.productId`` is *Order Line 1, Product*."""
        words = []
        for part in path.split("."):
            if part.isdecimal() and words:
                words[-1] = f"{words[-1]} {int(part) + 1}"
            elif part in _PARTS:
                words.append(self._fynlo_table(_PARTS[part]))
            else:
                words.append(self._fynlo_column(part))
        return ", ".join(words)

    def _fynlo_number(self, name, value, currency):
        if not abs(value) < _LARGEST:
            return str(value)[:_SHOWN]
        if name in _MONEY:
            return format_amount(self.env, from_minor(value, currency), currency)
        if name.endswith("At") and 0 <= value <= _LAST_MS:
            return format_datetime(self.env, _EPOCH + timedelta(milliseconds=value))
        digits = 0 if value == int(value) else 2
        words = formatLang(self.env, value, digits=digits)
        return f"{words} %" if name == "discountPercent" else words

    def _fynlo_text(self, collection, name, text):
        if name in _RECORDS and is_uuid(text):
            return self._fynlo_name(_RECORDS[name], text)
        if (collection, name) in _CHOICES:
            model, field = _CHOICES[collection, name]
            labels = dict(self.env[model]._fields[field]._description_selection(self.env))
            return labels.get(_WIRE_WORDS.get(text, text), text)
        return text

    def _fynlo_name(self, model, uuid):
        """Return the name of a record that the user may read; of others none is told."""
        records = self.env[model].with_context(active_test=False)
        if records.has_access("read"):
            found = records.search([("fynlo_uuid", "=", uuid.lower())], limit=1)
            if found:
                return found.display_name
        return self.env._("unknown (%s)", uuid[:8])


def _spaced(name):
    """Return ``discountPercent`` as ``Discount percent``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f" {match[1].lower()}", name).capitalize()
