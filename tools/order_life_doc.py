#!/usr/bin/env python3
"""Write docs/order-life.md from the table that the code steps by.

The file is loaded alone, so that neither Odoo nor a database is needed::

    python3 tools/order_life_doc.py
"""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "order-life.md"
_SOURCE = ROOT / "addons" / "fynlo_pos_api" / "engine" / "order_life.py"

_HEAD = """\
# The life of an order

<!-- Made by tools/order_life_doc.py from engine/order_life.py. Change that, then run it. -->

A step that its state does not allow is answered with 409 `illegal_transition`; `details.allowed`
lists those that it does. A finished or cancelled order is never opened again, whatever arrives
late. Each step is logged on the order: what, by whom, on which till, when, and why. How much of it
is paid is told apart, by `paymentState`.

"""


def load_life():
    """Return the module with the table."""
    spec = importlib.util.spec_from_file_location("order_life", _SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def render(life):
    """Return the text of docs/order-life.md."""
    lines = [
        "| step | " + " | ".join(life.STATES) + " |",
        "|---" * (len(life.STATES) + 1) + "|",
    ]
    for step, moves in life.STEPS.items():
        cells = (_cell(state, moves.get(state)) for state in life.STATES)
        lines.append(f"| **{step}** | " + " | ".join(cells) + " |")
    return _HEAD + "\n".join(lines) + "\n"


def _cell(before, after):
    return "" if after is None else "stays" if after == before else f"-> {after}"


if __name__ == "__main__":
    TARGET.write_text(render(load_life()))
