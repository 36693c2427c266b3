import gzip
import json
import time
from uuid import uuid4

from odoo.addons.fynlo_pos_api.tests.common import SellingCase
from odoo.tests import tagged

from ..models.fynlo_push import MAX_RECORDS
from .push_case import Pushing


@tagged("post_install", "-at_install")
class TestPushHttp(Pushing, SellingCase):
    def push(self, changes, token=None, query="", **options):
        return self.api("POST", f"/sync/push{query}", changes, token or self.token, **options)

    def results(self, changes, **options):
        data = self.assertSuccess(self.push(changes, **options))
        return data, [(each["status"], each["code"]) for each in data["results"]]

    def test_a_gzipped_push_and_its_replay(self):
        sale = self.sale()
        raw = gzip.compress(json.dumps(self.of_sales(sale)).encode())
        query = f"?device={self.corner_device.fynlo_uuid}&deviceTime={int(time.time() * 1000)}"
        for status in ("applied", "duplicate"):
            data, results = self.results(
                None, raw=raw, query=query, headers={"Content-Encoding": "gzip"}
            )
            self.assertEqual(results, [(status, None)])
            self.assertEqual((data["experimentalRejectedIds"], data["resync"]), ({}, False))
            self.assertEqual(data["clockOffsetMs"], 0)

    def test_a_clock_far_ahead_is_no_card(self):
        """4070908800005 is a moment of 2099, and the number of a Visa card of old."""
        sale = self.sale()
        query = "?deviceTime=4070908800005&oldestAt=4070908800005&pending=1"
        _data, results = self.results(self.of_sales(sale), query=query)
        self.assertEqual([status for status, _code in results], ["rejected"])  # 70 years too early
        self.env.invalidate_all()
        self.assertGreater(self.corner_device.fynlo_oldest_at.year, 2000)
        card = "?deviceTime=4242424242424242"
        self.assertFailure(self.push({}, query=card), 422, "card_number_not_allowed")
        order, line, payment = self.sale(cardAt=4242424242424242, orderType="space")
        _data, [told] = self.results(self.of_sales((order, line, payment)))
        self.assertEqual(told, ("rejected", "card_number_not_allowed"))
        self.env.cr.execute("SELECT body FROM fynlo_sync_op WHERE subject = %s", [order["id"]])
        self.assertEqual(self.env.cr.fetchall(), [(None,)])

    def test_half_an_emoji_does_not_hold_up_the_rest(self):
        """An app that cuts a text to a length may cut a character: a lone escape in JSON."""
        rows = [{"id": str(uuid4()), "firstName": "NAME"} for _ in range(4)]
        notes = (b"Zo\\ud83d", b"\\udc69 Zo", b"\\ud83d\\ude00", b"\\\\ud83d \\u00e9")
        raw = json.dumps({"customers": {"created": rows}}).encode()
        for note in notes:
            raw = raw.replace(b"NAME", note, 1)
        _data, results = self.results(None, raw=raw)
        self.assertEqual(results, [("applied", None)] * 4)
        partners = self.env["res.partner"].search(
            [("fynlo_uuid", "in", [each["id"] for each in rows])]
        )
        names = {"Zo\ufffd", "\ufffd Zo", "\U0001f600", "\\ud83d \xe9"}
        self.assertEqual(set(partners.mapped("name")), names)

    def test_a_push_is_pulled(self):
        order, line, payment = self.sale()
        self.results(self.of_sales((order, line, payment)))
        data = self.assertSuccess(self.api("GET", "/sync/pull", token=self.token))
        told = {name: {row["id"]: row for row in data["changes"][name]["updated"]}
                for name in ("orders", "orderLines", "payments")}  # fmt: skip
        self.assertEqual(told["orders"][order["id"]]["total"], 275)
        self.assertEqual(told["orderLines"][line["id"]]["orderId"], order["id"])
        self.assertEqual(told["payments"][payment["id"]]["amount"], 275)
        data, results = self.results(
            {"orders": {"updated": [told["orders"][order["id"]]]}},
            query=f"?lastPulledAt={data['timestamp']}&snapshot={data['snapshot']}",
        )
        self.assertEqual(results, [("duplicate", None)])

    def test_a_bad_record_is_told_and_the_rest_booked(self):
        good = self.sale()
        cases = [
            ({"orders": {"created": [{"id": "no-uuid"}]}}, "invalid_fields"),
            ({"products": {"updated": [{"id": str(uuid4()), "name": "Cheap"}]}}, "read_only"),
            ({"__proto__": {"created": [{"id": str(uuid4())}]}}, "read_only"),
            ({"orderLines": {"updated": [{"id": str(uuid4())}]}}, "unknown_parent"),
            (self.of_sales(self.sale(note="a\0b")), "invalid_json"),
            (self.of_sales(self.sale(note="4111 1111 1111 1111")), "card_number_not_allowed"),
            (self.of_sales(self.sale(occurredAt=1)), "invalid_fields"),
            (self.of_sales(self.sale(orderType="space")), "invalid_fields"),
        ]
        changes = self.of_sales(good)
        for number, (bad, code) in enumerate(cases):
            with self.subTest(code, number=number):
                both = {
                    name: {"created": [], **changes.get(name, {})} for name in {**changes, **bad}
                }
                for name, table in bad.items():
                    for kind, rows in table.items():
                        both[name][kind] = [*both[name].get(kind, ()), *rows]
                _data, results = self.results(both)
                self.assertIn(("applied" if number == 0 else "duplicate", None), results)
                self.assertIn(("rejected", code), results)

    def test_a_push_that_is_none_is_refused(self):
        nothing = self.env["pos.order"].search_count([])
        many = {"orders": {"created": [{"id": str(uuid4())}] * (MAX_RECORDS + 1)}}
        cases = [
            (self.push(many), 413, "payload_too_large"),
            (self.push(None, raw=gzip.compress(b" " * 9_000_000),
                       headers={"Content-Encoding": "gzip"}), 413, "payload_too_large"),
            (self.push(None, raw=gzip.compress(json.dumps(many).encode())[:-9],
                       headers={"Content-Encoding": "gzip"}), 400, "invalid_json"),
            (self.push(None, raw=b'{"orders": ' + b"[" * 10_000), 400, "invalid_json"),
            (self.push({"orders": {"created": "all"}}), 422, "invalid_fields"),
            (self.push({"orders": {"moved": []}}), 422, "invalid_fields"),
            (self.push({}, query="?snapshot=1:2:3"), 422, "invalid_fields"),
            (self.push({}, query=f"?lastPulledAt={2**53}"), 422, "invalid_fields"),
            (self.push({}, query="?lastPulledAt=NaN"), 422, "invalid_fields"),
            (self.push({}, query=f"?device={uuid4()}"), 422, "invalid_fields"),
            (self.push({}, token=self.token_for(self.olga),
                       headers={"X-Store-Id": self.till.store.fynlo_uuid}), 422, "device_required"),
        ]  # fmt: skip
        for response, status, code in cases:
            with self.subTest(response.request.url):
                self.assertFailure(response, status, code)
        self.assertEqual(self.env["pos.order"].search_count([]), nothing)

    def test_a_conflict_is_listed_and_decided(self):
        row = {"id": str(uuid4()), "firstName": "Jo", "email": "jo@example.com"}
        self.results({"customers": {"created": [row]}})
        changed = {**row, "email": "jo@till.example"}
        data, [(status, _code)] = self.results({"customers": {"updated": [changed]}})
        self.assertEqual(status, "conflict")
        boss = {"token": self.token_for(self.max, self.corner_device)}
        data = self.assertSuccess(self.api("GET", "/sync/conflicts?state=open", **boss))
        [conflict] = data["conflicts"]
        [column] = conflict["columns"]
        self.assertEqual((conflict["recordId"], column["name"]), (row["id"], "email"))
        self.assertEqual((column["theirs"], column["mine"]),
                         ('"jo@example.com"', '"jo@till.example"'))  # fmt: skip
        path = f"/sync/conflicts/{conflict['id']}/resolve"
        self.assertFailure(self.api("POST", path, {"id": str(uuid4())}, self.token), 403,
                           "forbidden")  # fmt: skip
        unknown = {"id": str(uuid4()), "keep": "device", "columns": {"e-mail": "server"}}
        self.assertFailure(self.api("POST", path, unknown, **boss), 422, "invalid_fields")
        body = {"id": str(uuid4()), "columns": {"email": "device"}}
        for _ in range(2):
            decided = self.assertSuccess(self.api("POST", path, body, **boss))
            self.assertEqual(decided["state"], "device")
        again = {"id": str(uuid4()), "keep": "server"}
        self.assertFailure(self.api("POST", path, again, **boss), 409, "conflict")
        self.env.invalidate_all()
        customer = self.env["res.partner"].search([("fynlo_uuid", "=", row["id"])])
        self.assertEqual(customer.email, "jo@till.example")
