"""What the gateway needs in Odoo's database. The addon installs it; no Odoo import here.

The role ``fynlo_gateway``, where there is one, is granted what the gateway needs: the changelog's
columns that say what changed for whom, the relay's place, and functions that answer about sessions.
It sees no token, no name, no price, and no row of Odoo's.
"""

#: May be run again. Wants ``fynlo_change``, ``fynlo_sync_epoch``, the kernel's session state, and
#: the column of sessions that says of which web session a page is.
CREATE = """
CREATE TABLE IF NOT EXISTS fynlo_relay (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    system_identifier text,
    epoch integer,
    snapshot pg_snapshot,
    stream integer NOT NULL DEFAULT 0,
    position bigint NOT NULL DEFAULT 0
);
INSERT INTO fynlo_relay DEFAULT VALUES ON CONFLICT DO NOTHING;

-- Sessions that live, and what they serve: the kernel's own answer, for many at once.
CREATE OR REPLACE FUNCTION fynlo_gateway_sessions(asked text[])
RETURNS TABLE (session text, user_id int, user_uuid text, device_id int, stores json)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT uuid, state.user_id, users.fynlo_uuid, state.device_id, state.stores
    FROM unnest(asked) AS uuid
    CROSS JOIN LATERAL fynlo_session_state(uuid, (now() AT TIME ZONE 'UTC')::timestamp) AS state
    JOIN res_users AS users ON users.id = state.user_id
$$;

-- Sessions that are over, by the same rules and without their stores: asked every second.
-- A page of the web client has one store, and a web session that its user may revoke.
CREATE OR REPLACE FUNCTION fynlo_gateway_ended(asked text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT unnest(asked)
    EXCEPT
    SELECT session.fynlo_uuid
    FROM fynlo_auth_session AS session
    JOIN res_users AS users ON users.id = session.user_id AND users.active
        AND users.fynlo_token_epoch = session.epoch
    LEFT JOIN fynlo_device AS device ON device.id = session.device_id
    LEFT JOIN hr_employee AS employee ON employee.id = session.employee_id
    WHERE session.fynlo_uuid = ANY (asked)
      AND session.revoked_at IS NULL AND session.expires_at > now() AT TIME ZONE 'UTC'
      AND (session.device_id IS NULL OR device.state = 'active')
      AND (session.employee_id IS NULL OR employee.active)
      AND (session.web_session IS NULL OR (
          NOT EXISTS (SELECT FROM res_device_log AS log
                      WHERE log.session_identifier = session.web_session AND log.revoked)
          AND EXISTS (SELECT FROM fynlo_session_store_rel AS served
                      JOIN pos_config AS store ON store.id = served.config_id AND store.active
                      WHERE served.session_id = session.id
                        AND store.company_id IN (SELECT cid FROM res_company_users_rel
                                                 WHERE user_id = users.id)
                        AND (store.id IN (SELECT config_id FROM fynlo_user_store_rel
                                          WHERE user_id = users.id)
                             OR NOT EXISTS (SELECT FROM fynlo_user_store_rel
                                            WHERE user_id = users.id)))))
$$;

CREATE OR REPLACE FUNCTION fynlo_gateway_issuer() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'fynlo:' || value FROM ir_config_parameter WHERE key = 'database.uuid'
$$;

REVOKE ALL ON FUNCTION fynlo_gateway_sessions(text[]), fynlo_gateway_ended(text[]),
    fynlo_gateway_issuer() FROM PUBLIC;

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'fynlo_gateway') THEN
        GRANT SELECT (xid, table_name, store_id, company_id) ON fynlo_change TO fynlo_gateway;
        GRANT SELECT ON fynlo_sync_epoch TO fynlo_gateway;
        GRANT SELECT, UPDATE ON fynlo_relay TO fynlo_gateway;
        GRANT EXECUTE ON FUNCTION fynlo_gateway_sessions(text[]), fynlo_gateway_ended(text[]),
            fynlo_gateway_issuer() TO fynlo_gateway;
    END IF;
END $$;
"""

DROP = """
DROP FUNCTION IF EXISTS fynlo_gateway_sessions(text[]);
DROP FUNCTION IF EXISTS fynlo_gateway_ended(text[]);
DROP FUNCTION IF EXISTS fynlo_gateway_issuer();
DROP TABLE IF EXISTS fynlo_relay;
"""
