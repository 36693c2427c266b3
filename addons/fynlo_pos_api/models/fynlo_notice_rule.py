from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang
from odoo.tools.mail import email_split_and_format

from ..engine.money import from_minor

EVENTS = [
    ("low_stock", "A product becomes scarce"),
    ("over_short", "A drawer is over or short"),
    ("refund", "Money is given back"),
]
#: Entries of the audit trail that somebody may want to know of: event, fact with the amount.
_ENTRIES = {
    "drawer.close": ("over_short", "difference_minor"),
    "session.close": ("over_short", "difference_minor"),
    "order.give_back": ("refund", "amount_minor"),
    "order.refund": ("refund", "amount_minor"),
}


class FynloNoticeRule(models.Model):
    """Who gets a mail when something happens in a store. Without a rule nobody does."""

    _name = "fynlo.notice.rule"
    _inherit = "fynlo.settings.part"
    _description = "Notification"
    _order = "config_id, event, id"
    _rec_name = "event"

    currency_id = fields.Many2one(related="config_id.currency_id")
    active = fields.Boolean(default=True)
    event = fields.Selection(EVENTS, "When", required=True)
    minimum = fields.Monetary(
        "From", help="Smaller amounts tell nobody. Of a difference the sign does not matter."
    )
    emails = fields.Char("Goes to", required=True, help="Addresses, with commas between them.")

    _minimum_positive = models.Constraint("CHECK (minimum >= 0)", "A limit is not negative.")

    @api.constrains("emails")
    def _check_emails(self):
        for rule in self:
            parts = [part for part in (rule.emails or "").split(",") if part.strip()]
            is_line = (rule.emails or "").isprintable()  # with a break in it, it is a header
            if (
                not is_line
                or not parts
                or not all(len(email_split_and_format(part)) == 1 for part in parts)
            ):
                message = self.env._("Write e-mail addresses, with commas between them.")
                raise ValidationError(message)

    @api.model
    def _fynlo_notify(self, store, event, subject, amount=None):
        """Put a mail about an event into the queue for each rule of the store that asks for it.

        It leaves with Odoo's next round of mails, and not at all if the transaction fails.

        :param store: one ``pos.config``
        :param amount: in the store's currency, ``None`` if the event has none
        """
        # Who sells need not know who is told.
        rules_sudo = self.sudo().search([("config_id", "=", store.id), ("event", "=", event)])
        for rule in rules_sudo:
            if amount is not None and rule._fynlo_is_below(amount):
                continue
            rule.env["mail.mail"].create({
                "subject": subject,
                "body_html": Markup("<p>%s</p><p>%s</p>") % (subject, store.sudo().name),
                "email_to": rule.emails,
                "email_from": store.sudo().company_id.email_formatted,
                "auto_delete": True,
            })  # fmt: skip

    def _fynlo_is_below(self, amount):
        currency = self.currency_id
        is_zero = currency.is_zero(amount)
        return is_zero or currency.compare_amounts(abs(amount), self.minimum) < 0


class FynloAudit(models.Model):
    """What is written down is what somebody may want to be told."""

    _inherit = "fynlo.audit"

    @api.model
    def _fynlo_log(self, action, subject=None, data=None):
        super()._fynlo_log(action, subject, data)
        if action in _ENTRIES and subject:
            event, fact = _ENTRIES[action]
            self._fynlo_notify(subject, event, (data or {}).get(fact) or 0)

    def _fynlo_notify(self, subject, event, minor):
        store = subject.sudo().config_id
        amount = from_minor(minor, store.currency_id)
        shown = formatLang(self.sudo().env, amount, currency_obj=store.currency_id)
        if event == "refund":
            text = self.env._("%(shown)s given back of %(what)s", shown=shown, what=_name(subject))
        else:
            text = self.env._("%(what)s: difference of %(shown)s", shown=shown, what=_name(subject))
        self.env["fynlo.notice.rule"]._fynlo_notify(store, event, text, amount)


class FynloStockThreshold(models.Model):
    _inherit = "fynlo.stock.threshold"

    def _fynlo_tell(self):
        super()._fynlo_tell()
        text = self.env._(
            "%(product)s: %(count)g left",
            product=self.product_id.display_name,
            count=self.available,
        )
        self.env["fynlo.notice.rule"]._fynlo_notify(self.config_id, "low_stock", text)


def _name(subject):
    return subject.sudo().display_name
