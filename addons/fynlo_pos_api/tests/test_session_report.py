from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.fields import Command
from odoo.tests import tagged

from ..schemas.session_reports import SessionReportView
from .test_session_close import CloseCase
from .till import command


@tagged("post_install", "-at_install")
class TestSessionReport(CloseCase):
    def report(self, who=None):
        report = self.session_as(who or self.sue)._fynlo_report()
        return SessionReportView.of(report).model_dump(mode="json", by_alias=True)

    def sell_the_day(self):
        till, session = self.till, self.session
        till.sell(session, {till.coffee: 2}, employee_id=self.ada.id)  # 5.50 in cash
        till.sell(session, {till.cake: 3}, method=till.card, employee_id=self.sue.id)  # 13.20
        till.sell(session, {till.coffee: -1}, employee_id=self.ada.id)  # -2.75 in cash
        move = command("move", type="drop", amount=5000, reason="safe")
        self.session_as(self.ada)._fynlo_move_cash(move)

    def test_x_report_before_the_count(self):
        self.sell_the_day()
        report = self.report()
        self.assertEqual((report["kind"], report["currency"]), ("X", "USD"))
        self.assertEqual(report["session"]["state"], "open")
        self.assertEqual(
            report["sales"],
            {
                "orderCount": 3,
                "gross": 1595,
                "tax": 145,
                "net": 1450,
                "rounding": 0,
                "refundCount": 1,
                "refunds": -275,
                "discounts": 0,
                "tips": 0,
                "voidCount": 0,
                "voids": 0,
            },
        )
        self.assertEqual(
            report["taxes"],
            [
                {
                    "id": self.till.tax.fynlo_uuid,
                    "name": self.till.tax.name,
                    "base": 1450,
                    "amount": 145,
                }
            ],
        )
        self.assertEqual(
            {(each["name"], each["type"], each["count"]) for each in report["payments"]},
            {("Cash", "cash", 2), ("Card", "card", 1)},
        )
        self.assertEqual(
            {(each["name"], each["amount"]) for each in report["payments"]},
            {("Cash", 275), ("Card", 1320)},
        )
        self.assertEqual(
            [(each["name"], each["orderCount"], each["amount"]) for each in report["employees"]],
            [("Ada", 2, 275), ("Sue", 1, 1320)],
        )
        [movement] = report["cashMovements"]
        self.assertEqual((movement["type"], movement["amount"]), ("drop", -5000))
        self.assertEqual(movement["reason"], "safe")
        drawer = {"opening": 10000, "payments": 275, "paidIn": 0, "paidOut": 0, "drops": -5000}
        drawer |= {"handedOut": 0, "handedBack": 0, "reason": None, "denominations": []}
        drawer |= {"expected": None, "counted": None, "difference": None}
        self.assertEqual(report["drawer"], drawer)
        self.assertEqual((report["drawers"], report["deposits"]), ([], 0))
        self.assertEqual(report["journalEntries"], [])

    def test_expected_is_told_after_the_count(self):
        self.sell_the_day()
        self.count(5270)
        drawer = self.report()["drawer"]
        self.assertEqual(drawer["expected"], 5275)
        self.assertEqual((drawer["counted"], drawer["difference"]), (5270, -5))

    def test_z_report_equals_the_last_x_report(self):
        self.sell_the_day()
        self.count(5270)
        x_report = self.report()
        self.close()
        z_report = self.report()
        self.assertEqual(z_report["kind"], "Z")
        self.assertEqual(z_report["session"]["state"], "closed")
        for part in ("sales", "taxes", "payments", "employees", "cashMovements", "drawer"):
            self.assertEqual(z_report[part], x_report[part], part)
        self.assertIn(self.session.move_id.name, z_report["journalEntries"])

    def test_z_report_ties_to_the_journal_entries(self):
        self.sell_the_day()
        self.count(5270)
        self.close()
        report, balances = self.report(), self.balances()
        tax_account = self.till.tax.invoice_repartition_line_ids.account_id
        self.assertEqual(balances[tax_account], -report["taxes"][0]["amount"] / 100)
        sales = sum(value for key, value in balances.items() if key.account_type == "income")
        self.assertEqual(sales, -report["sales"]["net"] / 100)
        cash_journal = self.till.cash.journal_id
        drawer = report["drawer"]
        in_drawer = drawer["counted"] - drawer["opening"]
        self.assertEqual(balances[cash_journal.default_account_id], in_drawer / 100)
        self.assertEqual(balances[cash_journal.loss_account_id], -drawer["difference"] / 100)
        card = self.session.bank_payment_ids
        self.assertEqual(card.amount, 13.2)

    def test_taxes_that_are_included_or_stacked_tie_too(self):
        vals = {"type_tax_use": "sale", "company_id": self.company.id}
        included = self.env["account.tax"].create(
            {**vals, "name": "Incl", "amount": 7, "price_include_override": "tax_included"}
        )
        levy = self.till.tax.copy({"name": "Levy", "amount": 3.3, "include_base_amount": True})
        levy.sequence = 1
        for tax in included | levy:
            tax.invoice_repartition_line_ids.filtered(
                lambda part: part.repartition_type == "tax"
            ).account_id = self.till.tax.invoice_repartition_line_ids.account_id
        self.till.cake.taxes_id = [Command.set((levy | self.till.tax).ids)]
        self.till.coffee.taxes_id = [Command.set(included.ids)]
        for quantities in ({self.till.cake: 1}, {self.till.cake: 3, self.till.coffee: 7}):
            self.sell_by_engine(quantities)
        x_report = self.report()
        self.count(10000 + x_report["drawer"]["payments"])
        self.close()
        z_report = self.report()
        self.assertEqual(z_report["taxes"], x_report["taxes"])
        self.assertEqual(len(z_report["taxes"]), 3)
        self.assertEqual(
            sum(each["amount"] for each in z_report["taxes"]), z_report["sales"]["tax"]
        )
        self.balances()

    def sell_by_engine(self, quantities):
        """Sell with the totals of Odoo's own tax engine."""
        order = self.till.sell(self.session, quantities, state="draft", payment_ids=[])
        order.lines._onchange_amount_line_all()
        order._compute_prices()
        payment = {"payment_method_id": self.till.cash.id, "amount": order.amount_total}
        order.write({"payment_ids": [Command.create(payment)]})
        order.action_pos_order_paid()

    def test_invoiced_order_counts_once(self):
        guest = self.env["res.partner"].create({"name": "Guest"})
        order = self.till.sell(self.session, {self.till.cake: 1}, partner_id=guest.id)
        self.till.sell(self.session, {self.till.coffee: 2})
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        x_report = self.report()
        self.assertEqual([each["amount"] for each in x_report["taxes"]], [90])
        self.assertEqual([each["base"] for each in x_report["taxes"]], [900])
        self.count(10990)
        self.close()
        self.assertEqual(self.report()["taxes"], x_report["taxes"])
        self.assertIn(order.account_move.name, self.report()["journalEntries"])

    def test_cashier_sees_the_z_report_and_no_x_report(self):
        self.count(10000)
        with self.assertRaises(ForbiddenError):
            self.report(self.ada)
        self.close()
        self.assertEqual(self.report(self.ada)["kind"], "Z")

    def test_store_without_cash_has_no_drawer_in_its_report(self):
        self.patch(type(self.session), "cash_control", False)
        self.assertIsNone(self.report()["drawer"])
