"""Two people at a till: who refunds, and who consents with his PIN."""

from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import PIN
from odoo.addons.fynlo_pos_api.tests.common import SellingCase


class ApprovalCase(SellingCase):
    """A sale of one coffee (2.75) by Ada, paid in cash; by default she may not refund."""

    def setUp(self):
        super().setUp()
        self.sold = self.paid_body()
        self.assertSuccess(self.post(self.sold), 201)
        self.path = f"/orders/{self.sold['id']}/refunds"

    def refund(self, token=None, **values):
        """Post a refund of all, or of what ``values`` say, and return the response."""
        body = {"id": str(uuid4()), "reason": "cold", **(values or {"all": True})}
        if not {"all", "lines", "amount"} & body.keys():
            body["all"] = True
        return self.post(body, token, self.path)

    def consent(self, who=None, token=None, **values):
        """Post the approval of ``who`` (Sue) for a refund of all and return the response."""
        body = {"id": str(uuid4()), "operation": "order_refund", "subjectId": self.sold["id"],
                "amount": 275, "employeeId": (who or self.sue).fynlo_uuid, "pin": PIN}  # fmt: skip
        return self.post({**body, **values}, token, "/approvals")

    def approval(self, who=None, **values):
        """Return an approval's token."""
        return self.assertSuccess(self.consent(who, **values), 201)["approvalToken"]

    def reasons(self, reply):
        """Return the reasons of a refusal, by name."""
        details = self.assertFailure(reply, 403, "approval_required")["details"]
        return {each["reason"]: each["role"] for each in details["reasons"]}
