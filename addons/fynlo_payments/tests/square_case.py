import json
import os
from unittest.mock import patch
from uuid import uuid4

from .peers.square_server import SquarePeer, sign
from .test_gateways_http import GatewayCase

_KEY = "square-signature-key"
NONCE = "cnon:card-nonce-ok"


class SquareCase(GatewayCase):
    """``square`` is the gateway of the store's card method; a coffee costs 2.75."""

    def setUp(self):
        super().setUp()
        self.square = SquarePeer()
        self.addCleanup(self.square.close)
        base = patch.dict(os.environ, {"FYNLO_SQUARE_API_BASE": self.square.url})
        base.start()
        self.addCleanup(base.stop)
        main = self.env.ref("fynlo_payments.payment_provider_square")
        self.provider = main.copy({"company_id": self.company.id})
        self.provider.write(
            {"square_access_token": self.square.token, "square_location": self.square.location,
             "square_signature_key": _KEY, "state": "test"}
        )  # fmt: skip
        query = "UPDATE pos_payment_method SET fynlo_provider_id = %s WHERE id = %s"
        self.env.cr.execute(query, [self.provider.id, self.card.id])
        self.env.invalidate_all()

    def begin(self, **extra):
        """Pay a coffee; return the id of the payment and what is told of it."""
        body = self.intent(self.open_order(), method=NONCE, **extra)
        return body["id"], self.assertSuccess(self.pay(body), 201)

    def operation(self):
        """Return the last operation, as the janitor has it."""
        return self.env["fynlo.payment.operation"].sudo().search([], limit=1)

    def charges(self):
        return len([1 for method, path, *_ in self.square.requests
                    if (method, path) == ("POST", "/v2/payments")])  # fmt: skip

    def event(self, payment):
        told = {"id": payment["id"], "reference_id": payment["reference_id"]}
        return {"event_id": str(uuid4()), "type": "payment.updated",
                "data": {"type": "payment", "object": {"payment": told}}}  # fmt: skip

    def tell(self, event, key=_KEY, signature=None):
        """Post an event as Square does; return ``(status, rows of the inbox)``."""
        payload = json.dumps(event)
        if signature is None:
            signature = sign(payload, self.provider.square_webhook_url, key)
        headers = {"Content-Type": "application/json"}
        headers["x-square-hmacsha256-signature"] = signature
        answer = self.url_open("/api/v1/webhooks/square", data=payload, headers=headers)
        domain = [("event_id", "=", event["event_id"])]
        return answer.status_code, self.env["fynlo.payment.event"].search_count(domain)
