"""The measurements of the README. ``./fynlo bench [--only NAME] [--quick] [--json FILE]``.

Everything is measured here and now, on a PostgreSQL with durable settings, two Odoo workers and
the clients on the same machine. Compare the ratios: the machine's own speed cancels out there.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path

import catalog
import closing
import customers
import floor
import growth
import orders
import routes

SCENARIOS = {
    "floor": lambda quick: floor.run(calls=50 if quick else 250, rounds=3 if quick else 7),
    "orders": lambda quick: orders.run(calls=20 if quick else 60, rounds=1 if quick else 4),
    "catalog": lambda quick: catalog.run(calls=50 if quick else 300, own_calls=2 if quick else 5),
    "growth": lambda quick: growth.run(calls=20 if quick else 60, rounds=2 if quick else 5),
    "customers": lambda quick: customers.run(calls=5 if quick else 40),
    "routes": lambda quick: routes.run(calls=4 if quick else 20),
    "closing": lambda quick: closing.run(orders=200 if quick else 1000),
}


def _print_table(name, figures, indent="  "):
    print(f"\n{name}")
    for key, value in figures.items():
        pairs = value.items() if isinstance(value, dict) else ()
        shown = "  ".join(f"{label}={number}" for label, number in pairs) or value
        print(f"{indent}{key:<18} {shown}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=SCENARIOS, action="append")
    parser.add_argument("--quick", action="store_true", help="small numbers: does it run at all")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    report = {"machine": machine, "startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    for name in options.only or SCENARIOS:
        report[name] = SCENARIOS[name](options.quick)
        _print_table(name, report[name])
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
