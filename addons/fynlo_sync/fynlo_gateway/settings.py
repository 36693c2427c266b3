"""What a gateway is told by its environment."""

import os
from dataclasses import dataclass, field, fields
from pathlib import Path


class SettingsError(ValueError):
    """A variable has no usable value."""


@dataclass(frozen=True)
class Settings:
    """One gateway's settings; each number is read from ``FYNLO_GATEWAY_<NAME>``.

    :ivar dsn: libpq connection string or URL, a secret; empty leaves all to ``PGHOST`` and its kin
    :ivar redis_url: a secret, too; empty does without Redis
    :ivar origins: further origins whose pages may connect, as in ``https://board.example.com``
    :ivar refresh_s: in so many seconds the stores of every session are read again
    :ivar blind_s: so long connections stay although nobody can say whether their sessions live
    """

    host: str = "127.0.0.1"
    dsn: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    jwks_url: str = "http://127.0.0.1:8069/api/v1/auth/jwks"
    metrics_token: str = field(default="", repr=False)
    origins: frozenset = frozenset()

    port: int = 8073
    max_connections: int = 10_000
    max_half_open: int = 2_048
    max_per_session: int = 4
    hello_s: int = 10
    ping_s: int = 25
    blind_s: int = 10
    refresh_s: int = 10
    drain_s: int = 5
    frame_bytes: int = 16_384
    write_buffer_bytes: int = 262_144
    messages_burst: int = 20
    bytes_burst: int = 131_072
    bytes_per_s: int = 8_192
    gather_ms: int = 20
    history: int = 10_000

    @classmethod
    def from_environment(cls):
        """Read all variables.

        :raise SettingsError: one of them is not a number, or is below zero
        """
        numbers = {
            item.name: _read_number(item.name, item.default)
            for item in fields(cls)
            if item.type is int
        }
        origins = read("FYNLO_GATEWAY_ORIGINS").replace(",", " ").split()
        return cls(
            host=read("FYNLO_GATEWAY_HOST") or cls.host,
            dsn=read("FYNLO_GATEWAY_DSN"),
            redis_url=read("REDIS_URL"),
            jwks_url=read("FYNLO_GATEWAY_JWKS_URL") or cls.jwks_url,
            metrics_token=read("FYNLO_METRICS_TOKEN"),
            origins=frozenset(origins),
            **numbers,
        )


def read(variable):
    """Return the variable, or the content of the file that ``<variable>_FILE`` names, or ``""``."""
    value = os.environ.get(variable, "")
    path = os.environ.get(f"{variable}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path and not value else value


def _read_number(name, default):
    text = read(f"FYNLO_GATEWAY_{name.upper()}")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"FYNLO_GATEWAY_{name.upper()} is not a whole number")
    return int(text)
