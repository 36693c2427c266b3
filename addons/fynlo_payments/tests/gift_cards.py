"""Gift cards and eWallets of a store under test."""

from uuid import uuid4

from odoo.fields import Command


class GiftCards:
    """A program of each kind with its method, on one liability account.

    :ivar gift: method of gift cards; ``wallet`` that of eWallets
    :ivar sold: product that fills a gift card
    """

    def __init__(self, env, company):
        self.env, self.company = env, company
        code = uuid4().hex[:10].upper()
        self.account = env["account.account"].create(
            {"name": "Owed to bearers", "code": f"24{code}", "account_type": "liability_current"}
        )
        self.sold = env["product.product"].create({
            "name": "Gift card", "type": "service", "list_price": 20.0, "available_in_pos": True,
            "taxes_id": [Command.clear()], "property_account_income_id": self.account.id,
        })  # fmt: skip
        self.gift = self._make_method("gift_card")
        self.wallet = self._make_method("ewallet")

    def _make_method(self, kind):
        programs = self.env["loyalty.program"]
        vals = {"name": f"Our {kind}", "program_type": kind, "company_id": self.company.id}
        program = programs.create({**programs._program_type_default_values()[kind], **vals})
        program.trigger_product_ids = self.sold
        product = program.reward_ids.discount_line_product_id
        product.property_account_income_id = self.account
        if kind == "gift_card":
            program.mail_template_id = self.env.ref("loyalty.mail_template_gift_card")
            program.pos_report_print_id = self.env.ref("loyalty.report_gift_card")
        journal = self.env["account.journal"].create({"name": f"Our {kind}", "type": "bank"})
        return self.env["pos.payment.method"].create({
            "name": kind, "journal_id": journal.id, "fynlo_program_id": program.id,
            "outstanding_account_id": self.account.id,
        })  # fmt: skip

    def make_card(self, balance, partner=None, **vals):
        """Return a card with a balance; of a partner it is his eWallet."""
        method = self.wallet if partner else self.gift
        return self.env["loyalty.card"].create({
            "program_id": method.fynlo_program_id.id, "points": balance,
            "partner_id": partner.id if partner else False, **vals,
        })  # fmt: skip

    def read_account(self):
        """Return what the liability account owes, in minor units."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.account.id), ("parent_state", "=", "posted")]
        )
        return round(-sum(lines.mapped("balance")) * 100)
