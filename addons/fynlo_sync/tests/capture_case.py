"""Compares what a till may see before and after an act with what was logged of it."""

from odoo.addons.fynlo_pos_api.tests.common import SellingCase

from ..engine.collection import EVERY_ROW
from ..schemas.collections import COLLECTIONS


class CaptureCase(SellingCase):
    """Reads all rows anew: whatever differs has to be in the log."""

    def read_everything(self):
        """Return ``{(collection, id): row}`` of all that Ada's till may see."""
        self.env.flush_all()
        env = self.env_as(self.ada, device=self.corner_device)
        env.invalidate_all()
        store, _book = env["fynlo.pull.collection"]._fynlo_store()
        found, sights = {}, env["fynlo.pull"]._fynlo_sights(store)
        for collection in COLLECTIONS:
            reader = env[collection.reader]
            self.env.cr.execute(sights[collection.name])
            for (id_,) in self.env.cr.fetchall():
                [row] = reader._fynlo_rows(store, [id_])
                found[collection.name, id_] = row.model_dump_json()
        return found

    def logged_since(self, mark):
        self.env.flush_all()
        self.env.cr.execute("SELECT collection, row_id FROM fynlo_change WHERE id > %s", [mark])
        return set(self.env.cr.fetchall())

    def mark(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT COALESCE(max(id), 0) FROM fynlo_change")
        return self.env.cr.fetchone()[0]

    def check(self, act, *expected):
        """Check that ``act`` changes rows of these collections, and that the log has each."""
        before, mark = self.read_everything(), self.mark()
        act()
        after, logged = self.read_everything(), self.logged_since(mark)
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        self.assertLessEqual(set(expected), {name for name, _ in changed})
        missed = {key for key in changed if key not in logged and (key[0], EVERY_ROW) not in logged}
        self.assertFalse(missed, {key: (before.get(key), after.get(key)) for key in missed})
