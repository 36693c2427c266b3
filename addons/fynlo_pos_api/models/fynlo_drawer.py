from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.exceptions import UserError, ValidationError


class FynloDrawer(models.Model):
    """A drawer, or a waiter's purse: cash of a store that one person at a time answers for.

    A store without drawers keeps its cash in its session's own, as Odoo knows it.
    """

    _name = "fynlo.drawer"
    _inherit = ["fynlo.uuid.mixin", "fynlo.store.mixin"]
    _description = "Cash drawer"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    config_id = fields.Many2one(
        "pos.config", "Store", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="config_id.company_id")
    device_id = fields.Many2one(
        "fynlo.device",
        "Till",
        index="btree_not_null",
        ondelete="restrict",
        help="Cash taken on this till goes into the drawer. Empty: it goes with the person who "
        "opened it, on whatever till he takes it, as a waiter's purse does.",
    )
    shift_ids = fields.One2many("fynlo.drawer.shift", "drawer_id", "Shifts")
    open_shift_id = fields.Many2one(
        "fynlo.drawer.shift", compute="_compute_open_shift_id", compute_sudo=True
    )
    employee_id = fields.Many2one(
        "hr.employee", "Held by", compute="_compute_open_shift_id", compute_sudo=True
    )

    _name_unique = models.UniqueIndex(
        "(config_id, name) WHERE active", "The store has a drawer of this name."
    )
    _device_unique = models.UniqueIndex(
        "(device_id) WHERE active AND device_id IS NOT NULL", "This till has a drawer already."
    )

    @api.depends("shift_ids.state")
    def _compute_open_shift_id(self):
        shifts = self.env["fynlo.drawer.shift"].search(
            [("drawer_id", "in", self.ids), ("state", "=", "open")]
        )
        shift_of = shifts.grouped("drawer_id")
        for drawer in self:
            drawer.open_shift_id = shift_of.get(drawer, shifts.browse())
            drawer.employee_id = drawer.open_shift_id.employee_id

    @api.constrains("config_id", "device_id")
    def _check_fynlo_device(self):
        for drawer in self.sudo():
            if drawer.device_id and drawer.device_id.config_id != drawer.config_id:
                raise ValidationError(self.env._("The till belongs to another store."))

    def write(self, vals):
        """Leave a drawer as it is while somebody answers for what is in it."""
        if {"active", "config_id", "device_id"} & vals.keys():
            self._fynlo_check_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.sudo().shift_ids:
            raise UserError(self.env._("A drawer that was used can only be archived."))

    def _fynlo_check_closed(self):
        if self.sudo().open_shift_id:
            raise UserError(self.env._("Close the drawer first: somebody answers for it."))

    @api.model
    def _fynlo_page(self, query):
        """Return ``(drawers, total)``: a page of the drawers of the principal's store.

        :param query: a ``PageQuery``
        :return: the drawers sudoed
        """
        domain = [("config_id", "=", principal_of(self.env).store_id)]
        found = self.search(domain, limit=query.limit, offset=query.offset)
        # Who has a drawer may be known on every till; its figures are not told.
        return found.sudo(), query.find_total(len(found), lambda: self.search_count(domain))

    @api.model
    def _fynlo_find_drawer(self, uuid):
        """Return the drawer of the principal's store with that id (one record).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        drawer = self._fynlo_by_uuid(uuid)
        if drawer.config_id.id != principal_of(self.env).store_id:
            raise NotFoundError()
        return drawer
