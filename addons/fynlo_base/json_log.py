"""Logs: secrets and cards are blacked out in each line, which is one JSON document on demand."""

import json
import logging
import re
from datetime import datetime, timezone
from urllib.parse import unquote_plus

from .engine.card_numbers import has_card_number, mask_card_numbers
from .settings import is_on

_HIDDEN = "***"
#: Values of keys that name a secret, in JSON, in Python's own notation and in query strings.
_NAMED = re.compile(
    r"""(?ix)
    ( ["']? \b (?: [a-z]*_? (?: password | passwd | secret | token )
          | totp | pin | badge | pan | card_?number | cvc2? | cvv2? | track_?(?:data|1|2) )
      (?: _?(?:hash|key) )? \\?["']? \s* [:=] \s* )
    (?: (\\?["']) .*? (?<!\\) \2 | [^\s"',;&)}\]]+ )
    """
)
#: Secrets that are known by their look: signed tokens, what follows ``Bearer``, pairing codes.
_SHAPED = re.compile(
    r"""((?i:bearer\s+)|\bcode\\?["']?\s*[:=]\s*\\?["']?(?=[A-Z0-9-]{6}))[\w.~+/=-]+"""
    r"""|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"""
)
_WORD = re.compile(r"\S+")


def redact(text):
    """Return ``text`` with everything that looks like a secret or a card blacked out."""
    if "?" in text or "%" in text:  # an address: spaces and digits may be encoded there
        text = _WORD.sub(_mask_encoded, text)
    text = mask_card_numbers(text)
    text = _SHAPED.sub(lambda match: (match[1] or "") + _HIDDEN, text)
    return _NAMED.sub(lambda match: match[1] + (match[2] or "") + _HIDDEN + (match[2] or ""), text)


def _mask_encoded(match):
    word = match[0]
    plain = unquote_plus(word) if "?" in word or "%" in word else ""
    return mask_card_numbers(plain) if has_card_number(plain) else word


class RedactingFormatter(logging.Formatter):
    """Blacks out the lines of another formatter, tracebacks included.

    What a caller gives as ``extra={"fynlo": {...}}`` follows the line.
    """

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def format(self, record):
        line = redact(self.inner.format(record))
        facts = getattr(record, "fynlo", {})
        told = (f"{key}={value}" for key, value in facts.items() if value not in (None, False))
        return " ".join((line, *told))


class JsonFormatter(logging.Formatter):
    """One JSON document in one line for each record.

    What a caller gives as ``extra={"fynlo": {...}}`` becomes keys of the document.
    """

    def format(self, record):
        instant = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "time": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
            "db": getattr(record, "dbname", None),
            "message": redact(record.getMessage()),
        }
        line |= getattr(record, "fynlo", {})
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, default=str)


def install():
    """Give every handler of the root logger its formatter. May be called again."""
    as_json = is_on("log_json")
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, (RedactingFormatter, JsonFormatter)):
            continue
        inner = handler.formatter or logging.Formatter()
        handler.setFormatter(JsonFormatter() if as_json else RedactingFormatter(inner))
