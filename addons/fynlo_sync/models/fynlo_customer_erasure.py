import json

from odoo import models
from odoo.tools import SQL

_ORDERS = "SELECT id FROM pos_order WHERE partner_id = ANY(%(ids)s)"
_LINES = f"SELECT id FROM pos_order_line WHERE order_id IN ({_ORDERS})"
#: What a contact, his orders and their lines were before somebody changed them.
_FORGET_PAST = f"""
DELETE FROM fynlo_sync_past
WHERE table_name = 'res_partner' AND row_id = ANY(%(ids)s)
   OR table_name = 'pos_order' AND row_id IN ({_ORDERS})
   OR table_name = 'pos_order_line' AND row_id IN ({_LINES})
"""
_FORGET_CONFLICTS = """
DELETE FROM fynlo_sync_conflict WHERE collection = 'customers' AND subject = ANY(%(uuids)s)
"""
#: What is not booked of the contact himself never will be.
_FORGET_OPERATIONS = """
UPDATE fynlo_sync_op SET state = 'replaced', body = NULL, faults = NULL, message = NULL,
    settled_at = now() AT TIME ZONE 'UTC'
WHERE collection = 'customers' AND subject = ANY(%(uuids)s) AND body IS NOT NULL
"""
#: Columns in which tills write what people say.
_TEXTS = ("customerName", "deliveryAddress", "note", "reference")
_OPERATIONS = """
SELECT id, body FROM fynlo_sync_op
WHERE body IS NOT NULL AND (
    subject IN (SELECT uuid FROM pos_order WHERE partner_id = ANY(%(ids)s))
    OR body::text LIKE ANY(%(named)s))
"""
_EMPTY_COLUMNS = """
UPDATE fynlo_sync_conflict_column told SET base = NULL, theirs = NULL, mine = NULL
FROM fynlo_sync_conflict conflict
WHERE conflict.id = told.conflict_id AND told.name = ANY(%(texts)s)
  AND conflict.order_uuid IN (SELECT uuid FROM pos_order WHERE partner_id = ANY(%(ids)s))
"""


class FynloCustomerErasure(models.AbstractModel):
    _inherit = "fynlo.customer.erasure"

    def _fynlo_scrub(self, everyone, pattern):
        """Take the person out of what tills have sent, and of what was before, too.

        Of his orders every free text goes: an earlier name of his may stand there.
        """
        super()._fynlo_scrub(everyone, pattern)
        former = everyone.env["fynlo.customer.alias"].search([("partner_id", "in", everyone.ids)])
        uuids = [*everyone.mapped("fynlo_uuid"), *former.mapped("uuid")]
        facts = {"ids": everyone.ids, "uuids": uuids, "texts": list(_TEXTS)}
        for query in (_FORGET_PAST, _FORGET_CONFLICTS, _FORGET_OPERATIONS, _EMPTY_COLUMNS):
            self.env.cr.execute(SQL(query, **facts))
        named = [f"%{uuid}%" for uuid in uuids]
        for number, body in self.env.execute_query(SQL(_OPERATIONS, ids=everyone.ids, named=named)):
            for table in body["changes"].values():
                for row in table["created"] + table["updated"]:
                    row.update({name: None for name in _TEXTS if name in row})
            query = "UPDATE fynlo_sync_op SET body = %s::jsonb WHERE id = %s"
            self.env.cr.execute(SQL(query, json.dumps(body), number))
