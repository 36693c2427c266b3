import json

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.search_text import join_name
from ..engine.wipe import empty_objects
from ..exceptions import CustomerNotErasableError
from .fynlo_scrubber import ERASED

ERASED_NAME = "Erased customer"
#: Documents that are about the person: what refers to them is looked through as well.
DOCUMENTS = {
    "account_move": "account.move",
    "account_payment": "account.payment",
    "pos_order": "pos.order",
    "sale_order": "sale.order",
    "stock_picking": "stock.picking",
}
#: What guests say to a line, an engraving say, lies in rows that refer to the line.
_LINES = ("pos_order_line", "sale_order_line")
#: Texts of a contact that say nothing about the person.
_KEPT = frozenset(("fynlo_uuid", "fynlo_status", "lang", "tz", "type", "autopost_bills"))
_TEXTS = ("binary", "char", "date", "html", "image", "json", "properties", "text")
_LINKS = ("country_id", "industry_id", "parent_id", "state_id", "user_id")


class FynloCustomerErasure(models.AbstractModel):
    """Takes a person out of everything that is stored. Sales, payments and entries stay.

    The contact stays too, without a word of whose it was: ledgers refer to it. Its id stays, so
    that a till which sends an old request again cannot bring the person back.
    """

    _name = "fynlo.customer.erasure"
    _description = "Fynlo customer erasure"

    @api.model
    def _fynlo_remove(self, uuid, erase):
        """Archive a customer, or erase the person.

        :raise ForbiddenError: the user is no manager
        :raise NotFoundError: unknown, hidden or erased before
        :raise CustomerNotErasableError: somebody who signs in, or a company of this database
        """
        if not erase:
            self.env["res.partner"]._fynlo_archive_customer(uuid)
            return
        self.env["res.users"]._fynlo_require("manager")
        customer = self.env["res.partner"]._fynlo_find_customer(uuid)
        customer._fynlo_lock_version()
        self._fynlo_erase(customer)

    @api.model
    def _fynlo_erase(self, customer):
        """Erase one customer whom the user may see and a manager has chosen."""
        self.env["res.users"]._fynlo_require("manager")
        customer.check_access("read")
        contacts_sudo = customer.sudo().with_context(active_test=False)
        # An address that was taken away is archived, and still says where the person lived.
        everyone_sudo = contacts_sudo | contacts_sudo.search(
            [("parent_id", "=", customer.id), ("type", "!=", "contact")]
        )
        if customer.sudo()._fynlo_is_insider():
            raise CustomerNotErasableError(self.env._("It is somebody who works here."))
        if customer._fynlo_has_foreign_business():
            raise CustomerNotErasableError(self.env._("Another company has sold to this person."))
        scrubber = self.env["fynlo.scrubber"]
        phones = everyone_sudo.mapped("phone") + everyone_sudo.mapped("phone_sanitized")
        pattern = scrubber._fynlo_make_pattern(self._fynlo_words(everyone_sudo), phones)
        self.env.flush_all()
        self._fynlo_forget_lists(everyone_sudo)
        self._fynlo_clear_contacts(everyone_sudo)
        self.env.flush_all()  # a change may write on the contact what there was before
        self._fynlo_remove_writings("res.partner", everyone_sudo.ids)
        self._fynlo_scrub(everyone_sudo, pattern)
        self.env["fynlo.audit"]._fynlo_log("customer.erase", customer)
        self.env.invalidate_all()

    def _fynlo_words(self, everyone):
        """Return the words that name the person, as they may stand in a text."""
        for person in everyone:
            yield from (person.name, person.complete_name, person.email, person.email_normalized)
            yield from (person.phone, person.phone_sanitized, person.street, person.vat)
            first, last = person.fynlo_first_name, person.fynlo_last_name
            if first and last:
                yield from (join_name(first, last), join_name(last, first), f"{last}, {first}")

    def _fynlo_forget_lists(self, everyone):
        """Take e-mail and phone off the blacklists, unless another contact has them too."""
        lists = (("email_normalized", "mail.blacklist", "email"),)
        lists += (("phone_sanitized", "phone.blacklist", "number"),)
        for field, model, column in lists:
            for value in {person[field] for person in everyone} - {False}:
                others = everyone.search([(field, "=", value), ("id", "not in", everyone.ids)])
                if not others:
                    rows = everyone.env[model].with_context(active_test=False)
                    rows = rows.search([(column, "=", value)])
                    self._fynlo_remove_writings(model, rows.ids)
                    rows.unlink()

    def _fynlo_remove_writings(self, model, ids):
        """Delete messages, activities and files of records whose only subject is the person."""
        for writing, of_model, of_id in (
            ("mail.message", "model", "res_id"),
            ("mail.activity", "res_model", "res_id"),
        ):
            # A manager was asked for; whoever wrote it, it goes.
            rows_sudo = self.env[writing].sudo().with_context(active_test=False)
            rows_sudo.search([(of_model, "=", model), (of_id, "in", ids)]).unlink()
        self._fynlo_remove_files(model, ids)

    def _fynlo_remove_files(self, model, ids):
        domain = [("res_model", "=", model), ("res_id", "in", ids)]
        any_field = ["|", ("res_field", "=", False), ("res_field", "!=", False)]
        self.env["ir.attachment"].sudo().search(domain + any_field).unlink()

    def _fynlo_clear_contacts(self, everyone):
        """Empty every field of the contacts that can hold something of a person."""
        quiet = everyone.with_context(tracking_disable=True, mail_notrack=True)
        vals = dict.fromkeys(self._fynlo_personal_fields(everyone), False)
        vals |= {"fynlo_segment": False, "fynlo_tier": False, "customer_rank": 0}
        vals |= {"category_id": [Command.clear()], "active": False, "fynlo_is_customer": False}
        vals |= {"partner_latitude": 0.0, "partner_longitude": 0.0}
        vals["fynlo_erased_at"] = fields.Datetime.now()
        for person in quiet:
            own = vals if person.parent_id else {**vals, "name": ERASED_NAME}
            person.write({name: own[name] for name in own if name != "parent_id"})
        quiet.fynlo_preference_ids.unlink()
        self._fynlo_clear_company_values(everyone)
        self._fynlo_clear_banks(everyone)

    def _fynlo_clear_banks(self, everyone):
        """Empty the bank accounts by SQL: Odoo would write what they were on the contact."""
        banks = everyone.env["res.partner.bank"].with_context(active_test=False)
        banks = banks.search([("partner_id", "in", everyone.ids)])
        self._fynlo_remove_writings("res.partner.bank", banks.ids)
        query = """UPDATE res_partner_bank SET acc_number = 'erased-' || id, acc_holder_name = NULL,
                   sanitized_acc_number = 'ERASED' || id WHERE partner_id IN %s"""
        self.env.cr.execute(SQL(query, tuple(everyone.ids)))

    def _fynlo_personal_fields(self, everyone):
        for name, field in everyone._fields.items():
            is_given = field.store and not field.related and not (field.compute and field.readonly)
            is_told = field.type in _TEXTS or name in _LINKS
            if is_given and is_told and not field.company_dependent and name not in _KEPT:
                yield name

    def _fynlo_clear_company_values(self, everyone):
        """Empty what is kept for each company apart, such as the barcode of a card."""
        for name, field in everyone._fields.items():
            if field.company_dependent and field.type in _TEXTS:
                query = "UPDATE res_partner SET %s = NULL WHERE id IN %s"
                self.env.cr.execute(SQL(query, SQL.identifier(name), tuple(everyone.ids)))

    # --- What lies elsewhere

    def _fynlo_scrub(self, everyone, pattern):
        ids = tuple(everyone.ids)
        scrubber = self.env["fynlo.scrubber"]
        query = """UPDATE pos_order SET email = '', mobile = NULL, floating_order_name = NULL
                   WHERE partner_id IN %s"""
        self.env.cr.execute(SQL(query, ids))
        found = scrubber._fynlo_scrub_references("res_partner", ids, pattern, ("res_partner",))
        messages = found.get("mail_message", set())
        for table, model in DOCUMENTS.items():
            if rows := found.get(table):
                parts = scrubber._fynlo_scrub_references(table, rows, pattern, ("res_partner",))
                for lines in _LINES:
                    scrubber._fynlo_scrub_references(lines, parts.get(lines), pattern)
                messages |= self._fynlo_messages_of(model, rows)
                self._fynlo_remove_files(model, list(rows))
        self._fynlo_scrub_messages(messages, pattern)
        scrubber._fynlo_scrub_rows("bus_bus", SQL("TRUE"), pattern)
        self._fynlo_scrub_answers(everyone, found.get("pos_order", ()), pattern)

    def _fynlo_scrub_messages(self, messages, pattern):
        if not messages:
            return
        scrubber = self.env["fynlo.scrubber"]
        self._fynlo_remove_files("mail.message", list(messages))
        # What was sent along with a message may lie with any record.
        self.env["mail.message"].sudo().browse(messages).attachment_ids.unlink()
        scrubber._fynlo_scrub_rows("mail_message", SQL("id IN %s", tuple(messages)), pattern)
        scrubber._fynlo_scrub_references("mail_message", messages, pattern, ("mail_message",))

    def _fynlo_messages_of(self, model, ids):
        query = "SELECT id FROM mail_message WHERE model = %s AND res_id IN %s"
        return {id_ for (id_,) in self.env.execute_query(SQL(query, model, tuple(ids)))}

    def _fynlo_scrub_answers(self, everyone, order_ids, pattern):
        """Scrub the answers that are kept for requests which come again.

        Each names the person by an id, or an order of his: a ticket of the kitchen does.
        """
        former = everyone.env["fynlo.customer.alias"].search([("partner_id", "in", everyone.ids)])
        uuids = {*everyone.mapped("fynlo_uuid"), *former.mapped("uuid")}
        query = "SELECT min(created_at) FROM fynlo_idempotency"
        [(oldest,)] = self.env.execute_query(SQL(query))
        domain = [("id", "in", order_ids), ("write_date", ">=", oldest or fields.Datetime.now())]
        orders = everyone.env["pos.order"].search(domain).mapped("uuid")
        condition = SQL("answer LIKE ANY(%s)", [f"%{uuid}%" for uuid in [*uuids, *orders]])
        self.env["fynlo.scrubber"]._fynlo_scrub_rows("fynlo_idempotency", condition, pattern)
        query = SQL("SELECT id, answer FROM fynlo_idempotency WHERE %s", condition)
        for row_id, answer in self.env.execute_query(query):
            emptied = json.dumps(empty_objects(json.loads(answer), uuids, ERASED))
            query = "UPDATE fynlo_idempotency SET answer = %s WHERE id = %s"
            self.env.cr.execute(SQL(query, emptied, row_id))
