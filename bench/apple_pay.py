"""What it costs to believe an Apple Pay token, and to open one: processor time, no database."""

import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from load import Sample

_ADDON = Path(__file__).resolve().parents[1] / "addons" / "fynlo_payments"
sys.path[:0] = [str(_ADDON), str(_ADDON / "tests" / "peers")]  # neither needs Odoo

from apple_ca import AppleAuthority  # noqa: E402
from engine.apple_pay_decrypt import read_sealed_amount  # noqa: E402
from engine.apple_pay_keys import make_key_pair, merchant_hash  # noqa: E402
from engine.apple_pay_token import check_token, read_token  # noqa: E402

_MERCHANT = "merchant.example.fynlo"


def run(calls):
    """Return the milliseconds of processor that checking takes, and checking and opening."""
    apple, order = AppleAuthority(), str(uuid4())
    figures = {}
    for kind in ("ec", "rsa"):
        pair = make_key_pair(_MERCHANT, kind)
        document = _read(apple.mint(order, pair.public, _MERCHANT))
        for name, private in (("check", None), ("check and open", pair.private)):
            sample = Sample(name)
            sample.latencies_ms = [
                _measure(document, order, apple.root, private) for _ in range(calls)
            ]
            kept = ("requests", "p50Ms", "p95Ms", "maxMs")
            figures[f"{document.version} {name}"] = {
                label: figure for label, figure in sample.figures().items() if label in kept
            }
    return figures


def _measure(document, order, root, private):
    start = time.process_time()
    token = read_token(document)
    check_token(token, order, root, datetime.now(timezone.utc))
    if private:
        read_sealed_amount(token, private, merchant_hash(_MERCHANT))
    return (time.process_time() - start) * 1000


def _read(document):
    """Return ``paymentData`` as the schema of the route does."""
    header = document["header"]
    return SimpleNamespace(
        version=document["version"],
        data=document["data"],
        signature=document["signature"],
        header=SimpleNamespace(
            public_key_hash=header["publicKeyHash"],
            transaction_id=header["transactionId"],
            application_data=header["applicationData"],
            ephemeral_public_key=header.get("ephemeralPublicKey"),
            wrapped_key=header.get("wrappedKey"),
        ),
    )
