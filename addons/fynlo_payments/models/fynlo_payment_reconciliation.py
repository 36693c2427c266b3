from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.fields import Command

from ..engine.reconciliation import SIDES, reconcile

CAUSES = [
    ("unknown_here", "The Gateway Has It, Nobody Here Asked For It"),
    ("missing_at_gateway", "Not at the Gateway"),
    ("amount_differs", "Another Amount at the Gateway"),
    ("not_asked", "On an Order, the Gateway Was Never Asked"),
    ("not_booked", "Not Booked on an Order"),
    ("booked_differs", "Booked with Another Amount"),
    ("not_posted", "Not in the Journal"),
]


class FynloPaymentReconciliation(models.Model):
    """One day of one gateway: what it has moved, what was asked, what the books say."""

    _name = "fynlo.payment.reconciliation"
    _description = "Reconciliation"
    _inherit = ["fynlo.payment.alert", "fynlo.uuid.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Date(required=True, readonly=True, index=True)
    provider_id = fields.Many2one("payment.provider", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="provider_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    state = fields.Selection(
        [("balanced", "Adds Up"), ("different", "Differs")], required=True, readonly=True,
        index=True, tracking=True,
    )  # fmt: skip
    gateway = fields.Monetary("At the Gateway", readonly=True)
    operations = fields.Monetary("Asked", readonly=True)
    booked = fields.Monetary("On Orders", readonly=True)
    journal = fields.Monetary("In Journals", readonly=True)
    unposted = fields.Monetary("In Open Sessions", readonly=True)
    difference = fields.Monetary(
        readonly=True, help="At the gateway, less what journals have and open sessions will have"
    )
    fees = fields.Monetary(readonly=True, help="What the gateway has kept for itself")
    count = fields.Integer("Movements", readonly=True)
    is_due = fields.Boolean("To Be Compared", readonly=True)
    checked_at = fields.Datetime("Checked", readonly=True)
    line_ids = fields.One2many("fynlo.payment.reconciliation.line", "reconciliation_id", "Causes")

    _day_unique = models.Constraint(
        "UNIQUE(provider_id, date, currency_id)", "That day is reconciled already."
    )

    # --- Asking

    @api.model
    def _fynlo_read_day(self, date):
        """Return the reconciliations of a day in the principal's company (sudoed; may be empty).

        :raise ForbiddenError: he does not serve all stores of the company, whose money it is
        """
        principal = principal_of(self.env)
        company_sudo = self.env.company.sudo()
        stores_sudo = self.env["pos.config"].sudo().search([("company_id", "=", company_sudo.id)])
        if not set(stores_sudo.ids) <= set(principal.store_ids):
            raise ForbiddenError()
        return self.sudo().search([("company_id", "=", company_sudo.id), ("date", "=", date)])

    def action_check_again(self):
        """Button of the manager: compare these days once more, in the background."""
        self.check_access("read")
        self.sudo().is_due = True
        self.env.ref("fynlo_payments.ir_cron_fynlo_payment_reconcile").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("It is being compared."), "type": "info"},
        }

    # --- Keeping

    @api.model
    def _fynlo_keep(self, provider, date, currency, items, fees):
        """Write how one day and currency of a provider, sudoed, adds up; return it (sudoed)."""
        result = reconcile(items)
        totals = {name: from_minor(minor, currency) for name, minor in result.totals.items()}
        vals = {
            **totals,
            "state": "different" if result.differences else "balanced",
            "difference": from_minor(result.difference, currency),
            "fees": from_minor(fees, currency),
            "count": result.count,
            "checked_at": fields.Datetime.now(),
            "is_due": False,
            "line_ids": [Command.clear(), *(_line(each, currency) for each in result.differences)],
        }
        key = {"provider_id": provider.id, "date": date, "currency_id": currency.id}
        found = self.sudo().search([(name, "=", value) for name, value in key.items()])
        if found:
            found.write(vals)
        else:
            found = self.sudo().create({**vals, **key})
        found._fynlo_tell()
        return found

    def _fynlo_tell(self):
        if self.state == "balanced":
            self._fynlo_calm()
            return
        shown = self.currency_id.format(self.difference)
        summary = self.env._(
            "Card payments of %(day)s: a difference of %(sum)s", day=self.date, sum=shown
        )
        self._fynlo_alert(summary, fields.Date.today())
        facts = {"date": str(self.date), "causes": len(self.line_ids)}
        self.env["fynlo.audit"]._fynlo_log("payment.differs", self, facts)


class FynloPaymentReconciliationLine(models.Model):
    """A movement of money that is not the same everywhere."""

    _name = "fynlo.payment.reconciliation.line"
    _description = "Cause of a difference"
    _order = "id"
    _rec_name = "gateway_ref"

    reconciliation_id = fields.Many2one(
        "fynlo.payment.reconciliation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    gateway_ref = fields.Char("Gateway Reference", readonly=True)
    transaction_id = fields.Many2one("payment.transaction", "Payment", readonly=True)
    order_id = fields.Many2one("pos.order", readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True)
    currency_id = fields.Many2one(related="reconciliation_id.currency_id")
    gateway = fields.Monetary("At the Gateway", readonly=True)
    operations = fields.Monetary("Asked", readonly=True)
    booked = fields.Monetary("On the Order", readonly=True)
    journal = fields.Monetary("In Journals", readonly=True)
    unposted = fields.Monetary("In an Open Session", readonly=True)


def _line(item, currency):
    amounts = {side: from_minor(getattr(item, side), currency) for side in (*SIDES, "unposted")}
    vals = {"cause": item.cause, "gateway_ref": item.key, **amounts, **item.about}
    return Command.create(vals)
