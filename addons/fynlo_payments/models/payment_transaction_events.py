import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.fields import Domain
from odoo.tools import SQL

#: How long Odoo posts payments before other jobs have their turn, and how many are counted off.
_POST_S, _POST_MOST = 20, 20
#: Older ones are left alone, as Odoo does.
_POST_DAYS = timedelta(days=4)


class PaymentTransaction(models.Model):
    """What Stripe tells of the web shop's transactions, applied by Odoo's own ``_process``."""

    _inherit = "payment.transaction"

    def _fynlo_lock_shop(self):
        """Lock one transaction, sudoed, against others that follow it.

        Who makes a child of it holds the weaker lock of a foreign key during Odoo's own call to
        Stripe, and is not waited for.
        """
        query = "SELECT id FROM payment_transaction WHERE id = %s FOR NO KEY UPDATE"
        self.env.execute_query(SQL(query, self.id))
        self.invalidate_recordset()

    def _fynlo_follow_stripe(self, told):
        """Apply an intent to one transaction, sudoed; the same one again changes nothing.

        :param told: a payment's or a setup's intent with its payment method expanded, in the
            version of Odoo's addon
        """
        data = {"reference": self.reference, told["object"]: told}
        self._process("stripe", {**data, "payment_method": told.get("payment_method")})

    def _fynlo_follow_refund(self, told, may_wait):
        """Apply a refund to the child of one transaction, sudoed, that it belongs to.

        :param told: the refund as Stripe tells it
        :param may_wait: the refund may be asked for just now, its row not yet committed
        :return: whether that is done; if not, it is for later
        """
        key = (told.get("metadata") or {}).get("fynlo_request")
        refunds = self.child_transaction_ids.filtered(lambda each: each.operation == "refund")
        child = refunds.filtered(lambda each: each.provider_reference == told["id"])
        child = child or refunds.filtered(lambda each: key and each.fynlo_request_key == key)
        if not child and key and may_wait:
            return False
        if not child:  # by somebody in Stripe's dashboard, or by a process that died
            child = StripeController._create_refund_tx_from_refund(self, told)
            child.fynlo_request_key = key
        child._process("stripe", {"refund": told})
        return True

    # --- Afterwards

    @api.model
    def _fynlo_post_soon(self, since, *more):
        """Let Odoo post now what was paid, or has ended otherwise, since then.

        Odoo's job comes every ten minutes: too late for a guest who closed the page.

        :param since: UTC ``datetime``
        :param more: when to look once more, should this process die
        """
        ended = [("is_post_processed", "=", False), ("last_state_change", ">=", since)]
        if self.sudo().search_count(ended, limit=1):
            cron_sudo = self.env.ref("payment.cron_post_process_payment_tx").sudo()
            cron_sudo._trigger([fields.Datetime.now(), *more])

    def _cron_post_process(self):
        """Post for a while, then let others have their turn: events wait in the same queue.

        A payment takes Odoo a quarter of a second, and many may come in at once.
        """
        if self:
            return super()._cron_post_process()
        waiting = Domain("is_post_processed", "=", False)
        waiting &= Domain("last_state_change", ">=", fields.Datetime.now() - _POST_DAYS)
        end, left = time.monotonic() + _POST_S, self.search(waiting)
        while left and time.monotonic() < end:
            super(PaymentTransaction, left[:_POST_MOST])._cron_post_process()
            left = left[_POST_MOST:]
        if left:
            self.env.ref("payment.cron_post_process_payment_tx").sudo()._trigger()
            self.env.cr.commit()
        return None
