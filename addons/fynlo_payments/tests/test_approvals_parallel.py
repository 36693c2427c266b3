"""One consent, many at once: one wins."""

from uuid import uuid4

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.tests.parallel_tills import ParallelTills
from odoo.tests import tagged

from ..exceptions import ApprovalInvalidError
from ..models.fynlo_approval import LIFETIME, _hash


@tagged("post_install", "-at_install")
class TestApprovalsParallel(ParallelTills):
    def test_a_token_is_spent_once(self):
        token, subject, principal = "fya_parallel" + uuid4().hex, str(uuid4()), self.principals[0]
        with committing_env(self.dbname) as env:
            approver = env["hr.employee"].create({"name": "Approver", "active": False})
            now = env.cr.now()
            env["fynlo.approval"].create({
                "operation": "order_refund", "subject_uuid": subject, "amount_minor": 275,
                "currency_id": env.company.currency_id.id, "config_id": principal.store_id,
                "device_id": principal.device_id, "user_id": principal.user_id,
                "approver_id": approver.id, "approver_role": "supervisor",
                "token_hash": _hash(token), "expires_at": now + LIFETIME,
            })  # fmt: skip
        self.principals = [principal] * len(self.principals)

        def spend(env, _number):
            approvals = env["fynlo.approval"]
            return run_with_retry(env, lambda: approvals._fynlo_spend(
                token, "order_refund", subject, 275, "supervisor", uuid4()
            ).id)  # fmt: skip

        results = self.act_at_once(spend, 20)
        self.assertEqual(len([each for each in results if isinstance(each, int)]), 1, results)
        refused = [each for each in results if isinstance(each, ApprovalInvalidError)]
        self.assertEqual(len(refused), 19, results)
