"""What happens to tills in a day: the real WatermelonDB against a real server."""

import json
import time
from uuid import uuid4

import pytest
from store import add_customer, open_order, settle


def conflicts_about(store, row_id):
    found = store.ask("GET", "/sync/conflicts?limit=100")["conflicts"]
    return [each for each in found if each["recordId"] == row_id]


def test_a_first_sync_gets_everything(store, pair):
    settle(store, *pair)
    tables = pair[0].tables()
    assert len(tables["products"]) > 30 and len(tables["customers"]) > 10
    assert {row["_status"] for rows in tables.values() for row in rows.values()} == {"synced"}


def test_a_sale_reaches_the_server_and_the_other_till(store, pair):
    one, two = pair
    order, line, payment = store.sale(one.tables())
    one.write(order, line, payment)
    assert one.sync()[order[2]]["status"] == "applied"
    assert not one.unsent()
    truth = settle(store, one, two)
    booked = truth["orders"][order[2]]
    assert (booked["paymentState"], booked["amountDue"]) == ("paid", 0)
    assert truth["orderLines"][line[2]]["orderId"] == order[2]
    assert truth["payments"][payment[2]]["amount"] == payment[3]["amount"]


def test_cash_and_stock_that_moved_offline_are_booked_once(store, pair):
    one, two = pair
    product = next(row for row in one.tables()["products"].values() if row["stocked"])
    variant = json.loads(product["variants"])[0]["id"]
    safe = {"type": "drop", "amount": 700, "reason": "To the safe"}
    broken = {"productId": variant, "quantity": -2, "reason": "damaged"}
    cash, stock = str(uuid4()), str(uuid4())
    # What was sold before may be posted meanwhile: it is not available already.
    before = settle(store, *pair)["stock"][variant]["available"]
    one.write(("cashMovements", "created", cash, safe), ("stockMoves", "created", stock, broken))
    results = one.sync()
    assert [results[each]["status"] for each in (cash, stock)] == ["applied"] * 2
    assert not one.unsent()
    truth = settle(store, one, two)
    moved = "SELECT count(*) FROM account_bank_statement_line WHERE fynlo_uuid = %s"
    assert store.count(moved, cash) == 1
    assert truth["stock"][variant]["available"] == before - 2
    assert set(one.tables()["stockMoves"]) == {stock}


def test_two_edit_different_columns_and_both_stay(store, pair):
    one, two = pair
    customer = add_customer(*pair)
    one.update("customers", customer, phone="+1 212 555 0101")
    two.update("customers", customer, email="zoe@example.com")
    one.sync()
    two.sync()
    row = settle(store, *pair)["customers"][customer]
    assert (row["phone"], row["email"]) == ("+1 212 555 0101", "zoe@example.com")
    assert not conflicts_about(store, customer)


def test_the_later_of_two_notes_stays_and_the_other_is_kept(store, pair):
    one, two = pair
    customer = add_customer(*pair, note="Likes window seats")
    two.update("customers", customer, note="Likes the bar")
    time.sleep(0.01)  # not in the same millisecond
    one.update("customers", customer, note="Likes the terrace")
    one.sync()
    two.sync()  # it wrote first, and is heard last
    assert settle(store, *pair)["customers"][customer]["note"] == "Likes the terrace"
    [conflict] = conflicts_about(store, customer)
    [column] = conflict["columns"]
    assert (conflict["state"], column["mine"]) == ("settled", '"Likes the bar"')


def test_of_two_phone_numbers_a_manager_decides(store, pair):
    one, two = pair
    customer = add_customer(*pair, phone="+1 212 555 0101")
    one.update("customers", customer, phone="+1 212 555 0102")
    two.update("customers", customer, phone="+1 212 555 0103")
    one.sync()
    assert two.sync()[customer]["status"] == "conflict"
    assert settle(store, *pair)["customers"][customer]["phone"] == "+1 212 555 0102"
    [conflict] = conflicts_about(store, customer)
    decision = {"id": str(uuid4()), "keep": "device"}
    store.ask("POST", f"/sync/conflicts/{conflict['id']}/resolve", decision)
    assert settle(store, *pair)["customers"][customer]["phone"] == "+1 212 555 0103"


@pytest.mark.parametrize(("mine", "others", "sum_of_both"), [(3, 6, 8), (4, 4, 7)])
def test_quantities_of_two_waiters_add_up(store, pair, mine, others, sum_of_both):
    one, two = pair
    _order, line = open_order(store, *pair)
    one.update("orderLines", line, quantity=others)
    two.update("orderLines", line, quantity=mine)
    one.sync()
    two.sync()
    assert settle(store, *pair)["orderLines"][line]["quantity"] == sum_of_both


def test_what_is_changed_and_changed_back_takes_nothing_from_others(store, pair):
    one, two = pair
    _order, line = open_order(store, *pair)
    one.update("orderLines", line, quantity=5)
    two.update("orderLines", line, quantity=2)
    two.update("orderLines", line, quantity=1)
    one.sync()
    two.sync()
    assert settle(store, *pair)["orderLines"][line]["quantity"] == 5


