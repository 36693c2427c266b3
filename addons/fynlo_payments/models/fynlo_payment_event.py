from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later
from odoo.fields import Domain
from odoo.tools import SQL

from ..clients.stripe_gateway import verify_event
from ..exceptions import WebhookSignatureError
from ..schemas.gateway_events import StripeEvent
from .fynlo_payment_event_kinds import object_of

#: Events that come in within it are applied by one run of the background job.
_TOGETHER = timedelta(seconds=2)
_INSERT = """
    INSERT INTO fynlo_payment_event
        (event_id, provider_id, type, intent_ref, payment_uuid, object_ref, created_at, next_try_at)
    VALUES %s ON CONFLICT DO NOTHING
"""


class FynloPaymentEvent(models.Model):
    """What a gateway has told by itself: written down at once, applied in the background.

    An event is a hint and no fact: what counts is the payment as the gateway tells it when asked.
    So it makes no difference in which order events come, and how often.
    """

    _name = "fynlo.payment.event"
    _description = "Payment event"
    _order = "id desc"
    _rec_name = "event_id"

    event_id = fields.Char("Event ID", required=True, readonly=True)
    provider_id = fields.Many2one("payment.provider", required=True, readonly=True)
    company_id = fields.Many2one(related="provider_id.company_id")
    type = fields.Char(required=True, readonly=True)
    intent_ref = fields.Char("Gateway Reference", readonly=True, index="btree_not_null")
    payment_uuid = fields.Char(readonly=True)
    created_at = fields.Datetime(
        "Came In", default=fields.Datetime.now, required=True, readonly=True
    )
    processed_at = fields.Datetime("Applied", readonly=True)
    tries = fields.Integer(readonly=True)
    next_try_at = fields.Datetime("Tried Again At", readonly=True)
    note = fields.Char(readonly=True)

    _event_unique = models.Constraint(
        "UNIQUE(provider_id, event_id)", "This event is known already."
    )
    _open_idx = models.Index("(id) WHERE processed_at IS NULL")

    @api.model
    def _fynlo_take_in(self, payload, signature):
        """Write down a signed event; one that is known already changes nothing.

        :param payload: bytes of the body
        :param signature: header ``Stripe-Signature``
        :raise WebhookSignatureError: no provider's secret has signed it
        :raise WebhookEventError: it is signed, and is no event
        """
        provider_ids = self._fynlo_verify(payload, signature)
        event = StripeEvent.parse(payload)
        ref, uuid, name = event.intent_ref, event.payment_uuid, event.subject.description
        provider_id = self._fynlo_pick(provider_ids, ref, uuid, name)
        row = (event.id, provider_id, event.type, ref, uuid, object_of(event))
        self._fynlo_keep(row)

    def _fynlo_keep(self, row):
        """Write down an event, and wake the job.

        :param row: ``(id of the event, id of the provider, type, id of the intent, id of our
            payment, id of another object)``
        """
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(_INSERT, (*row, now, now)))
        if self.env.cr.rowcount:
            self._fynlo_wake()

    def _fynlo_pick(self, provider_ids, ref, payment_uuid, reference=None):
        """Return the id of the provider, of those that share an account, whose payment it is."""
        if len(provider_ids) == 1:
            return provider_ids[0]
        told = {"fynlo_uuid": payment_uuid, "provider_reference": ref, "reference": reference}
        named = Domain.OR(Domain(name, "=", value) for name, value in told.items() if value)
        own = Domain("provider_id", "in", provider_ids)
        payment_sudo = self.env["payment.transaction"].sudo().search(own & named, limit=1)
        return payment_sudo.provider_id.id or provider_ids[0]

    def _fynlo_wake(self):
        """Let the background job run soon; once for all events that come in together."""
        cron = "fynlo_payments.ir_cron_fynlo_payment_events"
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(cron)
        query = "SELECT 1 FROM ir_cron_trigger WHERE cron_id = %s AND call_at > %s LIMIT 1"
        lately = fields.Datetime.now() - _TOGETHER
        if not self.env.execute_query(SQL(query, cron_id, lately)):
            # Nobody is signed in on the route that takes events in.
            self.env["ir.cron"].sudo().browse(cron_id)._trigger()

    def _fynlo_verify(self, payload, signature):
        """Return the ids of the providers whose secret has signed it; those that are on first.

        Several may share an account, and one that was switched off is paid what was begun before.

        :raise WebhookSignatureError: no provider's secret has signed it
        """
        # By SQL: a gateway waits for the answer. Nobody is signed in on this route: the signature
        # is what is checked.
        self.env["payment.provider"].flush_model(
            ["code", "sequence", "state", "stripe_webhook_secret"]
        )
        query = """SELECT id, stripe_webhook_secret FROM payment_provider
                   WHERE code = 'stripe' AND stripe_webhook_secret <> ''
                   ORDER BY state DESC, sequence, id"""
        secrets = self.env.execute_query(SQL(query))
        found = [id_ for id_, secret in secrets if verify_event(payload, signature, secret)]
        if not found:
            raise WebhookSignatureError()
        return found

    # --- In the background

    def _fynlo_plan(self):
        """Return the ``Later`` that applies one event, sudoed, or ``None`` if that is done here."""
        payment_sudo = self._fynlo_find_payment()
        note = self._fynlo_objection(payment_sudo)
        if note:
            self._fynlo_finish(note)
        elif payment_sudo._fynlo_is_busy():  # its operation tells; this waits for its end
            self._fynlo_hurry(payment_sudo)
            self._fynlo_postpone("busy")
        if note or payment_sudo._fynlo_is_busy():
            return None
        gateway, ref = payment_sudo.provider_id._fynlo_gateway(), self.intent_ref
        seen = payment_sudo.fynlo_change_count

        def settle(outcome):
            if outcome.kind != "answered":
                self._fynlo_postpone(outcome.code, outcome.is_away)
            elif payment_sudo._fynlo_settle(outcome, seen):
                self._fynlo_finish()
            else:
                self._fynlo_postpone("busy")
            return outcome

        def book(outcome):
            payment_sudo._fynlo_book()
            return outcome

        call = partial(gateway.read_intent, ref)
        return Later(call=call, steps=(settle, book))

    def _fynlo_find_payment(self):
        """Return the payment that one event is about, or an empty recordset."""
        payments = self.env["payment.transaction"]
        own = Domain("provider_id", "=", self.provider_id.id) & Domain("fynlo_uuid", "!=", False)
        if self.intent_ref:
            named = Domain("provider_reference", "=", self.intent_ref)
            if found := payments.search(own & named, limit=1):
                return found
        if not self.payment_uuid:
            return payments
        # Told before the answer to our own request was written down.
        return payments.search(own & Domain("fynlo_uuid", "=", self.payment_uuid), limit=1)

    def _fynlo_objection(self, payment_sudo):
        """Return why one event says nothing of a till's payment, or an empty string.

        Somebody may give another intent the words of ours: what that has taken is not ours.
        """
        if not (payment_sudo and self.intent_ref):
            return "not of a till"
        if payment_sudo.provider_reference in (False, self.intent_ref):
            return ""
        facts = {"intent": self.intent_ref}
        self.env["fynlo.audit"]._fynlo_log("payment.stray_intent", payment_sudo, facts)
        return "of another intent"

    def _fynlo_hurry(self, payment_sudo):
        """Let the janitor find out now how an operation has ended that the gateway tells of."""
        open_sudo = payment_sudo.fynlo_operation_ids.filtered(lambda each: each.state == "unknown")
        open_sudo._fynlo_make_due()

    def _fynlo_finish(self, note=False):
        self.write({"processed_at": fields.Datetime.now(), "note": note})

    def _fynlo_postpone(self, note, is_away=False):
        """Try one event, sudoed, again: at the next run if nobody answers, else ever later."""
        pause_s = 0 if is_away else min(30 * 2 ** min(self.tries, 10), 3600)
        again = fields.Datetime.now() + timedelta(seconds=pause_s)
        self.write({"note": note, "tries": self.tries + 1, "next_try_at": again})
