"""Who hears what: the rooms are the server's, and they never cross."""

import json

from world import named, wait_until


def test_a_change_reaches_its_store_and_no_other(world, join):
    one, other = world.add_till(), world.add_till()
    first, second = (join(world.token(till)) for till in (one, other))
    world.change("pos_order", store_id=one.store_id)
    poke = first.hear()
    assert (poke["type"], poke["tables"]) == ("changes", ["pos_order"])
    assert poke["epoch"] == first.welcome["epoch"]
    assert poke["id"] == first.welcome["id"] + 1
    assert second.hear_all() == []


def test_a_change_without_a_store_is_the_companys_or_everybodys(world, join):
    here, there = world.add_till(company=1), world.add_till(company=2)
    first, second = (join(world.token(till)) for till in (here, there))
    world.change("product_product", company_id=1)
    assert first.hear()["tables"] == ["product_product"]
    assert second.hear_all() == []
    world.change("res_currency")
    assert first.hear()["tables"] == second.hear()["tables"] == ["res_currency"]


def test_changes_of_one_commit_come_in_one_frame(world, join):
    till = world.add_till()
    client = join(world.token(till))
    row = "INSERT INTO fynlo_change (table_name, row_id, op, store_id, company_id) VALUES "
    rows = "('a', 1, 'I', %(store)s, 1), ('b', 1, 'I', NULL, 1), ('c', 1, 'D', NULL, NULL)"
    rows = rows.replace("%(store)s", str(till.store_id))
    world.run(f"{row}{rows}; SELECT pg_notify('fynlo_change', '')")
    assert client.hear()["tables"] == ["a", "b", "c"]
    assert client.hear_all() == []


def test_a_manager_hears_his_stores_or_the_one_he_names(world, join):
    stores = [world.add_store() for _ in range(3)]
    manager = world.add_manager(*stores[:2])
    both = join(world.token(manager))
    one = join(world.token(manager), store=stores[0][1])
    for number, (store_id, _uuid) in enumerate(stores):
        world.change(f"table_{number}", store_id=store_id)
    world.change("table_for_all")
    assert named(both.hear_of("table_for_all")) == {"table_0", "table_1", "table_for_all"}
    assert named(one.hear_of("table_for_all")) == {"table_0", "table_for_all"}
    refused = join(world.token(manager), store=stores[2][1])
    assert refused.closing() == (4403, "store_forbidden")


def test_a_word_to_one_device_or_user_reaches_nobody_else(world, join):
    store = world.add_store()
    one, other = world.add_till(store), world.add_till(store)
    first, second = (join(world.token(till)) for till in (one, other))

    def whisper(room, topic):
        word = json.dumps({"room": room, "topic": topic})
        world.run("SELECT pg_notify('fynlo_direct', %s)", word)

    whisper(f"device:{one.device_id}", "hardware_test")
    whisper(f"user:{other.user_id}", "approval")
    world.run("SELECT pg_notify('fynlo_direct', 'no json')")
    assert first.hear() == {"type": "direct", "topic": "hardware_test"}
    assert second.hear() == {"type": "direct", "topic": "approval"}
    assert first.hear_all() == second.hear_all() == []


def test_a_store_that_is_taken_away_is_heard_no_more(world, join):
    kept, taken = world.add_store(), world.add_store()
    manager = world.add_manager(kept, taken)
    client, one = join(world.token(manager)), join(world.token(manager), store=taken[1])
    world.run("DELETE FROM fynlo_session_store_rel WHERE config_id = %s", taken[0])
    assert one.closing() == (4403, "store_forbidden")
    world.change("pos_order", store_id=taken[0])
    world.change("pos_order_line", store_id=kept[0])
    assert named(client.hear_of("pos_order_line")) == {"pos_order_line"}


def test_nobody_is_left_in_a_room_after_leaving(gateway, world, join):
    till = world.add_till()
    before = gateway.health()["connections"]
    client = join(world.token(till))
    assert gateway.health()["connections"] == before + 1
    client.close()
    assert wait_until(lambda: gateway.health()["connections"] == before)
