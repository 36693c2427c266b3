"""Thousands of operations of several tills on a network that fails: all comes out even.

The same run finds bugs that are made on purpose: a check that nothing can fail proves nothing.
"""

import os

import pytest
from fuzz import Fuzz
from host import Host

IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))
RUNS = [(1, 10_000, 5)] if IS_LONG else [(1, 80, 3)]
MUTANT_OPERATIONS = 150 if IS_LONG else 110
#: Bugs of the client: ``(file, text, instead)``.
CLIENT = {
    "forgets what unsent rows stand on": (
        "batches.js", "return [...kept, { cursor, ids: [...unsent] }]", "return []",
    ),
    "forgets the snapshot": (
        "adapter.js", "cursor: { lastPulledAt: timestamp, snapshot }",
        "cursor: { lastPulledAt: timestamp }",
    ),
}  # fmt: skip
#: Bugs of a server: arguments of :class:`Fuzz`.
SERVER = {
    "moves the cursor a step too far": {"mangle": "eager"},
    "drops deletions": {"mangle": "deletions"},
    "drops rejected ids": {"mangle": "rejections"},
    "does not recognise replays": {"forgets": True},
    "does not tell rows anew": {},
}
SOON = ["forgets what unsent rows stand on"], ["moves the cursor a step too far"]
CLIENT_BUGS, SERVER_BUGS = (list(CLIENT), list(SERVER)) if IS_LONG else SOON
#: What the server tells a till anew is not told.
NO_TOUCH = """
CREATE FUNCTION fuzz_drop_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_query() ~ '^\\s*INSERT INTO fynlo_change' THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fuzz_drop_touch BEFORE INSERT ON fynlo_change
FOR EACH ROW EXECUTE FUNCTION fuzz_drop_touch();
"""
TOUCH_AGAIN = "DROP FUNCTION IF EXISTS fuzz_drop_touch CASCADE"
#: Of what the server works on by itself, a mutant's check does not wait for the end.
QUICK = {"patience_s": 5, "leaving": ("stock", "customers")}


@pytest.mark.parametrize(("seed", "operations", "tills"), RUNS)
def test_all_comes_out_even(store, host, seed, operations, tills):
    fuzz = Fuzz(store, host, seed, tills)
    fuzz.run(operations)
    fuzz.check(**QUICK)  # what finds the bugs below finds nothing here
    fuzz.check_stock(fuzz.check())
    assert fuzz.counts["synced"] > operations / 12, fuzz.counts
    assert fuzz.counts["faults"] > operations / 12, fuzz.counts
    assert fuzz.counts["committed_late"] > operations / 60, fuzz.counts
    assert len(fuzz.sold) > operations / 12 and sum(fuzz.steps.values()) > operations / 12


@pytest.mark.parametrize("name", CLIENT_BUGS)
def test_a_bug_of_the_client_is_caught(store, node_home, name):
    host = Host(node_home, "mutant", CLIENT[name])
    try:
        assert_is_caught(Fuzz(store, host, 7))
    finally:
        host.close()


@pytest.mark.parametrize("name", SERVER_BUGS)
def test_a_bug_of_the_server_is_caught(store, host, name):
    if name == "does not tell rows anew":
        store.run(NO_TOUCH)
    try:
        assert_is_caught(Fuzz(store, host, 7, **SERVER[name]))
    finally:
        store.run(TOUCH_AGAIN)


def assert_is_caught(fuzz):
    fuzz.run(MUTANT_OPERATIONS)
    with pytest.raises(AssertionError):
        fuzz.check(**QUICK)
