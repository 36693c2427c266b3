import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.engine import secrets as vault
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ..engine.apple_pay_keys import CertificateRefused, check_certificate, make_key_pair

#: Days before the end of a certificate on which somebody is told.
ALERT_DAYS = (60, 30, 14, 7, 1)
_NEVER = max(ALERT_DAYS) + 1
#: Apple takes as many of one merchant at once.
_MOST_PROCESSING = 2
#: Payments in mainland China are encrypted for RSA keys.
_RSA_COUNTRIES = ("CN",)
_SERVER_FIELDS = frozenset(("sealed_key", "public_key", "request", "alerted_days"))


class FynloApplePayCertificate(models.Model):
    """A key pair of a merchant and the certificate that Apple has given it.

    The private half is useless without the server's secret. Where the payment provider keeps the
    key, the certificate alone is here: by its hash tokens for this merchant are told.
    """

    _name = "fynlo.apple.pay.certificate"
    _inherit = ["fynlo.uuid.mixin", "fynlo.store.mixin"]
    _description = "Apple Pay certificate"
    _order = "kind, id desc"
    _rec_name = "kind"
    _fynlo_scope = frozenset(("merchant_id",))

    merchant_id = fields.Many2one(
        "fynlo.apple.pay.merchant", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, precompute=True)
    kind = fields.Selection(
        [("processing", "Payment Processing"), ("identity", "Merchant Identity")], required=True
    )
    key_place = fields.Selection(
        [("here", "This Server"), ("gateway", "The Provider")],
        "Private Key",
        required=True,
        default="here",
    )
    active = fields.Boolean(default=True)
    sealed_key = fields.Text(readonly=True, copy=False, groups=fields.NO_ACCESS)
    public_key = fields.Text(readonly=True, copy=False)
    request = fields.Binary("Signing Request", readonly=True, copy=False, attachment=False)
    request_name = fields.Char(compute="_compute_request_name")
    certificate = fields.Binary("Apple's Certificate", copy=False, attachment=False)
    public_key_hash = fields.Char(compute="_compute_facts", store=True, index=True)
    starts_at = fields.Datetime("Valid From", compute="_compute_facts", store=True)
    expires_at = fields.Datetime("Valid Until", compute="_compute_facts", store=True, index=True)
    days_left = fields.Integer(compute="_compute_days_left")
    state = fields.Selection(
        [
            ("requested", "Waits for Apple"),
            ("valid", "Valid"),
            ("expired", "Expired"),
            ("retired", "Retired"),
        ],
        compute="_compute_days_left",
    )
    alerted_days = fields.Integer(default=_NEVER, readonly=True, copy=False)

    @api.depends("kind")
    def _compute_request_name(self):
        for row in self:
            row.request_name = f"{row.kind}.certSigningRequest"

    @api.depends("certificate")
    def _compute_facts(self):
        for row in self:
            try:
                facts = row._fynlo_check_content()
            except CertificateRefused:
                facts = None  # the constraint says why
            row.public_key_hash = facts and facts.public_key_hash
            row.starts_at = facts and facts.starts_at
            row.expires_at = facts and facts.expires_at

    @api.depends("active", "expires_at")
    def _compute_days_left(self):
        now = fields.Datetime.now()
        for row in self:
            left = row.expires_at - now if row.expires_at else timedelta()
            row.days_left = left.days
            row.state = "requested"
            if row.expires_at:
                row.state = "valid" if left > timedelta() else "expired"
            if not row.active:
                row.state = "retired"

    @api.constrains("certificate", "merchant_id")
    def _check_certificate(self):
        reasons = {
            "malformed": self.env._("This is no certificate."),
            "other_key": self.env._("The certificate belongs to another key."),
            "other_merchant": self.env._("The certificate belongs to another merchant ID."),
        }
        for row in self:
            try:
                row._fynlo_check_content()
            except CertificateRefused as error:
                raise ValidationError(reasons[error.reason]) from error

    @api.constrains("kind", "key_place", "active", "merchant_id")
    def _check_places(self):
        if any((row.kind, row.key_place) == ("identity", "gateway") for row in self):
            raise ValidationError(self.env._("The identity's key has to be on this server."))
        groups = self._read_group(
            [("merchant_id", "in", self.merchant_id.ids), ("kind", "=", "processing")],
            ["merchant_id"],
            ["__count"],
        )
        if any(count > _MOST_PROCESSING for _merchant, count in groups):
            raise ValidationError(
                self.env._("A merchant has two processing keys at most. Archive one first.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Make a key pair for each that has it here."""
        if not self.env.su and any(not _SERVER_FIELDS.isdisjoint(vals) for vals in vals_list):
            raise AccessError(self.env._("Only the server makes keys."))
        rows = super().create(vals_list)
        for row in rows:
            if row.key_place == "here":
                row._fynlo_make_key()
            row._fynlo_note("apple_pay.key")
        return rows

    def write(self, vals):
        """A key stays as it was made; a new certificate is told of anew."""
        check_server_fields(self, vals, _SERVER_FIELDS | {"kind", "key_place", "merchant_id"})
        result = super().write(vals)
        if "certificate" in vals:
            for row in self:
                # Who may write the certificate begins its alerts anew by it.
                row.sudo().alerted_days = _NEVER
                row._fynlo_note("apple_pay.certificate")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_note(self):
        for row in self:
            row._fynlo_note("apple_pay.key_deleted")

    def _fynlo_note(self, action):
        facts = {"kind": self.kind, "merchant": self.merchant_id.identifier}
        facts |= {"expires": str(self.expires_at or "")}
        self.env["fynlo.audit"]._fynlo_log(action, self, facts)

    # --- Keys

    def _fynlo_make_key(self):
        """Make the key pair of one row."""
        self.check_access("write")
        merchant = self.merchant_id
        in_rsa = self.kind == "identity" or merchant.country_id.code in _RSA_COUNTRIES
        pair = make_key_pair(merchant.identifier, "rsa" if in_rsa else "ec")
        sealed = vault.encrypt(self._fynlo_purpose(), pair.private)
        # The column is nobody's to read or write; the right to make a key is checked above.
        self.sudo().write(
            {
                "sealed_key": base64.b64encode(sealed).decode(),
                "public_key": base64.b64encode(pair.public).decode(),
                "request": base64.b64encode(pair.request),
            }
        )

    def _fynlo_open_key(self):
        """Return the private key (DER, PKCS 8) of one row, sudoed.

        :raise UndecryptableError: it was sealed under another secret of this server
        """
        return vault.decrypt(self._fynlo_purpose(), base64.b64decode(self.sealed_key or ""))

    def _fynlo_purpose(self):
        """Bind a sealed key to its row: that of another one does not open."""
        return f"apple-pay:{self.fynlo_uuid}"

    def _fynlo_check_content(self):
        """Return the :class:`CertificateFacts` of one row, ``None`` while there is none."""
        if not self.certificate:
            return None
        public = base64.b64decode(self.public_key or "") if self.key_place == "here" else None
        try:
            content = base64.b64decode(self.with_context(bin_size=False).certificate)
        except ValueError as error:
            raise CertificateRefused("malformed") from error
        return check_certificate(content, self.merchant_id.identifier, public)

    def _fynlo_read_pem(self):
        """Return the certificate of one row as PEM."""
        return self._fynlo_check_content().pem

    def _fynlo_valid(self, kind):
        """Return those of a kind that are in use and valid now."""
        now = fields.Datetime.now()
        return self.filtered(
            lambda row: (
                row.active
                and row.kind == kind
                and row.expires_at
                and row.starts_at <= now < row.expires_at
            )
        )

    # --- Alerts

    @api.model
    def _fynlo_cron_alert(self):
        """Tell the responsible of certificates that expire soon: once for each of the days."""
        horizon = fields.Datetime.now() + timedelta(days=max(ALERT_DAYS) + 1)
        for row in self.search([("expires_at", "<", horizon)]):
            row._fynlo_alert()

    def _fynlo_alert(self):
        passed = [days for days in ALERT_DAYS if self.days_left <= days]
        if not passed:
            return
        # Of several at once one changes the row; days that were missed are told as one.
        query = """UPDATE fynlo_apple_pay_certificate SET alerted_days = %s
                   WHERE id = %s AND alerted_days > %s RETURNING id"""
        if not self.env.execute_query(SQL(query, min(passed), self.id, min(passed))):
            return
        self.invalidate_recordset(["alerted_days"])
        kind = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        self.merchant_id.activity_schedule(
            "mail.mail_activity_data_todo",
            self.expires_at.date(),
            self.env._(
                "Apple Pay: %(kind)s certificate expires in %(days)s days",
                kind=kind,
                days=self.days_left,
            ),
            self.env._("Make a new key, have Apple sign it, and upload the certificate here."),
            user_id=self.merchant_id.user_id.id,
        )
