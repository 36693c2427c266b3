"""A session under tills that act at the same moment: real connections, four workers."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from test_twins import TWINS, Till, send_together

from launcher.testing import lift_rate_limits, running_server, scratch_database

TILLS = 3
CURRENT = "/sessions/current"


class Floor(Till):
    """A till whose session can be closed and opened again."""

    def open_body(self):
        return {"id": str(uuid4()), "openingCash": 10_000}

    def count_drawer(self):
        """Count the drawer: whatever is missing or left over is accepted by the demo's store."""
        self.data(f"{CURRENT}/count", {"id": str(uuid4()), "countedCash": 10_000})

    def close(self):
        return self.call("POST", f"{CURRENT}/close", {"id": str(uuid4())})

    def make_sure_it_is_open(self):
        if self.call("GET", CURRENT).status_code == 409:
            self.data("/sessions/open", self.open_body())

    def make_sure_it_is_closed(self):
        self.make_sure_it_is_open()
        self.count_drawer()
        assert self.close().status_code == 200

    def card_order(self):
        """Give the body of a sale that moves no cash."""
        order = self.order()
        methods = self.call("GET", "/catalog").json()["data"]["paymentMethods"]
        card = next(method for method in methods if method["type"] == "card")
        owed = self.data("/orders/quote", {key: order[key] for key in ("orderType", "lines")})
        payment = {"id": str(uuid4()), "method": card["id"], "amount": owed["total"]}
        return {**order, "payments": [payment]}

    def open_sessions(self):
        return self.count("SELECT count(*) FROM pos_session WHERE state <> 'closed'")


@pytest.fixture(scope="module")
def floor():
    with scratch_database(demo=True) as database:
        lift_rate_limits(database)
        with running_server(database, workers=4) as server:
            yield Floor(server)


def test_twenty_openings_at_once_make_one_session(floor):
    floor.make_sure_it_is_closed()
    bodies = [floor.open_body() for _ in range(TWINS)]
    replies = send_together([
        lambda body=body: floor.call("POST", "/sessions/open", body) for body in bodies
    ])  # fmt: skip
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [201] + [409] * (TWINS - 1)
    (won,) = [reply.json()["data"] for reply in replies if reply.status_code == 201]
    refused = [reply.json() for reply in replies if reply.status_code == 409]
    assert {reply["code"] for reply in refused} == {"session_already_open"}
    assert {reply["details"]["sessionId"] for reply in refused} == {won["id"]}
    assert floor.open_sessions() == 1


def test_twins_of_one_opening_are_one_opening(floor):
    floor.make_sure_it_is_closed()
    body = floor.open_body()
    replies = send_together([lambda: floor.call("POST", "/sessions/open", body)] * TWINS)
    assert sorted(reply.status_code for reply in replies) == [200] * (TWINS - 1) + [201]
    assert {reply.json()["data"]["id"] for reply in replies} == {body["id"]}
    assert floor.open_sessions() == 1


def test_twins_of_one_closing_close_once(floor):
    floor.make_sure_it_is_open()
    floor.count_drawer()
    session = floor.call("GET", CURRENT).json()["data"]["id"]
    body = {"id": str(uuid4())}
    replies = send_together([lambda: floor.call("POST", f"{CURRENT}/close", body)] * 5)
    assert [reply.status_code for reply in replies] == [200] * 5, [r.text for r in replies]
    assert [reply.json()["data"]["id"] for reply in replies] == [session] * 5
    replayed = [reply for reply in replies if reply.headers.get("Idempotent-Replay")]
    assert len(replayed) == 4


def test_closing_while_tills_sell_leaves_no_order_behind(floor):
    floor.make_sure_it_is_open()
    floor.count_drawer()
    session = floor.call("GET", CURRENT).json()["data"]["id"]
    orders = [[floor.card_order() for _ in range(40)] for _ in range(TILLS)]
    sold = []

    def sell(queue):
        for order in queue:
            reply = floor.call("POST", "/orders", order)
            if reply.status_code == 409:
                return reply.json()["code"]
            assert reply.status_code == 201, reply.text
            sold.append(order["id"])
        return "sold out"

    with ThreadPoolExecutor(TILLS) as pool:
        tills = [pool.submit(sell, queue) for queue in orders]
        while len(sold) < 10:
            assert not all(till.done() for till in tills), [till.result() for till in tills]
        closed = floor.close()
        ends = [till.result() for till in tills]
    assert closed.status_code == 200, closed.text
    assert "session_not_open" in ends
    of_session = "SELECT count(*) FROM pos_order o JOIN pos_session s ON s.id = o.session_id"
    booked = "state = 'done' AND o.fynlo_stock_state = 'posted'"
    mine = floor.count(
        f"{of_session} WHERE s.fynlo_uuid = %s AND o.{booked} AND o.uuid = ANY(%s)", session, sold
    )
    assert mine == len(sold)
    left = floor.count(f"{of_session} WHERE s.fynlo_uuid = %s AND o.state = 'paid'", session)
    assert left == 0
