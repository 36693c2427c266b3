from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

#: Programs whose points are money that was paid before.
MONEY_PROGRAMS = ("gift_card", "ewallet")


class PosPaymentMethod(models.Model):
    """A method that takes gift cards or eWallets of one program.

    Its bank journal pays from the account that selling them has filled: the liability.
    """

    _inherit = "pos.payment.method"

    fynlo_program_id = fields.Many2one(
        "loyalty.program",
        "Gift Cards or eWallets",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('program_type', 'in', ('gift_card', 'ewallet')),"
        " ('company_id', 'in', (False, company_id))]",
        help="This method takes the cards of this program: by their code, or an eWallet of the "
        "order's customer. It needs a bank journal of its own, whose outstanding account is the "
        "liability that selling the cards is booked to.",
    )
    fynlo_program_type = fields.Selection(related="fynlo_program_id.program_type")
    fynlo_program_warning = fields.Char("Not Ready", compute="_compute_fynlo_program_warning")

    @api.depends("fynlo_program_id", "outstanding_account_id")
    def _compute_fynlo_program_warning(self):
        for method in self:
            products = method._fynlo_booked_elsewhere()
            names = ", ".join(products.mapped("display_name"))
            method.fynlo_program_warning = bool(names) and self.env._(
                "%(products)s: the income account is not %(account)s. What is sold and what is "
                "paid with it would lie on different accounts.",
                products=names, account=method.outstanding_account_id.display_name,
            )  # fmt: skip

    def _fynlo_booked_elsewhere(self):
        """Return the products of one method's program that do not fill its liability."""
        program, account = self.fynlo_program_id, self.outstanding_account_id
        products = program.trigger_product_ids | program.reward_ids.discount_line_product_id
        if not account:
            return products.browse()
        company = self.company_id
        return products.filtered(
            lambda each: (
                each.with_company(company).product_tmpl_id.get_product_accounts()["income"]
                != account
            )
        )

    @api.constrains(
        "fynlo_program_id", "fynlo_provider_id", "journal_id", "outstanding_account_id",
        "company_id", "use_payment_terminal",
    )  # fmt: skip
    def _check_fynlo_program(self):
        for method in self.filtered("fynlo_program_id"):
            if message := method._fynlo_program_fault():
                raise ValidationError(message)

    def _fynlo_program_fault(self):
        """Return what keeps one method from taking cards, for who sets it up; or nothing."""
        env, program = self.env, self.fynlo_program_id.sudo()
        account, currency = self.outstanding_account_id, self.company_id.currency_id
        faults = (
            (program.program_type not in MONEY_PROGRAMS,
             env._("Only programs of gift cards or eWallets are money: choose such a program.")),
            (program.company_id and program.company_id != self.company_id,
             env._("The program belongs to another company.")),
            (self.type != "bank",
             env._("Gift cards and eWallets need a bank journal of their own: choose one.")),
            (account.internal_group != "liability",
             env._("Choose the liability account of these cards as outstanding account: selling "
                   "them credits it, paying with them debits it.")),
            (program.currency_id != (self.journal_id.currency_id or currency),
             env._("The program has another currency than the journal.")),
            (self.fynlo_provider_id or self.use_payment_terminal,
             env._("What is on a gift card is here: no gateway or terminal takes it.")),
        )  # fmt: skip
        return next((message for is_wrong, message in faults if is_wrong), None)

    # --- Which methods these are: asked for each payment

    @api.model
    @tools.ormcache()
    def _fynlo_stored_ids(self):
        """Return the ids of all methods that take gift cards or eWallets."""
        methods_sudo = self.sudo().with_context(active_test=False)
        return frozenset(methods_sudo.search([("fynlo_program_id", "!=", False)]).ids)

    def _fynlo_is_stored(self):
        """Tell whether one method takes gift cards or eWallets."""
        return self.id in self._fynlo_stored_ids()

    @api.model_create_multi
    def create(self, vals_list):
        """Know new ones at once."""
        methods = super().create(vals_list)
        if any(vals.get("fynlo_program_id") for vals in vals_list):
            self.env.registry.clear_cache()
        return methods

    def write(self, vals):
        """Know changed ones at once; a method that was used keeps its program."""
        changes = "fynlo_program_id" in vals
        if changes and any(each._fynlo_is_used_for_another(vals) for each in self):
            raise ValidationError(self.env._("This method was paid with: make a new one."))
        result = super().write(vals)
        if changes:
            self.env.registry.clear_cache()
        return result

    def _fynlo_is_used_for_another(self, vals):
        if self.fynlo_program_id.id == (vals["fynlo_program_id"] or False):
            return False
        payments_sudo = self.env["pos.payment"].sudo()
        if payments_sudo.search_count([("payment_method_id", "=", self.id)], limit=1):
            return True
        # What a transaction has taken off a card is no payment yet.
        tenders_sudo = self.env["fynlo.payment.tender"].sudo()
        return bool(tenders_sudo.search_count([("method_id", "=", self.id)], limit=1))
