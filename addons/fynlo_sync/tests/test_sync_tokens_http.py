import json
from uuid import uuid4

from odoo.addons.fynlo_base.tests import forgeries
from odoo.addons.fynlo_pos_api.tests.common import SellingCase
from odoo.tests import tagged

from .push_case import Pushing


@tagged("post_install", "-at_install")
class TestSyncTokens(Pushing, SellingCase):
    """Who is not a till of this store neither reads nor writes."""

    def check_refused(self, status, code, token, **headers):
        """Pull and push by a token; both are refused, and nothing is noted."""
        headers["Authorization"] = f"Bearer {token}"
        for method, path, body in (
            ("GET", "/sync/pull", None),
            ("POST", "/sync/push", self.of_sales(self.sale())),
        ):
            reply = self.api(method, path, body, headers=headers)
            self.assertFailure(reply, status, code)
            self.assertNotIn("changes", reply.text)

    def rows(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT (SELECT count(*) FROM pos_order), (SELECT count(*) FROM fynlo_sync_op)"
        )
        return self.env.cr.fetchone()

    def test_forged_and_expired_tokens(self):
        head, body, _signature = self.token.split(".")
        header, claims = (json.loads(forgeries.decode(each)) for each in (head, body))
        key = self.env["fynlo.signing.key"]._fynlo_ring().private_key
        forged = [
            *forgeries.forge_headers(self.token, key.public_key()),
            *forgeries.forge_signed_headers(header, claims, key),
            *forgeries.forge_bodies(self.token),
        ]
        bad = [(name, "token_invalid", token) for name, token in forged]
        bad += forgeries.sign_bad_claims(header, claims, key)
        names = {name for name, _code, _token in bad}
        self.assertLess({"alg none, no signature", "expired 3600 s ago"}, names)
        before = self.rows()
        for name, code, token in bad:
            with self.subTest(name):
                self.check_refused(401, code, token)
        self.assertEqual(self.rows(), before)

    def test_a_store_that_is_not_the_tills(self):
        before = self.rows()
        for store in (self.store, self.store_b):
            with self.subTest(store.name):
                headers = {"X-Store-Id": store.fynlo_uuid}
                self.check_refused(403, "store_forbidden", self.token, **headers)
        self.check_refused(403, "store_forbidden", self.token, **{"X-Store-Id": str(uuid4())})
        self.assertEqual(self.rows(), before)

    def test_a_till_that_was_revoked(self):
        own = self.token_for(self.corner_device)
        self.corner_device.sudo()._fynlo_revoke()
        before = self.rows()
        for token in (self.token, own):
            self.check_refused(401, "token_invalid", token)
        self.assertEqual(self.rows(), before)
