"""Tills that spend one gift card in the same moment, and processes that die with it in hand."""

from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import FynloError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.schemas.refunds import RefundCreate
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from ..exceptions import CardDeclinedError
from ..models.loyalty_card import LoyaltyCard
from ..schemas.payment_transactions import TransactionCreate
from .gift_cards import GiftCards
from .killing import Killing
from .parallel_payments import make

CLIENTS = 20


@tagged("post_install", "-at_install")
class TestGiftCardsParallel(Killing):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with committing_env(cls.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=True)
            shop = GiftCards(admin, admin.company)
            session = admin["pos.session"].browse(cls.session_id)
            session.state = "closed"  # Odoo lets nobody change methods while it is open
            session.config_id.payment_method_ids |= shop.gift
            session.config_id.fynlo_refund_role = "cashier"
            session.state = "opened"
            cls.gift, cls.program_id = shop.gift.fynlo_uuid, shop.gift.fynlo_program_id.id

    def make_card(self, balance):
        """Return the code of a new gift card."""
        with committing_env(self.dbname) as env:
            vals = {"program_id": self.program_id, "points": balance}
            return env["loyalty.card"].create(vals).code

    def split(self, code, amount, order=None, cards=()):
        """Return a transaction by gift card, then by these cards with 1.00 each."""
        card = {"method": self.card, "channel": "online", "amount": 100}
        tenders = [{"method": self.gift, "code": code, "amount": amount}]
        tenders += [{**card, "paymentMethod": name} for name in cards]
        tenders = [{"id": str(uuid4()), **tender} for tender in tenders]
        return make(TransactionCreate, orderId=order or self.open_order(), tenders=tenders)

    def card_of(self, code):
        """Return ``(left, used, given back, booked)`` of a card, in minor units."""
        query = """
            SELECT round(card.points * 100)::int,
                (SELECT COALESCE(round(sum(used) * 100)::int, 0) FROM loyalty_history
                 WHERE card_id = card.id),
                (SELECT COALESCE(round(sum(issued) * 100)::int, 0) FROM loyalty_history
                 WHERE card_id = card.id),
                (SELECT COALESCE(round(sum(payment.amount) * 100)::int, 0) FROM pos_payment payment
                 WHERE fynlo_card_id = card.id)
            FROM loyalty_card card WHERE code = %s"""
        [row] = self.run_sql(query, code)
        return row

    def spend(self, env, _code, command):
        return self.transact(env, command)

    def refund(self, env, order, **values):
        """Do what the route does; return the refund's state."""
        command = make(RefundCreate, reason="cold", **values)
        desk = env["fynlo.order.refund"]
        return run_with_retry(env, lambda: desk._fynlo_refund_order(order, command).state)

    def test_twenty_tills_spend_what_is_there(self):
        code = self.make_card(5.0)
        commands = [self.split(code, 100) for _ in range(CLIENTS)]

        def buy(env, number):
            try:
                return self.transact(env, commands[number])
            except FynloError as error:
                return error.code

        results = self.act_at_once(buy, CLIENTS)
        told = {each: results.count(each) for each in set(map(str, results))}
        self.assertEqual(told, {"succeeded": 5, "stored_value_too_low": 15}, results)
        self.assertEqual(self.card_of(code), (0, 500, 0, 500))

    def test_the_same_id_at_once_takes_once(self):
        code = self.make_card(5.0)
        command = self.split(code, 275)
        results = self.act_at_once(lambda env, _: self.transact(env, command), CLIENTS)
        told = {getattr(each, "code", each) for each in results}
        self.assertLessEqual(told, {"succeeded", "processing", "busy"}, results)
        self.assertEqual(self.card_of(code), (225, 275, 0, 275))

    def test_twenty_refunds_give_back_what_was_taken(self):
        code, order = self.make_card(5.0), self.open_order()
        self.act(lambda env: self.transact(env, self.split(code, 275, order)))

        def give(env, _number):
            try:
                return self.refund(env, order, amount=100)
            except FynloError as error:
                return error.code

        results = self.act_at_once(give, CLIENTS)
        told = {each: results.count(each) for each in set(map(str, results))}
        self.assertEqual(told, {"paid": 2, "refund_too_large": 18}, results)
        self.assertEqual(self.card_of(code), (425, 275, 200, 275))
        self.act(lambda env: self.refund(env, order, all=True))
        self.assertEqual(self.card_of(code), (500, 275, 275, 275))

    def test_what_is_run_again_moves_once(self):
        code, order = self.make_card(5.0), self.open_order()
        move, fails = LoyaltyCard._fynlo_move, []

        def fail_twice(card, *args):
            move(card, *args)
            fails.append(card.id)
            if len(fails) <= 2:
                raise SerializationFailure()

        for act in (
            lambda env: self.transact(env, self.split(code, 275, order)),
            lambda env: self.refund(env, order, all=True),
        ):
            fails.clear()
            with patch.object(LoyaltyCard, "_fynlo_move", fail_twice):
                self.act(act)
            self.assertEqual(len(fails), 3)
        self.assertEqual(self.card_of(code), (500, 275, 275, 275))

    def test_a_process_killed_anywhere(self):
        def prepare():
            code = self.make_card(5.0)
            return code, self.split(code, 75, cards=["pm_card_visa"] * 2)

        def check(code, command):
            query = "SELECT state FROM fynlo_payment_split WHERE fynlo_uuid = %s"
            known = self.run_sql(query, str(command.id))
            whole, nothing = (425, 75, 0, 75), (500, 0, 0, 0)
            self.assertEqual(self.card_of(code), whole if known else nothing)
            self.assertEqual(self.act(lambda env: self.transact(env, command)), "succeeded")
            self.assertEqual(self.card_of(code), whole)

        self.kill_everywhere(prepare, self.spend, check)
        self.assertEqual(set(self.taken().values()), {200})

    def test_a_process_killed_anywhere_while_a_card_is_declined(self):
        def prepare():
            code = self.make_card(5.0)
            return code, self.split(code, 75, cards=["pm_card_visa", "pm_card_chargeDeclined"])

        def check(code, command):
            with self.assertRaises(CardDeclinedError):
                self.act(lambda env: self.transact(env, command))
            self.assertEqual(self.card_of(code), (500, 75, 75, 0))

        self.kill_everywhere(prepare, self.spend, check, first=4)
        self.assertEqual(self.balance(), 0)
