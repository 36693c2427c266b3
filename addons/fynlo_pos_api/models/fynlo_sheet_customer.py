from decimal import Decimal
from uuid import UUID

from odoo import api, models
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime
from odoo.fields import Command, Domain
from odoo.tools import SQL, html2plaintext

from ..engine.search_text import phone_digits
from ..engine.sheet_cells import clean
from ..schemas.customer_rows import CustomerRow, CustomerRowUpdate
from .fynlo_sheet import SEPARATOR
from .fynlo_sheet_update import differing
from .res_partner_search import _SORT_FIELDS

_ADDRESS = ("street1", "street2", "city", "state", "postalCode", "country")
_COLUMNS = (
    "id", "number", "type", "businessName", "firstName", "lastName", "email", "phone", "status",
    "tags", *_ADDRESS, "note", "createdAt", "lastVisitAt", "orderCount", "totalSpent",
)  # fmt: skip
#: Told, and not taken: they are the server's own.
_READ_ONLY = frozenset(("id", "number", "createdAt", "lastVisitAt", "orderCount", "totalSpent"))
_PLAIN = ("type", "businessName", "firstName", "lastName", "email", "phone", "status", "note")
_FIELDS = (
    "fynlo_uuid", "ref", "is_company", "name", "fynlo_first_name", "fynlo_last_name", "email",
    "phone", "fynlo_status", "category_id", "street", "street2", "city", "zip", "state_id",
    "country_id", "comment", "create_date", "fynlo_total_spent", "fynlo_last_visit_at",
    "fynlo_order_count",
)  # fmt: skip


