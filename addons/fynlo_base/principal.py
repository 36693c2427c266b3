"""Who acts in a request: the one thing that the API layer tells the models."""

from dataclasses import dataclass, field

CONTEXT_KEY = "fynlo_principal"

#: Staff roles from the least to the most; each may do what the ones before it may.
STAFF_RANK = ("cashier", "supervisor", "manager", "owner")


@dataclass(frozen=True)
class Principal:
    """The verified bearer of an access token.

    Ids are database ids. ``store_id`` is the ``pos.config`` that the request is about; it is
    ``None`` on routes without a store. ``employee_id`` and ``device_id`` are ``None`` for a
    manager who signed in with a password. ``session`` is the uuid of the token family.
    ``generations`` are the cache's at the moment when the bearer was let in.
    """

    user_id: int
    company_id: int
    role: str
    session: str
    store_ids: tuple[int, ...] = ()
    store_id: int | None = None
    device_id: int | None = None
    employee_id: int | None = None
    request_id: str = ""
    generations: dict = field(default_factory=dict, compare=False, repr=False)

    def is_at_least(self, role):
        """Tell whether the bearer's staff role is ``role`` or above."""
        if self.role not in STAFF_RANK:
            return False
        return STAFF_RANK.index(self.role) >= STAFF_RANK.index(role)


def find_principal(env):
    """Return the :class:`Principal` of ``env``, or ``None`` outside an API request.

    The context may come from a web client, which can send any JSON but no Python object: the
    type check is what makes the value trustworthy.
    """
    principal = env.context.get(CONTEXT_KEY)
    return principal if isinstance(principal, Principal) else None


def principal_of(env):
    """Return the :class:`Principal` of ``env``.

    :raise RuntimeError: called outside an API request
    """
    principal = find_principal(env)
    if principal is None:
        raise RuntimeError("No API principal in this environment.")
    return principal
