from odoo.tests import tagged

from ..models import fynlo_rate_limit
from .common import FynloHttpCase


@tagged("post_install", "-at_install")
class TestRateLimitHttp(FynloHttpCase):
    def setUp(self):
        super().setUp()
        fynlo_rate_limit._leases.clear()
        self.addCleanup(fynlo_rate_limit._leases.clear)
        # A burst of 2.001 beside 0.001 a second: the leased bucket holds exactly two.
        self.env["ir.config_parameter"].set_param("fynlo.rate_limit.read", "0.001,2.001")

    def test_the_third_request_is_told_to_wait(self):
        token = self.token_for(self.ada)
        for _ in range(2):
            self.assertSuccess(self.api("GET", "/auth/me", token=token))
        refused = self.api("GET", "/auth/me", token=token)
        self.assertFailure(refused, 429, "rate_limited")
        self.assertIn(refused.headers["Retry-After"], ("999", "1000"))

    def test_another_sign_in_has_a_bucket_of_its_own(self):
        for who in (self.ada, self.ada, self.sue):
            token = self.token_for(who)
            for _ in range(2):
                self.assertSuccess(self.api("GET", "/auth/me", token=token))

    def test_without_a_token_the_address_counts(self):
        for _ in range(2):
            self.assertSuccess(self.api("GET", "/health/ready"))
        self.assertFailure(self.api("GET", "/health/ready"), 429, "rate_limited")
        self.assertSuccess(self.api("GET", "/health"))
