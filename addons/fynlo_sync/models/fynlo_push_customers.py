import json
from dataclasses import replace

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import FynloError, NotFoundError
from odoo.addons.fynlo_pos_api.schemas.customer_bodies import CustomerCreate, CustomerUpdate
from odoo.tools import html2plaintext

from ..engine.merge import UNKNOWN, merge
from ..engine.push_batch import DELETED
from ..engine.push_outcome import APPLIED, CONFLICT, DUPLICATE, Outcome
from ..engine.push_rules import rule_of
from ..schemas.push_rows import customer_document, from_text, load


class FynloPushCustomers(models.AbstractModel):
    """Books what tills have written of customers."""

    _name = "fynlo.push.customers"
    _description = "Fynlo push of customers"

    @api.model
    def _fynlo_book(self, aggregates, desk):
        """Book aggregates one by one; return an :class:`Outcome` for each."""
        attempt = self.env["fynlo.push.desk"]._fynlo_attempt
        return [attempt(each, self._fynlo_book_one, each, desk) for each in aggregates]

    def _fynlo_book_one(self, aggregate, desk):
        change = aggregate.root
        if self._fynlo_is_erased(aggregate.id):
            return self._fynlo_forget(aggregate)
        customer = self._fynlo_known(aggregate.id)
        self.env["fynlo.sync.past"]._fynlo_time(desk.instant_of(aggregate))
        if change.kind == DELETED:
            return self._fynlo_archive(aggregate, customer, desk)
        if not customer:
            command = load(CustomerCreate, customer_document(change.row))
            self.env["res.partner"]._fynlo_create_customer(command)
            return Outcome(aggregate, APPLIED)
        return self._fynlo_merge(aggregate, customer, desk)

    @api.model
    def _fynlo_is_erased(self, uuid):
        """Tell whether an id was that of a person who is erased."""
        # Whom it names now nobody may see; that he is gone any till may know.
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        domain = [("fynlo_uuid", "=", uuid), ("fynlo_erased_at", "!=", False)]
        return bool(partners_sudo.search_count(domain, limit=1))

    def _fynlo_forget(self, aggregate):
        """Keep nothing of an erased person; the till lets go of him, too."""
        outcome = Outcome(aggregate, DUPLICATE)
        if aggregate.root.kind != DELETED:
            outcome.buried.add(("customers", aggregate.id))
            outcome.is_changed = True
        return outcome

    def _fynlo_known(self, uuid):
        try:
            return self.env["res.partner"]._fynlo_find_customer(uuid)
        except NotFoundError:
            return self.env["res.partner"]

    def _fynlo_merge(self, aggregate, customer, desk):
        change = aggregate.root
        customer._fynlo_lock_version()
        theirs = self._fynlo_theirs(customer)
        row = _normalise(change.row, theirs)
        told = type(change)(change.collection, change.id, change.kind, row)
        columns = self.env["fynlo.push.desk"]._fynlo_columns(
            desk, told, theirs, customer.id, _to_wire
        )
        if "tags" in columns and self._fynlo_is_changed(customer, desk):
            # Nobody remembers which they were: what others have added must not go.
            columns["tags"] = replace(columns["tags"], base=UNKNOWN)
        rules = rule_of("customers").columns
        _check_values(columns, rules)
        merged = merge(columns, rules, desk.instant_of(aggregate))
        outcome = Outcome(aggregate, APPLIED if merged.values else DUPLICATE)
        if merged.values:
            self._fynlo_write(customer, merged.values)
        self.env["fynlo.push.desk"]._fynlo_close_merge(
            outcome, change, columns, merged, customer.id, desk, customer.display_name
        )
        if merged.values and self._fynlo_is_archived_since(customer, desk):
            columns = [("deleted", False, True, row, "server")]
            self._fynlo_note_deletion(outcome, customer, columns, desk)
        return outcome

    def _fynlo_is_archived_since(self, customer, desk):
        """Tell whether others have archived a customer since the till saw him."""
        if customer.fynlo_status != "inactive" or desk.sight.since is None:
            return False
        past = self.env["fynlo.sync.past"]
        return "fynlo_status" in past._fynlo_changes(desk.sight, "res_partner", customer.id)

    def _fynlo_write(self, customer, values):
        document = {**values, "allowDuplicate": True}
        name = document.pop("name", None)
        if name and (values.get("type") or _type_of(customer)) == "business":
            document["businessName"] = name
        command = load(CustomerUpdate, document)
        self.env["res.partner"]._fynlo_update_customer(customer.fynlo_uuid, command)

    @api.model
    def _fynlo_overwrite(self, conflict, values):
        """Write what a till has sent, as one conflict was decided: ``{column: value}``."""
        self._fynlo_write(self.env["res.partner"]._fynlo_find_customer(conflict.subject), values)

    @api.model
    def _fynlo_delete(self, conflict):
        """Archive the customer, as one conflict was decided."""
        self.env["res.partner"]._fynlo_archive_customer(conflict.subject)

    @api.model
    def _fynlo_add_again(self, conflict, _row):
        """Take a customer back whom somebody had archived; the till's changes are on him."""
        command = load(CustomerUpdate, {"status": "active"})
        self.env["res.partner"]._fynlo_update_customer(conflict.subject, command)

    def _fynlo_archive(self, aggregate, customer, desk):
        """Archive a customer whom nobody has edited since the till saw him, if its role may."""
        if not customer or customer.fynlo_status == "inactive":
            return Outcome(aggregate, DUPLICATE)
        outcome, cause = Outcome(aggregate, APPLIED), {}
        try:
            if self._fynlo_is_changed(customer, desk) is False:
                self.env["res.partner"]._fynlo_archive_customer(aggregate.id)
                return outcome
        except FynloError as error:
            outcome.code, outcome.message = error.code, str(error)
            cause = {"cause": "forbidden"}
        columns = [("deleted", False, False, True, "server")]
        self._fynlo_note_deletion(outcome, customer, columns, desk, **cause)
        return outcome

    def _fynlo_note_deletion(self, outcome, customer, columns, desk, **cause):
        """One has deleted a customer and another has changed him: have a manager asked."""
        change = outcome.aggregate.root
        blame = cause or self.env["fynlo.push.desk"]._fynlo_blame(
            "customers", change.id, customer.id, desk.sight
        )
        conflict = self.env["fynlo.sync.conflict"]._fynlo_record(
            "deletion", change, columns, subject_name=customer.display_name,
            operation=outcome.aggregate.claim, **blame,
        )  # fmt: skip
        outcome.status, outcome.conflict_id = CONFLICT, conflict.fynlo_uuid
        outcome.touched.add(("customers", customer.id))
        outcome.is_changed = True

    def _fynlo_is_changed(self, customer, desk):
        desk_service = self.env["fynlo.push.desk"]
        return desk_service._fynlo_is_changed("customers", customer.id, desk.sight)

    def _fynlo_theirs(self, customer):
        theirs = self.env["fynlo.push.desk"]._fynlo_read_row("customers", customer)
        theirs["tags"] = json.loads(theirs["tags"])
        return theirs


def _type_of(customer):
    return "business" if customer.is_company else "individual"


def _normalise(row, theirs):
    """Return a till's row as the server's is: nothing is ``None``, tags are a sorted list.

    :raise InvalidFieldsError: the tags are none
    """
    told = {name: None if value == "" else value for name, value in row.items()}
    if "tags" in told:
        tags = from_text(told["tags"]) if told["tags"] is not None else []
        told["tags"] = sorted(load(CustomerUpdate, {"tags": tags}).tags or ())
    if told.get("type", theirs["type"]) != "business":
        told.pop("name", None)  # it follows from the first and the last name
    return told


def _check_values(columns, rules):
    """Refuse what no customer can have, also where it would only wait for a manager.

    :raise InvalidFieldsError: names every bad field
    """
    document = {
        name: column.mine
        for name, column in columns.items()
        if name in rules and name != "name" and column.mine != column.theirs
    }
    load(CustomerUpdate, document)


def _to_wire(column, was):
    if column == "type":
        return "business" if was else "individual"
    if column == "note":
        return (was and html2plaintext(was).strip()) or None
    return was or None
