-- Runs once, as superuser, on an empty cluster (psql). Odoo's own role is none: it owns its database and
-- nothing else, so a hole in Odoo reaches no other database, no file and no program of the server. The
-- gateway's owns nothing: the suite, when it is installed, lets it read what its relay needs.
\set ON_ERROR_STOP on
\set password `cat "$ODOO_DB_PASSWORD_FILE"`
\set gateway_password `cat "$GATEWAY_DB_PASSWORD_FILE"`

CREATE ROLE odoo LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE ROLE fynlo_gateway LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'gateway_password';

-- Sorted by code point, as Odoo creates its databases: indexes do not depend on the system's locales.
CREATE DATABASE fynlo OWNER odoo TEMPLATE template0 ENCODING 'UTF8'
    LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE fynlo FROM PUBLIC;
GRANT CONNECT ON DATABASE fynlo TO fynlo_gateway;

\connect fynlo
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE EXTENSION unaccent;
-- Odoo builds indexes on unaccent(), which takes an immutable function.
ALTER FUNCTION unaccent(text) IMMUTABLE;
