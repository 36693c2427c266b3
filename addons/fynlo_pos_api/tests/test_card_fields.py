"""Card numbers in files, and in what people type in the web client."""

import io
import json
from base64 import b64encode

from odoo.addons.fynlo_base.exceptions import CardNumberNotAllowedError
from odoo.tests import tagged
from openpyxl import Workbook

from ..clients import webhook as client
from ..models import fynlo_webhook_sender as sending
from .test_import_http import ImportCase

CARD = "4242424242424242"
#: Good as a card of Diners Club and as a GTIN-14: which of them, the column says.
BOTH = "30000000000087"


@tagged("post_install", "-at_install")
class TestCardsInFiles(ImportCase):
    def workbook(self, *rows):
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()

    def assertRefused(self, reply, *messages):
        envelope = self.assertFailure(reply, 422, "card_number_not_allowed")
        self.assertEqual({error["field"] for error in envelope["errors"]}, {"content"})
        self.assertEqual([error["message"] for error in envelope["errors"]], list(messages))
        self.assertNotIn(CARD, reply.text)
        self.assertFalse(self.env["fynlo.import"].search([("kind", "=", "customers")]))

    def test_a_csv_file_with_cards_is_not_kept(self):
        rows = ["firstName,lastName,city", "Kim,O'Brien,Bonn", f"{CARD},x,4242 4242 4242 4242"]
        told = "The number of a payment card."
        reply = self.upload("\n".join(rows))
        self.assertRefused(reply, f"Row 3, firstName: {told}", f"Row 3, city: {told}")
        self.assertRefused(self.upload(f"firstName,{CARD}\nKim,x"), f"Row 1, ***: {told}")
        doubled = self.upload(f"{CARD},{CARD}\nKim,x")
        self.assertFailure(doubled, 422, "invalid_fields")
        self.assertNotIn(CARD, doubled.text)

    def test_a_workbook_with_cards_is_not_kept(self):
        for cell in (CARD, int(CARD), f"paid by {CARD}"):
            content = self.workbook(["firstName", "city"], ["Kim", cell])
            self.assertRefused(self.upload(content), "The number of a payment card.")

    def test_what_could_be_a_barcode_is_told_row_by_row_and_the_file_dropped(self):
        content = self.workbook(["firstName", "lastName"], ["Kim", BOTH], ["Ada", "Doe"])
        told = self.run_file(content, dryRun=True)
        self.assertEqual(self.bad(told), [(2, "lastName", "card_number_not_allowed")])
        record = self.env["fynlo.import"].search([("fynlo_uuid", "=", told["id"])])
        self.assertFalse(record.has_file)

    def test_a_receivers_answer_is_masked(self):
        def answer(*_request):
            return client.Outcome(500, "", f"no such card: {CARD}", 1)

        self.patch(sending.client, "send", answer)
        self.patch(sending, "open_secret", lambda *_sealed: "secret")
        delivery = dict.fromkeys(("hook", "sealed", "url", "event", "type", "attempts"), "x")
        outcome = sending._call({**delivery, "body": json.dumps({})})
        self.assertEqual(outcome.excerpt, "no such card: ***")

    def test_a_picture_is_no_text(self):
        digits = b64encode(f"{CARD} {CARD}".encode()).decode()
        reply = self.upload("firstName\nKim", fileName=f"{digits}.csv")
        self.assertSuccess(reply, 202)


@tagged("post_install", "-at_install")
class TestCardsInTheWebClient(ImportCase):
    def test_a_customer_with_a_card_is_refused(self):
        partner = self.env["res.partner"]
        with self.assertRaises(CardNumberNotAllowedError) as raised:
            partner.create({"name": "Kim", "comment": f"<p>Visa {CARD} 12/28</p>"})
        self.assertEqual([each["field"] for each in raised.exception.errors], ["comment"])
        kim = partner.create({"name": "Kim", "phone": "+4915123456789"})
        with self.assertRaises(CardNumberNotAllowedError):
            kim.street = "4242-4242-4242-4242"

    def test_an_order_of_the_web_till_is_kept_without_it(self):
        body = self.body()
        self.assertSuccess(self.post(body), 201)
        order = self.env["pos.order"].search([("uuid", "=", body["id"])])
        order.write({"internal_note": f"card {CARD}", "general_customer_note": "no onions"})
        self.assertEqual(order.internal_note, "card ***")
        self.assertEqual(order.general_customer_note, "no onions")