class FynloSheetCustomer(models.AbstractModel):
    """Customers as a table; ``totalSpent`` is a decimal in the company's currency."""

    _name = "fynlo.sheet.customer"
    _inherit = "fynlo.sheet"
    _description = "Table of customers"

    @api.model
    def _fynlo_columns(self):
        return _COLUMNS

    def _fynlo_read_only(self):
        return _READ_ONLY

    def _fynlo_file_name(self):
        return "customers"

    def _fynlo_exported(self, query):
        customers = self.env["res.partner"]._fynlo_customers()
        order = f"{_SORT_FIELDS[query.sort_by]} {query.sort_order}, id {query.sort_order}"
        return customers.search(customers._fynlo_customers_domain(query), order=order)

    @api.model
    def _fynlo_read_rows(self, records):
        records.fetch(_FIELDS)
        digits = Decimal(1).scaleb(-self.env.company.currency_id.decimal_places)
        return [_read(record, digits) for record in records]

    def _fynlo_find_all(self, uuids):
        customers = self.env["res.partner"]._fynlo_customers()
        domain = [("fynlo_is_customer", "=", True), ("fynlo_uuid", "in", uuids)]
        return customers.search(domain) if uuids else customers

    def _fynlo_update_command(self, row, changed):
        document = {name: row[name] or None for name in _PLAIN if name in changed}
        if "tags" in changed:
            document["tags"] = _split(row["tags"])
        if changed.intersection(_ADDRESS):
            document["address"] = _address(row)
        return CustomerRowUpdate.model_validate(document)

    def _fynlo_update(self, record, command):
        self.env["res.partner"]._fynlo_update_customer(record.fynlo_uuid, command)

    def _fynlo_update_alone(self, updates):
        """Return the rows whose e-mail or phone another customer has, or a row before them."""
        keys, first = [], {}
        for number, _record, command in updates:
            for column, key in _keys_of(command):
                if first.setdefault((column, key), number) == number:
                    keys.append((number, column, key))
        found = self._fynlo_others(keys)
        return {
            number
            for number, _record, command in updates
            for pair in _keys_of(command)
            if pair in found or first[pair] != number
        }

    def _fynlo_update_all(self, updates):
        """Change customers as ``_fynlo_update_customer`` does, equal changes at once."""
        customers = self.env["res.partner"]._fynlo_customers()
        customers = customers.browse([record.id for record, _command in updates])
        customers._fynlo_lock_all()
        names = {name for _record, command in updates for name in command.tags or ()}
        tags, places = self._fynlo_tags(names), {}
        groups = {}
        for customer, (_record, command) in zip(customers, updates, strict=True):
            vals = customer._fynlo_customer_values(command.without("tags"))
            if "tags" in command.model_fields_set:
                vals["category_id"] = [Command.set([tags[name] for name in command.tags])]
            if "status" in command.model_fields_set:
                vals["fynlo_status"] = command.status
            if "address" in command.model_fields_set:
                vals |= self._fynlo_address(command.address, places)
            if vals := differing(customer, vals):
                groups.setdefault(repr(vals), (vals, []))[1].append(customer.id)
        # The role was checked at the start; who sells needs no right to Odoo's address book.
        customers_sudo = customers.sudo().with_context(tracking_disable=True)
        for vals, ids in groups.values():
            customers_sudo.browse(ids).with_prefetch(customers.ids).write(vals)

    def _fynlo_tags(self, names):
        found = self.env["res.partner"]._fynlo_find_tags(sorted(names)) if names else ()
        return {tag.name: tag.id for tag in found}

    def _fynlo_create_command(self, row):
        document = dict.fromkeys(("firstName", "lastName", "email", "phone"))
        document |= {name: row[name] for name in _PLAIN if row.get(name)}
        document["tags"] = _split(row.get("tags", ""))
        document["address"] = _address(row)
        document["id"] = UUID(row["id"]) if row.get("id") else None
        return CustomerRow.model_validate(document)

    def _fynlo_check_new(self, commands, seen, may_repeat):
        """Return the errors of new customers who are others already, here or in the file."""
        errors, keys = [], []
        taken = self._fynlo_taken_ids([str(each.id) for _number, each in commands if each.id])
        for number, command in commands:
            if command.id and str(command.id) in taken:
                errors.append((number, "id", "idempotency_conflict", "The id is another's."))
            for column, key in () if may_repeat else _keys_of(command):
                if self._fynlo_is_first(column, key, number, seen, errors):
                    keys.append((number, column, key))
        found = self._fynlo_others(keys)
        message = "Another customer has it."
        errors += [
            (number, column, "duplicate_customer", message)
            for number, column, key in keys
            if (column, key) in found
        ]
        return errors

    def _fynlo_taken_ids(self, uuids):
        if not uuids:
            return set()
        query = """SELECT fynlo_uuid FROM res_partner WHERE fynlo_uuid IN %s
                   UNION SELECT uuid FROM fynlo_customer_alias WHERE uuid IN %s"""
        return {uuid for (uuid,) in self.env.execute_query(SQL(query, tuple(uuids), tuple(uuids)))}

    def _fynlo_others(self, keys):
        """Return ``{(column, key)}`` of those that a customer has whom the user may see."""
        names = {"email": "email_normalized", "phone": "fynlo_phone_digits"}
        found = set()
        for column, name in names.items():
            wanted = [key for _number, of, key in keys if of == column]
            if wanted:
                domain = Domain("fynlo_is_customer", "=", True) & Domain("active", "=", True)
                others = self.env["res.partner"].search(domain & Domain(name, "in", wanted))
                found |= {(column, other[name]) for other in others}
        return found

    def _fynlo_create_all(self, commands):
        """Make customers as ``_fynlo_create_customer`` does, all at once."""
        partners, company = self.env["res.partner"], self.env.company
        tags = self._fynlo_tags({name for command in commands for name in command.tags})
        numbers, places, vals_list = self._fynlo_numbers(len(commands)), {}, []
        for command, number in zip(commands, numbers, strict=True):
            vals = {
                "fynlo_uuid": str(command.id or make_uuid7()),
                "fynlo_is_customer": True,
                "customer_rank": 1,
                "company_id": company.id,
                "user_id": False,  # only a parent has one to pass on; Odoo would ask for each
                "ref": number,
                "lang": company.partner_id.lang or self.env.lang,
                "category_id": [Command.set([tags[name] for name in command.tags])],
                **partners._fynlo_customer_values(command.without("tags")),
                **(self._fynlo_address(command.address, places) if command.address else {}),
            }
            if command.status != "active":
                vals["fynlo_status"] = command.status
            vals_list.append(vals)
        # The role was checked at the start; who sells needs no right to Odoo's address book.
        # Who is new has neither parent nor children, with whom Odoo would keep him in step.
        context = {"tracking_disable": True, "_partners_skip_fields_sync": True}
        partners.sudo().with_context(**context)._fynlo_create_batch(vals_list)

    def _fynlo_address(self, address, places):
        if address is None:
            return self.env["res.partner"]._fynlo_address_values(None)
        partners, key = self.env["res.partner"], (address.country, address.state)
        if key not in places:
            places[key] = partners._fynlo_place_values(address)
        return partners._fynlo_address_values(address, place=places[key])

    def _fynlo_numbers(self, count):
        """Draw the numbers of so many new customers, in one query where they may have gaps."""
        sequences = self.env["ir.sequence"].sudo()
        sequence = self.env.ref("fynlo_pos_api.sequence_fynlo_customer").sudo()
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequences.next_by_code("fynlo.customer") for _ in range(count)]
        query = "SELECT nextval(%s) FROM generate_series(1, %s)"
        rows = self.env.execute_query(SQL(query, f"ir_sequence_{sequence.id:03d}", count))
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in rows]


def _keys_of(command):
    """Return ``[(column, key)]`` of what no two customers of a company should share."""
    email = (command.email or "").lower()  # it is one address: the schema has looked
    keys = (("email", email), ("phone", phone_digits(command.phone)))
    return [(column, key) for column, key in keys if key]


def _split(text):
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]


def _address(row):
    """Return the address of a row for a body; ``None`` when all of it is empty."""
    address = {name: text for name in _ADDRESS if (text := row.get(name))}
    return {"state": None, **address} if address else None


def _read(record, digits):
    visited = from_odoo_datetime(record.fynlo_last_visit_at)
    return [
        record.fynlo_uuid,
        clean(record.ref),
        "business" if record.is_company else "individual",
        clean(record.name) if record.is_company else "",
        clean(record.fynlo_first_name),
        clean(record.fynlo_last_name),
        clean(record.email),
        clean(record.phone),
        record.fynlo_status,
        SEPARATOR.join(sorted(clean(tag.name) for tag in record.category_id)),
        clean(record.street),
        clean(record.street2),
        clean(record.city),
        clean(record.state_id.code),
        clean(record.zip),
        clean(record.country_id.code),
        clean(html2plaintext(record.comment)) if record.comment else "",
        f"{from_odoo_datetime(record.create_date):%Y-%m-%dT%H:%M:%SZ}",
        f"{visited:%Y-%m-%dT%H:%M:%SZ}" if visited else "",
        Decimal(record.fynlo_order_count),
        Decimal(repr(record.fynlo_total_spent)).quantize(digits),
    ]
