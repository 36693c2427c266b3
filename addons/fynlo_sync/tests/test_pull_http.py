import json
from unittest.mock import patch

from odoo.addons.fynlo_pos_api.tests.common import SellingCase
from odoo.tests import tagged

from ..engine.cursor import EPOCHS, make_timestamp
from .common import pull_over_http, rows_of, told

PAGE_ROWS = "odoo.addons.fynlo_sync.models.fynlo_pull.PAGE_ROWS"


@tagged("post_install", "-at_install")
class TestPullHttp(SellingCase):
    def pull(self, token=None, **params):
        return pull_over_http(self, token, **params)

    def again(self, data, **params):
        """Pull what is new after a pull."""
        cursor = {"lastPulledAt": data["timestamp"], "snapshot": data["snapshot"]}
        return self.pull(**cursor, **params)

    def refuse(self, status, code, fields=None, **params):
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return self.assertFailure(
            self.api("GET", f"/sync/pull?{query}", token=self.token), status, code, fields
        )

    def test_orders_are_told_as_their_route_tells_them(self):
        order = self.assertSuccess(self.post(self.paid_body()), 201)
        data = self.pull()
        [sold] = rows_of(data, "orders").values()
        for name in ("id", "reference", "state", "paymentState", "total", "taxTotal", "version"):
            self.assertEqual(sold[name], order[name], name)
        self.assertEqual(json.loads(sold["taxes"]), order["taxes"])
        self.assertEqual(sold["employeeId"], order["employee"]["id"])
        [line] = rows_of(data, "orderLines").values()
        self.assertEqual(line.pop("orderId"), order["id"])
        self.assertEqual({**line, "modifiers": json.loads(line["modifiers"])}, order["lines"][0])
        [payment] = rows_of(data, "payments").values()
        self.assertEqual((payment["amount"], payment["methodId"]), (275, self.cash.fynlo_uuid))
        self.assertEqual(rows_of(data, "stock")[self.coffee.fynlo_uuid]["available"], 99)

    def test_the_menu_is_told_as_the_catalog_tells_it(self):
        catalog = self.assertSuccess(self.api("GET", "/catalog", token=self.token))
        data = self.pull()
        prices, products = rows_of(data, "prices"), rows_of(data, "products")
        self.assertEqual(set(products), {product["id"] for product in catalog["products"]})
        for product in catalog["products"]:
            row = products[product["id"]]
            for name in ("name", "type", "sold", "available", "favourite", "unit", "weighed"):
                self.assertEqual(row[name], product[name], name)
            for name in ("choices", "combo", "taxIds", "categoryIds"):
                self.assertEqual(json.loads(row[name]), product[name], name)
            for variant in product["variants"]:
                self.assertEqual(prices[variant["id"]]["price"], variant.pop("price"))
            self.assertEqual(json.loads(row["variants"]), product["variants"])

    def test_rows_are_flat(self):
        self.post(self.paid_body())
        vals = {"name": "O'Brien %_\\ 🍕", "fynlo_is_customer": True}
        customer = self.env["res.partner"].create({**vals, "comment": "<p>Window</p>"})
        data = self.pull()
        guest = rows_of(data, "customers")[customer.fynlo_uuid]
        self.assertEqual((guest["name"], guest["note"]), (vals["name"], "Window"))
        values = {
            type(value)
            for changes in data["changes"].values()
            for row in changes["updated"]
            for value in row.values()
        }
        self.assertLessEqual(values, {str, int, float, bool, type(None)})

    def test_pages_tell_what_one_page_tells(self):
        whole = self.pull()
        with patch(PAGE_ROWS, 2):
            paged = self.pull()
        self.assertEqual(told(paged), told(whole))
        with patch(PAGE_ROWS, 3):
            self.assertEqual(told(self.again(whole)), told(self.again(whole)))
            first = self.assertSuccess(self.api("GET", "/sync/pull", token=self.token))
            token = first["pageToken"]
            second = self.assertSuccess(
                self.api("GET", f"/sync/pull?pageToken={token}", token=self.token)
            )
        self.assertEqual(second["timestamp"], first["timestamp"])
        self.assertEqual(second["snapshot"], first["snapshot"])

    def test_what_leaves_the_sight_is_deleted(self):
        data = self.pull()
        self.cake.product_tmpl_id.active = False
        changes = told(self.again(data))
        self.assertIn(self.cake.product_tmpl_id.fynlo_uuid, changes["products"][1])
        self.assertIn(self.cake.fynlo_uuid, changes["prices"][1])
        self.assertIn(self.cake.fynlo_uuid, changes["stock"][1])
        self.assertNotIn(self.cake.product_tmpl_id.fynlo_uuid, changes["products"][0])

    def test_what_is_finished_leaves_with_its_session_and_what_is_open_stays(self):
        finished, waiting = self.paid_body(), self.body()
        for body in (finished, waiting):
            self.assertSuccess(self.post(body), 201)
        order, open_order = self.order_of(finished), self.order_of(waiting)
        data = self.pull()
        order.session_id.state = "closed"
        changes = told(self.again(data))
        self.assertEqual(changes["orders"][1], {order.uuid})
        self.assertEqual(changes["orderLines"][1], {order.lines.uuid})
        self.assertEqual(changes["payments"], (set(), {order.payment_ids.uuid}))
        self.assertIn(open_order.uuid, rows_of(self.pull(), "orders"))
        open_order.state = "cancel"
        gone = told(self.again(data))
        self.assertEqual(gone["orders"][1], {order.uuid, open_order.uuid})
        self.assertEqual(gone["orderLines"][1], {order.lines.uuid, open_order.lines.uuid})

    def test_an_order_that_another_store_takes_over_goes_with_its_lines(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        order = self.env["pos.order"].search([("uuid", "=", body["id"])])
        data = self.pull()
        taker = self.till.store.copy({"name": "Taker"})
        session = self.env["pos.session"].create({"config_id": taker.id, "user_id": self.env.uid})
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM fynlo_change")
        order.write({"session_id": session.id, "config_id": taker.id})
        gone = told(self.again(data))
        self.assertEqual(gone["orders"], (set(), {order.uuid}))
        self.assertEqual(gone["orderLines"], (set(), set(order.lines.mapped("uuid"))))
        self.assertEqual(gone["payments"], (set(), set(order.payment_ids.mapped("uuid"))))

    def test_what_moves_to_another_company_is_deleted(self):
        pie = {"name": "Pie", "available_in_pos": True, "company_id": self.company.id}
        product = self.env["product.template"].create(pie)
        data = self.pull()
        self.assertIn(product.fynlo_uuid, rows_of(data, "products"))
        self.env.cr.execute("DELETE FROM fynlo_change")
        product.company_id = self.company_b
        changes = told(self.again(data))
        self.assertEqual(changes["products"], (set(), {product.fynlo_uuid}))
        self.assertIn(product.product_variant_id.fynlo_uuid, changes["prices"][1])

    def test_a_deleted_row_is_told_by_its_public_id(self):
        guest = self.env["res.partner"].create({"name": "Guest", "fynlo_is_customer": True})
        data, gone = self.pull(), guest.fynlo_uuid
        self.assertIn(gone, rows_of(data, "customers"))
        guest.unlink()
        self.assertIn(gone, told(self.again(data))["customers"][1])

    def test_another_store_starts_over(self):
        data = self.pull(self.token_for(self.ada, self.device))
        foreign = rows_of(data, "settings")
        self.assertEqual(list(foreign), [self.store.fynlo_uuid])
        own = self.again(data)
        self.assertEqual(own["experimentalStrategy"], "replacement")
        self.assertEqual(list(rows_of(own, "settings")), [self.till.store.fynlo_uuid])

    def test_a_change_of_shift_goes_on(self):
        data = self.pull()
        for who in (self.sue, self.max):
            token = self.token_for(who, self.corner_device)
            self.assertEqual(self.again(data, token=token)["experimentalStrategy"], "incremental")

    def test_no_row_of_others_is_told(self):
        order = self.assertSuccess(self.post(self.paid_body()), 201)
        foreign = self.env["res.partner"].create(
            {"name": "B", "fynlo_is_customer": True, "company_id": self.company_b.id}
        )
        hidden = self.env["product.template"].create(
            {"name": "B", "available_in_pos": True, "company_id": self.company_b.id}
        )
        other = self.token_for(self.ada, self.device)
        text = json.dumps(self.pull(other)["changes"])
        for uuid in (order["id"], foreign.fynlo_uuid, hidden.fynlo_uuid, self.bob.fynlo_uuid):
            self.assertNotIn(uuid, text)
        data = self.pull()
        self.post(self.paid_body())
        foreign.name = hidden.name = "C"
        text = json.dumps(self.again(data)["changes"])
        for uuid in (foreign.fynlo_uuid, hidden.fynlo_uuid, self.bob.fynlo_uuid):
            self.assertNotIn(uuid, text)

    def test_another_epoch_or_the_future_starts_over(self):
        data = self.pull()
        epoch, xmin = divmod(data["timestamp"], 2**40)
        other = EPOCHS[0] if epoch != EPOCHS[0] else EPOCHS[1]
        for cursor in (
            make_timestamp(other, xmin),
            make_timestamp(epoch, xmin + 10**6),
            make_timestamp(epoch, 3),
        ):
            replaced = self.pull(lastPulledAt=cursor)
            self.assertEqual(replaced["experimentalStrategy"], "replacement", cursor)
            self.assertEqual(told(replaced), told(data))
        self.assertEqual(self.again(data)["experimentalStrategy"], "incremental")

    def test_a_migration_tells_its_tables_whole(self):
        data = self.pull()
        migration = {"from": 1, "tables": ["taxes", "own_drafts"], "columns": []}
        migration["columns"] = [{"table": "employees", "columns": ["job", "password"]}]
        changes = self.again(data, schemaVersion=2, migration=json.dumps(migration))
        for name in ("taxes", "employees"):
            self.assertEqual(rows_of(changes, name), rows_of(data, name))
        self.assertNotIn("password", json.dumps(changes))

    def test_schemas_that_are_older_or_newer_and_columns_that_are_private(self):
        data = self.pull()
        for version in (1, 2, 10**6):
            self.assertEqual(told(self.pull(schemaVersion=version)), told(data))
            self.assertEqual(self.again(data, schemaVersion=version)["changes"].keys(),
                             data["changes"].keys())  # fmt: skip
        for version in ("0", "-1", "1.5", "NaN", "", str(10**6 + 1), "9" * 400):
            self.refuse(422, "invalid_fields", ["schemaVersion"], schemaVersion=version)
        private = {
            "customers": ["signup_token", "comment", "vat"],
            "employees": ["pin", "fynlo_pin_hash", "barcode"],
            "settings": ["access_token"],
        }
        migration = {
            "from": 1,
            "to": 2,
            "tables": ["res_users", "ir_config_parameter", "__proto__"],
        }
        migration["columns"] = [{"table": name, "columns": private[name]} for name in private]
        changes = self.again(data, schemaVersion=2, migration=json.dumps(migration))
        self.assertEqual(changes["changes"].keys(), data["changes"].keys())
        for name in private:
            self.assertEqual(rows_of(changes, name), rows_of(data, name))

    def test_bad_cursors_are_named(self):
        data = self.pull()
        for value in ("-1", "NaN", "1e309", str(2**53), "1.5", "null", "x'\""):
            self.refuse(422, "invalid_fields", ["lastPulledAt"], lastPulledAt=value)
        sight = data["snapshot"].partition("~")[0]
        for numbers in ("", "1:2", "5:3:", "0:9:", "1:9:5,4", "1:9:9", "1:9:x", f"1:{2**63}:"):
            self.refuse(422, "invalid_fields", ["snapshot"], snapshot=f"{sight}~{numbers}")
        for token in ("x", "bm90aGluZw==", "🍕"):
            self.refuse(422, "invalid_fields", ["pageToken"], pageToken=token)
        self.refuse(422, "invalid_fields", ["migration"], migration="{")
        self.refuse(422, "invalid_fields", ["schemaVersion"], schemaVersion="0")
        self.refuse(422, "invalid_fields", ["device"], device=self.device_b.fynlo_uuid)

    def test_pages_of_an_old_pull_do_not_go_on(self):
        with patch(PAGE_ROWS, 2):
            page = self.assertSuccess(self.api("GET", "/sync/pull", token=self.token))
        self.env.cr.execute("UPDATE fynlo_sync_epoch SET incarnation = 'restored'")
        self.refuse(409, "pull_outdated", pageToken=page["pageToken"])