def test_who_deletes_what_another_has_edited_is_not_obeyed(store, pair):
    one, two = pair
    customer = add_customer(*pair)
    order, line = open_order(store, *pair)
    one.update("customers", customer, note="Vegetarian")
    one.update("orderLines", line, quantity=2)
    two.delete("customers", customer)
    two.delete("orderLines", line)
    one.sync()
    results = two.sync()
    assert (results[customer]["status"], results[order]["status"]) == ("conflict", "conflict")
    truth = settle(store, *pair)
    assert truth["customers"][customer]["status"] == "active"
    assert truth["orderLines"][line]["quantity"] == 2
    assert conflicts_about(store, customer) and conflicts_about(store, line)


def test_a_deletion_reaches_the_other_till(store, pair):
    one, two = pair
    order, line = open_order(store, *pair)
    other = store.line((None, None, order), store.products(one.tables())[1])
    one.write(other)
    one.sync()
    one.delete("orderLines", line)
    one.sync()
    two.sync()
    assert two.row("orderLines", line) is None
    assert line not in settle(store, *pair)["orderLines"]


def test_a_deletion_that_is_refused_comes_back(store, pair):
    """Here it is the only line of its order."""
    one, _two = pair
    order, line = open_order(store, *pair)
    one.delete("orderLines", line)
    assert one.sync()[order]["status"] == "rejected"
    assert one.row("orderLines", line)
    settle(store, *pair)


def test_the_server_is_edited_between_pull_and_push(store, pair):
    one, two = pair
    customer = add_customer(*pair)
    order, line = open_order(store, *pair)
    one.update("customers", customer, note="Vegetarian")
    one.update("orderLines", line, quantity=3)
    one.fail(push=["hold"])
    assert one.start_sync().result(60) == {"held": "push"}
    two.update("customers", customer, email="zoe@example.com")
    two.update("orderLines", line, quantity=2)
    two.sync()
    assert "error" not in one.go()
    truth = settle(store, *pair)
    row = truth["customers"][customer]
    assert (row["note"], row["email"]) == ("Vegetarian", "zoe@example.com")
    assert truth["orderLines"][line]["quantity"] == 4


def test_the_till_is_edited_while_it_synchronizes(store, pair):
    """What is written while a pull is on its way stands on what the till had before."""
    one, two = pair
    _order, line = open_order(store, *pair)
    two.update("orderLines", line, quantity=3)
    two.sync()
    one.fail(pull=["hold"])
    assert one.start_sync().result(60) == {"held": "pull"}
    one.update("orderLines", line, quantity=2)
    assert "error" not in one.go()
    assert settle(store, *pair)["orderLines"][line]["quantity"] == 4


def test_one_of_three_is_rejected_and_mended_later(store, pair):
    one, two = pair
    tables = one.tables()
    sales = [store.sale(tables) for _ in range(3)]
    sales[1][1][3]["productId"] = str(uuid4())
    for sale in sales:
        one.write(*sale)
    results = one.sync()
    states = [results[order[2]]["status"] for order, *_ in sales]
    assert states == ["applied", "rejected", "applied"]
    assert one.unsent() == {(row[0], row[2]) for row in sales[1]}
    one.sync()
    waits = """SELECT fynlo_pending_count, fynlo_oldest_at IS NOT NULL FROM fynlo_device
               WHERE fynlo_uuid = %s"""
    assert store.run(waits, one.device) == [(3, True)]
    one.update("orderLines", sales[1][1][2], productId=sales[0][1][3]["productId"])
    assert one.sync()[sales[1][0][2]]["status"] == "applied"
    truth = settle(store, *pair)
    assert all(truth["orders"][order[2]]["paymentState"] == "paid" for order, *_ in sales)


def test_an_order_of_a_rejected_customer_is_blocked_and_follows_him(store, pair):
    one, _two = pair
    customer = ("customers", "created", str(uuid4()), {"firstName": "Zoe", "email": "not an email"})
    order, line, payment = store.sale(one.tables(), customerId=customer[2])
    one.write(customer, order, line, payment)
    results = one.sync()
    assert results[customer[2]]["status"] == "rejected"
    assert results[customer[2]]["errors"][0]["field"] == "email"
    assert results[order[2]]["status"] == "blocked"
    one.update("customers", customer[2], email="zoe@example.com")
    one.sync()
    assert settle(store, *pair)["orders"][order[2]]["customerId"] == customer[2]


def test_prices_that_a_till_makes_up_do_not_count(store, pair):
    one, _two = pair
    order, line, payment = store.sale(one.tables())
    order[3].update(subtotal=1)
    line[3].update(unitPrice=1, total=1)
    one.write(order, line, payment)
    one.sync()
    truth = settle(store, *pair)
    total = payment[3]["amount"]
    assert truth["orders"][order[2]]["total"] == truth["orderLines"][line[2]]["total"] == total
    one.update("orders", order[2], total=1, note="Paid, believe me")
    one.update("payments", payment[2], amount=1)
    one.sync()  # the server asks to be asked again, and puts it right
    assert (
        one.row("orders", order[2])["total"] == one.row("payments", payment[2])["amount"] == total
    )
    order, line, payment = store.sale(one.tables(), total=1)
    payment[3].update(amount=1, tendered=1)
    one.write(order, line, payment)
    assert one.sync()[order[2]]["code"] == "price_changed"
    one.update("orders", order[2], total=total)
    one.update("payments", payment[2], amount=total, tendered=total)
    assert one.sync()[order[2]]["status"] == "applied"
    settle(store, *pair)
