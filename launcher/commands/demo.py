"""``./fynlo demo``: the first sale on the running store, each request and reply printed."""

from .. import files, stack
from ..errors import LauncherError
from ..first_sale import Api, sell
from ..paths import state_dir
from ..terminal import say

HELP = "make a first sale on the running store and print each request and reply"


def arguments(_parser):
    """It takes none."""


def run(_options):
    url = stack.record().get("url") if stack.is_up() else None
    demo = files.read_json(state_dir() / "demo.json")
    if not url or not demo:
        raise LauncherError("No store with a demo restaurant runs here: `./fynlo up` starts one.")
    sold = sell(Api(url), demo)
    say(f"\nSold: {sold['reference']}. In the web client: {url}/odoo, Point of Sale, Orders.")
    return 0
