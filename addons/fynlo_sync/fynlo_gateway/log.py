"""One JSON document a line on standard error. No token, key or address of a database in it."""

import json
import logging
import re
import sys
from datetime import datetime, timezone

#: Signed tokens, what follows ``Bearer``, and the credentials of an address.
_SECRET = re.compile(r"(?i)(bearer\s+)\S+|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=://)[^/\s@]+(?=@)")
_logger = logging.getLogger("fynlo.gateway")


class JsonFormatter(logging.Formatter):
    """The event's name is ``message``; its facts are further keys."""

    def format(self, record):
        instant = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "time": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
            **getattr(record, "fynlo", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, default=str))


def redact(text):
    """Return ``text`` without what looks like a secret."""
    return _SECRET.sub(lambda match: f"{match[1] or ''}***", text)


def install():
    """Have everything of this process logged as JSON. The library's own lines are its wire's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)


def tell(event, **facts):
    """Log one event at INFO."""
    _logger.info(event, extra={"fynlo": facts})


def warn(event, **facts):
    """Log one event at WARNING: somebody should look at it if it stays."""
    _logger.warning(event, extra={"fynlo": facts})


def fail(event):
    """Log the exception that is being handled: a mistake of ours."""
    _logger.exception(event)
