"""``./fynlo up``: the suite with a demo restaurant, running."""

import json
import signal
import subprocess
import sys
import time

from .. import files, stack
from ..errors import LauncherError
from ..paths import ROOT, log_dir, state_dir
from ..terminal import say

HELP = "start Fynlo with a demo restaurant and stay until Ctrl-C"


def arguments(parser):
    parser.add_argument(
        "--port",
        type=int,
        default=8069,
        help="HTTP port; those of the websockets are 3 and 4 higher (default 8069)",
    )
    parser.add_argument("--database", default="fynlo", help="name of the database (default fynlo)")
    parser.add_argument("--workers", type=int, default=2, help="HTTP workers of Odoo (default 2)")
    parser.add_argument(
        "--redis", action="store_true", help="use Redis: REDIS_URL, else a Valkey of our own"
    )
    parser.add_argument(
        "--detach", action="store_true", help="come back as soon as it is ready; `down` stops it"
    )


def run(options):
    if stack.is_up() and stack.record().get("ready"):
        print_summary(stack.record()["url"], stack.record()["realtime"])
        return 0
    return _detach(options) if options.detach else _stay(options)


def _stay(options):
    with stack.sole_launcher(), stack.signals_interrupt():
        running = stack.Stack(options.port, options.database, options.redis, options.workers)
        try:
            running.start()
            print_summary(running.url, running.realtime_url)
            running.announce()
            say("`./fynlo down` stops it, here also Ctrl-C.")
            running.wait()
        except KeyboardInterrupt:
            say("\nStopping.")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            running.stop()
    return 0


def _detach(options):
    """Run ``up`` in a session of its own and show its output until it is ready."""
    command = [
        sys.executable,
        ROOT / "fynlo",
        "up",
        "--port",
        str(options.port),
        "--database",
        options.database,
    ]
    command += ["--workers", str(options.workers)] + (["--redis"] if options.redis else [])
    log = log_dir() / "up.log"
    with open(log, "wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with open(log) as shown:
        while child.poll() is None and not _is_ready(child.pid):
            _copy(shown)
            time.sleep(0.1)
        _copy(shown)
    if child.poll() is not None:
        raise LauncherError("It did not start.")
    return 0


def _is_ready(pid):
    """Tell whether that launcher is ready; a killed one before it may have left its record."""
    record = stack.record()
    return record.get("ready") and record["launcher"][0] == pid


def _copy(shown):
    sys.stdout.write(shown.read())
    sys.stdout.flush()


def print_summary(url, realtime_url):
    """Tell where it runs, who can sign in, and a first request."""
    demo = files.read_json(state_dir() / "demo.json") or {"logins": [], "pins": []}
    say("\nFynlo runs.")
    say(f"  Web client  {url}/odoo")
    say(f"  API         {url}/api/v1   docs: {url}/api/v1/docs")
    say(f"  Realtime    {realtime_url}")
    for login in demo["logins"]:
        say(f"  {login['role']:<11} {login['login']} / {login['password']}   ({login['name']})")
    for pin in demo["pins"]:
        say(f"  {pin['role']:<11} PIN {pin['pin']} on a paired till   ({pin['employee']})")
    manager = next((login for login in demo["logins"] if login["role"] == "manager"), None)
    if manager:
        body = json.dumps({"login": manager["login"], "password": manager["password"]})
        say(
            f"\n  curl -s {url}/api/v1/auth/login -H 'Content-Type: application/json' -d '{body}'\n"
        )
