import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import odoo
from odoo.tests import BaseCase, tagged
from odoo.tools import config

#: What a worker process does: import the module, count, and render on demand.
WORKER = """
import sys
import odoo.init, odoo.addons
from odoo.tools import config
config.parse_config(["--addons-path", sys.argv[1], "--data-dir", sys.argv[2], "--workers", "2"])
from odoo.modules.module import initialize_sys_path
initialize_sys_path()
from odoo.addons.fynlo_base.http import metrics
for _ in range(int(sys.argv[3])):
    metrics.observe_request("/orders", "POST", 201, 0.03, None, True)
if sys.argv[4] == "render":
    print(metrics.render({"queue_rows": ("Rows", 7)}).decode())
"""


@tagged("post_install", "-at_install")
class TestWorkers(BaseCase):
    def run_worker(self, data_dir, count, mode):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name != "PROMETHEUS_MULTIPROC_DIR" and not name.startswith("ODOO")
        }
        environment["PYTHONPATH"] = str(Path(odoo.__path__[0]).parent)
        addons = ",".join(map(str, config["addons_path"]))
        command = [sys.executable, "-c", WORKER, addons, data_dir, str(count), mode]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_workers_are_added_up_and_the_dead_are_folded(self):
        with TemporaryDirectory() as data_dir:
            self.run_worker(data_dir, 3, "count")
            self.run_worker(data_dir, 4, "count")
            text = self.run_worker(data_dir, 5, "render")
            labels = 'method="POST",route="/orders",status="201"'
            self.assertIn(f"fynlo_http_request_seconds_count{{{labels}}} 12.0\n", text)
            self.assertIn(f'fynlo_http_request_seconds_bucket{{le="0.05",{labels}}} 12.0\n', text)
            self.assertIn(f'fynlo_http_request_seconds_bucket{{le="0.02",{labels}}} 0.0\n', text)
            self.assertIn('fynlo_http_replays_total{route="/orders"} 12.0\n', text)
            self.assertIn("fynlo_queue_rows 7.0\n", text)
            (directory,) = Path(data_dir, "fynlo_metrics").iterdir()
            self.assertEqual(directory.stat().st_mode & 0o777, 0o700)
            kinds = {path.name for path in directory.glob("*_gone.db")}
            self.assertEqual(kinds, {"counter_gone.db", "histogram_gone.db"})
            self.assertEqual(len(list(directory.glob("*.db"))), 4)  # the dead, and the last one
            again = self.run_worker(data_dir, 0, "render")
            self.assertIn(f"fynlo_http_request_seconds_count{{{labels}}} 12.0\n", again)
