from odoo import models
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.fields import Domain

from ..engine.outcome import Outcome


class PaymentTransaction(models.Model):
    """Whether what a gateway tells is told of this payment."""

    _inherit = "payment.transaction"

    def _fynlo_check_told(self, outcome, most=0):
        """Return an outcome, or an unknown one if it tells of something else than one payment.

        A gateway that answers with another intent, in another currency or with more money than was
        asked for has told nothing of this payment.

        :param outcome: an :class:`Outcome`, maybe with what came ``now``
        :param most: minor units that an operation has asked for, beside the payment's own amount
        """
        told = [each.values for each in (outcome, outcome.now) if each and each.values.get("ref")]
        strange = [values for values in told if not self._fynlo_is_own(values, most)]
        if not strange:
            return outcome
        facts = {name: strange[0].get(name) for name in ("ref", "currency", "received")}
        self.env["fynlo.audit"]._fynlo_log("payment.other_payment", self, facts)
        message = "The gateway tells of another payment."
        return Outcome("unknown", code="other_payment", message=message)

    def _fynlo_is_own(self, values, most):
        """Tell whether the values of an answer can be those of one payment, sudoed.

        Not every gateway tells the currency and whose payment it is.
        """
        uuid, currency = self.fynlo_uuid, self.currency_id.name
        amount = to_minor(self.amount, self.currency_id)
        most = max(amount, self.fynlo_capturable_minor, self.fynlo_captured_minor, most)
        if (
            ((values.get("metadata") or {}).get("fynlo_payment") or uuid) != uuid
            or (values.get("currency") or currency).upper() != currency
            or values.get("received", 0) > most
        ):
            return False
        if self.provider_reference:
            return values["ref"] == self.provider_reference
        others = Domain("provider_id", "=", self.provider_id.id) & Domain("id", "!=", self.id)
        others &= Domain("fynlo_uuid", "!=", False)
        return not self.search_count(others & Domain("provider_reference", "=", values["ref"]))
