"""Tills that act under real parallel connections, on rows that are committed.

What a test leaves is a store of its own with a closed session; its goods are archived.
"""

from itertools import count
from uuid import uuid4

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.tests.parallel import committing_env, run_parallel
from odoo.tests import BaseCase, get_db_name

from .till import Till

TILLS = 8


class ParallelTills(BaseCase):
    """A store with an open session and ``TILLS`` paired tills, all of it committed."""

    #: Whether each test has a store of its own; else all of a class work in one.
    own_store = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dbname = get_db_name()
        if not cls.own_store:
            _open_store(cls)
            cls.addClassCleanup(_close_store, cls)

    def setUp(self):
        super().setUp()
        if self.own_store:
            _open_store(self)
        self.addCleanup(self.clean_up)

    def clean_up(self):
        if self.own_store:
            _close_store(self)

    def act_at_once(self, function, times=TILLS):
        """Call ``function(env, number)`` for each till at the same moment; return the results.

        ``env`` is the cashier's on that till, in a transaction of his own; an exception is a
        result too.
        """
        numbers = count()

        def act(env):
            number = next(numbers)
            principal = self.principals[number % TILLS]
            context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
            return function(env(user=principal.user_id, context=context), number)

        return run_parallel(self.dbname, act, times)


def _open_store(case):
    """Give a test, or a class of tests, its store."""
    with committing_env(case.dbname) as env:
        admin = env(user=env.ref("base.user_admin").id, su=True)
        till = Till(admin, f"Parallel {uuid4().hex[:6]}")
        vals = {"name": "T", "config_id": till.store.id, "platform": "ipados"}
        devices = env["fynlo.device"].create([dict(vals) for _ in range(TILLS)])
        session = till.open()
        user = env.company._fynlo_technical_user("cashier")
        case.principals = [
            Principal(
                user_id=user.id, company_id=env.company.id, role="cashier",
                session=f"test-{device.id}", store_ids=(till.store.id,),
                store_id=till.store.id, device_id=device.id,
            )
            for device in devices
        ]  # fmt: skip
        case.session_id, case.goods = session.id, (till.coffee | till.cake).ids
        case.coffee, case.card = till.coffee.fynlo_uuid, till.card.fynlo_uuid


def _close_store(case):
    with committing_env(case.dbname) as env:
        admin = env(user=env.ref("base.user_admin").id, su=True)
        session = admin["pos.session"].browse(case.session_id)
        run_with_retry(admin, session.close_session_from_ui)
        admin["product.product"].browse(case.goods).active = False
