from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import find_principal
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .fynlo_kitchen import SUBCHANNEL

#: Told to whoever listens to a store, so that he asks for the catalog again.
NOTIFICATION = "fynlo.catalog"


class FynloProductOutage(models.Model):
    """A variant is sold out ("86") in one store, until somebody has it again or a time comes.

    A row is ended and never removed: it tells how often a dish was missed.
    """

    _name = "fynlo.product.outage"
    _inherit = "fynlo.store.mixin"
    _description = "Sold out product"
    _order = "id desc"
    _rec_name = "product_id"

    config_id = fields.Many2one(
        "pos.config", "Store", required=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("available_in_pos", "=", True)],
    )
    reason = fields.Char()
    since = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    until = fields.Datetime(help="The product is sold again from then on. Empty: until it is back.")
    ended_at = fields.Datetime("Back Since", readonly=True)
    is_out = fields.Boolean("Sold Out", compute="_compute_is_out", search="_search_is_out")
    employee_id = fields.Many2one("hr.employee", "Noted by", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, default=lambda self: self.env.uid)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)

    _open_unique = models.UniqueIndex(
        "(config_id, product_id) WHERE ended_at IS NULL", "It is noted as sold out already."
    )

    @api.depends("ended_at", "until")
    def _compute_is_out(self):
        now = fields.Datetime.now()
        for outage in self:
            outage.is_out = not outage.ended_at and not (outage.until and outage.until <= now)

    def _search_is_out(self, operator, value):
        if operator != "in":
            return NotImplemented
        is_out = Domain("ended_at", "=", False)
        is_out &= Domain("until", "=", False) | Domain("until", ">", fields.Datetime.now())
        return is_out if True in value else ~is_out

    @api.constrains("config_id", "product_id")
    def _check_company(self):
        for outage in self.sudo():
            company = outage.product_id.company_id
            if company and company != outage.config_id.company_id:
                raise ValidationError(self.env._("The product belongs to another company."))

    @api.constrains("since", "until")
    def _check_until(self):
        if any(outage.until and outage.until <= outage.since for outage in self):
            raise ValidationError(self.env._("The end lies before the beginning."))

    @api.model_create_multi
    def create(self, vals_list):
        """Note it as sold out from now on, by whoever acts in the web client."""
        own = {"since", "ended_at", "employee_id", "user_id", "device_id"}
        vals_list = [{key: vals[key] for key in vals.keys() - own} for vals in vals_list]
        products = {vals.get("product_id") for vals in vals_list}
        self.sudo()._fynlo_end_expired(self.env["product.product"].browse(products - {None}))
        outages = super().create(vals_list)
        outages._fynlo_tell("product.sold_out")
        return outages

    def action_fynlo_end(self):
        """Button: it is there again."""
        self.check_access("write")
        self._fynlo_end()

    # --- What the API does; who may is checked by the callers

    @api.model
    def _fynlo_begin(self, store, products, reason=None, until=None):
        """Note products as sold out in a store; who was told so before gets reason and end anew.

        One statement, so that two who note the same at once do not meet the unique index.

        :param store: one ``pos.config``; ``products`` are variants of its company
        :param until: naive UTC ``datetime`` or ``None``
        :return: the outages, sudoed
        """
        self._fynlo_end_expired(products, store)
        principal = find_principal(self.env)
        query = SQL(
            """INSERT INTO fynlo_product_outage (config_id, product_id, reason, until, since,
                   employee_id, device_id, user_id, create_uid, create_date, write_uid, write_date)
               SELECT %(store)s, unnest(%(products)s), %(reason)s, %(until)s, %(now)s,
                   %(employee)s, %(device)s, %(user)s, %(user)s, %(now)s, %(user)s, %(now)s
               ON CONFLICT (config_id, product_id) WHERE ended_at IS NULL
               DO UPDATE SET reason = EXCLUDED.reason, until = EXCLUDED.until,
                   write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
               RETURNING id""",
            store=store.id,
            products=sorted(products.ids),
            reason=reason,
            until=until,
            now=fields.Datetime.now(),
            employee=principal.employee_id if principal else None,
            device=principal.device_id if principal else None,
            user=self.env.uid,
        )
        # The dispatcher runs who met a concurrent change again.
        self.env.cr.execute(query, log_exceptions=False)
        outages_sudo = self.sudo().browse([row[0] for row in self.env.cr.fetchall()])
        outages_sudo.invalidate_recordset()
        outages_sudo._fynlo_tell("product.sold_out")
        return outages_sudo

    def _fynlo_end(self):
        """Sell the products again; those that are back already stay as they are."""
        outages = self.filtered(lambda each: not each.ended_at)
        outages.sudo().ended_at = fields.Datetime.now()
        outages._fynlo_tell("product.back")

    def _fynlo_end_expired(self, products, store=None):
        """Close what has run out, to make room for the next: the end is when it ran out."""
        self.env.flush_all()
        query = SQL(
            """UPDATE fynlo_product_outage SET ended_at = until
               WHERE ended_at IS NULL AND until <= %s AND product_id = ANY(%s) %s""",
            fields.Datetime.now(),
            products.ids,
            SQL("AND config_id = %s", store.id) if store else SQL(),
        )
        self.env.cr.execute(query, log_exceptions=False)
        self.invalidate_model(["ended_at"])

    def _fynlo_tell(self, action):
        """Write the trail, and wake who listens to the stores once this is committed."""
        for outage in self.sudo():
            facts = {"store": outage.config_id.fynlo_uuid, "reason": outage.reason or None}
            facts["until"] = outage.until
            self.env["fynlo.audit"]._fynlo_log(action, outage.product_id, facts)
        for store in self.sudo().config_id:
            payload = {"store": store.fynlo_uuid}
            self.env["bus.bus"]._sendone((store, SUBCHANNEL), NOTIFICATION, payload)
