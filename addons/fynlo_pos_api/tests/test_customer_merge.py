from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .customers import ADDRESS, CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerMerge(CustomerCase):
    def setUp(self):
        super().setUp()
        self.one = self.make(firstName="Jane", phone="+1 212 555 0101", tags=["A"])
        self.two = self.make(firstName="Janet", phone="+1 212 555 0102", tags=["B"], note="Regular")
        self.path = f"/customers/{self.one['id']}"

    def merge(self, *sources, token=None, target=None):
        body = {"sourceIds": [source["id"] for source in sources]}
        path = f"/customers/{(target or self.one)['id']}/merge"
        return self.post(body, token or self.manager, path)

    def test_everything_of_the_one_belongs_to_the_other(self):
        self.sell_to(self.one)
        order = self.order_of(self.sell_to(self.two))
        order.action_pos_order_invoice()
        invoice, gone = order.account_move, self.partner_of(self.two)
        path = f"/customers/{self.two['id']}/addresses"
        address = self.post({**ADDRESS, "label": "Work"}, path=path)
        address = self.assertSuccess(address, 201)
        self.partner_of(self.one).message_post(body="Called")
        gone.message_post(body="Wrote")
        for data, words in (
            (self.one, {"email": {"marketing": True}, "sms": {"marketing": True}}),
            (self.two, {"email": {"marketing": False}, "push": {"marketing": True}}),
        ):
            self.assertSuccess(self.put(f"/customers/{data['id']}/preferences", words))
        self.env.cr.execute(
            "UPDATE fynlo_customer_preference SET decided_at = '2026-01-01' WHERE partner_id = %s",
            [self.partner_of(self.one).id],
        )
        self.env.invalidate_all()
        data = self.assertSuccess(self.merge(self.two), 200)
        kept = self.partner_of(self.one)
        self.assertFalse(gone.exists())
        self.assertEqual((data["name"], data["tags"]), (self.one["name"], ["A", "B"]))
        self.assertEqual((data["totalSpent"], data["orderCount"]), (550, 2))
        self.assertEqual((data["note"], data["phone"]), ("Regular", self.one["phone"]))
        self.env.invalidate_all()
        self.assertEqual((order.partner_id, invoice.partner_id), (kept, kept))
        self.assertEqual(invoice.line_ids.partner_id, kept)
        listed = self.get(f"{self.path}/addresses")["addresses"]
        self.assertEqual([each["id"] for each in listed], [address["id"]])
        self.assertEqual(self.get(f"{self.path}/orders")["total"], 2)
        bodies = " ".join(kept.message_ids.mapped("body"))
        self.assertIn("Called", bodies)
        self.assertIn("Wrote", bodies)
        view = self.get(f"{self.path}/preferences")
        said = [view[each]["marketing"]["allowed"] for each in ("email", "sms", "push")]
        self.assertEqual(said, [False, True, True])

    def test_former_id_is_good_for_reading_and_selling(self):
        self.assertSuccess(self.merge(self.two))
        self.assertEqual(self.get(f"/customers/{self.two['id']}")["id"], self.one["id"])
        order = self.order_of(self.sell_to(self.two))
        self.assertEqual(order.partner_id, self.partner_of(self.one))
        body = self.customer_body(id=self.two["id"])
        self.assertFailure(self.post(body, path="/customers"), 409, "idempotency_conflict")

    def test_same_merge_again_changes_nothing(self):
        self.assertSuccess(self.merge(self.two))
        first = self.get(self.path)
        for _ in range(2):
            self.assertEqual(self.assertSuccess(self.merge(self.two)), first)
        self.assertSuccess(self.merge(self.one, self.two))
        of_merge = [("action", "=", "customer.merge"), ("subject_uuid", "=", self.one["id"])]
        rows = self.env["fynlo.audit"].search(of_merge)
        self.assertEqual([row.data for row in rows], [{"merged_id": self.two["id"]}])

    def test_chain_of_merges_leads_to_the_last(self):
        three = self.make()
        self.assertSuccess(self.merge(self.two))
        self.assertSuccess(self.merge(self.one, target=three))
        for data in (self.one, self.two):
            self.assertEqual(self.get(f"/customers/{data['id']}")["id"], three["id"])

    def test_second_address_is_kept_as_one_of_its_own(self):
        for data, street in ((self.one, "1 First St"), (self.two, "2 Second St")):
            change = {"address": {**ADDRESS, "street1": street}}
            self.assertSuccess(self.put(f"/customers/{data['id']}", change))
        self.assertSuccess(self.merge(self.two))
        listed = self.get(f"{self.path}/addresses")["addresses"]
        self.assertEqual([each["street1"] for each in listed], ["1 First St", "2 Second St"])

    def test_open_delivery_goes_where_it_went_before(self):
        for data, street in ((self.one, "1 First St"), (self.two, "2 Second St")):
            change = {"address": {**ADDRESS, "street1": street}}
            self.assertSuccess(self.put(f"/customers/{data['id']}", change))
        ids = {"customerId": self.two["id"], "deliveryAddressId": self.two["id"]}
        body = self.body(orderType="delivery", **ids)
        self.assertSuccess(self.post(body), 201)
        self.assertSuccess(self.merge(self.two))
        order = self.get(f"/orders/{body['id']}")
        self.assertEqual(order["customer"]["id"], self.one["id"])
        self.assertEqual(order["deliveryAddress"]["street1"], "2 Second St")

    def test_suspension_of_either_outlives_the_merge(self):
        change = {"status": "suspended"}
        path = f"/customers/{self.two['id']}"
        self.assertSuccess(self.put(path, change, self.manager))
        self.assertEqual(self.assertSuccess(self.merge(self.two))["status"], "suspended")

    def test_what_must_not_be_merged_is_refused_and_stays(self):
        business = self.make(type="business", businessName="Nuts")
        user = self._make_user("nora", "cashier").partner_id
        shared = self.partner_of(self.make())
        shared.company_id = False
        for partner in (user, shared, self.partner_of(business)):
            partner.fynlo_is_customer = True
            response = self.merge({"id": partner.fynlo_uuid})
            self.assertFailure(response, 409, "customer_not_mergeable")
            self.assertTrue(partner.exists())
        self.assertFailure(self.merge(self.two, token=self.token), 403, "forbidden")
        unknown = self.merge(self.two, {"id": str(uuid4())})
        self.assertFailure(unknown, 404, "not_found")
        self.assertTrue(self.partner_of(self.two))
        response = self.post({"sourceIds": []}, self.manager, f"{self.path}/merge")
        self.assertFailure(response, 422, "invalid_fields", ["sourceIds"])

    def test_odoo_s_own_wizard_keeps_the_former_id_and_the_newer_word(self):
        for data, allowed in ((self.one, False), (self.two, True)):
            words = {"email": {"marketing": allowed}, "push": {"service": allowed}}
            self.assertSuccess(self.put(f"/customers/{data['id']}/preferences", words))
        one, two = self.partner_of(self.one), self.partner_of(self.two)
        one.fynlo_preference_ids.write({"decided_at": "2026-01-01", "source": "till"})
        self.env["base.partner.merge.automatic.wizard"]._merge((one | two).ids, one)
        self.env.invalidate_all()
        self.assertEqual(self.get(f"/customers/{self.two['id']}")["id"], self.one["id"])
        self.assertEqual(one.fynlo_preference_ids.mapped("allowed"), [True, True])

    def test_erasing_who_was_merged_takes_both(self):
        self.partner_of(self.two).bank_ids = [Command.create({"acc_number": "DE2"})]
        self.assertSuccess(self.merge(self.two))
        self.assertSuccess(self.delete(f"{self.path}?erase=true"))
        for data in (self.one, self.two):
            response = self.api("GET", f"/customers/{data['id']}", token=self.manager)
            self.assertFailure(response, 404, "not_found")
        answers = "SELECT count(*) FROM fynlo_idempotency WHERE answer LIKE %s OR answer LIKE %s"
        self.env.cr.execute(answers, [f"%{self.one['email']}%", f"%{self.two['email']}%"])
        self.assertEqual(self.env.cr.fetchone()[0], 0)
