from dataclasses import dataclass

from odoo import api, models
from odoo.modules.module import Manifest

from ..clients import redis
from ..engine import secrets
from ..exceptions import NotReadyError
from ..schemas.health import ReadyView

#: Age of the newest run of the every-minute job from which the background is called late.
_CRON_LATE_S = 300


@dataclass(frozen=True)
class Check:
    """Outcome of one check.

    :ivar status: ``ok``; ``degraded`` (works, somebody should look); ``failed`` (send no
        requests here); ``not_installed``
    :ivar detail: one sentence for the operator; no secrets
    """

    name: str
    status: str
    detail: str = ""


class FynloHealth(models.AbstractModel):
    """Whether this server can do its work now. Addons add their own checks."""

    _name = "fynlo.health"
    _description = "Fynlo health"

    @api.model
    def _fynlo_report(self, with_details):
        """Run all checks and return them as a :class:`~..schemas.health.ReadyView`.

        :param with_details: tell the operator's sentences too
        :raise NotReadyError: a check has failed; its details are the same document
        """
        report = ReadyView.from_checks(self._fynlo_checks(), with_details)
        if report.status != "ready":
            raise NotReadyError(details=report.model_dump(by_alias=True))
        return report

    @api.model
    def _fynlo_checks(self):
        """Return the :class:`Check` of everything the API needs. Override to add some."""
        checks = [
            self._fynlo_check_database(),
            self._fynlo_check_modules(),
            self._fynlo_check_secret(),
            self._fynlo_check_signing_key(),
            Check("changelog", "not_installed"),
            self._fynlo_check_cron(),
        ]
        if redis.is_configured():
            checks.append(self._fynlo_check_redis())
        return checks

    @api.model
    def _fynlo_gauges(self):
        """Return ``{name: (help, value)}`` for ``/metrics``. Override to add some."""
        self.env.cr.execute(
            """SELECT (SELECT count(*) FROM fynlo_lockout
                       WHERE locked_until > now() AT TIME ZONE 'UTC'),
                      (SELECT count(*) FROM fynlo_audit_queue)"""
        )
        lockouts, queue = self.env.cr.fetchone()
        return {
            "lockouts_active": ("Keys that are locked out now", lockouts),
            "audit_queue_rows": ("Rows of the audit trail that wait for their seal", queue),
            "cron_lag_seconds": ("How late the every-minute job is", self._fynlo_cron_lag()),
        }

    def _fynlo_check_database(self):
        self.env.cr.execute("SELECT pg_is_in_recovery()")
        if self.env.cr.fetchone()[0]:
            return Check("database", "failed", "The database is a read-only replica.")
        return Check("database", "ok")

    def _fynlo_check_modules(self):
        """Compare the version each module has in the database with that of its code."""
        self.env.cr.execute(
            """SELECT name, state, latest_version FROM ir_module_module
               WHERE name LIKE 'fynlo\\_%' AND state != 'uninstalled' ORDER BY name"""
        )
        stale = [
            name
            for name, state, version in self.env.cr.fetchall()
            if state != "installed" or version != _code_version(name)
        ]
        if stale:
            return Check("migrations", "failed", f"To be upgraded: {', '.join(stale)}.")
        return Check("migrations", "ok")

    def _fynlo_check_secret(self):
        if not secrets.is_configured():
            return Check("secret_key", "failed", "FYNLO_SECRET_KEY is not set, or too short.")
        return Check("secret_key", "ok")

    def _fynlo_check_signing_key(self):
        """With a usable secret, a missing or foreign key is replaced at the next sign-in."""
        ring = self.env["fynlo.signing.key"]._fynlo_ring()
        if not secrets.is_configured():
            return Check("signing_key", "failed", "It does not open without the secret.")
        if ring.kid is None:
            return Check("signing_key", "ok", "It will be made at the first sign-in.")
        try:
            bool(ring.private_key)
        except secrets.UndecryptableError:
            return Check("signing_key", "degraded", "It is of another secret: new at next sign-in.")
        return Check("signing_key", "ok")

    def _fynlo_check_cron(self):
        """A late background stops no sale, so it does not take the server out of service."""
        lag_s = self._fynlo_cron_lag()
        status = "degraded" if lag_s > _CRON_LATE_S else "ok"
        return Check("cron", status, f"The every-minute job is {lag_s:.0f} seconds late.")

    def _fynlo_cron_lag(self):
        job = self.env.ref("fynlo_base.ir_cron_seal").sudo()
        self.env.cr.execute(
            """SELECT GREATEST(EXTRACT(EPOCH FROM now() AT TIME ZONE 'UTC' - nextcall), 0)::float8
               FROM ir_cron WHERE id = %s""",
            (job.id,),
        )
        return self.env.cr.fetchone()[0]

    def _fynlo_check_redis(self):
        """Redis gives speed, never rightness: without it the server is still ready."""
        try:
            redis.ping()
        except redis.RedisLostError as error:
            return Check("redis", "degraded", str(error))
        return Check("redis", "ok")


def _code_version(name):
    manifest = Manifest.for_addon(name, display_warning=False)
    return manifest and manifest["version"]
