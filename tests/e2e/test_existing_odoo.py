"""Fynlo comes into an Odoo that is in use, and leaves it as it was."""

import json

import psycopg2
import pytest

from launcher.testing import run_odoo, run_python, scratch_database

SUITE = "fynlo_base,fynlo_pos_api"

#: Defines ``sell(env, config)``: opens a session the way the web till does, sells and closes.
SELL = """
from uuid import uuid4

def sell(env, config, quantity):
    env = env(user=env.ref("base.user_admin").id)
    config = config.with_env(env)
    config.open_ui()
    session = config.current_session_id
    session.set_opening_control(0, "")
    product = env["product.product"].search([("name", "=", "Old Soup")])
    cash = config.payment_method_ids.filtered("is_cash_count")
    total = 10.0 * quantity
    line = {"uuid": str(uuid4()), "product_id": product.id, "qty": quantity, "price_unit": 10.0,
            "discount": 0, "tax_ids": [(6, 0, [])], "price_subtotal": total,
            "price_subtotal_incl": total, "full_product_name": "Old Soup"}
    payment = {"uuid": str(uuid4()), "payment_method_id": cash.id, "amount": total}
    env["pos.order"].sync_from_ui([{
        "uuid": str(uuid4()), "access_token": str(uuid4()), "state": "paid",
        "session_id": session.id, "company_id": config.company_id.id, "user_id": env.uid,
        "amount_total": total, "amount_tax": 0, "amount_paid": total, "amount_return": 0,
        "lines": [(0, 0, line)], "payment_ids": [(0, 0, payment)],
    }])
    session.post_closing_cash_details(total)
    session.update_closing_control_state_session("")
    assert session.close_session_from_ui([])["successful"]
    return session
"""

PREPARE = """
product = env["product.product"].create({
    "name": "Old Soup", "list_price": 10.0, "available_in_pos": True, "is_storable": True,
    "taxes_id": [(6, 0, [])],
})
journal = env["account.journal"].create({"name": "Old drawer", "type": "cash", "code": "OLDC"})
method = env["pos.payment.method"].create({"name": "Old cash", "journal_id": journal.id})
config = env["pos.config"].create({
    "name": "Old store", "payment_method_ids": [(6, 0, method.ids)],
})
sell(env, config, 3)
order = env["sale.order"].create({
    "partner_id": env["res.partner"].create({"name": "O'Brien & Søn"}).id,
    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 2})],
})
order.action_confirm()
env["hr.employee"].create([{"name": "Old hand"}, {"name": "New hand"}])
env.cr.commit()
"""

#: Prints what is committed: what the owner has in his books.
FACTS = """
import json
env.cr.rollback()
orders = env["pos.order"].search([], order="id")
moves = env["account.move.line"].search([], order="id")
print("FACTS", json.dumps({
    "orders": orders.mapped(lambda each: [each.name, each.uuid, each.state, each.amount_total]),
    "moves": moves.mapped(lambda line: [line.name, line.debit, line.credit]),
    "sales": env["sale.order"].search([]).mapped("amount_total"),
    "stock": env["product.product"].search([("name", "=", "Old Soup")]).qty_available,
}))
"""

SELL_AGAIN = """
config = env["pos.config"].search([("name", "=", "Old store")])
sell(env, config, 1)
env.cr.commit()
"""

UNINSTALL = """
modules = env["ir.module.module"].search([("name", "=", "fynlo_base")])
modules.button_immediate_uninstall()
"""

#: What the suite may have made in the database beside the tables that Odoo removes itself.
LEFTOVERS = {
    "tables": "SELECT relname FROM pg_class WHERE relname LIKE '%%fynlo%%'",
    "functions": "SELECT proname FROM pg_proc WHERE proname LIKE '%%fynlo%%'",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%%fynlo%%'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE column_name LIKE 'fynlo%%'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'fynlo%%'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE 'fynlo%%'",
    "logins": "SELECT login FROM res_users WHERE active AND login LIKE '%%fynlo%%'",
}


def facts_of(database, code):
    """Run code; return the facts that it prints, in their order."""
    lines = run_python(database, code).splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("FACTS ")]


def query(database, sql):
    """Return the first column of a query."""
    connection = psycopg2.connect(database.dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [row[0] for row in cursor.fetchall()]
    finally:
        connection.close()


@pytest.fixture(scope="module")
def story():
    """Give the database and what was in it before, with and after the suite."""
    with scratch_database(empty=True) as database:
        run_odoo(database, "-i", "sale,point_of_sale,hr")
        (before,) = facts_of(database, SELL + PREPARE + FACTS)
        run_odoo(database, "-i", SUITE)
        ids = query(database, "SELECT fynlo_uuid FROM hr_employee")
        stores = query(database, "SELECT fynlo_uuid FROM pos_config")
        # A process of Odoo takes longer to start than to sell.
        during, sold = facts_of(database, SELL + FACTS + SELL_AGAIN + FACTS)
        run_python(database, UNINSTALL)
        after, last = facts_of(database, SELL + FACTS + SELL_AGAIN + FACTS)
        yield {
            "database": database,
            "before": before,
            "during": during,
            "sold": sold,
            "after": after,
            "ids": ids,
            "stores": stores,
            "last": last,
        }


def test_the_books_are_untouched_by_the_installation(story):
    assert len(story["before"]["orders"]) == 1
    assert story["during"] == story["before"]


def test_every_old_record_gets_a_public_id_of_its_own(story):
    assert None not in story["ids"] + story["stores"]
    assert len(set(story["ids"])) == len(story["ids"]) >= 2


def test_the_web_till_still_sells_beside_the_suite(story):
    assert len(story["sold"]["orders"]) == 2
    assert story["sold"]["stock"] == story["before"]["stock"] - 1


def test_the_books_are_untouched_by_the_removal(story):
    assert story["after"] == story["sold"]


def test_the_web_till_still_sells_after_the_removal(story):
    assert len(story["last"]["orders"]) == 3
    assert story["last"]["stock"] == story["sold"]["stock"] - 1


@pytest.mark.parametrize("kind", LEFTOVERS)
def test_nothing_of_the_suite_stays(story, kind):
    assert query(story["database"], LEFTOVERS[kind]) == []
