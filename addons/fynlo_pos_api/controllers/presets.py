from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from ..schemas.presets import PresetList, SlotList, SlotQuery


class PresetsController(Controller):
    """Presets of a store, and when their orders can be fetched or brought."""

    @api_route("/presets", methods=["GET"], reply=PresetList, roles=CASHIER, store_scoped=True)
    def list_presets(self):
        """List the presets by which the store takes orders."""
        return PresetList.of(request.env["pos.preset"]._fynlo_store_presets())

    @api_route(
        "/presets/<uuid:preset_id>/slots",
        methods=["GET"],
        query=SlotQuery,
        reply=SlotList,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_slots(self, preset_id, query):
        """List the slots of a day and how many orders each still takes."""
        return SlotList.of(request.env["pos.preset"]._fynlo_read_slots(preset_id, query))
