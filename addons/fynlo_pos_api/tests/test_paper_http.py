import io
from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged
from pypdf import PdfReader

from .kitchen_case import KitchenCase
from .test_paper import CUT, DRAWER, read_back


@tagged("post_install", "-at_install")
class TestPaperHttp(KitchenCase):
    def print_receipt(self, order, query, token=None):
        path = f"/orders/{order}/receipt?{query}"
        return self.api("GET", path, token=token or self.token)

    def sell(self, method, note="très chaud 🔥", **extra):
        line = self.line(self.cake, 2, note=note, discountPercent=10)
        body = self.body([line], [self.payment(method, 792, **extra)])
        self.assertSuccess(self.post(body), 201)
        return body["id"]

    def test_a_receipt_for_a_printer(self):
        self.till.store.receipt_footer = "Merci, à bientôt!"
        order = self.sell(self.cash, tendered=1000)
        reply = self.print_receipt(order, "format=escpos&paper=58mm")
        self.assertEqual(reply.status_code, 200)
        self.assertEqual(reply.headers["Content-Type"], "application/octet-stream")
        text = read_back(reply.content)
        rows = text.splitlines()
        for row in (
            "2 x Cake".ljust(28) + "7.92",
            "  Discount 10 %",
            "  très chaud ?",
            "Subtotal".ljust(28) + "7.20",
            "Cash".ljust(27) + "10.00",
            "Change".ljust(28) + "2.08",
            "Merci, à bientôt!".center(32).rstrip(),
            "Served by Ada",
        ):
            self.assertIn(row, rows)
        self.assertIn("TOTAL USD", text)
        self.assertLessEqual(max(map(len, rows)), 32)
        self.assertEqual((reply.content.count(CUT), reply.content.count(DRAWER)), (1, 0))
        again = self.print_receipt(order, "format=escpos&paper=58mm")
        self.assertEqual(again.content, reply.content)

    def test_the_drawer_opens_for_cash_only(self):
        for method, opened in ((self.cash, 1), (self.card, 0)):
            order = self.sell(method)
            reply = self.print_receipt(order, "format=escpos&drawer=true")
            self.assertEqual(reply.content.count(DRAWER), opened)

    def test_a_refund_and_what_was_free_say_so(self):
        self.till.store.fynlo_comp_role = self.till.store.fynlo_refund_role = "cashier"
        lines = [self.line(self.cake), self.line(self.soup, compReason="burnt, she was angry")]
        payments = [self.payment(self.card, 440)]
        body = self.body(lines, payments, customerName="Zoë 🔥")
        self.assertSuccess(self.post(body), 201)
        rows = read_back(self.print_receipt(body["id"], "format=escpos").content).splitlines()
        self.assertIn("1 x Soup".ljust(38) + "0.00", rows)
        self.assertIn("  Free of charge", rows)
        self.assertIn("Zoë ?", rows)
        self.assertNotIn("angry", str(rows))  # why is the house's own word
        refund = {"id": str(uuid4()), "reason": "cold", "all": True}
        path = f"/orders/{body['id']}/refunds"
        data = self.assertSuccess(self.post(refund, path=path), 201)
        text = read_back(self.print_receipt(data["id"], "format=escpos").content)
        self.assertIn("REFUND", text)
        self.assertIn("-1 x Cake".ljust(37) + "-4.40", text.splitlines())

    def test_modifiers_are_on_the_receipt(self):
        value = Command.create({"name": "Text", "is_custom": True})
        attribute = self.env["product.attribute"].create(
            {"name": "Icing", "create_variant": "no_variant", "value_ids": [value]}
        )
        line = self.env["product.template.attribute.line"].create({
            "product_tmpl_id": self.cake.product_tmpl_id.id, "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        })  # fmt: skip
        chosen = {"id": line.product_template_value_ids.fynlo_uuid, "customValue": "to\x1bp you"}
        order = self.open_order(self.line(self.cake, modifiers=[chosen]))
        rows = read_back(self.print_receipt(order, "format=escpos").content).splitlines()
        self.assertIn("  + Text: top you", rows)

    def test_an_open_order_says_that_it_is_not_paid(self):
        order = self.open_order(self.line(self.cake))
        text = read_back(self.print_receipt(order, "format=escpos").content)
        self.assertIn("NOT PAID", text)
        self.assertIn("To pay".ljust(38) + "4.40", text.splitlines())

    def test_a_receipt_as_pdf(self):
        order = self.sell(self.card, note="Łódź Ελλάδα Київ \x01")
        reply = self.print_receipt(order, "format=pdf")
        self.assertEqual(reply.headers["Content-Type"], "application/pdf")
        page = PdfReader(io.BytesIO(reply.content)).pages[0]
        self.assertEqual(round(float(page.mediabox.width) / 72 * 25.4), 80)
        text = page.extract_text()
        for words in ("2 x Cake", "7.92", "Łódź Ελλάδα Київ", "TOTAL USD", "Card"):
            self.assertIn(words, text)

    def test_what_cannot_be_asked(self):
        order = self.sell(self.card)
        reply = self.print_receipt(order, "format=html&paper=A4&drawer=maybe&x=1")
        fields = ["format", "paper", "drawer", "x"]
        self.assertFailure(reply, 422, "invalid_fields", fields)
        foreign = self.token_for(self.ada, self.device)
        reply = self.print_receipt(order, "format=pdf", foreign)
        self.assertFailure(reply, 404, "not_found")

    def test_a_kitchen_ticket(self):
        line = self.line(self.cake, 2, note="no sugar")
        order = self.open_order(line, self.line(self.soup), note="nut allergy")
        self.send(order)
        ticket = self.tickets()[0]
        path = f"/kitchen/tickets/{ticket['id']}/escpos"
        reply = self.api("GET", path, token=self.kitchen_token)
        self.assertEqual(reply.headers["Content-Type"], "application/octet-stream")
        rows = read_back(reply.content).splitlines()
        self.assertEqual(rows[0].split()[0], "Grill")
        for row in ("Dine in", "nut allergy", "2 x Cake", "  ! no sugar", "1 x Soup"):
            self.assertIn(row, rows)
        self.assertEqual((rows[3], reply.content.count(CUT)), ("-" * 42, 1))
        self.assertEqual(len(self.tickets()), 1)  # a reprint cooks nothing
        self.edit(order, {"id": line["id"], "quantity": 0})
        stop = self.tickets()[-1]
        reply = self.api(
            "GET", f"/kitchen/tickets/{stop['id']}/escpos?paper=58mm", token=self.kitchen_token
        )
        self.assertIn("*** CANCEL ***", read_back(reply.content))
        reply = self.api("GET", path, token=self.token_for(self.ada, self.device))
        self.assertFailure(reply, 404, "not_found")
