from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime
from odoo.tools import file_path

from ..engine.escpos_paper import to_escpos
from ..engine.paper import COLUMNS
from ..engine.pdf_paper import to_pdf
from ..engine.receipt_paper import lay_out_receipt
from ..engine.ticket_paper import lay_out_ticket
from ..schemas.kitchen_tickets import TicketView
from ..schemas.receipts import ReceiptView

_FONT = "web/static/fonts/google/Fira_Mono/Fira_Mono-Regular.ttf"


class FynloPaper(models.AbstractModel):
    """Prints. What comes out is made from the same documents as the API tells."""

    _name = "fynlo.paper"
    _description = "Fynlo paper"

    @api.model
    def _fynlo_print_receipt(self, order, query):
        """Return the receipt of one ``pos.order`` as bytes.

        The drawer is opened if that is asked for and cash has changed hands: nobody opens it by
        printing the receipt of a card.

        :param query: a ``ReceiptQuery``; its format is no ``json``
        """
        receipt = ReceiptView.of(order)
        sold_at = self._fynlo_local_time(order.date_order, order.config_id)
        due_at = self._fynlo_local_time(order.preset_time, order.config_id)
        rows = lay_out_receipt(receipt, sold_at, order.currency_id.decimal_places, due_at)
        paper = query.paper or receipt.layout.paper
        if query.format == "pdf":
            logo = self._fynlo_logo_jpeg(order.config_id)
            return to_pdf(rows, paper, receipt.order.reference, file_path(_FONT), logo)
        columns = COLUMNS[paper]
        logo = self._fynlo_logo_raster(order.config_id, columns)
        is_cash = any(payment.type == "cash" for payment in receipt.order.payments)
        return to_escpos(rows, columns, opens_drawer=query.drawer and is_cash, logo=logo)

    @api.model
    def _fynlo_print_ticket(self, ticket, query):
        """Return one ``fynlo.kitchen.ticket``, sudoed, as bytes; to print is not to cook.

        :param query: a ``TicketPrintQuery``
        """
        fired_at = self._fynlo_local_time(ticket.fired_at, ticket.config_id)
        due_at = self._fynlo_local_time(ticket.order_id.preset_time, ticket.config_id)
        rows = lay_out_ticket(TicketView.of(ticket), fired_at, due_at)
        columns = COLUMNS[query.paper] if query.paper else int(ticket.station_id.paper_columns)
        return to_escpos(rows, columns)

    def _fynlo_local_time(self, value, store):
        """Return a ``Datetime`` in the store's own time as text; nothing of nothing."""
        if not value:
            return ""
        zone = ZoneInfo(store._fynlo_timezone())
        return from_odoo_datetime(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
