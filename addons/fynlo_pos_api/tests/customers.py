"""Customers over HTTP: bodies, and a till whose cashier and manager have tokens."""

from uuid import uuid4

from odoo.tools import SQL

from .common import SellingCase

_TEXTS = ("character varying", "text", "json", "jsonb", "bytea", "name", "character")
ADDRESS = {"street1": "1 Main St", "city": "Albany", "state": "NY", "postalCode": "12207"}


class CustomerCase(SellingCase):
    """``token`` is Ada's, the cashier's; ``manager`` is Max's."""

    def setUp(self):
        super().setUp()
        self.company.country_id = self.env.ref("base.us")
        self.manager = self.token_for(self.max, self.corner_device)

    def customer_body(self, **extra):
        """Return a body of ``POST /customers`` that no other customer is like."""
        mark = uuid4().hex[:8]
        vals = {"firstName": "Jane", "lastName": f"Doe-{mark}", "email": f"{mark}@example.com"}
        return {"id": str(uuid4()), **vals, "phone": None, **extra}

    def make(self, **extra):
        """Create a customer through the API and return what it tells."""
        return self.assertSuccess(self.post(self.customer_body(**extra), path="/customers"), 201)

    def partner_of(self, data):
        """Return the contact of what the API told."""
        self.env.invalidate_all()
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners.search([("fynlo_uuid", "=", data["id"])])

    def get(self, path, token=None):
        """Read a path with Ada's token or another; return the data of the success."""
        return self.assertSuccess(self.api("GET", path, token=token or self.token))

    def put(self, path, body, token=None):
        """Put a body with Ada's token or another; return the response."""
        return self.api("PUT", path, body, token=token or self.token)

    def delete(self, path, token=None):
        """Delete a path with Max's token or another; return the response."""
        return self.api("DELETE", path, token=token or self.manager)

    def sell_to(self, data, *lines, payments=None):
        """Sell to a customer, one coffee when no ``lines`` are given; return the order's body."""
        lines = lines or [self.line(self.coffee)]
        payments = payments or [self.payment(self.cash, 275)]
        body = self.body(list(lines), payments, customerId=data["id"])
        self.assertSuccess(self.post(body), 201)
        return body

    def count_figures(self):
        """Do what the background job does."""
        while self.env["fynlo.customer.change"]._fynlo_count_batch():
            pass
        self.env.invalidate_all()

    def find_words(self, words):
        """Return ``{(table, column)}`` of the whole database that hold one of ``words``."""
        self.env.flush_all()
        pattern = "|".join(words)
        found = set()
        query = """SELECT c.table_name, c.column_name, c.data_type
                   FROM information_schema.columns c JOIN information_schema.tables t
                     USING (table_schema, table_name)
                   WHERE t.table_type = 'BASE TABLE' AND t.table_schema = current_schema
                     AND (c.data_type IN %s OR c.data_type = 'ARRAY')"""
        for table, column, kind in self.env.execute_query(SQL(query, _TEXTS)):
            name = SQL.identifier(column)
            text = SQL("encode(%s, 'escape')", name) if kind == "bytea" else SQL("%s::text", name)
            source = SQL("FROM %s WHERE %s ~* %s", SQL.identifier(table), text, pattern)
            if self.env.execute_query(SQL("SELECT 1 %s LIMIT 1", source)):
                found.add((table, column))
        return found
