from collections import Counter
from decimal import Decimal
from uuid import UUID

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..engine.money import to_minor
from ..engine.sheet_cells import clean, read_number
from ..schemas.product_bodies import ProductUpdate
from ..schemas.product_rows import ProductRow
from .fynlo_sheet import SEPARATOR
from .fynlo_sheet_update import differing

_TEXTS = ("name", "sku", "barcode", "description")
_FLAGS = ("stocked", "weighed", "favourite", "active")
_COLUMNS = (
    "id", "name", "price", "sku", "barcode", "description", "categories", "taxes", *_FLAGS,
    "createdAt",
)  # fmt: skip
_FIELDS = (
    "fynlo_uuid", "name", "list_price", "default_code", "barcode", "description_sale",
    "pos_categ_ids", "taxes_id", "is_storable", "to_weight", "is_favorite", "active",
    "create_date",
)  # fmt: skip
_WORDS = {"true": True, "false": False}
#: Column: key in a body, for lists of names.
_LISTS = {"categories": "categoryIds", "taxes": "taxIds"}


class FynloSheetProduct(models.AbstractModel):
    """Products as a table; ``price`` is a decimal in the company's currency.

    Categories and taxes are named, a category with those above it (``Drinks / Hot``).
    """

    _name = "fynlo.sheet.product"
    _inherit = "fynlo.sheet"
    _description = "Table of products"

    @api.model
    def _fynlo_columns(self):
        return _COLUMNS

    def _fynlo_read_only(self):
        return frozenset(("id", "createdAt"))

    def _fynlo_file_name(self):
        return "products"

    def _fynlo_exported(self, query):
        domain = self._fynlo_domain() & Domain("active", "=", query.active)
        return self._fynlo_products().search(domain, order="fynlo_sort_name, id")

    def _fynlo_products(self):
        return self.env["product.template"].with_context(active_test=False)

    def _fynlo_domain(self):
        company_domain = self.env["product.template"]._check_company_domain(self.env.company)
        return Domain("available_in_pos", "=", True) & Domain(company_domain)

    @api.model
    def _fynlo_read_rows(self, records):
        records.fetch(_FIELDS)
        currency = self.env.company.currency_id
        places = currency.decimal_places
        return [_read(record, to_minor(record.list_price, currency), places) for record in records]

    def _fynlo_find_all(self, uuids):
        domain = self._fynlo_domain() & Domain("fynlo_uuid", "in", uuids)
        return self._fynlo_products().search(domain) if uuids else self._fynlo_products()

    def _fynlo_changes(self, row, current):
        """Spreadsheets write ``TRUE`` into the CSV files that they save."""
        flags = {name: row[name].lower() for name in _FLAGS if name in row}
        return super()._fynlo_changes({**row, **flags}, current)

    def _fynlo_update_command(self, row, changed):
        return ProductUpdate.model_validate(self._fynlo_document(row, changed))

    def _fynlo_update(self, record, command):
        self.env["product.template"]._fynlo_update_product(record.fynlo_uuid, command)

    def _fynlo_update_alone(self, updates):
        """Return the rows whose barcode something else has, and codes of several variants."""
        barcodes = Counter(command.barcode for _number, _record, command in updates)
        taken = self._fynlo_taken_barcodes(list(barcodes))
        return {
            number
            for number, record, command in updates
            if command.barcode in taken
            or (command.barcode and barcodes[command.barcode] > 1)
            or (
                {"sku", "barcode"} & command.model_fields_set
                and len(record.product_variant_ids) > 1
            )
        }

    def _fynlo_update_all(self, updates):
        """Change products as ``_fynlo_update_product`` does, equal changes at once."""
        commands = [command for _record, command in updates]
        products = self.env["product.template"].browse([record.id for record, _c in updates])
        products._fynlo_lock_all()
        categories = self._fynlo_ids("pos.category", commands, "category_ids")
        taxes = self._fynlo_ids("account.tax", commands, "tax_ids")
        groups = {}
        for product, command in zip(products, commands, strict=True):
            vals = product._fynlo_plain_values(command)
            if command.category_ids is not None:
                vals["pos_categ_ids"] = [
                    Command.set([categories[each] for each in command.category_ids])
                ]
            if command.tax_ids is not None:
                others = product.taxes_id - product.taxes_id._filter_taxes_by_company(
                    self.env.company
                )
                found = [taxes[each] for each in command.tax_ids]
                vals["taxes_id"] = [Command.set(found + others.ids)]
            if vals := differing(product, vals):
                groups.setdefault(repr(vals), (vals, []))[1].append(product.id)
        # Odoo brings the variants back only if it sees none.
        written = products.with_context(active_test=True, tracking_disable=True)
        for vals, ids in groups.values():
            written.browse(ids).with_prefetch(products.ids).write(vals)

    def _fynlo_create_command(self, row):
        named = {name for name, text in row.items() if text} - {"createdAt"}
        document = {"id": UUID(row.get("id") or make_uuid7())}
        document |= self._fynlo_document(row, named)
        return ProductRow.model_validate(document)

    def _fynlo_document(self, row, names):
        """Return the body that says what the columns ``names`` of a row say.

        :raise InvalidFieldsError: a cell holds no such value
        """
        document = {name: row[name] or None for name in _TEXTS if name in names}
        errors = []
        for name in [name for name in _FLAGS if name in names]:
            document[name] = _WORDS.get(row[name].lower(), row[name])
        if "price" in names:
            document["price"] = self._fynlo_price(row["price"], errors)
        for name in [name for name in _LISTS if name in names]:
            document[_LISTS[name]] = self._fynlo_names(name, row[name], errors)
        if errors:
            raise InvalidFieldsError(errors=errors)
        return document

    def _fynlo_price(self, text, errors):
        places = self.env.company.currency_id.decimal_places
        try:
            minor = read_number(text).scaleb(places)
        except ValueError as error:
            errors.append({"field": "price", "code": "invalid", "message": str(error)})
            return None
        if minor != int(minor):
            message = f"A price has at most {places} decimals."
            errors.append({"field": "price", "code": "invalid", "message": message})
        return int(minor)

    def _fynlo_names(self, column, text, errors):
        """Return the ids of what a cell names."""
        known, found = self._fynlo_named(column), []
        for name in [part.strip() for part in text.split(SEPARATOR) if part.strip()]:
            uuids = known.get(name, ())
            if len(uuids) == 1:
                found.append(UUID(uuids[0]))
                continue
            code = "ambiguous" if uuids else "unknown_reference"
            message = "Several have this name." if uuids else "There is none of this name."
            errors.append({"field": column, "code": code, "message": message})
        return found

    def _fynlo_named(self, column):
        """Return ``{name: ids}`` of all categories or taxes, read once in a transaction."""
        key = ("fynlo.sheet.product", column, self.env.uid, self.env.company.id)
        if key not in self.env.cr.cache:
            self.env.cr.cache[key] = self._fynlo_read_named(column)
        return self.env.cr.cache[key]

    def _fynlo_read_named(self, column):
        if column == "categories":
            records = self.env["pos.category"].search(Domain.TRUE)
        else:
            sold = [("type_tax_use", "=", "sale"), ("company_id", "=", self.env.company.id)]
            records = self.env["account.tax"].search(sold)
        named = {}
        for record in records:
            named.setdefault(_name_of(record), []).append(record.fynlo_uuid)
        return named

    def _fynlo_column_of(self, field):
        keys = {key: column for column, key in _LISTS.items()}
        return keys.get(field.partition(".")[0], "row")

    def _fynlo_check_new(self, commands, seen, _may_repeat):
        """Return the errors of ids and barcodes that something has, here or in the file."""
        errors = []
        taken = self._fynlo_taken_ids([str(each.id) for _number, each in commands])
        barcodes = self._fynlo_taken_barcodes([each.barcode for _n, each in commands])
        for number, command in commands:
            if str(command.id) in taken:
                errors.append((number, "id", "idempotency_conflict", "The id is another's."))
            if not command.barcode:
                continue
            self._fynlo_is_first("barcode", command.barcode, number, seen, errors)
            if command.barcode in barcodes:
                message = "Another product has this barcode."
                errors.append((number, "barcode", "not_unique", message))
        return errors

    def _fynlo_taken_ids(self, uuids):
        if not uuids:
            return set()
        query = "SELECT fynlo_uuid FROM product_template WHERE fynlo_uuid IN %s"
        return {uuid for (uuid,) in self.env.execute_query(SQL(query, tuple(uuids)))}

    def _fynlo_taken_barcodes(self, barcodes):
        wanted = [barcode for barcode in barcodes if barcode]
        # Odoo looks across what the user may not see as well; a foreign company's may be equal.
        variants_sudo = self.env["product.product"].sudo().with_context(active_test=True)
        domain = variants_sudo._check_company_domain(self.env.company)
        found = variants_sudo.search([*domain, ("barcode", "in", wanted)]) if wanted else ()
        return {variant.barcode for variant in found}

    def _fynlo_create_all(self, commands):
        """Make products as ``_fynlo_create_product`` does, all at once, each with its variant."""
        products = self.env["product.template"].with_context(
            active_test=False, create_product_product=False, tracking_disable=True
        )
        categories = self._fynlo_ids("pos.category", commands, "category_ids")
        taxes = self._fynlo_ids("account.tax", commands, "tax_ids")
        vals_list = []
        for command in commands:
            vals = products._fynlo_plain_values(command)
            variant = {name: vals.pop(name, False) for name in ("default_code", "barcode")}
            variant |= {"fynlo_uuid": make_uuid7(), "active": command.active}
            vals |= {
                "fynlo_uuid": str(command.id),
                "company_id": self.env.company.id,
                "available_in_pos": True,
                "product_variant_ids": [Command.create(variant)],
                "pos_categ_ids": [Command.set([categories[each] for each in command.category_ids])],
            }
            if command.tax_ids is not None:
                vals["taxes_id"] = [Command.set([taxes[each] for each in command.tax_ids])]
            vals_list.append(vals)
        products._fynlo_create_batch(vals_list)

    def _fynlo_ids(self, model, commands, name):
        uuids = {str(uuid) for command in commands for uuid in getattr(command, name) or ()}
        found = self.env[model].search([("fynlo_uuid", "in", list(uuids))]) if uuids else ()
        return {UUID(record.fynlo_uuid): record.id for record in found}


def _name_of(record):
    if record._name == "pos.category":
        return clean(record.display_name)
    return clean(record.name)


def _read(record, minor, places):
    taxes = record.taxes_id._filter_taxes_by_company(record.env.company)
    return [
        record.fynlo_uuid,
        clean(record.name),
        Decimal(minor).scaleb(-places),
        clean(record.default_code),
        clean(record.barcode),
        clean(record.description_sale),
        SEPARATOR.join(sorted(_name_of(each) for each in record.pos_categ_ids)),
        SEPARATOR.join(sorted(_name_of(each) for each in taxes)),
        *(
            "true" if flag else "false"
            for flag in (record.is_storable, record.to_weight, record.is_favorite, record.active)
        ),
        f"{from_odoo_datetime(record.create_date):%Y-%m-%dT%H:%M:%SZ}",
    ]
