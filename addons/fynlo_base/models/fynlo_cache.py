import re
from hashlib import sha256
from secrets import token_hex

from odoo import api, fields, models
from odoo.tools import SQL

from ..clients import redis
from ..engine.lru import ByteCache
from ..principal import find_principal, principal_of
from ..settings import read_setting

MEMORY_BYTES = int(read_setting("cache_bytes") or 64 * 1024 * 1024)
_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,30}")
#: A namespace with more rows than this is compacted by the next background run.
_COMPACT_ROWS = 50

_memory = ByteCache(MEMORY_BYTES)


class FynloCache(models.AbstractModel):
    """Bytes that are dear to make, kept until one of the tables they came from changes.

    Triggers count the changing transactions of a namespace; the count is part of each key. So an
    entry is never invalidated: its key is simply not asked for again.
    """

    _name = "fynlo.cache"
    _description = "Fynlo cache"

    @api.model
    def _fynlo_get(self, namespace, key, across_roles=False, generation=None):
        """Return the bytes kept under ``key`` for whoever acts now, or ``None``.

        Company, language, store and role are part of every key without being asked for.

        :param key: tuple of what else the bytes depend on
        :param across_roles: the bytes are the same for every role
        :param generation: what :meth:`_fynlo_generation` has just returned, to save its query
        """
        generation = generation or self._fynlo_generation(namespace)
        full_key = self._fynlo_full_key(namespace, generation, key, across_roles)
        value = _memory.get(full_key)
        if value is None and redis.is_configured():
            value = redis.get_bytes(self._fynlo_redis_key(full_key))
            if value is not None:
                _memory.put(full_key, value)
        return value

    @api.model
    def _fynlo_put(self, namespace, key, value, across_roles=False):
        """Keep ``value`` (bytes) as read by this transaction; see :meth:`_fynlo_get`.

        Nothing is kept after a change of this transaction's own: it may be rolled back.
        """
        generation, is_changed_here = self._fynlo_count_changes(namespace)
        if is_changed_here:
            return
        full_key = self._fynlo_full_key(namespace, generation, key, across_roles)
        _memory.put(full_key, bytes(value))
        if redis.is_configured():
            redis.put_bytes(self._fynlo_redis_key(full_key), bytes(value))

    @api.model
    def _fynlo_generation(self, namespace):
        """Return a text that changes whenever a tracked table of the namespace has changed.

        It is the number of changing transactions that this one sees. A transaction that has
        changed something itself gets a text that nobody else ever gets.
        """
        generation, is_changed_here = self._fynlo_count_changes(namespace)
        return f"{generation}.{token_hex(8)}" if is_changed_here else generation

    @api.model
    def _fynlo_committed_generation(self, namespace):
        """Return the generation as it was when the request was let in, without a query.

        For a look at what is kept, and nothing else: what this transaction reads may be newer or
        its own, and belongs to :meth:`_fynlo_generation`.
        """
        return principal_of(self.env).generations.get(namespace, "")

    def _fynlo_count_changes(self, namespace):
        """Return the generation, and whether this transaction has changed something itself.

        The count alone would be wrong then: another transaction's change gives the same number.
        """
        _check_namespace(namespace)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """SELECT fynlo_cache_generation(%s),
                       COALESCE(current_setting(%s, true), '') != ''""",
                namespace,
                f"fynlo.changed_{namespace}",
            )
        )
        return self.env.cr.fetchone()

    @api.model
    def _fynlo_track(self, namespace, tables):
        """Install the triggers that count the changes of ``tables``; may be called again.

        :param tables: names of tables; or a dict from the name to the columns whose update
            counts, ``None`` for all
        """
        _check_namespace(namespace)
        columns_of = tables if isinstance(tables, dict) else dict.fromkeys(tables)
        self.env["fynlo.cache.change"]._fynlo_install_functions()
        for table, columns in columns_of.items():
            self.env.cr.execute(_trigger_query(namespace, table, columns))

    @api.model
    def _fynlo_untrack_all(self):
        """Drop every trigger, the function behind them and the one that counts."""
        self.env.cr.execute("DROP FUNCTION IF EXISTS fynlo_cache_note() CASCADE")
        self.env.cr.execute("DROP FUNCTION IF EXISTS fynlo_cache_generation(varchar)")

    def _fynlo_full_key(self, namespace, generation, key, across_roles):
        """Return everything that the bytes depend on."""
        principal = find_principal(self.env)
        return (
            self.env.cr.dbname,
            namespace,
            generation,
            self.env.company.id,
            self.env.lang,
            principal.store_id if principal else None,
            None if across_roles else self._fynlo_rights(principal),
            tuple(key),
        )

    def _fynlo_redis_key(self, full_key):
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"fynlo:cache:{database}:{sha256(repr(full_key).encode()).hexdigest()}"

    def _fynlo_rights(self, principal):
        """Outside the API nothing but the user tells what may be seen."""
        return principal.role if principal else f"user:{self.env.uid}:{self.env.su}"


