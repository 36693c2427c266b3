from uuid import uuid4

from odoo.tests import tagged

from .push_case import PushCase


@tagged("post_install", "-at_install")
class TestPushCustomers(PushCase):
    def setUp(self):
        super().setUp()
        self.row = {"id": str(uuid4()), "firstName": "Zoë", "lastName": "O'Brien 🍕"}
        self.row |= {"email": "zoe@example.com", "phone": "", "note": "", "tags": '["VIP"]'}
        self.push(self.created(customers=[self.row]))
        self.zoe = self.env["res.partner"].search([("fynlo_uuid", "=", self.row["id"])])
        self.pull()

    def update(self, who=None, device=None, **columns):
        changes = {"customers": {"updated": [self.row | columns]}}
        return self.push_one(changes, who=who, device=device)

    def by_hand(self, **vals):
        """Let a manager edit the customer in the web client; no till has seen it."""
        self.env["fynlo.change"]._fynlo_sign(None)
        self.zoe.write(vals)
        self.env.flush_all()

    def test_a_new_one_is_there_with_his_own_id(self):
        self.assertEqual(self.zoe.name, "Zoë O'Brien 🍕")
        self.assertEqual(self.zoe.category_id.mapped("name"), ["VIP"])
        self.assertEqual(self.zoe.company_id, self.company)

    def test_columns_of_two_writers_are_merged(self):
        self.by_hand(phone="+1 212 555 0100")
        self.assertEqual(self.update(note="Likes the window").status, "applied")
        self.assertEqual(self.zoe.phone, "+1 212 555 0100")
        self.assertIn("Likes the window", self.zoe.comment)

    def test_who_he_is_a_manager_decides(self):
        self.by_hand(email="zoe@work.example.com")
        result = self.update(email="zoe@home.example.com", note="Both")
        self.assertEqual(result.status, "conflict")
        self.assertEqual(self.zoe.email, "zoe@work.example.com")
        self.assertIn("Both", self.zoe.comment)
        conflict = self.env["fynlo.sync.conflict"].search([("fynlo_uuid", "=", result.conflict_id)])
        column = conflict.column_ids
        self.assertEqual(
            (conflict.state, column.name, column.base, column.theirs, column.mine),
            ("open", "email", '"zoe@example.com"', '"zoe@work.example.com"',
             '"zoe@home.example.com"'),
        )  # fmt: skip
        conflict.with_user(self.olga).action_fynlo_take()
        self.assertEqual(self.zoe.email, "zoe@home.example.com")
        self.assertEqual((conflict.state, conflict.resolved_by_id), ("device", self.olga))

    def test_the_server_is_kept_or_columns_are_chosen(self):
        for choose, email in (("keep", "a@b.example"), ("choose", "till@b.example")):
            with self.subTest(choose):
                self.by_hand(email="a@b.example", phone="+1 212 555 0100")
                result = self.update(email="till@b.example", phone="+1 212 555 0199")
                domain = [("fynlo_uuid", "=", result.conflict_id)]
                conflict = self.env["fynlo.sync.conflict"].search(domain).with_user(self.olga)
                self.assertEqual(len(conflict.column_ids), 2)
                conflict.column_ids.filtered(lambda each: each.name == "email").choice = "device"
                getattr(conflict, f"action_fynlo_{choose}")()
                self.assertEqual(self.zoe.email, email)
                self.assertEqual(self.zoe.phone, "+1 212 555 0100")
                self.assertEqual(conflict.state, {"keep": "server", "choose": "mixed"}[choose])
                self.by_hand(email="zoe@example.com", phone=False)
                self.pull()

    def test_tags_of_both_are_there(self):
        self.by_hand(comment="Hello")
        self.assertEqual(self.update(tags='["VIP", "Vegan"]').status, "applied")
        self.assertEqual(set(self.zoe.category_id.mapped("name")), {"VIP", "Vegan"})

    def test_a_till_may_say_what_it_has_changed(self):
        self.seen = {}
        self.by_hand(phone="+1 212 555 0100")
        result = self.update(_changed="note", note="Only this", phone="", email="old@example.com")
        self.assertEqual(result.status, "applied")
        self.assertEqual((self.zoe.phone, self.zoe.email), ("+1 212 555 0100", "zoe@example.com"))

    def test_figures_of_a_till_are_dropped_and_told_anew(self):
        view = self.push({"customers": {"updated": [self.row | {"totalSpent": 10**9}]}})
        self.assertEqual((view.results[0].status, view.resync), ("duplicate", True))
        self.assertEqual(self.zoe.fynlo_total_spent, 0)

    def test_a_deletion_is_a_managers_and_yields_to_an_edit(self):
        deletion = {"customers": {"deleted": [self.row["id"]]}}
        self.assertEqual(self.push_one(deletion).status, "conflict")
        self.assertEqual(self.zoe.fynlo_status, "active")
        self.by_hand(phone="+1 212 555 0100")
        self.assertEqual(self.push_one(deletion, who=self.max, lastPulledAt=1).status, "conflict")
        self.pull()
        self.assertEqual(self.push_one(deletion, who=self.max).status, "applied")
        self.assertEqual(self.zoe.fynlo_status, "inactive")

    def test_who_edits_him_when_he_is_archived_is_not_obeyed_in_silence(self):
        deletion = {"customers": {"deleted": [self.row["id"]]}}
        self.assertEqual(self.push_one(deletion, who=self.max, device=self.other).status, "applied")
        self.assertEqual(self.update(note="Comes on Fridays").status, "conflict")
        self.assertEqual(self.zoe.fynlo_status, "inactive")
        conflict = self.env["fynlo.sync.conflict"].search([], limit=1).with_user(self.olga)
        self.assertEqual(
            conflict.story, "Changed on Corner till, but deleted by Other till meanwhile."
        )
        conflict.action_fynlo_take()
        self.assertEqual((self.zoe.fynlo_status, self.zoe.active), ("active", True))
        self.assertIn("Fridays", self.zoe.comment)

    def test_only_the_company_has_him(self):
        self.zoe.company_id = self.company_b
        result = self.update(note="Mine now")
        self.assertEqual(result.status, "rejected")
        self.assertFalse(self.zoe.comment)
