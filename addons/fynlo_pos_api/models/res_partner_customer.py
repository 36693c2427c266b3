from odoo import api, fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields

from ..engine.search_text import fold, index_text, join_name, phone_digits, split_name

STATUSES = [("active", "Active"), ("inactive", "Inactive"), ("suspended", "Suspended")]
SEGMENTS = [
    ("new", "New"),
    ("regular", "Regular"),
    ("vip", "VIP"),
    ("at_risk", "At risk"),
    ("churned", "Churned"),
]
TIERS = [("bronze", "Bronze"), ("silver", "Silver"), ("gold", "Gold"), ("platinum", "Platinum")]
#: What the API shows of a customer: a change of it makes another version.
_VERSIONED = frozenset(
    ("active", "category_id", "city", "comment", "country_id", "email", "fynlo_first_name")
    + ("fynlo_last_name", "fynlo_status", "is_company", "name", "phone", "ref", "state_id")
    + ("street", "street2", "type", "zip", "partner_latitude", "partner_longitude")
)

_SERVER_FIELDS = frozenset(("fynlo_version",))
_EVERY_LIST = "INCLUDE (company_id, active, partner_share) WHERE fynlo_is_customer IS TRUE"


class ResPartner(models.Model):
    """Customers of the tills are Odoo's contacts. What tills search by lies in columns here."""

    _inherit = "res.partner"

    fynlo_is_customer = fields.Boolean(
        "Customer of the Tills",
        compute="_compute_fynlo_is_customer",
        store=True,
        readonly=False,
        copy=False,
        help="Tills find this contact. Set for whom an invoice was made or who bought at a till.",
    )
    fynlo_status = fields.Selection(
        STATUSES,
        "Customer Status",
        compute="_compute_fynlo_status",
        inverse="_inverse_fynlo_status",
        store=True,
        readonly=False,
        copy=False,
        help="Inactive customers are archived. The till shows who sells that one is suspended.",
    )
    fynlo_segment = fields.Selection(SEGMENTS, "Segment", copy=False)
    fynlo_tier = fields.Selection(TIERS, "Tier", copy=False)
    fynlo_first_name = fields.Char(
        "First Name",
        compute="_compute_fynlo_names",
        inverse="_inverse_fynlo_names",
        store=True,
        readonly=False,
    )
    fynlo_last_name = fields.Char(
        "Last Name",
        compute="_compute_fynlo_names",
        inverse="_inverse_fynlo_names",
        store=True,
        readonly=False,
    )
    fynlo_version = fields.Integer("Version", default=1, readonly=True, copy=False)
    fynlo_erased_at = fields.Datetime("Erased on", readonly=True, copy=False)

    fynlo_sort_name = fields.Char(compute="_compute_fynlo_search", store=True)
    fynlo_phone_digits = fields.Char(compute="_compute_fynlo_search", store=True)
    fynlo_search = fields.Char(compute="_compute_fynlo_search", store=True)

    # One index for each order of a list; read backwards it is the other direction. With what
    # every list asks of a row in it, a late page skips those before it without reading them.
    _fynlo_created_idx = models.Index(f"(create_date, id) {_EVERY_LIST}")
    _fynlo_name_idx = models.Index(f"(fynlo_sort_name, id) {_EVERY_LIST}")
    _fynlo_email_idx = models.Index(f"(email_normalized, id) {_EVERY_LIST}")
    _fynlo_visit_idx = models.Index(f"(fynlo_last_visit_at NULLS FIRST, id) {_EVERY_LIST}")
    _fynlo_spent_idx = models.Index(f"(fynlo_total_spent, id) {_EVERY_LIST}")
    _fynlo_phone_idx = models.Index("(fynlo_phone_digits) WHERE fynlo_is_customer IS TRUE")
    # A few pages tell how many customers there are at all.
    _fynlo_total_idx = models.Index(
        "(company_id, active, partner_share) WHERE fynlo_is_customer IS TRUE"
    )
    # All that a filter looks at, so that the exact number of matches never reads the wide table.
    _fynlo_filter_idx = models.Index(
        """(company_id, fynlo_status, is_company, fynlo_segment, fynlo_tier)
           INCLUDE (id, active, partner_share, create_date, fynlo_last_visit_at, fynlo_total_spent,
                    fynlo_search)
           WHERE fynlo_is_customer IS TRUE"""
    )

    def init(self):
        """Index the text that is searched; without trigrams a search reads it all.

        And vacuum early: a row that was changed since is looked up in the wide table when
        customers are counted, which with a fifth of them changed takes six times as long.
        """
        super().init()
        self.env.cr.execute("ALTER TABLE res_partner SET (autovacuum_vacuum_scale_factor = 0.01)")
        if self.pool.has_trigram:
            self.env.cr.execute(
                """CREATE INDEX IF NOT EXISTS res_partner_fynlo_search_idx ON res_partner
                   USING gin (fynlo_search gin_trgm_ops) WHERE fynlo_is_customer IS TRUE"""
            )

    @api.depends("customer_rank")
    def _compute_fynlo_is_customer(self):
        for partner in self:
            partner.fynlo_is_customer = partner.fynlo_is_customer or partner.customer_rank > 0

    @api.depends("active")
    def _compute_fynlo_status(self):
        for partner in self:
            if not partner.active:
                partner.fynlo_status = "inactive"
            elif partner.fynlo_status != "suspended":
                partner.fynlo_status = "active"

    def _inverse_fynlo_status(self):
        for partner in self:
            if partner.active != (partner.fynlo_status != "inactive"):
                partner.active = not partner.active

    @api.depends("name", "is_company")
    def _compute_fynlo_names(self):
        """Follow a name that somebody has changed as a whole; a business has a contact's name."""
        for partner in self:
            first, last = partner.fynlo_first_name, partner.fynlo_last_name
            if not partner.is_company and join_name(first, last) != (partner.name or ""):
                first, last = split_name(partner.name)
            partner.fynlo_first_name = first or False
            partner.fynlo_last_name = last or False

    def _inverse_fynlo_names(self):
        for partner in self.filtered(lambda each: not each.is_company):
            name = join_name(partner.fynlo_first_name, partner.fynlo_last_name)
            if name and name != partner.name:
                partner.name = name

    @api.depends(
        "name", "email", "ref", "phone", "phone_sanitized", "fynlo_first_name", "fynlo_last_name"
    )
    def _compute_fynlo_search(self):
        for partner in self:
            digits = phone_digits(partner.phone_sanitized or partner.phone)
            person = join_name(partner.fynlo_first_name, partner.fynlo_last_name)
            names = (partner.name, person if person != partner.name else "")
            partner.fynlo_sort_name = fold(partner.name)
            partner.fynlo_phone_digits = digits or False
            partner.fynlo_search = index_text(*names, partner.email, partner.ref, digits)

    def write(self, vals):
        """Count the versions, whoever writes: a till must not overwrite what it has not seen."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        if _VERSIONED.isdisjoint(vals) or "fynlo_version" in vals:
            return super().write(vals)
        for version, partners in self.grouped("fynlo_version").items():
            super(ResPartner, partners).write({**vals, "fynlo_version": version + 1})
        return True

    def _fynlo_has_foreign_business(self):
        """Tell whether a company that the user does not belong to has done business with them.

        A contact without a company is shared: what one company may not see it may not undo.
        """
        own_ids = self.env.user.company_ids.ids
        domain = [("partner_id", "child_of", self.ids), ("company_id", "not in", own_ids)]
        return any(
            self.env[model].sudo().search_count(domain, limit=1)
            for model in ("account.move", "pos.order")
        )
