"""A till's own copy: all of a large store at first, then what has changed."""

import json
import time
from urllib.parse import urlencode

import psycopg2
from catalog import find_session, measure_own
from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient
from servers import with_suite

ROWS, CHANGED = 10_000, 50
_FILL = """
INSERT INTO product_template (
    name, type, list_price, active, sale_ok, available_in_pos, is_storable, categ_id, uom_id,
    service_tracking, tracking, fynlo_uuid, fynlo_version, sequence, is_favorite, create_date,
    write_date)
SELECT jsonb_build_object('en_US', 'Synced product ' || n), 'consu', 1 + n %% 50, true, true, true,
    true, (SELECT min(id) FROM product_category), (SELECT min(id) FROM uom_uom), 'no', 'none',
    gen_random_uuid()::text, 1, 1, false, now(), now()
FROM generate_series(1, %(rows)s) AS n;
INSERT INTO product_product (
    product_tmpl_id, active, fynlo_uuid, default_code, combination_indices)
SELECT id, true, gen_random_uuid()::text, 'S' || id, '' FROM product_template
WHERE name ->> 'en_US' LIKE 'Synced product %%';
INSERT INTO res_partner (
    name, complete_name, active, email, phone, fynlo_uuid, fynlo_is_customer, fynlo_status,
    fynlo_version, is_company, type, create_date, write_date, autopost_bills)
SELECT 'Synced guest ' || n, 'Synced guest ' || n, true, 'g' || n || '@example.com',
    '+49 30 ' || n, gen_random_uuid()::text, true, 'active', 1, false, 'contact', now(), now(),
    'ask'
FROM generate_series(1, %(rows)s) AS n;
"""
_CHANGE = """
UPDATE res_partner SET phone = phone || '1' WHERE id IN (
    SELECT id FROM res_partner WHERE name LIKE 'Synced guest %%' ORDER BY id LIMIT %(changed)s)
"""
_GZIP = {"Accept-Encoding": "gzip"}


def execute(dsn, statements, **values):
    """Run statements, each committed at once."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statements, values)
        cursor.execute("ANALYZE")
    connection.close()


def run(calls, own_calls):
    """Return the time of a first sync and of what follows, beside Odoo's ``load_data``."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Sync", tills=1).open()
        execute(suite.dsn, _FILL, rows=ROWS)
        session_id = find_session(client, store.own.config_id)[0]
        figures = {"load_data": measure_own(suite, client, session_id, own_calls).figures()}
        api = Client(suite.base_url, {"Authorization": f"Bearer {store.tokens[0]}"})
        return figures | measure(api, suite.dsn, calls)


def measure(api, dsn, calls):
    """Return the figures of a till at a server whose store is filled."""
    _pull_all(api)  # compiles what servers keep
    started = time.perf_counter()
    cursor, pages, rows = _pull_all(api)
    first = {"seconds": round(time.perf_counter() - started, 2), "pages": pages, "rows": rows}
    figures = {"firstSync": first, "nothingNew": _measure(api, "nothingNew", cursor, calls)}
    execute(dsn, _CHANGE, changed=CHANGED)
    figures[f"delta{CHANGED}"] = _measure(api, "delta", cursor, calls)
    return figures


def _pull_all(api):
    params, pages, rows = {}, 0, 0
    while True:
        data = _pull(api, params)
        pages += 1
        rows += sum(len(changes["updated"]) for changes in data["changes"].values())
        if not data["hasMore"]:
            cursor = {"lastPulledAt": data["timestamp"], "snapshot": data["snapshot"]}
            return cursor, pages, rows
        params = {"pageToken": data["pageToken"]}


def _pull(api, params):
    status, _, raw = api.request("GET", f"/api/v1/sync/pull?{urlencode(params)}")
    if status != 200:
        raise RuntimeError(f"{status}: {raw.decode()}")
    return json.loads(raw)["data"]


def _measure(api, name, cursor, calls):
    path = f"/api/v1/sync/pull?{urlencode(cursor)}"
    sample = run_load(
        name,
        [api],
        lambda *_: ("GET", path, None, _GZIP),
        calls,
        is_ok=lambda status, _raw: status == 200,
    )
    if sample.errors:
        raise RuntimeError(f"{path}: {sample.statuses}")
    figures = sample.figures()
    return {key: figures[key] for key in ("p50Ms", "p95Ms", "maxMs")}
