import logging
import os

from odoo.tests import BaseCase, get_db_name, tagged

from .cursor_race import CursorRace

_logger = logging.getLogger(__name__)
IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))
SEEDS = range(10) if IS_LONG else range(1)
TRANSACTIONS, CONNECTIONS, HELD_S = (100_000, 24, 3.0) if IS_LONG else (1600, 16, 1.0)


@tagged("post_install", "-at_install")
class TestCursorParallel(BaseCase):
    def test_the_cursor_loses_nothing_and_naive_ones_do(self):
        for seed in SEEDS:
            race = CursorRace(get_db_name(), seed, TRANSACTIONS, CONNECTIONS, HELD_S).run()
            lost = {name: race.lost(name) for name in race.cursors}
            _logger.info("Seed %s, %s rows: lost %s.", seed, len(race.committed), lost)
            for name in ("snapshot", "xmin"):
                self.assertEqual((lost[name], race.phantoms(name)), (0, 0), name)
            self.assertEqual(race.repeated("snapshot"), 0)
            for name in ("id", "write_date", "now"):
                self.assertGreater(lost[name], 0, name)
