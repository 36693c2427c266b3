"""Whom a payment sheet asks for, and what becomes of the answer."""

from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .apple_case import ApplePayCase

CONTACT = {
    "emailAddress": "Zoe@Example.com", "phoneNumber": "+1 202 555 0143", "givenName": "Zoë  ☕",
    "familyName": "O'Brien", "addressLines": ["1 Elm St."], "postalCode": "20500",
    "locality": "Washington", "countryCode": "US",
}  # fmt: skip
ALL = ("asks_name", "asks_email", "asks_phone", "asks_address")


@tagged("post_install", "-at_install")
class TestApplePayContact(ApplePayCase):
    def ask(self, *names, **more):
        """Let the merchant ask for these."""
        self.merchant.write({name: name in names for name in ALL} | more)

    def told(self, order):
        """Return what the sheet of an order asks for, and how it reaches the guest."""
        sheet = self.assertSuccess(self.sheet(order))["paymentRequest"]
        names = ("requiredBillingContactFields", "requiredShippingContactFields")
        names += ("shippingType", "shippingMethods")
        return tuple(sheet[name] for name in names)

    def pay_by(self, order, **contacts):
        """Pay a coffee by a sheet that was answered so; return the order."""
        self.assertSuccess(self.process(self.process_body(order, **contacts)), 201)
        return self.order_of({"id": order})

    def guest(self, email="zoe@example.com", **more):
        vals = {"name": "Zoë Guest", "email": email, "fynlo_is_customer": True}
        return self.env["res.partner"].create({**vals, **more})

    # --- The sheet

    def test_what_is_asked_by_how_the_order_reaches_its_guest(self):
        self.ask(*ALL)
        whereabouts, reach = ["name", "postalAddress"], ["email", "phone"]
        told = self.told(self.open_order())
        self.assertEqual(told, (whereabouts, reach, "storePickup", []))
        fetched = {"label": "Pick up", "detail": self.till.store.name, "amount": "0.00"}
        told = self.told(self.open_order(orderType="takeaway"))
        self.assertEqual(
            told, (whereabouts, reach, "storePickup", [{**fetched, "identifier": "takeaway"}])
        )
        self.merchant.delivery_product_id = self.cake
        lines = [self.line(self.coffee), self.line(self.cake)]
        order = self.open_order(orderType="delivery", lines=lines)
        brought = {"label": "Delivery", "detail": "", "amount": "4.40", "identifier": "delivery"}
        self.assertEqual(self.told(order), ([], [*reach, *whereabouts], "delivery", [brought]))
        total = self.assertSuccess(self.sheet(order))["paymentRequest"]["total"]["amount"]
        self.assertEqual(total, "7.15")  # the delivery is a line of the order

    def test_what_the_order_has_is_not_asked(self):
        self.ask(*ALL)
        customer = self.guest(phone=False, street="1 Elm St.")
        order = self.open_order(customerId=customer.fynlo_uuid)
        self.assertEqual(self.told(order)[:2], ([], ["phone"]))
        self.ask("asks_email")
        self.assertEqual(self.told(self.open_order())[:2], ([], ["email"]))

    # --- The answer

    def test_the_answer_serves_the_receipt(self):
        self.ask(*ALL)
        order = self.open_order()
        body = self.process_body(order, shippingContact=CONTACT, billingContact=CONTACT)
        with self.assertLogs("odoo.addons", "DEBUG") as logs:
            self.assertSuccess(self.process(body), 201)
            self.assertSuccess(self.process(body), 201)
        for secret in ("zoe@example.com", "555", "Zoë", "Elm"):
            self.assertNotIn(secret.lower(), "\n".join(logs.output).lower())
        made = self.order_of({"id": order})
        self.assertEqual(
            (made.email, made.floating_order_name, made.partner_id.id),
            ("zoe@example.com", "Zoë ☕", False),
        )
        self.assertEqual("".join(filter(str.isdigit, made.mobile)), "12025550143")
        audit = self.env["fynlo.audit"].search([("action", "=", "order.contact")])
        self.assertEqual(
            [each.data for each in audit if each.res_id == made.id],
            [{"told": ["email", "name", "phone"], "linked": False}],
        )
        reply = self.post({"id": str(uuid4())}, path=f"/orders/{order}/email")
        self.assertSuccess(reply, 202)
        mail = self.env["mail.mail"].search([], limit=1, order="id desc")
        self.assertEqual(mail.email_to, "zoe@example.com")

    def test_it_is_forgotten_after_a_while(self):
        self.ask(*ALL)
        made = self.pay_by(self.open_order(), shippingContact=CONTACT)
        until = made.fynlo_contact_until
        self.assertEqual(until - fields.Date.today(), timedelta(days=30))
        with self.assertRaises(AccessError):
            made.with_user(self._make_user("mia", "manager")).fynlo_contact_until = False
        made._gc_fynlo_contacts()
        self.assertEqual(made.email, "zoe@example.com")
        made.sudo().fynlo_contact_until = fields.Date.today() - timedelta(days=1)
        made._gc_fynlo_contacts()
        self.assertEqual(
            (made.email, made.mobile, made.floating_order_name, made.fynlo_contact_until),
            ("", False, False, False),
        )

    def test_what_was_not_asked_is_not_kept(self):
        self.ask("asks_phone")
        made = self.pay_by(self.open_order(), shippingContact=CONTACT)
        self.assertEqual((made.email, made.floating_order_name, bool(made.mobile)),
                         ("", False, True))  # fmt: skip
        self.ask()
        made = self.pay_by(self.open_order(), shippingContact=CONTACT)
        self.assertEqual((made.mobile, made.fynlo_contact_until), (False, False))

    def test_what_the_order_has_stays(self):
        self.ask(*ALL, links_customer=True)
        other = self.guest("other@example.com", phone="+1 202 555 0100")
        self.guest()
        made = self.pay_by(self.open_order(customerId=other.fynlo_uuid), shippingContact=CONTACT)
        self.assertEqual((made.partner_id, made.email), (other, "other@example.com"))

    def test_the_customer_who_alone_has_the_address_is_found(self):
        self.ask("asks_email")
        zoe = self.guest("ZOE@example.com")
        self.assertFalse(self.pay_by(self.open_order(), shippingContact=CONTACT).partner_id)
        self.ask("asks_email", links_customer=True)
        made = self.pay_by(self.open_order(), shippingContact=CONTACT)
        self.assertEqual((made.partner_id, made.fynlo_contact_until), (zoe, False))
        zoe.fynlo_status = "suspended"
        self.assertFalse(self.pay_by(self.open_order(), shippingContact=CONTACT).partner_id)
        zoe.fynlo_status = "active"
        self.guest()
        made = self.pay_by(self.open_order(), shippingContact=CONTACT)
        self.assertEqual((made.partner_id.id, made.email), (False, "zoe@example.com"))

    def test_an_odd_answer_keeps_nobody_from_paying(self):
        self.ask(*ALL, links_customer=True)
        self.guest()
        odd = {"emailAddress": "zoe@example.com, eve@example.com", "phoneNumber": "%_\\'",
               "givenName": "\u202e\t"}  # fmt: skip
        made = self.pay_by(self.open_order(), shippingContact=odd)
        self.assertEqual(
            (made.email, made.mobile, made.floating_order_name, made.partner_id.id),
            ("", False, False, False),
        )
        made = self.pay_by(self.open_order(), billingContact={"givenName": "x" * 500})
        self.assertEqual(made.floating_order_name, "x" * 60)
        order = self.open_order()
        body = self.process_body(order, billingContact={"givenName": "x" * 501, "age": 5})
        names = ["billingContact.givenName", "billingContact.age"]
        self.assertFailure(self.process(body), 422, "invalid_fields", names)
