from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import find_principal
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("push", "Push"),
    ("phone", "Phone"),
    ("post", "Post"),
]
#: ``marketing`` needs a yes; ``service``, what belongs to a purchase, only the absence of a no.
PURPOSES = [("marketing", "Marketing"), ("service", "Service")]
SOURCES = [
    ("till", "Told at a till"),
    ("online", "Online"),
    ("paper", "Signed on paper"),
    ("phone", "Told on the phone"),
    ("import", "Import"),
    ("office", "Web client"),
]
_WITHOUT_A_WORD = {"marketing": False, "service": True}


class FynloCustomerPreference(models.Model):
    """What a customer has said about being written to or called: when, and how we know."""

    _name = "fynlo.customer.preference"
    _inherit = "fynlo.store.mixin"
    _description = "Contact preference"
    _order = "partner_id, channel, purpose, id"
    _rec_name = "channel"
    _fynlo_scope = frozenset(("partner_id",))

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade")
    channel = fields.Selection(CHANNELS, required=True)
    purpose = fields.Selection(PURPOSES, required=True, default="marketing")
    allowed = fields.Boolean()
    decided_at = fields.Datetime("Said at", required=True, default=fields.Datetime.now)
    source = fields.Selection(SOURCES, required=True, default="office")

    _unique = models.UniqueIndex(
        "(partner_id, channel, purpose)", "There is one word for each channel and purpose."
    )

    def write(self, vals):
        """A new word is from now, unless it says otherwise."""
        if "allowed" in vals:
            vals = {"decided_at": fields.Datetime.now(), "source": "office", **vals}
        return super().write(vals)


class ResPartner(models.Model):
    _inherit = "res.partner"

    fynlo_preference_ids = fields.One2many(
        "fynlo.customer.preference", "partner_id", "Contact Preferences"
    )

    def _fynlo_may_contact(self, channel, purpose="marketing"):
        """Tell whether one contact may be reached; every sender asks this first.

        :param channel: a key of ``CHANNELS``
        :param purpose: a key of ``PURPOSES``
        """
        self.ensure_one()
        if not self._fynlo_can_reach(channel):
            return False
        is_closed = self.fynlo_status != "active" or self._fynlo_is_blocked(channel)
        if purpose == "marketing" and is_closed:
            return False
        said = {
            (each.channel, each.purpose): each.allowed for each in self.sudo().fynlo_preference_ids
        }
        return said.get((channel, purpose), _WITHOUT_A_WORD[purpose])

    def _fynlo_can_reach(self, channel):
        """Tell whether there is an address to write to; only the app knows of a push."""
        needed = {"email": "email_normalized", "sms": "phone", "phone": "phone", "post": "street"}
        return channel == "push" or bool(self[needed[channel]])

    def _fynlo_is_blocked(self, channel):
        """Tell whether Odoo's own blacklist has the e-mail or the phone."""
        if channel == "email":
            return self.sudo().is_blacklisted
        return channel in ("sms", "phone") and self.sudo().phone_sanitized_blacklisted

    @api.model
    def _fynlo_update_preferences(self, uuid, command):
        """Note what a customer has said and return him.

        :param command: a ``PreferencesUpdate``
        :raise CustomerProtectedError: it is somebody who works here
        """
        customer = self._fynlo_open_customer(uuid)
        customer._fynlo_set_preferences(command)
        return customer

    def _fynlo_set_preferences(self, command):
        """Note what the command names; the same word again keeps its first instant."""
        # The route has checked the role; the rows themselves belong to managers.
        present_sudo = {
            (each.channel, each.purpose): each for each in self.sudo().fynlo_preference_ids
        }
        source = command.source or ("till" if find_principal(self.env) else "office")
        for channel, purpose, allowed in command.words():
            row_sudo = present_sudo.get((channel, purpose))
            if row_sudo and row_sudo.allowed == allowed:
                continue
            vals = {"allowed": allowed, "source": source}
            if row_sudo:
                row_sudo.write(vals)
            else:
                vals |= {"partner_id": self.id, "channel": channel, "purpose": purpose}
                self.env["fynlo.customer.preference"].sudo().create(vals)
            if purpose == "marketing" and not allowed:
                self._fynlo_blacklist(channel)
            facts = {"channel": channel, "purpose": purpose, "allowed": allowed, "source": source}
            self.env["fynlo.audit"]._fynlo_log("customer.preference", self, facts)

    def _fynlo_blacklist(self, channel):
        """Tell Odoo's own mailings, which ask nothing but the blacklist.

        A yes does not take it back: the list holds for every company and was not made here.
        """
        self_sudo = self.sudo()
        if channel == "email" and self_sudo.email_normalized:
            self.env["mail.blacklist"].sudo()._add(self_sudo.email_normalized)
        if channel == "sms" and self_sudo.phone_sanitized:
            self.env["phone.blacklist"].sudo()._add([self_sudo.phone_sanitized])

    def _fynlo_read_preferences(self):
        """Return ``{channel: values}`` of one customer, as ``ChannelView`` takes them."""
        rows = self.sudo().fynlo_preference_ids
        said = {(each.channel, each.purpose): each for each in rows}
        return {
            channel: {
                "is_blocked": self._fynlo_is_blocked(channel),
                **{
                    purpose: _read_word(said.get((channel, purpose)), default)
                    for purpose, default in _WITHOUT_A_WORD.items()
                },
            }
            for channel, _label in CHANNELS
        }


def _read_word(row, default):
    if not row:
        return {"allowed": default, "decided_at": None, "source": None}
    decided_at = from_odoo_datetime(row.decided_at)
    return {"allowed": row.allowed, "decided_at": decided_at, "source": row.source}
