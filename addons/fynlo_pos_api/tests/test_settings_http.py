from datetime import datetime, timezone

from freezegun import freeze_time
from odoo.tests import tagged

from .common import SellingCase
from .test_paper import read_back


class SettingsCase(SellingCase):
    """``manager`` is Max's token on the till."""

    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def read(self, token=None, **headers):
        return self.api("GET", "/settings", token=token or self.token, headers=headers)

    def settings(self, token=None):
        return self.assertSuccess(self.read(token))

    def update(self, token=None, version=None, **parts):
        """Send ``PUT /settings`` as the manager, with the version that is there."""
        version = version or self.settings()["version"]
        body = {"version": version, **parts}
        return self.api("PUT", "/settings", body, token=token or self.manager)


@tagged("post_install", "-at_install")
class TestSettingsHttp(SettingsCase):
    def test_document_holds_what_a_till_needs(self):
        self.company.write({"street": "1 Quay", "city": "Leith", "vat": False, "phone": "+44 131"})
        data = self.settings()
        self.assertEqual(data["store"]["id"], self.till.store.fynlo_uuid)
        profile = data["profile"]
        self.assertEqual((profile["name"], profile["street"]), (self.company.name, "1 Quay"))
        self.assertEqual((profile["phone"], profile["taxNumber"]), ("+44 131", None))
        [tax] = [each for each in data["taxes"] if each["id"] == self.till.tax.fynlo_uuid]
        self.assertEqual((tax["type"], tax["amount"], tax["default"]), ("percent", 10.0, False))
        default = self.company.account_sale_tax_id.mapped("fynlo_uuid")
        self.assertEqual([each["id"] for each in data["taxes"] if each["default"]], default)
        self.assertEqual(
            [(each["id"], each["type"]) for each in data["paymentMethods"]],
            [(self.cash.fynlo_uuid, "cash"), (self.card.fynlo_uuid, "card")],
        )
        hours = {"timezone": self.till.store._fynlo_timezone(), "openNow": None}
        hours |= {"nextChangeAt": None, "week": [], "exceptions": []}
        self.assertEqual(data["hours"], hours)
        flags = {"tips": True, "tables": True, "kitchen": True}
        self.assertEqual(data["flags"], {**flags, "customerDisplay": False, "strictStock": False})

    def test_whether_tips_come_after_the_payment(self):
        version = self.settings()["version"]
        self.assertEqual(self.settings()["tips"], {"afterPayment": False, "limitPercent": 50.0})
        self.till.store.write({"set_tip_after_payment": True, "fynlo_tip_limit": 25})
        data = self.settings()
        self.assertEqual(data["tips"], {"afterPayment": True, "limitPercent": 25.0})
        self.assertEqual(data["version"], version + 1)

    def test_every_role_reads_the_same(self):
        expected = self.settings()
        self.assertEqual(self.settings(self.token_for(self.sue, self.corner_device)), expected)
        self.assertIsNone(expected["notifications"])
        self.assertEqual(self.settings(self.manager), {**expected, "notifications": []})
        self.assertEqual(self.settings(self.token_for(self.corner_device)), expected)
        self.assertFailure(self.api("GET", "/settings"), 401, "token_missing")
        foreign = self.read(**{"X-Store-Id": self.store_b.fynlo_uuid})
        self.assertFailure(foreign, 403, "store_forbidden")

    def test_a_known_document_is_not_sent_again(self):
        etag = self.read().headers["ETag"]
        same = self.read(**{"If-None-Match": etag})
        self.assertEqual((same.status_code, same.content), (304, b""))
        changes = (
            lambda: self.company.partner_id.write({"phone": "+44 131 496 0000"}),
            lambda: self.till.store.write({"receipt_footer": "Bye"}),
            lambda: self.till.tax.write({"name": "VAT"}),
            lambda: self.till.store.write({"fynlo_hours_ids": [(0, 0, {"weekday": "2"})]}),
        )
        for change in changes:
            version = self.settings()["version"]
            change()
            response = self.read(**{"If-None-Match": etag})
            self.assertEqual(response.status_code, 200)
            etag = response.headers["ETag"]
            if change is not changes[2]:  # a tax is not edited here
                self.assertEqual(response.json()["data"]["version"], version + 1)

    def test_a_part_that_is_left_out_stays(self):
        self.till.store.receipt_header = "Welcome"
        data = self.assertSuccess(
            self.update(receipt={"footer": "O'Brien \\ % _ 🔥", "paper": "58mm"})
        )
        receipt = data["receipt"]
        self.assertEqual((receipt["header"], receipt["paper"]), ("Welcome", "58mm"))
        self.assertEqual(receipt["footer"], "O'Brien \\ % _ 🔥")
        data = self.assertSuccess(self.update(receipt={"header": None}, flags={"tips": False}))
        self.assertEqual((data["receipt"]["header"], data["flags"]["tips"]), (None, False))
        self.assertEqual(data, self.settings(self.manager))
        entry = self.env["fynlo.audit"].search([("action", "=", "settings.update")], limit=1)
        self.assertEqual(entry.data, {"parts": ["flags", "receipt"]})

    def test_profile_is_the_companys(self):
        profile = {"name": "Quay Ltd", "street2": None, "city": "Leith", "country": "GB"}
        data = self.assertSuccess(self.update(profile=profile))
        self.assertEqual((data["profile"]["city"], data["profile"]["country"]), ("Leith", "GB"))
        self.env.invalidate_all()
        self.assertEqual((self.company.name, self.company.city), ("Quay Ltd", "Leith"))
        response = self.update(profile={"country": "ZZ"})
        self.assertFailure(response, 422, "invalid_fields", ["profile.country"])
        limited = self._make_employee("Lim", "manager", stores=self.till.store)
        token = self.token_for(limited, self.corner_device)
        self.assertFailure(self.update(token, profile={"city": "Rome"}), 403, "forbidden")
        self.assertSuccess(self.update(token, flags={"kitchen": False}))
        self.env.invalidate_all()
        self.assertEqual(self.company.city, "Leith")

    def test_another_version_is_refused(self):
        version = self.settings()["version"]
        self.assertSuccess(self.update(flags={"tips": False}))
        envelope = self.assertFailure(
            self.update(version=version, flags={"tips": True}), 409, "stale_version"
        )
        self.assertEqual(envelope["details"], {"version": version + 1})
        self.assertFalse(self.settings()["flags"]["tips"])

    def test_every_bad_field_is_named(self):
        body = {
            "version": 0,
            "profile": {"name": "", "email": "nobody", "country": "Scotland", "logo": "x"},
            "receipt": {"paper": "A4", "footer": "x" * 2001, "showAddress": "yes"},
            "hours": {
                "week": [{"day": "someday", "opens": "9", "closes": "24:00"}],
                "exceptions": [{"date": "2026-02-30", "name": ""}],
            },
            "flags": {"tips": None, "rockets": True},
            "hardware": [],
        }
        response = self.api("PUT", "/settings", body, token=self.manager)
        fields = [
            "version", "profile.name", "profile.email", "profile.country", "profile.logo",
            "receipt.paper", "receipt.footer", "receipt.showAddress", "hours.week.0.day",
            "hours.week.0.opens", "hours.week.0.closes", "hours.exceptions.0.date",
            "hours.exceptions.0.name", "flags.rockets", "hardware",
        ]  # fmt: skip
        self.assertFailure(response, 422, "invalid_fields", fields)
        self.assertFailure(self.update(flags={"tips": None}), 422, "invalid_fields")
        self.assertFailure(self.update(profile={"name": None}), 422, "invalid_fields")

    def test_who_is_no_manager_changes_nothing(self):
        for who in (self.ada, self.sue):
            token = self.token_for(who, self.corner_device)
            self.assertFailure(self.update(token, flags={"tips": False}), 403, "forbidden")
        self.assertTrue(self.settings()["flags"]["tips"])

    def test_hours_are_told_in_the_stores_time(self):
        self.company.partner_id.tz = "Europe/Berlin"
        week = [{"day": "friday", "opens": "18:00", "closes": "02:00"}]
        days = [{"date": "2026-12-25", "name": "Christmas"}]
        with freeze_time(datetime(2026, 10, 23, 21, 0, tzinfo=timezone.utc), tick=True):
            manager = self.token_for(self.max, self.corner_device)
            version = self.settings(manager)["version"]
            body = {"version": version, "hours": {"week": week, "exceptions": days}}
            data = self.assertSuccess(self.api("PUT", "/settings", body, token=manager))
        hours = data["hours"]
        self.assertEqual((hours["week"], hours["timezone"]), (week, "Europe/Berlin"))
        self.assertEqual(hours["exceptions"], [{**days[0], "opens": None, "closes": None}])
        told = (hours["openNow"], hours["nextChangeAt"])
        self.assertEqual(told, (True, "2026-10-24T00:00:00Z"))

    def test_the_receipt_shows_what_is_set(self):
        self.company.write({"street": "1 Quay", "phone": "+44 131 496 0000"})
        body = self.paid_body(customerName="Zoë")
        self.assertSuccess(self.post(body), 201)
        path = f"/orders/{body['id']}/receipt"
        before = read_back(self.api("GET", f"{path}?format=escpos", token=self.token).content)
        for words in ("1 Quay", "+44 131 496 0000", "Served by Ada", "Zoë"):
            self.assertIn(words, before)
        hidden = dict.fromkeys(("showAddress", "showEmployee", "showCustomer"), False)
        receipt = {**hidden, "paper": "58mm", "header": "Since 1907"}
        self.assertSuccess(self.update(receipt=receipt))
        after = read_back(self.api("GET", f"{path}?format=escpos", token=self.token).content)
        for words in ("1 Quay", "+44 131 496 0000", "Served by", "Zoë"):
            self.assertNotIn(words, after)
        self.assertIn("Since 1907".center(32).rstrip(), after.splitlines())
        self.assertEqual(max(map(len, after.splitlines())), 32)
        layout = self.assertSuccess(self.api("GET", path, token=self.token))["layout"]
        self.assertEqual((layout["showEmployee"], layout["showTaxNumber"]), (False, True))
