from odoo import fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import principal_of

#: Localisations whose law or certified interface wants the numbers of a till without a gap, and
#: the fiscal countries where that holds.
GAPLESS_LOCALISATIONS = {
    # France and its overseas parts: certified tills, CGI art. 286 I 3 bis.
    "l10n_fr_pos_cert": "FR MF MQ NC PF RE GF GP TF BL PM YT WF",
    # Spain: correlative numbers within a series, RD 1619/2012 art. 7; both interfaces send them.
    "l10n_es_pos": "ES",
    "l10n_es_edi_tbai_pos": "ES",
    "l10n_es_edi_verifactu_pos": "ES",
    # Belgium: the fiscal data module signs consecutive ticket numbers, KB 30.12.2009.
    "pos_blackbox_be": "BE",
    # Germany: consecutive receipt numbers in the DSFinV-K export, KassenSichV.
    "l10n_de_pos_cert": "DE",
}


#: Who may do something on a Fynlo device, for a field of a store.
ROLES = [
    ("cashier", "Cashier and above"),
    ("supervisor", "Supervisor and above"),
    ("manager", "Manager and above"),
]


class PosConfig(models.Model):
    _name = "pos.config"
    _inherit = ["pos.config", "fynlo.reference.mixin"]

    fynlo_void_role = fields.Selection(
        ROLES,
        "May Void Open Orders",
        default="supervisor",
        required=True,
        help="Who may cancel an order that nobody has paid, on a Fynlo device.",
    )
    fynlo_session_role = fields.Selection(
        ROLES,
        "May Open and Close Sessions",
        default="cashier",
        required=True,
        help="Who may open and close the store's session on a Fynlo device.",
    )
    fynlo_no_sale_role = fields.Selection(
        ROLES,
        "May Open the Drawer without a Sale",
        default="cashier",
        required=True,
        help="Who may do so on a Fynlo device. Each time is recorded with its reason.",
    )

    def _create_sequences(self):
        super()._create_sequences()
        self._fynlo_create_order_sequence()

    def _fynlo_reference_code(self):
        return f"S{self.id}"

    def _fynlo_check_session_role(self):
        """Check that the principal may open and close sessions of this store.

        :raise ForbiddenError: the store wants a higher role for it
        """
        if not principal_of(self.env).is_at_least(self.fynlo_session_role):
            raise ForbiddenError()

    def _fynlo_requires_gapless(self):
        """Tell whether fiscal law wants the store's order numbers without a gap.

        Odoo's own gapless sequences are used then, at the price of tills that wait for each
        other. Override it for a localisation that is not in the list.
        """
        self.ensure_one()
        installed = self.env.registry._init_modules & GAPLESS_LOCALISATIONS.keys()
        if not installed:
            return False
        country = self.company_id.account_fiscal_country_id.code
        return any(country in GAPLESS_LOCALISATIONS[module].split() for module in installed)

    def _fynlo_order_name(self, last_part):
        """Return the name of an order as Odoo makes it from the end of its reference."""
        sequence = self.order_seq_id
        suffix = f" - {sequence.suffix}" if sequence.suffix else ""
        return f"{sequence.prefix or self.name} - {last_part}{suffix}"
