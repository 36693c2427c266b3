from uuid import uuid4

from odoo.tests import tagged

from .common import SellingCase

OPEN, CURRENT, MOVES = "/sessions/open", "/sessions/current", "/sessions/current/cash-moves"
COUNT, CLOSE = "/sessions/current/count", "/sessions/current/close"
NO_SALES = "/sessions/current/no-sales"


@tagged("post_install", "-at_install")
class TestSessionHttp(SellingCase):
    def setUp(self):
        super().setUp()
        self.supervisor = self.token_for(self.sue, self.corner_device)

    def send(self, path, token=None, **values):
        return self.post({"id": str(uuid4()), **values}, token, path)

    def report(self, session, token=None):
        path = f"/sessions/{session.fynlo_uuid}/report"
        return self.api("GET", path, token=token or self.supervisor)

    def test_a_day_at_the_till(self):
        self.session.unlink()
        opened = self.assertSuccess(self.send(OPEN, openingCash=10000, note="morning"), 201)
        self.assertEqual((opened["state"], opened["openingCash"]), ("open", 10000))
        self.assertEqual((opened["currency"], opened["note"]), ("USD", "morning"))
        self.assertIsNone(opened["closedAt"])
        current = self.assertSuccess(self.api("GET", CURRENT, token=self.token))
        self.assertEqual(current, opened)
        self.assertSuccess(self.post(self.paid_body()), 201)
        move = self.assertSuccess(self.send(MOVES, type="out", amount=75, reason="milk"), 201)
        self.assertEqual((move["type"], move["amount"], move["reason"]), ("out", 75, "milk"))
        count = self.assertSuccess(self.send(COUNT, countedCash=10200), 201)
        self.assertEqual(set(count), {"id", "countedCash", "currency", "countedAt"})
        closed = self.assertSuccess(self.send(CLOSE, note="evening"))
        self.assertEqual((closed["id"], closed["state"]), (opened["id"], "closed"))
        session = self.env["pos.session"]._fynlo_by_uuid(opened["id"])
        report = self.assertSuccess(self.report(session))
        self.assertEqual((report["kind"], report["drawer"]["difference"]), ("Z", 0))
        self.assertEqual(report["sales"]["gross"], 275)
        self.assertFailure(self.api("GET", CURRENT, token=self.token), 409, "session_not_open")

    def test_every_bad_field_is_named(self):
        cases = [
            (
                OPEN,
                {"id": "x", "openingCash": -1, "note": 5, "more": 1},
                "id openingCash note more",
            ),
            (OPEN, {}, "id openingCash"),
            (MOVES, {"id": 1, "type": "up", "amount": 0, "reason": ""}, "id type amount reason"),
            (MOVES, {}, "id type amount reason"),
            (COUNT, {"id": str(uuid4()), "countedCash": 1.5, "note": []}, "countedCash note"),
            (COUNT, {}, "id denominations"),
            (CLOSE, {"id": None, "note": 1, "force": True}, "id note force"),
            (CLOSE, {"id": str(uuid4()), "reason": ""}, "reason"),
            (NO_SALES, {"id": "x", "reason": "", "amount": 1}, "id reason amount"),
            (NO_SALES, {}, "id reason"),
        ]
        for path, body, fields in cases:
            with self.subTest(path=path, body=body):
                response = self.post(body, path=path)
                self.assertFailure(response, 422, "invalid_fields", fields.split())
        self.env.invalidate_all()
        self.assertFalse(self.session.statement_line_ids)
        self.assertFalse(self.session.fynlo_cash_count_ids)
        self.assertEqual(self.session.state, "opened")

    def test_token_is_needed(self):
        routes = [("POST", path) for path in (OPEN, MOVES, COUNT, CLOSE, NO_SALES)]
        report = f"/sessions/{self.session.fynlo_uuid}/report"
        for method, path in [*routes, ("GET", CURRENT), ("GET", report)]:
            with self.subTest(path):
                body = {} if method == "POST" else None
                self.assertFailure(self.api(method, path, body), 401, "token_missing")
                response = self.api(method, path, body, token="x.y.z")
                self.assertFailure(response, 401, "token_invalid")

    def test_device_alone_may_do_nothing(self):
        token = self.token_for(self.corner_device)
        for path, values in self.good_bodies().items():
            with self.subTest(path):
                self.assertFailure(self.send(path, token, **values), 403, "forbidden")
        self.assertFailure(self.api("GET", CURRENT, token=token), 403, "forbidden")
        self.assertFailure(self.report(self.session, token), 403, "forbidden")
        self.env.invalidate_all()
        self.assertFalse(self.session.statement_line_ids)
        self.assertFalse(self.session.fynlo_cash_count_ids)

    def good_bodies(self):
        return {
            OPEN: {"openingCash": 0},
            MOVES: {"type": "in", "amount": 100, "reason": "change"},
            COUNT: {"countedCash": 10000},
            NO_SALES: {"reason": "a guest wants change"},
            CLOSE: {},
        }

    def test_same_request_twice_acts_once(self):
        bodies = self.good_bodies()
        bodies.pop(OPEN)
        for path, values in bodies.items():
            with self.subTest(path):
                body = {"id": str(uuid4()), **values}
                if path == CLOSE:
                    self.assertSuccess(self.send(COUNT, countedCash=10100), 201)
                first = self.post(body, path=path)
                second = self.post(body, path=path)
                self.assertEqual(second.json()["data"], first.json()["data"])
                self.assertEqual(second.status_code, 200)
                self.assertEqual(second.headers["Idempotent-Replay"], "true")
        self.env.invalidate_all()
        self.assertEqual(self.session.fynlo_cash_move_ids.mapped("amount"), [1.0])
        self.assertEqual(len(self.session.fynlo_cash_count_ids), 2)
        self.assertEqual(len(self.session.fynlo_no_sale_ids), 1)
        self.assertEqual(self.session.state, "closed")

    def test_same_id_with_another_body_is_a_conflict(self):
        body = {"id": str(uuid4()), "type": "in", "amount": 100, "reason": "change"}
        self.assertSuccess(self.post(body, path=MOVES), 201)
        response = self.post({**body, "amount": 200}, path=MOVES)
        self.assertFailure(response, 409, "idempotency_conflict")
        body = {"id": str(uuid4()), "countedCash": 1}
        self.assertSuccess(self.post(body, path=COUNT), 201)
        response = self.post({**body, "countedCash": 2}, path=COUNT)
        self.assertFailure(response, 409, "idempotency_conflict")
        self.env.invalidate_all()
        self.assertEqual(self.session.fynlo_cash_move_ids.mapped("amount"), [1.0])
        self.assertEqual(self.session.fynlo_cash_count_ids.mapped("counted"), [0.01])

    def test_second_opening_is_told_the_open_session(self):
        envelope = self.assertFailure(self.send(OPEN, openingCash=0), 409, "session_already_open")
        self.assertEqual(envelope["details"], {"sessionId": self.session.fynlo_uuid})

    def test_refused_closing_names_the_drafts(self):
        self.assertSuccess(self.send(COUNT, countedCash=10000), 201)
        draft = self.body()
        self.assertSuccess(self.post(draft), 201)
        envelope = self.assertFailure(self.send(CLOSE), 409, "draft_orders")
        [named] = envelope["details"]["orders"]
        self.assertEqual(named["id"], draft["id"])
        self.env.invalidate_all()
        self.assertEqual(self.session.state, "opened")

    def test_big_difference_needs_a_supervisor_s_token(self):
        store = self.till.store
        store.write({"set_maximum_difference": True, "amount_authorized_diff": 1.0})
        self.assertSuccess(self.send(COUNT, countedCash=9000), 201)
        envelope = self.assertFailure(self.send(CLOSE), 403, "approval_required")
        self.assertEqual(envelope["details"], {})
        self.assertFailure(self.send(CLOSE, self.supervisor), 422, "reason_required")
        self.assertSuccess(self.send(CLOSE, self.supervisor, reason="two notes are missing"))

    def test_no_sale_and_no_cash_after_the_closing(self):
        self.assertSuccess(self.send(COUNT, countedCash=10000), 201)
        self.assertSuccess(self.send(CLOSE))
        self.assertFailure(self.post(self.paid_body()), 409, "session_not_open")
        for path in (MOVES, COUNT, NO_SALES, CLOSE):
            response = self.send(path, **self.good_bodies()[path])
            self.assertFailure(response, 409, "session_not_open")

    def test_session_of_another_company_or_store_is_hidden(self):
        for who, device in ((self.bob, self.device_b), (self.ada, self.device_2)):
            token = self.token_for(who, device)
            with self.subTest(who.name):
                self.assertFailure(self.report(self.session, token), 404, "not_found")
                response = self.send(CLOSE, token)
                self.assertFailure(response, 409, "session_not_open")
        unknown = f"/sessions/{uuid4()}/report"
        self.assertFailure(self.api("GET", unknown, token=self.token), 404, "not_found")
        self.env.invalidate_all()
        self.assertEqual(self.session.state, "opened")

    def test_x_report_is_for_supervisors(self):
        self.assertFailure(self.report(self.session, self.token), 403, "forbidden")
        self.assertEqual(self.assertSuccess(self.report(self.session))["kind"], "X")
