from odoo import models


class FynloPaymentAlert(models.AbstractModel):
    """A record of the payments that may need somebody: one open activity at a time."""

    _name = "fynlo.payment.alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Payment alert"
    #: Who may read one may answer it: nobody writes what a gateway has told.
    _mail_post_access = "read"

    def _fynlo_alert(self, summary, deadline, note=""):
        """Let the company's contact do something about one record, sudoed, until a day.

        What he has to do already is brought up to date.
        """
        known = self.activity_ids.filtered("automated")[:1]
        if known:
            known.write({"summary": summary, "date_deadline": deadline, "note": note})
            return
        user = self.company_id._fynlo_payments_contact()
        self.activity_schedule(
            "mail.mail_activity_data_todo", deadline, summary, note, user_id=user.id
        )

    def _fynlo_calm(self):
        """Nobody needs to do anything about one record, sudoed, any more."""
        self.activity_ids.filtered("automated").unlink()
