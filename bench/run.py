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

import apple_pay
import capture
import catalog
import closing
import customers
import floor
import fraud
import gateway
import growth
import imports
import orders
import payments
import push
import routes
import sync
import webhooks

SCENARIOS = {
    "floor": lambda quick: floor.run(calls=50 if quick else 250, rounds=3 if quick else 7),
    "orders": lambda quick: orders.run(calls=20 if quick else 60, rounds=1 if quick else 4),
    "catalog": lambda quick: catalog.run(calls=50 if quick else 300, own_calls=2 if quick else 5),
    "growth": lambda quick: growth.run(calls=20 if quick else 60, rounds=2 if quick else 5),
    "customers": lambda quick: customers.run(calls=5 if quick else 40),
    "fraud": lambda quick: fraud.run(days=10 if quick else 28),
    "routes": lambda quick: routes.run(calls=4 if quick else 20),
    "imports": lambda quick: imports.run(rows=1000 if quick else 50_000),
    "webhooks": lambda quick: webhooks.run(calls=5 if quick else 60),
    "payments": lambda quick: payments.run(
        events=100 if quick else 1000, duplicates=100 if quick else 1000
    ),
    "apple_pay": lambda quick: apple_pay.run(calls=50 if quick else 1000),
    "push": lambda quick: push.run(calls=2 if quick else 10, size=50),
    "capture": lambda quick: capture.run(calls=5 if quick else 15, rounds=1 if quick else 30),
    "sync": lambda quick: sync.run(calls=20 if quick else 200, own_calls=1 if quick else 3),
    "gateway": lambda quick: gateway.run(
        clients=50 if quick else 1000, crowd=100 if quick else 2000, rounds=3 if quick else 15
    ),
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
