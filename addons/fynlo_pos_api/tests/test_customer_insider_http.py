"""People of the house who buy at a till are customers that a till does not change."""

from odoo.fields import Command
from odoo.tests import tagged

from .customers import ADDRESS, CustomerCase

THIEF = "thief@example.com"


@tagged("post_install", "-at_install")
class TestCustomerInsider(CustomerCase):
    """The owner has had an invoice once: from then on she is a customer too."""

    def setUp(self):
        super().setUp()
        self.partner = self.olga.partner_id
        self.path = self.path_of(self.partner)

    def path_of(self, contact):
        contact.customer_rank = 1
        self.env.flush_all()
        self.assertTrue(contact.fynlo_is_customer)
        return f"/customers/{contact.fynlo_uuid}"

    def refuse(self, response):
        self.assertFailure(response, 403, "customer_protected")
        self.env.invalidate_all()

    def test_cashier_cannot_have_the_owners_password_sent_to_himself(self):
        self.refuse(self.put(self.path, {"email": THIEF}))
        self.assertEqual(self.olga.email, "olga@example.com")
        asked = []
        users = self.env["res.users"]
        self.patch(type(users), "action_reset_password", asked.append)
        self.env["ir.config_parameter"].set_param("auth_signup.reset_password", "True")
        users.sudo()._fynlo_mail_reset(THIEF)
        self.assertEqual(asked, [])

    def test_no_field_of_the_owner_is_changed(self):
        for body in (
            {"firstName": "Nobody", "lastName": None}, {"phone": "+15550100"}, {"note": "x"},
            {"type": "business"}, {"tags": ["x"]}, {"status": "inactive"}, {"address": ADDRESS},
        ):  # fmt: skip
            with self.subTest(str(body)):
                self.refuse(self.put(self.path, body, self.manager))
        self.assertEqual((self.olga.name, self.partner.active), ("Olga", True))

    def test_owner_gets_no_address_and_no_word_about_mails(self):
        for kind in ("main", "delivery"):
            body = {**ADDRESS, "type": kind}
            self.refuse(self.post(body, path=f"{self.path}/addresses"))
        self.refuse(self.put(f"{self.path}/preferences", {"email": {"marketing": False}}))
        uuid = self.partner.fynlo_uuid
        self.refuse(self.put(f"{self.path}/addresses/{uuid}", {**ADDRESS, "type": "main"}))
        self.refuse(self.delete(f"{self.path}/addresses/{uuid}", self.token))
        self.assertFalse(self.partner.street or self.partner.child_ids)
        self.assertFalse(self.partner.fynlo_preference_ids)
        self.assertFalse(self.partner.is_blacklisted)

    def test_owner_is_not_archived(self):
        self.refuse(self.delete(self.path))
        self.assertTrue(self.partner.active)

    def test_business_itself_is_not_changed(self):
        contact = self.company.partner_id
        before = (self.company.name, contact.email)
        self.refuse(self.put(self.path_of(contact), {"businessName": "Evil", "email": THIEF}))
        self.assertEqual((self.company.name, contact.email), before)

    def test_employee_without_a_login_is_not_changed(self):
        contact = self.ada.work_contact_id or self.env["res.partner"].create({"name": "Ada"})
        self.ada.work_contact_id = contact
        self.refuse(self.put(self.path_of(contact), {"email": THIEF}))
        self.assertNotEqual(contact.email, THIEF)

    def test_archived_account_is_protected_too(self):
        self.olga.active = False
        self.refuse(self.put(self.path, {"email": THIEF}))

    def test_person_of_the_house_is_not_changed_as_an_address(self):
        data = self.make()
        contact = self.olga.partner_id
        contact.write({"parent_id": self.partner_of(data).id, "type": "other"})
        path = f"/customers/{data['id']}/addresses/{contact.fynlo_uuid}"
        self.refuse(self.put(path, {**ADDRESS, "type": "other", "label": "Nobody"}))
        self.refuse(self.delete(path, self.token))
        self.assertEqual((contact.name, contact.active), ("Olga", True))

    def test_customer_of_the_portal_keeps_the_email_he_signs_in_with(self):
        data = self.make()
        contact, path = self.partner_of(data), f"/customers/{data['id']}"
        portal = [Command.set(self.env.ref("base.group_portal").ids)]
        self.env["res.users"].create(
            {"login": data["email"], "partner_id": contact.id, "group_ids": portal}
        )
        self.env.flush_all()
        self.refuse(self.put(path, {"email": THIEF}))
        self.refuse(self.put(path, {"email": None}))
        self.assertSuccess(self.put(path, {"email": data["email"], "note": "Likes oat milk"}))
        self.env.invalidate_all()
        self.assertEqual(contact.email, data["email"])
        self.assertIn("oat milk", contact.comment)
