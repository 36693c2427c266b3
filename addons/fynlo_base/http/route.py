"""``api_route``: everything about a route in one place, beside its handler."""

from dataclasses import dataclass
from functools import partial

from odoo.http import route

from .. import exceptions as exc
from ..schemas.base import EmptyReply
from .reply import RawReply

API_PREFIX = "/api/v1"
API_VERSION = "1.0.0"
ROUTING_TYPE = "fynlo"
BODY_LIMIT_BYTES = 1024 * 1024

ANYONE = frozenset()  # no token asked
DEVICE = frozenset({"device"})
KITCHEN = frozenset({"kitchen", "cashier", "supervisor", "manager", "owner"})
CASHIER = frozenset({"cashier", "supervisor", "manager", "owner"})
SUPERVISOR = frozenset({"supervisor", "manager", "owner"})
MANAGER = frozenset({"manager", "owner"})
OWNER = frozenset({"owner"})
STAFF = KITCHEN
DEVICE_OR_STAFF = DEVICE | STAFF


@dataclass(frozen=True)
class ApiSpec:
    """What one route takes, gives and demands. Read by the dispatcher and by the OpenAPI document.

    :ivar path: path below ``/api/v1`` in werkzeug's syntax
    :ivar name: operation name, ``<tag>.<handler>``; also the permission's name
    :ivar body: schema of the JSON body, or ``None``
    :ivar query: schema of the query string, or ``None`` (then no parameter is allowed)
    :ivar reply: schema of ``data``; :class:`~.reply.RawReply` if the success is no envelope
    :ivar roles: roles that may call it; empty means no token is asked
    :ivar store_scoped: whether the request is about one store (``X-Store-Id``)
    :ivar status: status of a success
    :ivar rate: class of the rate limit: ``read``, ``write``, ``auth``, ``bulk`` or ``none``
    :ivar replayable: whether an answer is stored for the same id or ``Idempotency-Key``
    :ivar errors: error classes of the route's own, beside those every route can give
    :ivar media_type: content type of a success that is no envelope
    :ivar files: content types of a success that the query may ask for instead of the envelope
    :ivar inflated_limit: most bytes that a body under gzip may inflate to; ``body_limit`` if 0
    :ivar is_batch: the body holds records that have nothing to do with each other: the handler
        looks at each for card numbers and for text that cannot be stored
    :ivar cached: whether the reply carries an ``ETag`` and ``If-None-Match`` may give 304
    """

    path: str
    name: str
    methods: tuple
    summary: str
    description: str
    reply: type
    roles: frozenset
    body: type | None = None
    query: type | None = None
    store_scoped: bool = False
    status: int = 200
    rate: str = "read"
    replayable: bool = False
    errors: tuple = ()
    body_limit: int = BODY_LIMIT_BYTES
    inflated_limit: int = 0
    is_batch: bool = False
    message: str = "OK"
    media_type: str = "application/json"
    cached: bool = False
    files: tuple = ()

    @property
    def tag(self):
        """First part of the operation's name: the controller's module."""
        return self.name.partition(".")[0]

    @property
    def is_enveloped(self):
        """Whether a success is the envelope around ``reply``."""
        return not issubclass(self.reply, RawReply)

    def possible_errors(self):
        """Return the error classes that this route can answer, sorted by status and code."""
        found = {exc.BusyError, exc.InternalError, exc.InvalidFieldsError, exc.RateLimitedError}
        found.add(exc.CardNumberNotAllowedError)
        if self.roles:
            found |= {exc.TokenMissingError, exc.TokenInvalidError, exc.TokenExpiredError}
            found.add(exc.ForbiddenError)
        if self.store_scoped:
            found |= {exc.StoreForbiddenError, exc.StoreRequiredError}
        if "<" in self.path:
            found.add(exc.NotFoundError)
        if self.body:
            found |= {exc.InvalidJsonError, exc.MalformedRequestError}
            found |= {exc.PayloadTooLargeError, exc.UnsupportedMediaTypeError}
        if self.methods != ("GET",):
            found |= {exc.BusinessRuleError, exc.ConflictError}
        if self.replayable:
            found.add(exc.IdempotencyConflictError)
        return sorted(found | set(self.errors), key=lambda cls: (cls.status, cls.code))


def api_route(path, *, methods, roles, reply=EmptyReply, **options):
    """Declare a handler as a route of the API.

    The handler gets ``command`` (an instance of ``body``) and ``query`` (an instance of
    ``query``) if the route has them, and the converted parts of the path by name. It returns an
    instance of ``reply``, or a :class:`~.reply.BytesReply`. The first line of its docstring is
    the summary in the OpenAPI document.

    :param path: path below ``/api/v1``, e.g. ``"/orders/<uuid:order_id>"``
    :param options: further fields of :class:`ApiSpec`
    """
    methods = tuple(methods)
    is_write = methods != ("GET",)
    options.setdefault("rate", "write" if is_write else "read")
    options.setdefault("replayable", methods == ("POST",) and bool(roles))

    def decorate(handler):
        summary, _, description = (handler.__doc__ or "").strip().partition("\n")
        tag = handler.__module__.rpartition(".")[2]
        spec = ApiSpec(
            path=path,
            name=f"{tag}.{handler.__name__}",
            methods=methods,
            summary=summary.rstrip("."),
            description=" ".join(description.split()),
            reply=reply,
            roles=frozenset(roles),
            **options,
        )
        declare = partial(route, type=ROUTING_TYPE, auth="none", csrf=False, readonly=False)
        return declare(f"{API_PREFIX}{path}", methods=list(methods), fynlo=spec)(handler)

    return decorate
