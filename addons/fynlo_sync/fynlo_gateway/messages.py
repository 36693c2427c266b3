"""What clients say, and what they are told. Every frame is one JSON document of text."""

import json
import random
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from websockets.frames import Frame, Opcode

from .tokens import engine

#: Close codes; 1009 (frame too big) and 1011 are the protocol's own.
RESTARTING = 1012
TRY_AGAIN = 1013
BAD_MESSAGE = 4400
UNAUTHORISED = 4401
FORBIDDEN = 4403
TOO_LATE = 4408
REPLACED = 4409
TOO_MUCH = 4429

Token = Annotated[str, Field(max_length=engine.MAX_LENGTH)]


class Refused(Exception):
    """The connection ends: ``code`` is a close code, ``reason`` its snake_case name."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code, self.reason = code, reason


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Hello(_Message):
    """The first message: who it is, and the last poke that was acted on.

    ``token`` is left out when the header had one; ``store`` limits the pokes to one store.
    """

    type: Literal["hello"]
    token: Token | None = None
    last: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    epoch: Annotated[str, Field(max_length=40)] | None = None
    store: UUID | None = None


class Reauth(_Message):
    """A new access token of the same bearer, before the old one expires."""

    type: Literal["reauth"]
    token: Token


_HELLO = TypeAdapter(Hello)
_REAUTH = TypeAdapter(Reauth)


def read_hello(text):
    """Return the :class:`Hello` of a frame.

    :raise Refused: it is something else
    """
    return _read(_HELLO, text)


def read_reauth(text):
    """Return the :class:`Reauth` of a frame.

    :raise Refused: it is something else
    """
    return _read(_REAUTH, text)


def _read(adapter, text):
    if not isinstance(text, str):
        raise Refused(BAD_MESSAGE, "bad_message")
    try:
        return adapter.validate_json(text)
    except ValidationError:
        raise Refused(BAD_MESSAGE, "bad_message") from None


def frame(kind, **facts):
    """Return a frame of that type."""
    return json.dumps({"type": kind, **facts}, separators=(",", ":"))


def serialise(text):
    """Return a frame as it travels; the same bytes for every client, as nothing is compressed."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def changes(position, epoch, tables):
    """Return the poke: something changed in ``tables``."""
    return frame("changes", id=position, epoch=epoch, tables=sorted(tables))


def resync(position, epoch, spread_ms=0):
    """Return the word that pokes may be missing: pull, within ``spread_ms`` at a random moment."""
    wait_ms = random.randint(0, spread_ms)
    return frame("resync", id=position, epoch=epoch, afterMs=wait_ms)


def bye(reason, connections):
    """Return the last frame of a connection with the advice when to come back.

    Full jitter: each is told a random moment, in a window that lets about 200 a second in.

    :param connections: how many may come back at once
    """
    return frame("bye", code=reason, retryInMs=random.randint(0, spread_ms(connections)))


def spread_ms(connections):
    """Return the window, in milliseconds, over which so many should spread what they do."""
    return min(max(1_000, connections * 5), 30_000)
