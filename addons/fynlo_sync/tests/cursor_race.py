"""Many transactions at once, and pollers that follow them by cursors of several kinds."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_sync.engine import pull_plan
from odoo.tools import SQL

_INSERT = """
INSERT INTO pos_category (name, fynlo_uuid, write_date)
VALUES (jsonb_build_object('en_US', %s), gen_random_uuid(), now() AT TIME ZONE 'UTC') RETURNING id
"""


class CursorRace:
    """Categories are added by parallel transactions; a part is rolled back, some stay open.

    :ivar committed: ids of the rows that were committed
    :ivar delivered: ``{cursor: [ids in the order of their delivery]}``
    """

    def __init__(self, dbname, seed, transactions, connections, held_s):
        self.dbname, self.mark = dbname, f"race {uuid4().hex}"
        self.random = random.Random(seed)
        self.transactions, self.connections, self.held_s = transactions, connections, held_s
        self.committed, self.rolled_back = [], []
        self.cursors = {
            "id": NaiveCursor("id", "0"),
            "write_date": NaiveCursor("write_date", "'2000-01-01'"),
            "now": NowCursor(),
            "snapshot": PullCursor(is_exact=True),
            "xmin": PullCursor(is_exact=False),
        }
        self.delivered = {name: [] for name in self.cursors}

    def run(self):
        """Run it to its end and take away what it has left."""
        self.poll_once()
        is_over = Event()
        seeds = [self.random.random() for _ in range(self.connections)]
        with ThreadPoolExecutor(self.connections + 1) as pool:
            poller = pool.submit(self.poll, is_over)
            writers = [pool.submit(self.insert, seed) for seed in seeds]
            try:
                for writer in writers:
                    writer.result()
            finally:
                is_over.set()
            poller.result()
        self.poll_once()
        with committing_env(self.dbname) as env:
            env.cr.execute("DELETE FROM pos_category WHERE name ->> 'en_US' = %s", [self.mark])
            ids = self.committed + self.rolled_back
            query = "DELETE FROM fynlo_change WHERE collection = 'categories' AND row_id = ANY(%s)"
            env.cr.execute(query, [ids])
        return self

    def insert(self, seed):
        own = random.Random(seed)
        with committing_env(self.dbname) as env:
            for _ in range(self.transactions // self.connections):
                env.cr.execute(_INSERT, [self.mark])
                [id_] = env.cr.fetchone()
                time.sleep(own.uniform(0, self.held_s) if own.random() < 0.01 else 0.001)
                if own.random() < 0.1:
                    env.cr.rollback()
                    self.rolled_back.append(id_)
                else:
                    env.cr.commit()
                    self.committed.append(id_)

    def poll(self, is_over):
        while not is_over.is_set():
            self.poll_once()
            time.sleep(0.01)

    def poll_once(self):
        for name, cursor in self.cursors.items():
            with committing_env(self.dbname) as env:
                self.delivered[name] += cursor.poll(env, self.mark)

    def lost(self, name):
        """Return how many committed rows a cursor has not delivered."""
        return len(set(self.committed) - set(self.delivered[name]))

    def phantoms(self, name):
        """Return how many rows a cursor has delivered that were never committed."""
        return len(set(self.delivered[name]) - set(self.committed))

    def repeated(self, name):
        """Return how many rows a cursor has delivered again."""
        return len(self.delivered[name]) - len(set(self.delivered[name]))


class NaiveCursor:
    """Asks for what is above the highest value that it has seen."""

    def __init__(self, column, start):
        self.column, self.last = SQL.identifier(column), SQL(start)

    def poll(self, env, mark):
        query = SQL(
            "SELECT id, %s FROM pos_category WHERE name ->> 'en_US' = %s AND %s > %s ORDER BY 2",
            self.column, mark, self.column, self.last,
        )  # fmt: skip
        rows = env.execute_query(query)
        if rows:
            self.last = SQL("%s", rows[-1][1])
        return [id_ for id_, _ in rows]


class NowCursor:
    """Asks for what was written since the moment of its last poll, by the server's clock."""

    def __init__(self):
        self.last = SQL("'2000-01-01'")

    def poll(self, env, mark):
        query = """SELECT id FROM pos_category
                   WHERE name ->> 'en_US' = %s AND write_date >= %s"""
        [[now]] = env.execute_query(SQL("SELECT now() AT TIME ZONE 'UTC'"))
        rows = env.execute_query(SQL(query, mark, self.last))
        self.last = SQL("%s", now)
        return [id_ for (id_,) in rows]


class PullCursor:
    """The cursor of the pull; ``is_exact`` sends the snapshot back, too."""

    def __init__(self, is_exact):
        self.is_exact, self.plan = is_exact, None

    def poll(self, env, mark):
        principal = Principal(user_id=1, company_id=1, role="manager", session="race", store_id=0)
        env = env(context={CONTEXT_KEY: principal})
        moment = env["fynlo.pull"]._fynlo_moment({})
        past = self.plan
        if past is None:
            self.plan = pull_plan.begin(0, None, (), moment)
            return []
        known = pull_plan.parse_seen(past.snapshot) if self.is_exact else None
        self.plan = pull_plan.begin(past.timestamp, known, (), moment)
        assert not self.plan.is_replacement
        changed = env["fynlo.pull.page"]._fynlo_changed(self.plan).get("categories", {})
        query = "SELECT id FROM pos_category WHERE id = ANY(%s) AND name ->> 'en_US' = %s"
        return [id_ for (id_,) in env.execute_query(SQL(query, list(changed), mark))]
