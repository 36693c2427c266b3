"""What replies tell of orders is read in SQL: it is what Odoo's fields say."""

from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from ..schemas.order_details import OrderView
from ..schemas.orders import OrderPage, OrderQuery
from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestOrderFacts(KitchenCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def refund(self, order, **values):
        body = {"id": str(uuid4()), "reason": "Cold", **values}
        return self.assertSuccess(self.post(body, self.manager, f"/orders/{order}/refunds"), 201)

    def make_orders(self):
        """Book orders of every kind; the web POS leaves out what our tills tell."""
        paid = [self.paid_body(), self.paid_body(), self.paid_body()]
        for body in paid:
            self.assertSuccess(self.post(body), 201)
        self.refund(paid[0]["id"], all=True)
        two = self.body([self.line(self.coffee, 2), self.line(self.cake)])
        two["payments"] = [self.payment(self.card, 550 + 440)]
        self.assertSuccess(self.post(two), 201)
        self.refund(two["id"], lines=[{"lineId": two["lines"][0]["id"], "quantity": 1}])
        self.refund(paid[1]["id"], amount=100)
        sent = self.open_order(self.line(self.coffee, 3), self.line(self.cake, 2))
        self.send(sent)
        self.till.sell_in_web_pos(self.session, {self.coffee: 2})
        bare = self.till.sell_in_web_pos(self.session, {self.cake: 1}, self.card)
        bare.lines.full_product_name = False
        partner = self.env["res.partner"].create({"name": "O'Brien % _"})
        bare.partner_id = self.env["res.partner"].create(
            {"name": "Desk", "parent_id": partner.id, "type": "contact"}
        )
        return self.session.order_ids

    def test_every_figure_is_that_of_the_fields(self):
        orders = self.make_orders()
        self.assertGreaterEqual(len(orders), 10)
        for order in orders:
            told = OrderView.of(order)
            with self.subTest(order.name):
                self.assertEqual(told.payment_state, order.fynlo_payment_state)
                self.assertEqual(told.reference, order.pos_reference or order.name)
                self.assertEqual(told.total, round(order.amount_total * 100))
                self.assertEqual(
                    told.customer and told.customer.name, order.partner_id.display_name or None
                )
                self.assertEqual(told.currency, order.currency_id.name)
                for line, view in zip(order.lines.sorted("id"), told.lines, strict=True):
                    self.assertEqual(view.sent_quantity, line.fynlo_sent_quantity)
                    self.assertEqual(view.refunded_quantity, line.refunded_qty)
                    refunded = round(line._fynlo_refunded_total() * 100)
                    self.assertEqual(view.refunded_total, refunded)
                    total = round(line._fynlo_amount("price_subtotal_incl") * 100)
                    self.assertEqual(view.total, total)
                    name = line.full_product_name or line.product_id.display_name
                    self.assertEqual(view.name, name)
        states = set(orders.mapped("fynlo_payment_state"))
        self.assertEqual(states, {"unpaid", "paid", "partially_refunded", "refunded"})

    def test_a_page_tells_the_same_as_the_orders(self):
        orders = self.make_orders()
        page = OrderPage.of(orders, len(orders), OrderQuery())
        for order, row in zip(orders, page.orders, strict=True):
            whole = OrderView.of(order).model_dump()
            self.assertEqual(row.model_dump(), {name: whole[name] for name in row.model_dump()})

    def test_names_are_told_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        query = (
            """UPDATE pos_payment_method SET name = name || '{"fr_FR": "Carte"}' WHERE id = %s"""
        )
        self.env.cr.execute(query, [self.card.id])  # Odoo lets nobody while a session is open
        self.env.invalidate_all()
        body = self.body(payments=[self.payment(self.card, 275)])
        self.assertSuccess(self.post(body), 201)
        order = self.order_of(body)
        for lang, name in (("fr_FR", "Carte"), ("en_US", "Card"), (None, "Card")):
            told = OrderView.of(order.with_context(lang=lang))
            self.assertEqual(told.payments[0].method.name, name)

    def test_the_words_of_the_guest_stay_with_their_modifier(self):
        values = [Command.create({"name": "Rare"}), Command.create({"name": "As", "is_custom": 1})]
        attribute = self.env["product.attribute"].create(
            {"name": "Done", "create_variant": "no_variant", "value_ids": values}
        )
        self.env["product.template.attribute.line"].create({
            "product_tmpl_id": self.cake.product_tmpl_id.id, "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        })  # fmt: skip
        rare, custom = self.cake.product_tmpl_id.attribute_line_ids.product_template_value_ids
        modifiers = [{"id": custom.fynlo_uuid, "customValue": "blue"}]
        body = self.body([self.line(self.cake, modifiers=modifiers), self.line(self.coffee)])
        self.assertSuccess(self.post(body), 201)
        told = [
            [(each.name, each.custom_value) for each in line.modifiers]
            for line in OrderView.of(self.order_of(body)).lines
        ]
        self.assertEqual(told, [[("As", "blue")], []])
        self.assertEqual(rare.name, "Rare")
