import base64

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.tools import email_normalize

from ..exceptions import ContactRefusedError, MailLimitError
from ..schemas.receipts import ReceiptQuery

#: How often one receipt can be mailed: the route is no way to send letters to the world.
MOST_MAILS = 5


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_mail_count = fields.Integer("Receipts Mailed", readonly=True, copy=False)

    @api.model
    def _fynlo_mail_receipt(self, uuid, command):
        """Put the receipt of an order into the mail queue, as PDF; return the order.

        It leaves with Odoo's next round of mails, never within a request.

        :param command: an ``OrderMail``; without an address the customer's own is asked
        :raise InvalidFieldsError: there is no address
        :raise ContactRefusedError: the customer wants no mails about purchases
        :raise MailLimitError: it was mailed often enough
        """
        order = self._fynlo_lock_order(uuid)
        address = order._fynlo_mail_address(command)
        if order.fynlo_mail_count >= MOST_MAILS:
            raise MailLimitError()
        order._fynlo_own_write().fynlo_mail_count += 1
        pdf = self.env["fynlo.paper"]._fynlo_print_receipt(order, ReceiptQuery(format="pdf"))
        name = f"{order.pos_reference or order.name}.pdf".replace("/", "-")
        # The right to the order is checked; who sells need not read mails or templates.
        template_sudo = self.env.ref("fynlo_pos_api.mail_template_receipt").sudo()
        attachment = {"name": name, "datas": base64.b64encode(pdf), "mimetype": "application/pdf"}
        attachment_sudo = template_sudo.env["ir.attachment"].create(
            {**attachment, "res_model": "mail.message"}
        )
        values = {"email_to": address, "recipient_ids": [], "attachment_ids": attachment_sudo.ids}
        template_sudo.send_mail(order.id, force_send=False, email_values=values)
        self.env["fynlo.audit"]._fynlo_log("order.mail_receipt", order)
        return order

    def _fynlo_mail_address(self, command):
        if command.email:
            return command.email
        partner_sudo = self.partner_id.sudo()
        address = email_normalize(partner_sudo.email or "")
        if not address:
            message = "The order has no customer with an e-mail address: name one."
            error = {"field": "email", "code": "required", "message": message}
            raise InvalidFieldsError(errors=[error])
        if not partner_sudo._fynlo_may_contact("email", "service"):
            raise ContactRefusedError()
        return address
