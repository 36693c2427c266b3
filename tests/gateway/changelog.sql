CREATE TABLE IF NOT EXISTS fynlo_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    table_name text NOT NULL, row_id bigint NOT NULL, op char(1) NOT NULL,
    store_id integer, company_id integer, device_id integer, operation uuid,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS fynlo_change_xid ON fynlo_change (xid);
CREATE TABLE IF NOT EXISTS fynlo_sync_epoch (epoch integer, system_identifier text, floor xid8);
INSERT INTO fynlo_sync_epoch SELECT 1, system_identifier, '3' FROM pg_control_system()
    WHERE NOT EXISTS (SELECT FROM fynlo_sync_epoch);
