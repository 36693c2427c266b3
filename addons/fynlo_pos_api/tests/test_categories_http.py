from uuid import uuid4

from odoo.tests import tagged

from .common import SellingCase


@tagged("post_install", "-at_install")
class TestCategoriesHttp(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def create(self, token=None, **extra):
        body = {"id": str(uuid4()), "name": "Soups", **extra}
        return body["id"], self.post(body, token or self.manager, path="/categories")

    def call(self, method, uuid, token=None, body=None):
        return self.api(method, f"/categories/{uuid}", body, token=token or self.manager)

    def test_made_changed_listed_and_removed(self):
        parent, reply = self.create(name="O'Brien's 🍲", color=3)
        self.assertEqual(self.assertSuccess(reply, 201)["name"], "O'Brien's 🍲")
        child, reply = self.create(parentId=parent)
        self.assertEqual(self.assertSuccess(reply, 201)["parentId"], parent)
        data = self.assertSuccess(self.call("PUT", child, body={"sequence": 2, "name": "Cold"}))
        self.assertEqual(
            data, {"id": child, "parentId": parent, "name": "Cold", "color": 0, "sequence": 2}
        )
        listed = self.api("GET", "/categories?limit=100", token=self.token)
        found = {each["id"] for each in self.assertSuccess(listed)["categories"]}
        self.assertLessEqual({parent, child}, found)
        self.session.close_session_from_ui()
        envelope = self.assertFailure(self.call("DELETE", parent), 409, "category_in_use")
        self.assertEqual(envelope["details"], {"products": 0, "categories": 1})
        self.cake.pos_categ_ids = self.env["pos.category"].search([("fynlo_uuid", "=", child)])
        self.assertFailure(self.call("DELETE", child), 409, "category_in_use")
        self.cake.pos_categ_ids = False
        self.env["pos.session"].search([("state", "!=", "closed")]).state = "closed"
        self.assertSuccess(self.call("DELETE", child))
        self.assertFailure(self.call("DELETE", child), 404, "not_found")

    def test_bad_fields_are_named(self):
        _uuid, reply = self.create(name="", color=12, sequence="1", x=1)
        names = ("name", "color", "sequence", "x")
        self.assertFailure(reply, 422, "invalid_fields", names)
        parent, _reply = self.create()
        child, reply = self.create(parentId=str(uuid4()))
        self.assertFailure(reply, 422, "invalid_fields", ["parentId"])
        child, _reply = self.create(parentId=parent)
        for uuid in (parent, child):
            reply = self.call("PUT", parent, body={"parentId": uuid})
            self.assertFailure(reply, 422, "invalid_fields", ["parentId"])

    def test_who_is_no_manager_changes_nothing(self):
        uuid, _reply = self.create()
        sue = self.token_for(self.sue, self.corner_device)
        self.assertFailure(self.create(sue)[1], 403, "forbidden")
        self.assertFailure(self.call("PUT", uuid, sue, {"name": "X"}), 403, "forbidden")
        self.assertFailure(self.call("DELETE", uuid, sue), 403, "forbidden")
        category = self.env["pos.category"].search([("fynlo_uuid", "=", uuid)])
        self.assertEqual(category.name, "Soups")
