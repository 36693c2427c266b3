from odoo import api, fields, models, tools
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.exceptions import ValidationError

#: What decides which station cooks what.
_ROUTING_FIELDS = frozenset(
    ("active", "category_ids", "config_id", "is_default", "is_expo", "product_ids", "sequence")
)


class FynloKitchenStation(models.Model):
    """A place where dishes are made: grill, bar, pastry. Tickets come out there."""

    _name = "fynlo.kitchen.station"
    _description = "Kitchen station"
    _inherit = ["fynlo.uuid.mixin", "fynlo.store.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    config_id = fields.Many2one(
        "pos.config", "Store", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    category_ids = fields.Many2many(
        "pos.category", string="Categories", help="It makes all products of these and below them."
    )
    product_ids = fields.Many2many(
        "product.template",
        string="Products",
        help="It makes these wherever their categories go; no other station then does.",
    )
    is_default = fields.Boolean(
        "Makes the Rest",
        help="It makes what no station of the store has. "
        "Without such a station that makes no ticket: a bottle is taken from the shelf.",
    )
    is_expo = fields.Boolean(
        "Expo", help="It makes nothing and sees the tickets of all stations of the store."
    )
    printer_id = fields.Many2one(
        "pos.printer", help="Where a till prints the tickets of this station."
    )
    paper_columns = fields.Selection(
        [("42", "80 mm, 42 characters"), ("32", "58 mm, 32 characters")],
        "Paper",
        default="42",
        required=True,
    )
    ticket_ids = fields.One2many("fynlo.kitchen.ticket", "station_id", "Tickets")
    open_count = fields.Integer("Open Tickets", compute="_compute_open_count")

    _default_unique = models.UniqueIndex(
        "(config_id) WHERE is_default AND active", "One station of a store makes the rest."
    )

    def _compute_open_count(self):
        counts = self.env["fynlo.kitchen.ticket"]._fynlo_count_open(self)
        for station in self:
            station.open_count = counts.get(station.id, 0)

    @api.constrains("is_expo", "is_default", "category_ids", "product_ids")
    def _check_expo(self):
        for station in self.filtered("is_expo"):
            if station.is_default or station.category_ids or station.product_ids:
                raise ValidationError(self.env._("The expo makes nothing: it sees everything."))

    def action_open_screen(self):
        """Button: open the station's screen in another tab."""
        self.ensure_one()
        url = f"/fynlo/kitchen?store={self.config_id.fynlo_uuid}&station={self.fynlo_uuid}"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def action_show_tickets(self):
        """Button: the station's tickets."""
        self.ensure_one()
        actions = self.env["ir.actions.act_window"]
        action = actions._for_xml_id("fynlo_pos_api.fynlo_kitchen_ticket_action")
        action["domain"] = [("station_id", "=", self.id)]
        return action

    # --- Which station makes what

    @api.model
    @tools.ormcache("store_id")
    def _fynlo_routes(self, store_id):
        """Return what the stations of a store make; empty in a store without any.

        Kept between requests, so that a store without a kitchen pays nothing for it.

        :return: ``((station id, category ids with all below, template ids, makes the rest), ...)``
        """
        stations_sudo = self.sudo().search([("config_id", "=", store_id), ("is_expo", "=", False)])
        categories_sudo = self.env["pos.category"].sudo()
        return tuple(
            (
                station.id,
                frozenset(
                    categories_sudo.search([("id", "child_of", station.category_ids.ids)]).ids
                    if station.category_ids
                    else ()
                ),
                frozenset(station.product_ids.ids),
                station.is_default,
            )
            for station in stations_sudo
        )

    @api.model
    def _fynlo_find_stations(self, routes, template):
        """Return the ids of the stations that make a ``product.template``; may be empty.

        Who names the product comes before who names its category.

        :param routes: as :meth:`_fynlo_routes` gives them
        """
        by_product = tuple(id_ for id_, _, templates, _ in routes if template.id in templates)
        if by_product:
            return by_product
        category_ids = set(template.pos_categ_ids.ids)
        by_category = tuple(id_ for id_, found, _, _ in routes if found & category_ids)
        return by_category or tuple(id_ for id_, _, _, makes_rest in routes if makes_rest)

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        moved = self.filtered(
            lambda station: vals.get("config_id") not in (None, station.config_id.id)
        )
        if moved.ticket_ids:
            raise ValidationError(self.env._("A station with tickets stays in its store."))
        if _ROUTING_FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    # --- Reading

    @api.model
    def _fynlo_list_stations(self):
        """Return the stations of the principal's store, sudoed for what they show."""
        stations = self.search([("config_id", "=", principal_of(self.env).store_id)])
        # The user may see these stations; their printers are part of what they show.
        return stations.sudo()

    @api.model
    def _fynlo_station_of(self, uuid):
        """Return the station of the principal's store that a query names.

        :raise InvalidFieldsError: the store has no such station
        """
        domain = [("fynlo_uuid", "=", str(uuid))]
        domain.append(("config_id", "=", principal_of(self.env).store_id))
        station = self.with_context(active_test=False).search(domain)
        if not station:
            error = {"field": "station", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return station


class PosCategory(models.Model):
    _inherit = "pos.category"

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("parent_id") for vals in vals_list):
            self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "parent_id" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)
