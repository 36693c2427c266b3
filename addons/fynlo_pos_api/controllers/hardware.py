from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.route import DEVICE_OR_STAFF, MANAGER, api_route
from odoo.addons.fynlo_base.schemas.base import PageQuery
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.hardware import (
    HardwareCreate,
    HardwarePage,
    HardwareReport,
    HardwareTestCreate,
    HardwareTestResult,
    HardwareUpdate,
    HardwareView,
)
from ..schemas.hardware_tests import HardwareTestPage, HardwareTestView

_ONE = "/hardware/<uuid:hardware_id>"
_LIST = {"methods": ["GET"], "query": PageQuery, "roles": DEVICE_OR_STAFF, "store_scoped": True}
_MANAGE = {"reply": HardwareView, "roles": MANAGER, "store_scoped": True}
_TELL = {"methods": ["POST"], "roles": DEVICE_OR_STAFF, "store_scoped": True}


class HardwareController(Controller):
    """Printers, drawers, scanners, readers and displays of a store."""

    @api_route("/hardware", reply=HardwarePage, **_LIST)
    def list_hardware(self, query):
        """List the hardware of the store, with what tills have last told of it."""
        return HardwarePage.of(*request.env["fynlo.hardware"]._fynlo_page(query), query)

    @api_route("/hardware", methods=["POST"], body=HardwareCreate, status=201, **_MANAGE)
    def create_hardware(self, command):
        """Add hardware to the store."""
        return HardwareView.of(request.env["fynlo.hardware"]._fynlo_create_hardware(command))

    @api_route(_ONE, methods=["PUT"], body=HardwareUpdate, errors=(StaleVersionError,), **_MANAGE)
    def update_hardware(self, hardware_id, command):
        """Change how hardware is named and reached."""
        hardware = request.env["fynlo.hardware"]
        return HardwareView.of(hardware._fynlo_update_hardware(hardware_id, command))

    @api_route(_ONE, methods=["DELETE"], **_MANAGE)
    def archive_hardware(self, hardware_id):
        """Take hardware out of the store's list."""
        return HardwareView.of(request.env["fynlo.hardware"]._fynlo_archive(hardware_id))

    @api_route(
        f"{_ONE}/status",
        body=HardwareReport,
        reply=HardwareView,
        errors=(exc.DeviceRequiredError,),
        **_TELL,
    )
    def report_status(self, hardware_id, command):
        """Tell whether the till reaches the hardware now."""
        return HardwareView.of(request.env["fynlo.hardware"]._fynlo_report(hardware_id, command))

    @api_route(
        f"{_ONE}/test",
        methods=["POST"],
        body=HardwareTestCreate,
        reply=HardwareTestView,
        roles=MANAGER,
        store_scoped=True,
        status=201,
        errors=(exc.HardwareArchivedError,),
    )
    def request_test(self, hardware_id, command):
        """Ask for a test; a till fetches it, carries it out and tells the result."""
        tests = request.env["fynlo.hardware.check"]
        return HardwareTestView.of(tests._fynlo_request(hardware_id, command))

    @api_route("/hardware/tests", reply=HardwareTestPage, **_LIST)
    def list_tests(self, query):
        """List the tests that wait for a till, the oldest first."""
        return HardwareTestPage.of(*request.env["fynlo.hardware.check"]._fynlo_page(query), query)

    @api_route(
        "/hardware/tests/<uuid:test_id>/result",
        body=HardwareTestResult,
        reply=HardwareTestView,
        errors=(exc.DeviceRequiredError, exc.HardwareTestAnsweredError),
        **_TELL,
    )
    def answer_test(self, test_id, command):
        """Tell how a test went; the first answer counts."""
        return HardwareTestView.of(
            request.env["fynlo.hardware.check"]._fynlo_answer(test_id, command)
        )
