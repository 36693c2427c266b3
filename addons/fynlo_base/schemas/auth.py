"""Wire documents of ``/auth``."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr, StringConstraints

from .base import Body, Reply

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
_Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
#: ASVS 5.0, 6.2.1 and 6.2.9: at least 8 characters, and at least 64 are allowed.
_NewPassword = Annotated[SecretStr, Field(min_length=8, max_length=128)]


class Login(Body):
    """Body of ``POST /auth/login``."""

    model_config = ConfigDict(str_strip_whitespace=False)  # a password may begin with a space

    login: _Line
    password: _Password
    totp: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    device_name: _Name | None = None  # shown in the list of sessions


class Refresh(Body):
    """Body of ``POST /auth/refresh``."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=2048)]


class PasswordForgot(Body):
    """Body of ``POST /auth/password/forgot``."""

    email: _Line


class PasswordReset(Body):
    """Body of ``POST /auth/password/reset``."""

    model_config = ConfigDict(str_strip_whitespace=False)

    token: Annotated[str, Field(min_length=1, max_length=1024)]
    password: _NewPassword


class Tokens(Reply):
    """A pair of tokens; the refresh token is good once."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int  # seconds that the access token lives

    @classmethod
    def of(cls, pair, **more):
        """Build it from a ``TokenPair``."""
        return cls.model_construct(
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            expires_in=pair.expires_in,
            **more,
        )


class AuthUser(Reply):
    """The account that requests run as."""

    id: UUID
    name: str
    email: str | None
    role: Literal["device", "kitchen", "cashier", "supervisor", "manager", "owner"]
    permissions: list[str]  # names of the operations that the role may call

    @classmethod
    def of(cls, user, role):
        """Build it from one ``res.users``, sudoed."""
        return cls.model_construct(
            id=UUID(user.fynlo_uuid),
            name=user.name,
            email=user.email or None,
            role=role,
            permissions=list(user._fynlo_permissions(role)),
        )


class AuthStore(Reply):
    """A store that the token serves."""

    id: UUID
    name: str
    currency: str  # ISO 4217
    timezone: str  # IANA name

    @classmethod
    def of(cls, store):
        """Build it from one ``pos.config``, sudoed."""
        return cls.model_construct(
            id=UUID(store.fynlo_uuid),
            name=store.name,
            currency=store.currency_id.name,
            timezone=store._fynlo_timezone(),
        )


class SignedIn(Tokens):
    """Reply of ``POST /auth/login``."""

    user: AuthUser
    stores: list[AuthStore]

    @classmethod
    def build(cls, user, role, stores, pair):
        """Build it from what ``res.users._fynlo_login`` returns."""
        views = [AuthStore.of(store) for store in stores]
        return cls.of(pair, user=AuthUser.of(user, role), stores=views)
