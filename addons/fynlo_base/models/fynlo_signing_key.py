import base64
import logging
import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from functools import cached_property

from odoo import api, fields, models, tools

from ..engine import secrets as vault
from ..engine import tokens

_logger = logging.getLogger(__name__)

ROTATION_DAYS = 30
#: How long a verifier may keep the key set. The next key is in it from the rotation before its own.
JWKS_MAX_AGE_S = 300
_LAST_TOKEN = timedelta(seconds=tokens.LIFETIME_S + tokens.LEEWAY_S)


@dataclass(frozen=True)
class KeyRing:
    """The keys of one database, as every worker keeps them in memory.

    :ivar issuer: ``iss`` of this database's tokens
    :ivar kid: id of the signing key, ``None`` when there is none
    :ivar sealed: its private key, encrypted
    :ivar verify_keys: ``{header: VerifyKey}``
    :ivar known: claims of the tokens that these keys have verified
    """

    issuer: str
    kid: str | None
    sealed: bytes = field(repr=False)
    verify_keys: dict = field(repr=False)
    known: dict = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def private_key(self):
        """The signing key, decrypted once per worker."""
        return tokens.load_private_key(vault.decrypt(_purpose(self.kid), self.sealed))


class FynloSigningKey(models.Model):
    """Key pairs of the access tokens. The private half is useless without the server's secret."""

    _name = "fynlo.signing.key"
    _description = "Fynlo signing key"
    _order = "id desc"
    _rec_name = "kid"

    kid = fields.Char("Key ID", required=True, readonly=True, copy=False)
    state = fields.Selection(
        [("next", "Next"), ("current", "Signing"), ("retired", "Retired")],
        required=True,
        readonly=True,
        help="Next: published, not used yet. Retired: signs no more, verifies its last tokens.",
    )
    public_jwk = fields.Json("Public key", required=True, readonly=True)
    private_key = fields.Text(required=True, readonly=True, groups=fields.NO_ACCESS)
    signs_since = fields.Datetime(readonly=True)
    expires_at = fields.Datetime("Verifies until", readonly=True)

    _kid_unique = models.UniqueIndex("(kid)")
    _one_next_and_current = models.UniqueIndex("(state) WHERE state IN ('next', 'current')")

    # --- Use

    @api.model
    def _fynlo_sign(self, claims, audience=tokens.AUDIENCE):
        """Return an access token with ``claims`` (``sub``, ``sid``, ``role``, ...).

        :param audience: who shall take it

        :raise NotConfiguredError: the server has no secret
        """
        ring = self._fynlo_ring()
        try:
            private_key = ring.private_key if ring.kid else None
        except vault.UndecryptableError:
            private_key = None
        if private_key is None:
            self._fynlo_ensure_current()
            ring = self._fynlo_ring()
            private_key = ring.private_key
        claims = {"iss": ring.issuer, **claims}
        return tokens.sign(private_key, ring.kid, claims, int(time.time()), audience)

    @api.model
    def _fynlo_verify(self, token):
        """Return the claims of an access token of this database.

        :raise TokenTimeError: expired
        :raise TokenError: not a token of ours
        """
        ring = self._fynlo_ring()
        return tokens.verify(token, ring.verify_keys, ring.issuer, time.time(), ring.known)

    @api.model
    def _fynlo_list_jwks(self):
        """Return the key set (RFC 7517) for the tokens of now and after the next rotation."""
        valid = self.sudo()._fynlo_valid()
        return {"keys": [key.public_jwk for key in valid]}

    @api.model
    @tools.ormcache()
    def _fynlo_ring(self):
        """Return the :class:`KeyRing`, the same object until a key changes on any worker."""
        keys_sudo = self.sudo()
        current = keys_sudo.search([("state", "=", "current")])
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return KeyRing(
            issuer=f"fynlo:{database}",
            kid=current.kid or None,
            sealed=base64.b64decode(current.private_key or ""),
            verify_keys={
                tokens.make_header(key.kid): tokens.VerifyKey(
                    tokens.load_jwk(key.public_jwk),
                    _to_seconds(key.expires_at) if key.expires_at else float("inf"),
                )
                for key in keys_sudo._fynlo_valid()
            },
        )

    def _fynlo_valid(self):
        """Return the keys that verify: all but the retired ones whose last token is over."""
        now = fields.Datetime.now()
        return self.search(["|", ("expires_at", "=", False), ("expires_at", ">", now)])

    # --- Life of a key

    @api.model
    def _fynlo_ensure_current(self):
        """Make sure that there is a key to sign with; replace those that cannot be decrypted.

        After the loss of the server's secret the old keys expire at once, so their tokens die;
        refresh tokens stay good.

        :raise NotConfiguredError: the server has no secret
        """
        keys_sudo = self.sudo().search([("state", "in", ("next", "current"))])
        unusable = keys_sudo.filtered(lambda key: not key._fynlo_can_decrypt())
        if unusable:
            _logger.warning("Signing keys of another secret found: they are replaced now.")
            unusable.write({"state": "retired", "expires_at": fields.Datetime.now()})
            unusable.flush_recordset()  # their places must be free for the new ones
        usable = keys_sudo - unusable
        if "current" not in usable.mapped("state"):
            usable.unlink()  # a next key without a current one: start over with both
            self._fynlo_make("current", signs_since=fields.Datetime.now())
            self._fynlo_make("next")
        elif "next" not in usable.mapped("state"):
            self._fynlo_make("next")
        self.env.registry.clear_cache()

    @api.model
    def _fynlo_rotate(self):
        """Retire the current key, sign with the next one, and publish a new next one.

        :raise NotConfiguredError: the server has no secret
        :raise LockError: another worker is rotating now
        """
        self._fynlo_ensure_current()
        keys_sudo = self.sudo().search([("state", "in", ("next", "current"))])
        keys_sudo.lock_for_update()
        now = fields.Datetime.now()
        current = keys_sudo.filtered(lambda key: key.state == "current")
        current.write({"state": "retired", "expires_at": now + _LAST_TOKEN})
        current.flush_recordset()  # one row at a time may be current
        (keys_sudo - current).write({"state": "current", "signs_since": now})
        (keys_sudo - current).flush_recordset()
        self._fynlo_make("next")
        self.env.registry.clear_cache()

    def action_rotate(self):
        """Button of the list: rotate now."""
        self.check_access("write")
        self._fynlo_rotate()

    @api.model
    def _cron_rotate(self):
        """Rotate when the current key is old enough, and drop the keys that verify nothing."""
        limit = fields.Datetime.now() - timedelta(days=ROTATION_DAYS)
        if self.search_count([("state", "=", "current"), ("signs_since", ">", limit)]) == 0:
            self._fynlo_rotate()
        self.search([("expires_at", "<", fields.Datetime.now())]).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_clear_ring(self):
        self.env.registry.clear_cache()

    def _fynlo_make(self, state, **vals):
        """Create one key, sudoed; of two workers at once one meets the unique index."""
        kid = secrets.token_hex(8)
        der = tokens.make_private_key()
        sealed = base64.b64encode(vault.encrypt(_purpose(kid), der)).decode()
        jwk = tokens.make_jwk(tokens.load_private_key(der).public_key(), kid)
        values = {"kid": kid, "state": state, "public_jwk": jwk, "private_key": sealed, **vals}
        return self.sudo().create(values)

    def _fynlo_can_decrypt(self):
        try:
            vault.decrypt(_purpose(self.kid), base64.b64decode(self.private_key))
        except vault.UndecryptableError:
            return False
        return True


def _purpose(kid):
    """Bind the encrypted bytes to their row: those of another key do not decrypt."""
    return f"signing-key:{kid}"


def _to_seconds(value):
    return value.replace(tzinfo=timezone.utc).timestamp()
