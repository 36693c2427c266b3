"""A page of customers out of 100,000: every order, every filter, over HTTP with one client."""

import psycopg2
from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient
from servers import with_suite

CUSTOMERS = 100_000
SORTS = ("createdAt", "name", "email", "lastVisitAt", "totalSpent")
#: What each filter asks, and some that ask for a lot or for two things at once.
FILTERS = {
    "name": "query=Ab12%20Cd",
    "e-mail": "query=u4242%40",
    "phone": "query=%2B1%20(212)%20042-4",
    "number": "query=C004242",
    "one letter": "query=a",
    "in every one": "query=example",
    "active": "status=active",
    "suspended": "status=suspended",
    "inactive": "status=inactive",
    "individual": "type=individual",
    "business": "type=business",
    "segment": "segment=vip",
    "tier": "tier=gold",
    "tag": "tags=tag3",
    "created from": "createdFrom=2026-01-01T00:00:00Z",
    "created to": "createdTo=2026-01-01T00:00:00Z",
    "visited from": "lastVisitFrom=2026-01-01T00:00:00Z",
    "visited to": "lastVisitTo=2026-01-01T00:00:00Z",
    "spent from": "totalSpentMin=90000",
    "spent to": "totalSpentMax=90000",
    "vip gold by name": "segment=vip&tier=gold&sortBy=name",
    "tag by spending": "tags=tag3&sortBy=totalSpent",
    "last page": "page=4500&sortBy=name",
}
_FILL = """
INSERT INTO res_partner (
    name, complete_name, email, email_normalized, phone, ref, active, type, is_company,
    partner_share, company_id, lang, customer_rank, autopost_bills, fynlo_uuid, create_date,
    write_date, fynlo_is_customer, fynlo_status, fynlo_segment, fynlo_tier, fynlo_first_name,
    fynlo_last_name, fynlo_version, fynlo_total_spent, fynlo_last_visit_at, fynlo_order_count,
    fynlo_sort_name, fynlo_phone_digits, fynlo_search, street, city)
SELECT first || ' ' || last, first || ' ' || last, mail, mail, '+' || digits, number,
       status <> 'inactive', 'contact', n %% 10 = 0, true, shop.company_id, 'en_US', 1, 'ask',
       gen_random_uuid()::text, timestamp '2026-11-01' - n * interval '7 minutes', now(), true,
       status, (ARRAY[NULL, 'new', 'regular', 'vip', 'at_risk', 'churned'])[1 + n %% 6],
       (ARRAY[NULL, 'bronze', 'silver', 'gold', 'platinum'])[1 + n / 7 %% 5], first, last, 1,
       n * 7919 %% 100000 / 100.0,
       CASE WHEN n %% 3 > 0 THEN timestamp '2026-11-01' - n * 31 %% 9000 * interval '1 hour' END,
       n %% 9, lower(first || ' ' || last), digits,
       lower(' ' || first || ' ' || last || ' ' || mail || ' ' || number || ' ' || digits),
       'Street ' || n, 'City ' || n %% 500
FROM (
    SELECT n, 'C' || lpad(n::text, 6, '0') AS number,
           initcap(left(md5('f' || n %% 700), 4)) AS first,
           initcap(left(md5('l' || n %% 9000), 8)) AS last,
           'u' || n || '@' || left(md5('d' || n %% 300), 6) || '.example' AS mail,
           '1212' || lpad((n * 7919 %% 10000000)::text, 7, '0') AS digits,
           CASE WHEN n %% 25 = 0 THEN 'inactive' WHEN n %% 40 = 1 THEN 'suspended'
                ELSE 'active' END AS status
    FROM generate_series(1, %(customers)s) AS n
) AS made, (SELECT company_id FROM pos_config ORDER BY id DESC LIMIT 1) AS shop;
UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL;
INSERT INTO res_partner_category (name, active)
SELECT jsonb_build_object('en_US', 'tag' || n), true FROM generate_series(1, 10) AS n;
INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
SELECT partner.id, tag.id FROM res_partner AS partner JOIN res_partner_category AS tag
    ON tag.name->>'en_US' = 'tag' || (1 + partner.id %% 10)
WHERE partner.fynlo_is_customer AND partner.id %% 3 = 0
"""


def fill(dsn):
    """Make 100,000 customers."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"customers": CUSTOMERS})
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def run(calls):
    """Return the latency of a page in each order and with each filter, and of other reads."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Customers", tills=1)
        fill(suite.dsn)
        api = Client(suite.base_url, {"Authorization": f"Bearer {store.tokens[0]}"})
        asked = {
            f"by {sort} {order}": f"sortBy={sort}&sortOrder={order}"
            for sort in SORTS
            for order in ("asc", "desc")
        }
        figures = {"customers": CUSTOMERS}
        for name, query in (asked | FILTERS).items():
            figures[name] = _measure(api, name, query, calls)
        figures["slowestP95Ms"] = max(
            found["p95Ms"] for found in figures.values() if isinstance(found, dict)
        )
    return figures


def _measure(api, name, query, calls):
    path = f"/api/v1/customers?{query}"
    api.request("GET", path)
    sample = run_load(
        name,
        [api],
        lambda *_: ("GET", path, None, {}),
        calls,
        is_ok=lambda status, _raw: status == 200,
    )
    if sample.errors:
        raise RuntimeError(f"{path}: {sample.statuses}")
    figures = sample.figures()
    return {key: figures[key] for key in ("p50Ms", "p95Ms", "maxMs")}
