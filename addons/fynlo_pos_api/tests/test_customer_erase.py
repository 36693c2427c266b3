from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .customers import ADDRESS, CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerErase(CustomerCase):
    """One person leaves traces wherever Odoo and the tills keep any, and is erased."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        mark = uuid4().hex[:6]
        self.words = [
            f"Quackenbush{mark}", f"zeb{mark}@example.com", "2125550177", "212 555 0177",
            "212-555-0177", f"77 Secret {mark} Lane", f"Hidden {mark} Court",
        ]  # fmt: skip
        self.data = self.make(
            firstName="Zeb",
            lastName=self.words[0],
            email=f"Zeb{mark}@example.com",
            phone="+1 212-555-0177",
            note=f"Zeb {self.words[0]} likes tea",
            tags=["Tea"],
            address={**ADDRESS, "street1": self.words[5]},
            preferences={"email": {"marketing": False}, "sms": {"marketing": False}},
        )
        self.path = f"/customers/{self.data['id']}"
        self.partner = self.partner_of(self.data)
        address = {**ADDRESS, "street1": self.words[6], "label": f"Aunt {self.words[0]}"}
        self.assertSuccess(self.post(address, path=f"{self.path}/addresses"), 201)

    def scan(self):
        return self.find_words(self.words)

    def leave_traces(self):
        """Sell, invoice, write, attach and change, as a year of business does."""
        partner, name = self.partner, self.partner.name
        self.order = self.order_of(self.sell_to(self.data))
        draft = self.body(customerId=self.data["id"], note=f"For {name}, call 212 555 0177")
        self.assertSuccess(self.post(draft), 201)
        self.order.payment_ids.write({"cardholder_name": name.upper()})
        self.order.message_post(body=f"Receipt sent to {partner.email_formatted}")
        self.order.action_pos_order_invoice()
        self.invoice = self.order.account_move
        partner.write({"phone": "+1 212-555-0178", "name": f"Zeb Q. {self.words[0]}"})
        self.env.flush_all()
        self.env.cr.precommit.run()  # Odoo writes the changes of a contact down here
        partner.write({"phone": "+1 212-555-0177", "name": name})
        partner.message_post(body=f"{name} called", author_id=partner.id, partner_ids=partner.ids)
        partner.activity_schedule("mail.mail_activity_data_todo", summary=f"Call {name}")
        vals = {"res_model": "res.partner", "res_id": partner.id, "raw": f"Dear {name}".encode()}
        self.env["ir.attachment"].create({**vals, "name": f"{name}.txt"})
        sent = self.env["ir.attachment"].create({"name": "list", "raw": f"{name},1".encode()})
        self.order.message_post(body="The list", attachment_ids=sent.ids)
        partner.bank_ids = [Command.create({"acc_number": "DE1", "acc_holder_name": name})]
        partner.barcode = f"card-{self.words[0]}"
        self.env["bus.bus"]._sendone("fynlo-test", "note", {"name": name})
        self.env["bus.bus"].flush_model()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def ledger(self):
        """Return the sums that an erasure must not move."""
        lines = self.invoice.line_ids
        payments = self.order.payment_ids
        return (
            self.order.amount_total, sum(self.order.lines.mapped("price_subtotal_incl")),
            sum(payments.mapped("amount")), self.invoice.amount_total, self.invoice.state,
            sum(lines.mapped("debit")), sum(lines.mapped("credit")), lines.account_id.ids,
        )  # fmt: skip

    def test_no_column_of_no_table_holds_the_person_and_the_ledgers_balance(self):
        self.leave_traces()
        ledger = self.ledger()
        before = {table for table, _column in self.scan()}
        for table in (
            "res_partner", "pos_order", "pos_payment", "account_move", "mail_message",
            "mail_tracking_value", "mail_activity", "ir_attachment", "res_partner_bank",
            "mail_blacklist", "phone_blacklist", "fynlo_idempotency", "bus_bus",
        ):  # fmt: skip
            self.assertIn(table, before, "the test has left no trace there")
        self.assertSuccess(self.delete(f"{self.path}?erase=true"))
        self.env.invalidate_all()
        self.assertEqual(self.scan(), set())
        self.assertEqual(self.ledger(), ledger)
        self.assertEqual(self.order.partner_id, self.partner)
        self.assertEqual((self.partner.name, self.partner.active), ("Erased customer", False))
        self.assertTrue(self.partner.fynlo_erased_at)
        self.env["fynlo.audit.seal"]._fynlo_seal_batch()
        self.assertIsNone(self.env["fynlo.audit.seal"]._fynlo_verify_chain().problem)

    def test_erased_person_is_unknown_and_no_old_request_brings_him_back(self):
        body = self.customer_body(firstName="Back", lastName="Again")
        data = self.assertSuccess(self.post(body, path="/customers"), 201)
        self.assertSuccess(self.delete(f"/customers/{data['id']}?erase=true"))
        for path in ("", "/addresses", "/orders", "/preferences", "/export"):
            response = self.api("GET", f"/customers/{data['id']}{path}", token=self.manager)
            self.assertFailure(response, 404, "not_found")
        replay = self.assertSuccess(self.post(body, path="/customers"))
        self.assertEqual((replay["email"], replay["name"]), ("[erased]", "[erased]"))
        self.assertEqual((replay["firstName"], replay["id"]), ("[erased]", data["id"]))
        other_till = self.post(body, self.manager, "/customers")
        self.assertNotIn("Again", other_till.text)
        self.assertFalse(self.env["res.partner"].search([("email", "=", body["email"])]))
        self.assertFailure(self.delete(f"/customers/{data['id']}?erase=true"), 404, "not_found")

    def test_sale_that_comes_late_does_not_bring_him_back(self):
        self.sell_to(self.data)
        self.assertSuccess(self.delete(f"{self.path}?erase=true"))
        self.till.sell(self.session, {self.coffee: 1}, partner_id=self.partner.id)
        self.count_figures()
        self.assertFalse(self.partner.fynlo_is_customer)

    def test_others_with_the_same_name_or_phone_keep_theirs(self):
        twin = self.make(
            firstName="Zeb", lastName=self.words[0], phone="+1 212-555-0177", allowDuplicate=True
        )
        self.sell_to(twin)
        self.assertSuccess(self.delete(f"{self.path}?erase=true"))
        kept = self.get(f"/customers/{twin['id']}")
        self.assertEqual((kept["name"], kept["phone"]), (twin["name"], twin["phone"]))
        number = self.partner_of(twin).phone_sanitized
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", number)]))

    def test_only_managers_erase_and_nobody_who_signs_in_is_erased(self):
        self.assertFailure(self.delete(f"{self.path}?erase=true", self.token), 403, "forbidden")
        user = self._make_user("nina", "cashier")
        user.partner_id.fynlo_is_customer = True
        response = self.delete(f"/customers/{user.partner_id.fynlo_uuid}?erase=true")
        self.assertFailure(response, 409, "customer_not_erasable")
        self.assertEqual(user.partner_id.name, "Nina")
        worker = self._make_employee("Wanda", "cashier").work_contact_id
        worker.fynlo_is_customer = True
        response = self.delete(f"/customers/{worker.fynlo_uuid}?erase=true")
        self.assertFailure(response, 409, "customer_not_erasable")
        self.assertEqual(self.get(self.path)["name"], self.data["name"])
        response = self.delete(f"{self.path}?erase=maybe&now=1")
        self.assertFailure(response, 422, "invalid_fields", ["erase", "now"])

    def test_shared_customer_of_two_companies_belongs_to_neither(self):
        order = self.order_of(self.sell_to(self.data))
        other = self.make()
        (self.partner | self.partner_of(other)).company_id = False
        self.env.cr.execute(
            "UPDATE pos_order SET company_id = %s WHERE id = %s", [self.company_b.id, order.id]
        )
        self.env.invalidate_all()
        response = self.delete(f"{self.path}?erase=true")
        self.assertFailure(response, 409, "customer_not_erasable")
        merge = {"sourceIds": [self.data["id"]]}
        response = self.post(merge, self.manager, f"/customers/{other['id']}/merge")
        self.assertFailure(response, 409, "customer_not_mergeable")
        self.assertEqual(self.get(f"{self.path}/export", self.manager)["records"]["orders"], [])
        self.assertEqual(self.get(f"{self.path}/orders", self.manager)["total"], 0)

    def test_export_tells_all_of_the_person(self):
        self.leave_traces()
        document = self.get(f"{self.path}/export", self.manager)
        self.assertEqual(document["customer"], self.get(self.path))
        self.assertEqual([each["type"] for each in document["addresses"]], ["main", "delivery"])
        self.assertFalse(document["preferences"]["email"]["marketing"]["allowed"])
        orders = document["records"]["orders"]
        self.assertEqual([order["total"] for order in orders], [275, 275])
        self.assertEqual(orders[0]["lines"][0]["name"], "Coffee")
        self.assertEqual(len(document["records"]["invoices"]), 1)
        self.assertIn(f"{self.partner.name}.txt", str(document["records"]["attachments"]))
        self.assertIn("called", str(document["records"]["messages"]))
        response = self.api("GET", f"{self.path}/export", token=self.token)
        self.assertFailure(response, 403, "forbidden")
