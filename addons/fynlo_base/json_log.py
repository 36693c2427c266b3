"""Logs: secrets are blacked out in every line; on demand each line is one JSON document."""

import json
import logging
import re
from datetime import datetime, timezone

from .settings import is_on

_HIDDEN = "***"
#: Values of keys that name a secret, in JSON, in Python's own notation and in query strings.
_NAMED = re.compile(
    r"""(?ix)
    ( ["']? \b (?: [a-z]*_? (?: password | passwd | secret | token ) | totp | pin | badge )
      (?: _?(?:hash|key) )? \\?["']? \s* [:=] \s* )
    (?: (\\?["']) .*? (?<!\\) \2 | [^\s"',;&)}\]]+ )
    """
)
#: Secrets that are known by their look: signed tokens, what follows ``Bearer``, pairing codes.
_SHAPED = re.compile(
    r"""((?i:bearer\s+)|\bcode\\?["']?\s*[:=]\s*\\?["']?(?=[A-Z0-9-]{6}))[\w.~+/=-]+"""
    r"""|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"""
)


def redact(text):
    """Return ``text`` with everything that looks like a secret blacked out."""
    text = _SHAPED.sub(lambda match: (match[1] or "") + _HIDDEN, text)
    return _NAMED.sub(lambda match: match[1] + (match[2] or "") + _HIDDEN + (match[2] or ""), text)


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
