"""What an order costs in an empty database and in one that holds 100,000 orders."""

import psycopg2
from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient
from servers import with_suite

ORDERS = 100_000
SESSIONS = 200
#: Columns that must differ from row to row, and what they get.
_FRESH = {
    "uuid": "gen_random_uuid()::text",
    "access_token": "gen_random_uuid()::text",
    "pos_reference": "'grown-' || n",
    "name": "'Grown ' || n",
    "date_order": "now() - n * interval '1 minute'",
    "transaction_id": "NULL",
    "payment_ref_no": "NULL",
}


def fill(dsn):
    """Copy the first order, its lines and its payments 100,000 times, into closed sessions."""
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM pos_order")
        (template_id,) = cursor.fetchone()
        cursor.execute("SELECT max(id) FROM pos_order")
        (offset,) = cursor.fetchone()
        session = _fill_sessions(cursor)
        order = {"id": f"{offset} + n", "session_id": session, "state": "'done'"}
        order |= {"fynlo_state": "'completed'", "fynlo_stock_state": "'posted'"}
        _copy(cursor, "pos_order", "id", template_id, order)
        for table, key in (("pos_order_line", "order_id"), ("pos_payment", "pos_order_id")):
            values = {key: f"{offset} + n", "session_id": session}
            _copy(cursor, table, key, template_id, values)
        cursor.execute(f"SELECT setval('pos_order_id_seq', {offset + ORDERS + 1})")
    connection.close()
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()


def _fill_sessions(cursor):
    """Copy the first session, closed; return the SQL of the session that order n belongs to."""
    cursor.execute("SELECT min(id), max(id) FROM pos_session")
    template_id, last_id = cursor.fetchone()
    values = {"id": f"{last_id} + n", "state": "'closed'", "fynlo_uuid": "gen_random_uuid()::text"}
    _copy(cursor, "pos_session", "id", template_id, values, SESSIONS)
    cursor.execute(f"SELECT setval('pos_session_id_seq', {last_id + SESSIONS + 1})")
    return f"{last_id} + 1 + n % {SESSIONS}"


def _copy(cursor, table, key, template_id, values, count=ORDERS):
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    columns = [name for (name,) in cursor.fetchall() if name != "id" or "id" in values]
    chosen = [values.get(name) or _FRESH.get(name) or f't."{name}"' for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)}"
        f" FROM {table} t, generate_series(1, {count}) n WHERE t.{key} = {template_id}"
    )


def run(calls, rounds):
    """Return the median latency of one till's orders in both, from alternating rounds."""
    samples = {"empty": [], "grown": []}
    with with_suite() as empty, with_suite() as grown:
        stores = {
            name: FynloStore(
                server, OdooClient(server.base_url, server.database.name), name, tills=1
            ).open()
            for name, server in (("empty", empty), ("grown", grown))
        }
        for name, store in stores.items():
            _round(name, store, 5)
        fill(grown.dsn)
        for name, store in stores.items():
            _round(name, store, 10)
        for _ in range(rounds):
            for name, store in stores.items():
                samples[name] += _round(name, store, calls).latencies_ms
    medians = {name: sorted(found)[len(found) // 2] for name, found in samples.items()}
    return {
        "orders": ORDERS,
        "emptyP50Ms": round(medians["empty"], 2),
        "grownP50Ms": round(medians["grown"], 2),
        "ratio": round(medians["grown"] / medians["empty"], 3),
    }


def _round(name, store, calls):
    client = Client(store.server.base_url)
    sample = run_load(
        name, [client], lambda till, _: store.post_order(till), calls, is_ok=lambda s, _: s == 201
    )
    if sample.errors:
        raise RuntimeError(f"{name}: {sample.errors} of {calls} orders failed")
    return sample
