"""What one session may do at this moment, read by one query."""

from dataclasses import dataclass
from datetime import datetime

from odoo import fields
from odoo.http import DEFAULT_LANG
from odoo.tools import SQL

from .exceptions import StoreForbiddenError, StoreRequiredError
from .principal import CONTEXT_KEY


@dataclass(frozen=True)
class SessionState:
    """A live session as it is now: one row of the query below.

    :ivar stores: ``{uuid: (id, company id)}`` of the stores it serves
    :ivar generations: ``{namespace: generation}`` of the cache, read along to save a round trip
    """

    id: int
    user_id: int
    device_id: int | None
    employee_id: int | None
    role: str
    last_used_at: datetime
    lang: str | None
    tz: str | None
    company_ids: list
    stores: dict
    generations: dict

    def choose_store(self, header, is_scoped):
        """Return ``(store id or None, company ids)`` of a request, its main company first.

        A till's store is always its own; other sessions have one on store-scoped routes only.
        """
        if header is not None:
            found = self.stores.get(header.lower())
        elif len(self.stores) == 1 and (is_scoped or self.device_id):
            found = next(iter(self.stores.values()))
        elif is_scoped and self.stores:
            raise StoreRequiredError()
        else:
            found = None
        if found is None:
            if is_scoped:
                raise StoreForbiddenError()
            return None, self.company_ids
        store_id, company_id = found
        return store_id, [company_id]

    def make_context(self, company_ids, principal):
        """Return the context that a request runs in."""
        return {
            "lang": self.lang or DEFAULT_LANG,
            "tz": self.tz or "UTC",
            "allowed_company_ids": company_ids,
            CONTEXT_KEY: principal,
        }


def read_state(cr, session_uuid):
    """Return the :class:`SessionState` of a session, or ``None`` when it is over.

    Everything that can end a session is looked at here, so that nothing has to be told to the
    workers. An unknown session, an archived user and a revoked till give the same ``None``.
    """
    now = fields.Datetime.now()
    cr.execute(SQL("SELECT * FROM fynlo_session_state(%s, %s)", session_uuid, now))
    row = cr.fetchone()
    return SessionState(*row) if row else None


#: A function, because its plan is kept as long as its connection: planning takes five times as long
#: as the query. Odoo's pool sends DISCARD ALL between two requests, an own cursor keeps the plan.
CREATE_FUNCTION = """
DROP FUNCTION IF EXISTS fynlo_session_state(varchar, timestamp);
CREATE FUNCTION fynlo_session_state(asked_uuid varchar, instant timestamp)
RETURNS TABLE (
    id int, user_id int, device_id int, employee_id int, role varchar, last_used_at timestamp,
    lang varchar, tz varchar, company_ids int[], stores json, generations json
)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT session.id, session.user_id, session.device_id, session.employee_id, session.role,
        session.last_used_at, partner.lang, partner.tz,
        ARRAY(SELECT cid FROM res_company_users_rel WHERE user_id = users.id
              ORDER BY cid <> users.company_id, cid),
        (SELECT COALESCE(json_object_agg(
             store.fynlo_uuid, json_build_array(store.id, store.company_id) ORDER BY store.id
         ), '{}')
         FROM pos_config AS store
         WHERE store.active AND CASE WHEN device.id IS NOT NULL
             THEN store.id = device.config_id
             ELSE store.id IN (SELECT config_id FROM fynlo_session_store_rel
                               WHERE session_id = session.id) END
           AND store.company_id IN (SELECT cid FROM res_company_users_rel WHERE user_id = users.id)
           AND (store.id IN (SELECT config_id FROM fynlo_user_store_rel WHERE user_id = users.id)
                OR NOT EXISTS (SELECT FROM fynlo_user_store_rel WHERE user_id = users.id))),
        (SELECT COALESCE(json_object_agg(namespace, fynlo_cache_generation(namespace)), '{}')
         FROM (SELECT DISTINCT namespace FROM fynlo_cache_change) AS namespaces)
    FROM fynlo_auth_session AS session
    JOIN res_users AS users ON users.id = session.user_id AND users.active
        AND users.fynlo_token_epoch = session.epoch
    JOIN res_partner AS partner ON partner.id = users.partner_id
    LEFT JOIN fynlo_device AS device ON device.id = session.device_id
    LEFT JOIN hr_employee AS employee ON employee.id = session.employee_id
    WHERE session.fynlo_uuid = asked_uuid
      AND session.revoked_at IS NULL AND session.expires_at > instant
      AND (session.device_id IS NULL OR device.state = 'active')
      AND (session.employee_id IS NULL OR employee.active);
END $$
"""
DROP_FUNCTION = "DROP FUNCTION IF EXISTS fynlo_session_state(varchar, timestamp)"
