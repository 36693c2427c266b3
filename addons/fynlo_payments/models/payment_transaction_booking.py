from datetime import timedelta
from uuid import UUID, uuid5

from odoo import fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.server_mark import SERVER_MARK
from odoo.addons.fynlo_pos_api.engine.money import from_minor
from odoo.addons.fynlo_pos_api.engine.tenders import Tender, method_entry
from odoo.exceptions import UserError
from psycopg2 import IntegrityError

#: Context of a booking whose money a gateway has taken.
CHARGED = "fynlo_charged"
_PAUSE_S, _LONGEST_PAUSE_S = 60, 3600


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _fynlo_settle(self, outcome, seen):
        """Write down what a gateway tells of one payment, sudoed, that nobody works on.

        An operation that is open, or was when the gateway was asked, knows better.

        :param outcome: an answered :class:`Outcome`, the payment as it was when it was read
        :param seen: the payment's ``fynlo_change_count`` before it was read
        :return: whether it counts; if not, read again later
        """
        self._fynlo_lock_payment()
        if self._fynlo_is_busy() or self.fynlo_change_count != seen:
            return False
        if not self._fynlo_check_told(outcome).is_known:
            return False
        if outcome.state != self.fynlo_state:
            self._fynlo_follow(outcome.state, outcome.values)
            facts = {"state": outcome.state, "amount_minor": outcome.values["received"]}
            self.env["fynlo.audit"]._fynlo_log("payment.told", self, facts)
        return True

    def _fynlo_is_to_book(self):
        """Tell whether one payment, sudoed, took money that its order has not got."""
        return self.fynlo_state == "succeeded" and not self.fynlo_booked_at

    def _fynlo_book(self):
        """Pay the order with what one payment, sudoed, has taken; once.

        An order that cannot take it now is tried again. What it can never take, because it was
        finished otherwise, is a manager's case.
        """
        if not self._fynlo_is_to_book():
            return
        self._fynlo_lock_payment()
        if not self._fynlo_is_to_book():
            return
        booked = {"fynlo_booked_at": fields.Datetime.now(), "fynlo_booking_error": False}
        try:
            with self.env.cr.savepoint():
                self.write(booked)  # first: what is booked is held no more
                env = self._fynlo_acting_env()
                if tip := self._fynlo_taken_tip():
                    tips = env["fynlo.order.tip"]
                    tips._fynlo_add_to_open(self.fynlo_order_id.with_env(env), tip)
                desk = env["fynlo.order.payment"].with_context(**{CHARGED: SERVER_MARK})
                share = self.fynlo_share_id.fynlo_uuid or None
                desk._fynlo_take_charged(self.fynlo_order_id.uuid, self._fynlo_tender(), share)
        except UserError as error:
            self._fynlo_postpone(getattr(error, "code", "business_rule"))
            return
        except IntegrityError:  # two at once: the next try finds what the other has left
            self._fynlo_postpone("conflict")
            return
        facts = {"amount_minor": self.fynlo_captured_minor, "order": self.fynlo_order_id.uuid}
        self.env["fynlo.audit"]._fynlo_log("payment.booked", self, facts)

    def _fynlo_tender(self):
        """Return what one payment, sudoed, has taken as a ``Tender``; its method may be gone."""
        amount = from_minor(self.fynlo_captured_minor, self.currency_id)
        return Tender(
            self._fynlo_free_uuid(),
            method_entry(self.fynlo_method_id),
            amount,
            amount,
            self.provider_reference,
        )

    def _fynlo_free_uuid(self):
        """Return the id that one payment, sudoed, is booked under: its own, unless that is taken.

        A till may have used it for cash since, here or in another store.
        """
        own, spare = self._fynlo_booking_uuids()
        taken = self.env["pos.payment"].sudo().search_count([("uuid", "=", own)], limit=1)
        return spare if taken else own

    def _fynlo_booking_uuids(self):
        """Return the ids that one payment may be booked under: its own, and that if it is taken."""
        return self.fynlo_uuid, str(uuid5(UUID(self.fynlo_uuid), "booked"))

    def _fynlo_postpone(self, code):
        """Note why one payment, sudoed, is not booked, and when it is tried again."""
        if self.fynlo_booking_error != code:
            facts = {"code": code, "amount_minor": self.fynlo_captured_minor}
            self.env["fynlo.audit"]._fynlo_log("payment.not_booked", self, facts)
        pause_s = min(_PAUSE_S * 2 ** min(self.fynlo_booking_tries, 10), _LONGEST_PAUSE_S)
        self.write({
            "fynlo_booking_error": code,
            "fynlo_booking_tries": self.fynlo_booking_tries + 1,
            "fynlo_booking_at": fields.Datetime.now() + timedelta(seconds=pause_s),
        })  # fmt: skip

    def _fynlo_acting_env(self):
        """Return the environment of who has asked for one payment, for the books to name."""
        first, desk = self.fynlo_operation_ids.sorted("id")[:1], self.env["fynlo.payment.desk"]
        return desk._fynlo_env_of(self.fynlo_config_id, first.employee_id, first.device_id)

    def action_fynlo_book(self):
        """Book what was taken at once, for a manager who has cleared its order's way."""
        if not self.env.user.has_group("fynlo_base.group_fynlo_manager"):
            raise ForbiddenError()
        self.check_access("read")
        for payment_sudo in self.sudo():
            payment_sudo._fynlo_book()
        codes = self.sudo().filtered(lambda each: each._fynlo_is_to_book())
        message = ", ".join(filter(None, codes.mapped("fynlo_booking_error")))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if message else "success",
                "message": self.env._("Not booked: %s", message)
                if message
                else self.env._("Booked."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
