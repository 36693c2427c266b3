from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.addons.fynlo_base.tests.test_roles_http import public_methods
from odoo.tests import tagged

#: What the web client calls: buttons and the board. Each checks the caller's right itself.
CALLED_BY_CLIENTS = {
    "fynlo.board.read_board",
    "fynlo.customer.erase.wizard.action_fynlo_erase",
    "fynlo.customer.merge.wizard.action_fynlo_merge",
    "fynlo.drawer.close.wizard.action_fynlo_close",
    "fynlo.drawer.shift.action_fynlo_open_close",
    "fynlo.hardware.action_fynlo_test",
    "fynlo.import.action_fynlo_cancel",
    "fynlo.import.action_fynlo_run_again",
    "fynlo.export.wizard.action_fynlo_download",
    "fynlo.import.wizard.action_fynlo_upload",
    "fynlo.kitchen.station.action_open_screen",
    "fynlo.kitchen.station.action_show_tickets",
    "fynlo.lot.stock.action_fynlo_open_lot",
    "fynlo.product.outage.action_fynlo_end",
    "fynlo.webhook.action_fynlo_new_secret",
    "fynlo.webhook.action_fynlo_send_test",
    "fynlo.webhook.delivery.action_fynlo_replay",
    "pos.session.action_fynlo_pending_orders",
    "pos.session.action_pos_session_closing_control",
    "product.template.action_fynlo_outages",
    "res.partner.action_fynlo_orders",
}


@tagged("post_install", "-at_install")
class TestPublicMethods(FynloCase):
    def test_no_method_of_ours_is_public_by_accident(self):
        self.assertEqual(public_methods(self.env, "fynlo_pos_api"), CALLED_BY_CLIENTS)
