"""What the server goes by is not written by RPC, whatever Odoo's access lists allow."""

from uuid import uuid4

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .customers import CustomerCase
from .drawers import DrawerCase


@tagged("post_install", "-at_install")
class TestServerFields(CustomerCase):
    """Carl is a cashier, Mara a manager; both have a login to the web client."""

    def setUp(self):
        super().setUp()
        self.carl = self._make_user("carl", "cashier")
        self.mara = self._make_user("mara", "manager")

    def refuse(self, record, who, **vals):
        before = {name: record[name] for name in vals}
        with self.subTest(f"{record._name} {vals}"), self.assertRaises(AccessError):
            record.with_user(who).write(vals)
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual({name: record[name] for name in vals}, before)

    def test_versions_are_counted_by_the_server_alone(self):
        store, product = self.till.store, self.coffee.product_tmpl_id
        customer = self.partner_of(self.make())
        hardware = self.env["fynlo.hardware"].create({"name": "P", "config_id": store.id})
        last = 2**31 - 1
        for who in (self.carl, self.mara):
            self.refuse(store, who, fynlo_settings_version=last)
        for record in (product, customer):
            self.refuse(record, self.mara, fynlo_version=last)
        self.refuse(hardware, self.mara, version=last)
        data = self.get("/settings", self.manager)
        body = {"version": data["version"], "receipt": {"footer": "Bye"}}
        self.assertSuccess(self.put("/settings", body, self.manager))

    def test_cashier_changes_nothing_that_settings_tell(self):
        store = self.till.store
        self.refuse(store, self.carl, name="Carl's")
        self.refuse(store, self.carl, receipt_header="x")
        self.refuse(store, self.carl, receipt_footer="x")
        self.refuse(store, self.carl, fynlo_flag_tips=False)

    def test_why_stock_has_moved_stays_as_it_was_said(self):
        line = {"productId": self.coffee.fynlo_uuid, "quantity": -3, "reason": "damaged"}
        body = {"id": str(uuid4()), "lines": [line]}
        self.assertSuccess(self.post(body, self.manager, "/inventory/adjustments"), 201)
        move = self.env["stock.move"].search([("fynlo_reason", "!=", False)], limit=1)
        self.assertEqual((move.fynlo_reason, move.state), ("damaged", "done"))
        for vals in (
            {"fynlo_reason": False}, {"fynlo_employee_id": self.ada.id}, {"fynlo_note": "x"},
            {"fynlo_adjustment": "x"},
        ):  # fmt: skip
            self.refuse(move, self.carl, **vals)
        with self.assertRaises(AccessError):
            move.with_user(self.carl).create(
                {"product_id": self.coffee.id, "fynlo_reason": "theft", "product_uom_qty": 1}
                | {"location_id": move.location_id.id, "location_dest_id": move.location_dest_id.id}
            )


@tagged("post_install", "-at_install")
class TestServerFieldsOfSession(DrawerCase):
    def test_cashier_does_not_say_why_a_session_was_short(self):
        carl = self._make_user("carl", "cashier")
        with self.assertRaises(AccessError):
            self.session.with_user(carl).write({"fynlo_difference_reason": "nothing"})
        self.assertFalse(self.session.fynlo_difference_reason)
