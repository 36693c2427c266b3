from datetime import timedelta

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, NotFoundError
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Domain

from ..engine.money import from_minor, to_minor
from ..engine.search_text import find_patterns

_SORT_FIELDS = {
    "createdAt": "create_date",
    "name": "fynlo_sort_name",
    "email": "email_normalized",
    "lastVisitAt": "fynlo_last_visit_at",
    "totalSpent": "fynlo_total_spent",
}
#: Who was never there comes before who was; in the other direction last.
_NEVER = {"lastVisitAt": {"asc": " nulls first", "desc": " nulls last"}}
_LIST_FIELDS = (
    "fynlo_uuid", "ref", "name", "fynlo_first_name", "fynlo_last_name", "email", "phone",
    "is_company", "fynlo_status", "fynlo_segment", "fynlo_tier", "fynlo_version", "create_date",
    "fynlo_total_spent", "fynlo_last_visit_at", "fynlo_order_count", "category_id",
)  # fmt: skip
_VIEW_FIELDS = (
    *_LIST_FIELDS, "comment", "street", "street2", "city", "state_id", "zip", "country_id",
    "partner_latitude", "partner_longitude", "parent_id", "type",
)  # fmt: skip
_GROUPS = ("fynlo_status", "is_company", "fynlo_segment", "fynlo_tier")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _fynlo_customers(self):
        """Return the empty recordset to look customers up in: archived ones are found too."""
        return self.env["res.partner"].with_context(active_test=False)

    @api.model
    def _fynlo_find_customer(self, uuid):
        """Return the customer with that id, or the one that he was merged into (one record).

        :raise NotFoundError: unknown, no customer, or hidden from the user: the same answer
        """
        customers = self._fynlo_customers()
        domain = Domain("fynlo_is_customer", "=", True)
        self.env.company._fynlo_read_main()
        found = customers.search(domain & Domain("fynlo_uuid", "=", str(uuid)), limit=1)
        if not found:
            heir_id = self.env["fynlo.customer.alias"]._fynlo_heir_id(uuid)
            found = heir_id and customers.search(domain & Domain("id", "=", heir_id))
        if not found:
            raise NotFoundError()
        found.fetch(_VIEW_FIELDS)
        return found

    @api.model
    def _fynlo_resolve(self, uuid, field):
        """Find a customer by the id that he had before he was merged, too.

        A till that was offline may not know of it.
        """
        try:
            return super()._fynlo_resolve(uuid, field)
        except InvalidFieldsError:
            heir_id = self.env["fynlo.customer.alias"]._fynlo_heir_id(uuid)
            if heir := heir_id and self.search([("id", "=", heir_id)]):
                return heir
            raise

    @api.model
    def _fynlo_search_customers(self, query):
        """Return ``(customers, total)``: a page of the customers that the user may see.

        Equal keys are told apart by the database id, so that pages never overlap.

        :param query: a ``CustomerQuery``
        """
        self.env.company._fynlo_read_main()
        domain = self._fynlo_customers_domain(query)
        direction = query.sort_order
        nulls = _NEVER.get(query.sort_by, {}).get(direction, "")
        customers = self._fynlo_customers()
        page = customers.search(
            domain,
            order=f"{_SORT_FIELDS[query.sort_by]} {direction}{nulls}, id {direction}",
            limit=query.limit,
            offset=query.offset,
        )
        page.fetch(_LIST_FIELDS)  # not while skipping: the index alone does that
        return page, query.find_total(len(page), lambda: customers.search_count(domain))

    def _fynlo_customers_domain(self, query):
        domain = Domain("fynlo_is_customer", "=", True)
        if query.status:
            domain &= Domain("fynlo_status", "=", query.status)
        else:
            domain &= Domain("active", "=", True)  # compared faster than two words
        if query.type:
            domain &= Domain("is_company", "=", query.type == "business")
        if query.segment:
            domain &= Domain("fynlo_segment", "=", query.segment)
        if query.tier:
            domain &= Domain("fynlo_tier", "=", query.tier)
        for tag in query.tag_names:
            found = self.env["res.partner.category"].search([("name", "=", tag)])
            domain &= Domain("category_id", "in", found.ids)
        for pattern in find_patterns(query.query or ""):
            domain &= Domain("fynlo_search", "=like", pattern)
        domain &= _instants("create_date", query.created_from, query.created_to)
        domain &= _instants("fynlo_last_visit_at", query.last_visit_from, query.last_visit_to)
        return domain & self._fynlo_spent_domain(query)

    def _fynlo_spent_domain(self, query):
        """Compare half a minor unit off: figures are exact decimals, bounds are floats."""
        currency, domain = self.env.company.currency_id, Domain.TRUE
        if query.total_spent_min is not None:
            bound = from_minor(query.total_spent_min - 0.5, currency)
            domain &= Domain("fynlo_total_spent", ">=", bound)
        if query.total_spent_max is not None:
            bound = from_minor(query.total_spent_max + 0.5, currency)
            domain &= Domain("fynlo_total_spent", "<", bound)
        return domain

    @api.model
    def _fynlo_customer_stats(self):
        """Return the figures of all customers that the user may see, as ``CustomerStats`` takes.

        :raise ForbiddenError: the user is no manager
        """
        self.env["res.users"]._fynlo_require("manager")
        rows = self._fynlo_customers()._read_group(
            [("fynlo_is_customer", "=", True)], _GROUPS, ["__count", "fynlo_total_spent:sum"]
        )
        counts = {name: {} for name in _GROUPS}
        total, spent = 0, 0.0
        for *keys, count, amount in rows:
            total, spent = total + count, spent + amount
            for name, key in zip(_GROUPS, keys, strict=True):
                counts[name][key] = counts[name].get(key, 0) + count
        return {
            "total": total,
            "by_status": counts["fynlo_status"],
            "by_type": counts["is_company"],
            "by_segment": counts["fynlo_segment"],
            "by_tier": counts["fynlo_tier"],
            "total_spent": to_minor(spent, self.env.company.currency_id),
            "currency": self.env.company.currency_id.name,
        }


def _instants(field, start, end):
    """Return the domain of what lies in these whole seconds, both of them included."""
    domain = Domain.TRUE
    if start:
        domain &= Domain(field, ">=", to_odoo_datetime(start))
    if end:
        domain &= Domain(field, "<", to_odoo_datetime(end) + timedelta(seconds=1))
    return domain
