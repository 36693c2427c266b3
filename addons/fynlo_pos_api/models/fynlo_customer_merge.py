from odoo import api, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.tools import SQL

from ..exceptions import CustomerNotMergeableError


class FynloCustomerMerge(models.AbstractModel):
    """Makes one customer of two: everything that names the one names the other afterwards."""

    _name = "fynlo.customer.merge"
    _description = "Fynlo customer merge"

    @api.model
    def _fynlo_merge(self, uuid, source_uuids):
        """Merge customers into the one of ``uuid`` and return him (one record).

        Who was merged into him before is passed over: the same request again changes nothing.

        :raise ForbiddenError: the user is no manager
        :raise NotFoundError: one of them is unknown or hidden
        :raise CustomerNotMergeableError: Odoo's rules or ours forbid it; nothing was changed
        """
        self.env["res.users"]._fynlo_require("manager")
        partners = self.env["res.partner"]
        target = partners._fynlo_find_customer(uuid)
        sources = partners._fynlo_customers()
        for source_uuid in source_uuids:
            sources |= partners._fynlo_find_customer(source_uuid)
        sources -= target
        self._fynlo_lock(target | sources)
        for source in sources:
            self._fynlo_check_pair(source, target)
            self._fynlo_merge_one(source, target)
        return target

    def _fynlo_lock(self, customers):
        query = "SELECT id FROM res_partner WHERE id IN %s ORDER BY id FOR UPDATE"
        self.env.cr.execute(SQL(query, tuple(customers.ids)), log_exceptions=False)
        if self.env.cr.rowcount < len(customers):
            raise NotFoundError()

    def _fynlo_check_pair(self, source, target):
        both_sudo = (source | target).sudo()
        if both_sudo._fynlo_is_insider():
            raise CustomerNotMergeableError(self.env._("One of them works here."))
        if (source | target)._fynlo_has_foreign_business():
            raise CustomerNotMergeableError(self.env._("Another company has sold to one of them."))
        if source.sudo().company_id != target.sudo().company_id:
            raise CustomerNotMergeableError(self.env._("They belong to different companies."))
        if source.is_company != target.is_company:
            raise CustomerNotMergeableError(self.env._("One is a business, one is a person."))
        if both_sudo.parent_id & both_sudo:
            raise CustomerNotMergeableError(self.env._("One of them is a contact of the other."))

    def _fynlo_merge_one(self, source, target):
        """Let Odoo move every reference; what it would drop or mix up is moved before."""
        former, note = source.fynlo_uuid, target.comment
        self._fynlo_keep_address(source, target)
        target.sudo().category_id |= source.sudo().category_id
        vals = {"fynlo_segment": target.fynlo_segment or source.fynlo_segment}
        vals |= {"fynlo_tier": target.fynlo_tier or source.fynlo_tier}
        if note and source.comment:
            vals["comment"] = note + source.comment
        vals |= {"active": True} if source.active else {}
        if "suspended" in (source.fynlo_status, target.fynlo_status):
            vals["fynlo_status"] = "suspended"  # whoever was warned of stays so under one name
        target.sudo().write(vals)
        self.env.flush_all()
        # A manager was asked for above. The wizard's own rights are those of Odoo's address book.
        wizard_sudo = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard_sudo._merge((source | target).ids, target.sudo())
        self.env.flush_all()
        self.env["fynlo.customer.change"]._fynlo_write_figures([target.id])
        self.env["fynlo.audit"]._fynlo_log("customer.merge", target, {"merged_id": former})
        self.env.invalidate_all()

    def _fynlo_keep_address(self, source, target):
        """Make an address of its own of the one that the target has no place for.

        What is delivered to it goes on going there.
        """
        names = ("street", "street2", "city", "zip", "state_id", "country_id")
        source_sudo, target_sudo = source.sudo(), target.sudo()
        if not (source._fynlo_has_address() and target._fynlo_has_address()):
            return
        if all(source_sudo[name] == target_sudo[name] for name in names):
            return
        vals = source_sudo._convert_fields_to_values(names)
        vals |= {"type": "other", "parent_id": target.id, "company_id": target.company_id.id}
        vals |= {name: source_sudo[name] for name in ("partner_latitude", "partner_longitude")}
        quiet_sudo = target_sudo.with_context(tracking_disable=True)
        address_sudo = quiet_sudo.create({**vals, "user_id": False})
        # Odoo would move these to the target himself, who lives elsewhere.
        query = """UPDATE pos_order SET fynlo_delivery_address_id = %s
                   WHERE fynlo_delivery_address_id = %s"""
        self.env.cr.execute(SQL(query, address_sudo.id, source.id))
        self.env["pos.order"].invalidate_model(["fynlo_delivery_address_id"], flush=False)
