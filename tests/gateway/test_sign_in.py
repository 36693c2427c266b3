"""Who is let in, and who has to go."""

import base64
import json
import time
from uuid import uuid4

import pytest
from fynlo_gateway.tokens import engine
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from world import Client, http_get, sign

GONE_WITHIN_S = 2


def none_token(world, till):
    """Return a token without a signature, as a careless verifier would take it."""
    header = {"alg": "none", "kid": world.keys.kids[0], "typ": engine.TYPE}
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{encoded}.{world.token(till).split('.')[1]}."


def foreign_token(world, till):
    """Return a token of the right kid that another key has signed."""
    key = engine.load_private_key(engine.make_private_key())
    claims = {"sub": till.user, "sid": till.session, "dev": till.device, "sto": till.store}
    return sign(key, world.keys.kids[0], world.issuer, **claims)


def other_audience(world, till):
    """Return a token that is signed with our key for another service."""
    kept, engine.AUDIENCE = engine.AUDIENCE, "another-api"
    try:
        return world.token(till)
    finally:
        engine.AUDIENCE = kept


REFUSED = {
    "no signature": (none_token, "token_invalid"),
    "another key": (foreign_token, "token_invalid"),
    "another audience": (other_audience, "token_invalid"),
    "another issuer": (lambda w, t: w.token(t, issuer="fynlo:other"), "token_invalid"),
    "expired": (lambda w, t: w.token(t, lives_s=-60), "token_expired"),
    "not valid yet": (lambda w, t: w.token(t, lives_s=7200), "token_invalid"),
    "rubbish": (lambda _w, _t: "a.b.c", "token_invalid"),
    "no session": (lambda w, t: w.token(t, sid=str(uuid4())), "session_ended"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_tokens_are_refused_in_the_first_message(world, join, case):
    make, reason = REFUSED[case]
    assert join(make(world, world.add_till())).closing() == (4401, reason)


@pytest.mark.parametrize("case", [case for case in REFUSED if case != "no session"])
def test_bad_tokens_are_refused_in_the_header(gateway, world, case):
    make, reason = REFUSED[case]
    with pytest.raises(InvalidStatus) as refused:
        Client(gateway, header=make(world, world.add_till()))
    answer = refused.value.response
    assert answer.status_code == 401
    assert json.loads(answer.body)["code"] == reason


def test_a_good_header_needs_no_token_in_the_message(world, join):
    till = world.add_till()
    client = join(header=world.token(till))
    world.change(store_id=till.store_id)
    assert client.hear()["type"] == "changes"
    assert join().closing() == (4401, "token_missing")


@pytest.mark.parametrize("claim", ["sto", "sub"])
def test_claims_have_to_fit_the_session(world, join, claim):
    """A till that was moved, or a token that was put together, does not get a room by its claim."""
    till, other = world.add_till(), world.add_till()
    foreign = {"sto": other.store, "sub": other.user}[claim]
    reason = {"sto": "store_forbidden", "sub": "bearer_forbidden"}[claim]
    assert join(world.token(till, **{claim: foreign})).closing() == (4403, reason)


def test_tokens_in_the_address_are_refused_and_not_logged(gateway, world):
    token = world.token(world.add_till())
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"{gateway.url}?token={token}", proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 400
    assert token not in gateway.log.read_text()
    assert token.encode() not in refused.value.response.body


def test_pages_of_other_origins_are_refused(gateway, world, join):
    token = world.token(world.add_till())
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{gateway.port}.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            join(token, origin=origin)
        assert refused.value.response.status_code == 403
    assert join(token, origin=f"http://127.0.0.1:{gateway.port}").welcome["type"] == "welcome"


def test_other_paths_are_not_there(gateway):
    for path in ("/", "/api/v1/orders", "/api/v1/realtime/x"):
        status, text = http_get(gateway.port, path, {})
        assert (status, json.loads(text)["code"]) == (404, "not_found")


def revoke_web_device(world, page, _store):
    insert = "INSERT INTO res_device_log VALUES (%s, true)"
    world.run(insert, f"web-{page.session_id}")


def limit_to_another_store(world, page, _store):
    other, _uuid = world.add_store()
    world.run("INSERT INTO fynlo_user_store_rel VALUES (%s, %s)", page.user_id, other)


def leave_company(world, page, _store):
    world.run("DELETE FROM res_company_users_rel WHERE user_id = %s", page.user_id)


def close_store(world, _page, store):
    world.run("UPDATE pos_config SET active = false WHERE id = %s", store[0])


@pytest.mark.parametrize(
    "end", [revoke_web_device, limit_to_another_store, leave_company, close_store]
)
def test_a_page_leaves_soon_with_its_store_or_its_web_session(world, join, end):
    store, other = world.add_store(), world.add_store()
    page, stays = (world.add_page(each) for each in (store, other))
    claims = {"aud": "fynlo-realtime", "sto": store[1]}
    client = join(world.token(page, **claims), store=store[1])
    assert client.welcome["type"] == "welcome"
    other_client = join(world.token(stays, aud="fynlo-realtime"), store=other[1])
    world.change(store_id=store[0])
    assert client.hear()["type"] == "changes"
    began = time.monotonic()
    end(world, page, store)
    assert client.closing() == (4401, "session_ended")
    assert time.monotonic() - began < GONE_WITHIN_S
    world.change(store_id=other[0])
    assert other_client.hear()["type"] == "changes"


def test_a_token_for_somebody_else_is_refused(world, join):
    page = world.add_page(world.add_store())
    for audience in ("fynlo-pages", ["fynlo-realtime"], None):
        client = join(world.token(page, aud=audience))
        assert client.closing() == (4401, "token_invalid")


def end_session(world, till):
    world.run("UPDATE fynlo_auth_session SET revoked_at = now() WHERE id = %s", till.session_id)


def revoke_device(world, till):
    world.run("UPDATE fynlo_device SET state = 'revoked' WHERE id = %s", till.device_id)


def archive_user(world, till):
    world.run("UPDATE res_users SET active = false WHERE id = %s", till.user_id)


def change_password(world, till):
    world.run("UPDATE res_users SET fynlo_token_epoch = 2 WHERE id = %s", till.user_id)


@pytest.mark.parametrize("end", [end_session, revoke_device, archive_user, change_password])
def test_what_ends_a_session_closes_its_connections_soon(world, join, end):
    till, other = world.add_till(), world.add_till()
    client, stays = join(world.token(till)), join(world.token(other))
    began = time.monotonic()
    end(world, till)
    assert client.closing() == (4401, "session_ended")
    assert time.monotonic() - began < GONE_WITHIN_S
    assert join(world.token(till)).closing() == (4401, "session_ended")
    world.change(store_id=other.store_id)
    assert stays.hear()["type"] == "changes"


def test_a_token_that_expires_closes_unless_another_came_before(world, join):
    till = world.add_till()
    lives_s = 1 - engine.LEEWAY_S
    going, staying = (join(world.token(till, lives_s=lives_s)) for _ in range(2))
    staying.say(type="reauth", token=world.token(till))
    answer = staying.hear()
    assert (answer["type"], answer["expiresAt"] > staying.welcome["expiresAt"]) == (
        "authenticated",
        True,
    )
    assert going.closing() == (4401, "token_expired")
    world.change(store_id=till.store_id)
    assert staying.hear()["type"] == "changes"


def test_a_connection_stays_with_its_bearer(world, join):
    till, other = world.add_till(), world.add_till()
    client = join(world.token(till))
    client.say(type="reauth", token=world.token(other))
    assert client.closing() == (4403, "bearer_forbidden")


def test_made_up_keys_do_not_have_the_key_set_fetched_each_time(world, join):
    till = world.add_till()
    join(world.token(till))
    asked = world.keys.asked
    for number in range(5):
        forged = sign(world.keys.private, f"made-up-{number}", world.issuer, sub="x", sid="y")
        assert join(forged).closing() == (4401, "token_invalid")
    assert world.keys.asked <= asked + 1


def test_secrets_are_in_no_line_of_the_log(gateway, world, join):
    till = world.add_till()
    token = world.token(till)
    join(token)
    text = gateway.log.read_text()
    for secret in (token, world.dsn, till.session):
        assert secret not in text
