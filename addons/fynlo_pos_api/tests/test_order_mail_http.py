import base64
from uuid import uuid4

from odoo.tests import tagged

from ..models.pos_order_mail import MOST_MAILS
from .common import SellingCase


@tagged("post_install", "-at_install")
class TestOrderMailHttp(SellingCase):
    def setUp(self):
        super().setUp()
        self.guest = self.env["res.partner"].create(
            {"name": "O'Brien", "email": "Pat@Example.com", "fynlo_is_customer": True}
        )
        self.sold = self.paid_body(customerId=self.guest.fynlo_uuid)
        self.assertSuccess(self.post(self.sold), 201)
        self.last_id = self.env["mail.mail"].search([], limit=1, order="id desc").id or 0

    def mail(self, sold=None, **values):
        body = {"id": str(uuid4()), **values}
        return self.post(body, path=f"/orders/{(sold or self.sold)['id']}/email")

    def mails(self):
        self.env.invalidate_all()
        return self.env["mail.mail"].search([("id", ">", self.last_id)])

    def test_the_receipt_waits_in_the_queue_with_its_paper(self):
        self.assertSuccess(self.mail(), 202)
        mail = self.mails()
        self.assertEqual((mail.email_to, mail.state), ("pat@example.com", "outgoing"))
        reference = self.order_of(self.sold).pos_reference
        self.assertIn(reference, mail.subject)
        [paper] = mail.attachment_ids
        self.assertTrue(base64.b64decode(paper.datas).startswith(b"%PDF"))
        self.assertEqual(paper.mimetype, "application/pdf")

    def test_the_guest_names_another_address(self):
        self.assertSuccess(self.mail(email="other@example.org"), 202)
        self.assertEqual(self.mails().email_to, "other@example.org")
        response = self.mail(email="no address")
        self.assertFailure(response, 422, "invalid_fields", ["email"])

    def test_the_same_request_twice_mails_once(self):
        body = {"id": str(uuid4())}
        path = f"/orders/{self.sold['id']}/email"
        self.assertSuccess(self.post(body, path=path), 202)
        self.assertSuccess(self.post(body, path=path))
        self.assertEqual(len(self.mails()), 1)

    def test_who_wants_none_gets_none(self):
        self.env["fynlo.customer.preference"].create(
            {"partner_id": self.guest.id, "channel": "email", "purpose": "service"}
        )
        self.assertFailure(self.mail(), 422, "contact_refused")
        self.assertSuccess(self.mail(email="pat@example.com"), 202)

    def test_a_sale_to_nobody_needs_an_address(self):
        sold = self.paid_body()
        self.assertSuccess(self.post(sold), 201)
        self.assertFailure(self.mail(sold), 422, "invalid_fields", ["email"])
        self.assertFailure(self.mail({"id": str(uuid4())}), 404, "not_found")
        self.assertFalse(self.mails())

    def test_it_is_no_way_to_mail_the_world(self):
        for _ in range(MOST_MAILS):
            self.assertSuccess(self.mail(email="a@example.com"), 202)
        self.assertFailure(self.mail(email="a@example.com"), 422, "mail_limit")
        self.assertEqual(len(self.mails()), MOST_MAILS)
