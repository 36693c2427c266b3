"""What the user sees while long steps run."""

import sys
import threading
import time
from contextlib import contextmanager

TICK_S = 10


def say(text=""):
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


class Step:
    """A running step; :meth:`note` changes what the next tick tells."""

    def __init__(self, title):
        self.title = title
        self.detail = ""
        self.started = time.monotonic()

    def note(self, detail):
        """Remember how far the step is, for the next tick."""
        self.detail = detail

    @property
    def elapsed_s(self):
        return int(time.monotonic() - self.started)


@contextmanager
def step(title):
    """Announce a step, tell every ten seconds that it still runs, and say how long it took."""
    current = Step(title)
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(current, done), daemon=True)
    say(f"  ... {title}")
    ticker.start()
    try:
        yield current
    finally:
        done.set()
        ticker.join()
    say(f"   ok {title} ({current.elapsed_s} s)")


def _tick(current, done):
    while not done.wait(TICK_S):
        detail = f", {current.detail}" if current.detail else ""
        say(f"      {current.title}: {current.elapsed_s} s{detail}")


def ask(question):
    """Put a yes/no question; anything but yes, and no terminal, is no."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
