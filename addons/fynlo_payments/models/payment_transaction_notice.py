from datetime import datetime, timedelta, timezone

from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..engine.holds import NOTICE, documented_end

#: How long money may be on its way into the books before a person has to look.
_PATIENCE = timedelta(minutes=5)


class PaymentTransaction(models.Model):
    """What a manager has to hear of: money that no order has got, and cards that let go soon."""

    _inherit = "payment.transaction"

    fynlo_alarm = fields.Selection(
        [("unbooked", "Taken, Not Booked"), ("expiring", "Authorisation Ends")],
        "Managers Told Of", readonly=True, copy=False,
    )  # fmt: skip
    fynlo_activity_ids = fields.Many2many(
        "mail.activity", string="Activities of Managers", readonly=True, copy=False
    )
    fynlo_expires_at = fields.Datetime(
        "Authorised Until", readonly=True, copy=False, index="btree_not_null",
        help="The gateway lets go of the card then; as it tells or documents it",
    )  # fmt: skip

    def _fynlo_follow(self, state, values):
        """Note until when a card is held; what was told of it is over with its state."""
        before = self.fynlo_state
        super()._fynlo_follow(state, values)
        if self.fynlo_state == before:
            return
        self._fynlo_calm()
        if self.fynlo_state == "authorized":
            self.fynlo_expires_at = self._fynlo_end_of_hold(values.get("capture_before"))

    def _fynlo_end_of_hold(self, told):
        """Return until when the gateway holds the card of one payment, or ``None``.

        :param told: seconds of Unix that the gateway has named, or ``None``
        """
        if told:
            return datetime.fromtimestamp(told, timezone.utc).replace(tzinfo=None)
        now = fields.Datetime.now()
        return documented_end(self.provider_code, self.fynlo_channel, now)

    def _fynlo_capture_before(self):
        """Return until when one payment, sudoed, has to be captured, or ``None``."""
        return self.fynlo_expires_at if self.fynlo_state == "authorized" else None

    @api.model
    def _fynlo_expiring_domain(self):
        """Return the domain of the payments whose card is let go within a day."""
        soon = fields.Datetime.now() + NOTICE
        return Domain("fynlo_state", "=", "authorized") & Domain("fynlo_expires_at", "<=", soon)

    def _fynlo_book(self):
        """Once it is booked nobody has to look after it any more."""
        super()._fynlo_book()
        if self.fynlo_booked_at:
            self._fynlo_calm()

    def _fynlo_calm(self):
        if self.fynlo_alarm:
            self.fynlo_activity_ids.unlink()

    @api.model
    def _fynlo_find_alarming(self, kind):
        """Return payments, sudoed, of which managers have not been told yet.

        :param kind: ``unbooked`` or ``expiring``
        """
        now = fields.Datetime.now()
        domain = Domain("fynlo_order_id", "!=", False) & Domain("fynlo_booked_at", "=", False)
        domain &= Domain("fynlo_alarm", "!=", kind)
        if kind == "unbooked":
            domain &= Domain("fynlo_state", "=", "succeeded")
            domain &= Domain("last_state_change", "<=", now - _PATIENCE)
        else:
            domain &= self._fynlo_expiring_domain()
        # In the background, for each company's own managers.
        return self.sudo().search(domain, order="id", limit=100)

    def _fynlo_raise_alarm(self, kind):
        """Give the managers of the store of one payment, sudoed, an activity on its session; once.

        :param kind: ``unbooked`` or ``expiring``
        """
        self._fynlo_lock_payment()
        self.invalidate_recordset()
        if self not in self._fynlo_find_alarming(kind):
            return
        summary = {
            "unbooked": self.env._("A card was charged, and the order has not got it"),
            "expiring": self.env._("A card lets go soon: capture it or cancel it"),
        }[kind]
        activities = self.env["mail.activity"]
        for user in self._fynlo_managers():
            activities += self.fynlo_order_id.session_id.activity_schedule(
                "mail.mail_activity_data_todo", fields.Date.today(), summary,
                self._fynlo_alarm_note(kind), user_id=user.id,
            )  # fmt: skip
        self.write(
            {"fynlo_alarm": kind, "fynlo_activity_ids": [fields.Command.set(activities.ids)]}
        )

    def _fynlo_alarm_note(self, kind):
        name = self.fynlo_order_id.pos_reference or self.fynlo_order_id.name
        amount = self.currency_id.format(self.amount)
        link = Markup('<a href="/odoo/fynlo-card-payments/%s">%s</a>') % (self.id, self.reference)
        note = Markup("<p>%s, %s: %s</p>") % (name, amount, link)
        if kind == "expiring":
            zone = self.fynlo_config_id._fynlo_timezone()
            until = format_datetime(self.env, self.fynlo_expires_at, tz=zone)
            note += Markup("<p>%s</p>") % self.env._("The card is held until %s.", until)
        return note

    def _fynlo_managers(self):
        """Return the users who manage the store of one payment, sudoed."""
        store = self.fynlo_config_id
        managers_sudo = self.env.ref("fynlo_base.group_fynlo_manager").sudo().all_user_ids
        return managers_sudo.filtered(
            lambda user: (
                store.company_id in user.company_ids
                and not (user.share or user.fynlo_technical)
                and (not user.fynlo_store_ids or store in user.fynlo_store_ids)
            )
        )
