"""What of Odoo's models is told to webhooks: which change is which event, and what it says.

Events say what has changed and not who anybody is: a name or an address that was sent cannot be
taken back when a person asks to be forgotten. Receivers ask the API for the rest.
"""

from dataclasses import dataclass

from odoo import api, models
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime

from ..engine.money import to_minor
from .res_partner_customer import _VERSIONED

_ORDER_FIELDS = frozenset(("fynlo_state", "fynlo_version", "lines", "partner_id", "table_id"))
_CUSTOMER_FIELDS = _VERSIONED | {"fynlo_segment", "fynlo_tier"}
_PRODUCT_FIELDS = frozenset(
    ("active", "available_in_pos", "barcode", "default_code", "list_price", "name")
    + ("pos_categ_ids", "taxes_id", "description_sale", "lst_price")
)


@dataclass(frozen=True)
class Told:
    """What one event says of its subject.

    :ivar kind: kind of the subject, as in the event's name
    :ivar company: empty for what all companies share
    :ivar store: a ``pos.config``, empty for what all stores share
    :ivar data: JSON-ready facts; money in minor units
    """

    kind: str
    uuid: str
    company: models.BaseModel
    store: models.BaseModel
    data: dict


class FynloWebhookSource(models.AbstractModel):
    """Notes the events of a model. At the end of every create and write, whoever calls them."""

    _name = "fynlo.webhook.source"
    _description = "Source of webhook events"

    @api.model_create_multi
    def create(self, vals_list):
        """Note what is new."""
        records = super().create(vals_list)
        for record, vals in zip(records, vals_list, strict=True):
            self.env["fynlo.webhook.event"]._fynlo_note(record._fynlo_events_of(vals, True), record)
        return records

    def write(self, vals):
        """Note what has changed."""
        result = super().write(vals)
        if names := self._fynlo_events_of(vals, False):
            self.env["fynlo.webhook.event"]._fynlo_note(names, self)
        return result


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "fynlo.webhook.source"]

    def _fynlo_events_of(self, vals, is_new):
        names = {"order.created"} if is_new else set()
        if not is_new and not _ORDER_FIELDS.isdisjoint(vals):
            names.add("order.updated")
        if vals.get("amount_paid") or (not is_new and "amount_paid" in vals):
            names.add("order.paid")
        if vals.get("state") in ("paid", "done") and (is_new or vals["state"] == "paid"):
            names |= {"order.completed", "order.refunded"}
        if vals.get("state") == "cancel":
            names.add("order.cancelled")
        return names

    def _fynlo_tell_webhooks(self, name):
        if name == "order.refunded":  # this is the refund: told is what it takes back
            return [order._fynlo_told() for order in self.lines.refunded_orderline_id.order_id]
        return [self._fynlo_told()]

    def _fynlo_told(self):
        currency = self.currency_id
        data = {
            "reference": self.pos_reference or None,
            "version": self.fynlo_version,
            "state": self.fynlo_state,
            "paymentState": self.fynlo_payment_state,
            "isRefund": bool(self.is_refund),
            "currency": currency.name,
            "total": to_minor(self.amount_total, currency),
            "paid": to_minor(self.amount_paid, currency),
        }
        return Told("order", self.uuid, self.company_id, self.config_id, data)


class PosSession(models.Model):
    _name = "pos.session"
    _inherit = ["pos.session", "fynlo.webhook.source"]

    def _fynlo_events_of(self, vals, _is_new):
        return {
            name
            for name, state in (("session.opened", "opened"), ("session.closed", "closed"))
            if vals.get("state") == state
        }

    def _fynlo_tell_webhooks(self, _name):
        data = {"name": self.name, "state": self.state}
        return [Told("session", self.fynlo_uuid, self.company_id, self.config_id, data)]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "fynlo.webhook.source"]

    def _fynlo_events_of(self, vals, is_new):
        if is_new:
            return {"customer.created"}
        if vals.get("fynlo_erased_at") or vals.get("active") is False:
            return {"customer.deleted"}
        return set() if _CUSTOMER_FIELDS.isdisjoint(vals) else {"customer.updated"}

    def _fynlo_tell_webhooks(self, _name):
        if not self.fynlo_is_customer and not self.fynlo_erased_at:
            return []
        store = self.env["pos.config"]
        data = {"version": self.fynlo_version, "status": self.fynlo_status or None}
        return [Told("customer", self.fynlo_uuid, self.company_id, store, data)]

    def unlink(self):
        """Tell who is removed while there is somebody to name."""
        if "customer.deleted" in self.env["fynlo.webhook"]._fynlo_wanted():
            # About a change whose rights ``super()`` checks; without it nothing stays.
            events_sudo = self.env["fynlo.webhook.event"].sudo()
            for facts in [fact for each in self.sudo() for fact in each._fynlo_tell_webhooks("")]:
                events_sudo._fynlo_write_event("customer.deleted", facts)
        return super().unlink()


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "fynlo.webhook.source"]

    def _fynlo_events_of(self, vals, is_new):
        if is_new:
            return {"product.created"}
        return set() if _PRODUCT_FIELDS.isdisjoint(vals) else {"product.updated"}

    def _fynlo_tell_webhooks(self, _name):
        store = self.env["pos.config"]
        data = {"active": self.active, "availableInPos": self.available_in_pos}
        return [Told("product", self.fynlo_uuid, self.company_id, store, data)]


class FynloProductOutage(models.Model):
    _inherit = "fynlo.product.outage"

    def _fynlo_tell(self, action):
        """Tell webhooks too: every way to sell a product or not passes here."""
        super()._fynlo_tell(action)
        self.env["fynlo.webhook.event"]._fynlo_note({"product.availability"}, self)

    def _fynlo_tell_webhooks(self, _name):
        until = from_odoo_datetime(self.until)
        product = self.product_id.product_tmpl_id
        data = {
            "variantId": self.product_id.fynlo_uuid,
            "available": not self.is_out,
            "until": until.isoformat().replace("+00:00", "Z") if until and self.is_out else None,
        }
        store = self.config_id
        return [Told("product", product.fynlo_uuid, store.company_id, store, data)]


class FynloStockThreshold(models.Model):
    _name = "fynlo.stock.threshold"
    _inherit = ["fynlo.stock.threshold", "fynlo.webhook.source"]

    def _fynlo_events_of(self, vals, _is_new):
        return {"stock.low"} if vals.get("low_since") else set()

    def _fynlo_tell_webhooks(self, _name):
        store, product = self.config_id, self.product_id.product_tmpl_id
        data = {
            "variantId": self.product_id.fynlo_uuid,
            "available": self.available,
            "minimum": self.minimum,
        }
        return [Told("product", product.fynlo_uuid, store.company_id, store, data)]
