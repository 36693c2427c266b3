from odoo import api, models
from odoo.fields import Command

from ..demo import gift_cards


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make gift cards and eWallets too: what is sold, how it is paid with, who has some."""
        store, *secrets = super()._fynlo_load()
        account = self._load_liability(store.company_id)
        methods = self.env["pos.payment.method"]
        for program_type, words in gift_cards.PROGRAMS.items():
            program = self._load_program(store, account, program_type, **words)
            methods |= self._load_stored_method(store.company_id, account, program, words)
            self._load_cards(program)
        if methods - store.payment_method_ids and not store.has_active_session:
            store.payment_method_ids |= methods
        return store, *secrets

    def _load_liability(self, company):
        vals = {"name": gift_cards.ACCOUNT[1], "code": gift_cards.ACCOUNT[0]}
        vals |= {"account_type": "liability_current", "company_ids": [Command.set(company.ids)]}
        return self._record("account.account", "gift cards", vals)[0]

    def _load_program(self, store, account, program_type, name, product, **_words):
        vals = {"name": product, "type": "service", "list_price": 50.0, "available_in_pos": True}
        vals |= {"taxes_id": [Command.clear()], "property_account_income_id": account.id}
        sold = self._record("product.template", product, vals)[0].product_variant_id
        vals = {"name": name, "program_type": program_type, "company_id": store.company_id.id}
        vals |= {"pos_config_ids": [Command.set(store.ids)]}
        vals |= self.env["loyalty.program"]._program_type_default_values()[program_type]
        program, is_new = self._record("loyalty.program", name, vals)
        if is_new:
            program.trigger_product_ids = sold
            discounts = program.reward_ids.discount_line_product_id
            discounts.write({"property_account_income_id": account.id, "taxes_id": False})
            if program_type == "gift_card":  # Odoo's own till prints them
                program.mail_template_id = self.env.ref("loyalty.mail_template_gift_card")
                program.pos_report_print_id = self.env.ref("loyalty.report_gift_card")
        return program

    def _load_stored_method(self, company, account, program, words):
        vals = {"name": f"Bistro {words['name']}", "type": "bank", "code": words["journal"]}
        journal = self._record("account.journal", words["name"], vals)[0]
        vals = {"name": words["method"], "journal_id": journal.id, "company_id": company.id}
        vals |= {"outstanding_account_id": account.id, "fynlo_program_id": program.id}
        return self._record("pos.payment.method", words["method"], vals)[0]

    def _load_cards(self, program):
        for balance, customer in gift_cards.CARDS[program.program_type]:
            partner = self._record("res.partner", customer, {})[0] if customer else None
            vals = {"program_id": program.id, "partner_id": partner.id if partner else False}
            key = f"{program.program_type} {balance:g}"
            quiet = self.with_context(loyalty_no_mail=True)
            card, is_new = quiet._record("loyalty.card", key, {**vals, "points": balance})
            if is_new:
                words = self.env._("Sold last week")
                card.history_ids.create(
                    {"card_id": card.id, "description": words, "issued": balance}
                )