class FynloCacheChange(models.Model):
    """One row for each transaction that changed a tracked table; only triggers write here."""

    _name = "fynlo.cache.change"
    _description = "Fynlo cache change"
    _log_access = False

    namespace = fields.Char(required=True, readonly=True, index=True)
    weight = fields.Integer(required=True, readonly=True, help="Number of changes it stands for")

    def init(self):
        self._fynlo_install_functions()

    def _fynlo_install_functions(self):
        """Create the trigger function, and the one that counts.

        A flag in the transaction makes it one row for each; the flag falls with a savepoint that
        is rolled back, and so does the row. The database's own number is part of the count,
        because a restored copy counts from the past.
        """
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION fynlo_cache_note() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF COALESCE(current_setting('fynlo.changed_' || TG_ARGV[0], true), '') = '' THEN
                    INSERT INTO fynlo_cache_change (namespace, weight) VALUES (TG_ARGV[0], 1);
                    PERFORM set_config('fynlo.changed_' || TG_ARGV[0], 'on', true);
                END IF;
                RETURN NULL;
            END $$;
            CREATE OR REPLACE FUNCTION fynlo_cache_generation(asked varchar) RETURNS text
            LANGUAGE plpgsql STABLE AS $$
            BEGIN
                RETURN (SELECT oid FROM pg_database WHERE datname = current_database()) || '.' ||
                    (SELECT COALESCE(sum(weight), 0) FROM fynlo_cache_change
                     WHERE namespace = asked);
            END $$
            """
        )

    @api.model
    def _cron_compact(self):
        """Merge old rows into one of the same total weight, so that counting stays cheap."""
        self.env.cr.execute(
            SQL(
                """
                WITH full_namespace AS (
                    SELECT namespace FROM fynlo_cache_change
                    GROUP BY namespace HAVING count(*) > %s
                ), gone AS (
                    DELETE FROM fynlo_cache_change AS change USING full_namespace
                    WHERE change.namespace = full_namespace.namespace
                    RETURNING change.namespace, change.weight
                )
                INSERT INTO fynlo_cache_change (namespace, weight)
                SELECT namespace, sum(weight) FROM gone GROUP BY namespace
                """,
                _COMPACT_ROWS,
            )
        )


def _check_namespace(namespace):
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError(f"Not a cache namespace: {namespace!r}.")


def _trigger_query(namespace, table, columns):
    name = SQL.identifier(f"fynlo_cache_{namespace}")
    update = SQL("UPDATE")
    if columns:
        update = SQL("UPDATE OF %s", SQL(", ").join(map(SQL.identifier, columns)))
    return SQL(
        """
        DROP TRIGGER IF EXISTS %(name)s ON %(table)s;
        CREATE TRIGGER %(name)s AFTER INSERT OR DELETE OR TRUNCATE OR %(update)s ON %(table)s
        FOR EACH STATEMENT EXECUTE FUNCTION fynlo_cache_note(%(namespace)s)
        """,
        name=name,
        table=SQL.identifier(table),
        update=update,
        namespace=namespace,
    )
