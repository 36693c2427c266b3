-- What the gateway meets of Odoo and of the suite: the columns that it or the session state reads.
CREATE TABLE res_partner (id serial PRIMARY KEY, lang varchar, tz varchar);
CREATE TABLE res_users (
    id serial PRIMARY KEY, fynlo_uuid varchar DEFAULT gen_random_uuid(), active boolean DEFAULT true,
    fynlo_token_epoch integer DEFAULT 1, company_id integer DEFAULT 1, partner_id integer DEFAULT 1
);
CREATE TABLE res_company_users_rel (cid integer, user_id integer);
CREATE TABLE hr_employee (id serial PRIMARY KEY, active boolean DEFAULT true);
CREATE TABLE pos_config (
    id serial PRIMARY KEY, fynlo_uuid varchar DEFAULT gen_random_uuid(), active boolean DEFAULT true,
    company_id integer
);
CREATE TABLE fynlo_device (
    id serial PRIMARY KEY, fynlo_uuid varchar DEFAULT gen_random_uuid(),
    state varchar DEFAULT 'active', config_id integer
);
CREATE TABLE fynlo_auth_session (
    id serial PRIMARY KEY, fynlo_uuid varchar DEFAULT gen_random_uuid(), user_id integer,
    device_id integer, employee_id integer, role varchar, epoch integer DEFAULT 1,
    last_used_at timestamp, revoked_at timestamp, web_session varchar,
    expires_at timestamp DEFAULT (now() AT TIME ZONE 'UTC' + interval '30 days')
);
CREATE UNIQUE INDEX ON fynlo_auth_session (fynlo_uuid);
CREATE TABLE res_device_log (session_identifier varchar, revoked boolean);
CREATE TABLE fynlo_session_store_rel (session_id integer, config_id integer);
CREATE TABLE fynlo_user_store_rel (user_id integer, config_id integer);
CREATE TABLE fynlo_cache_change (namespace varchar);
CREATE FUNCTION fynlo_cache_generation(asked varchar) RETURNS text LANGUAGE sql AS 'SELECT asked';
CREATE TABLE ir_config_parameter (key varchar, value text);
INSERT INTO ir_config_parameter VALUES ('database.uuid', gen_random_uuid());
INSERT INTO res_partner DEFAULT VALUES;
