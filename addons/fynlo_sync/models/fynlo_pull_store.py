"""Readers of what a store is and how it sells: few rows, as the API tells them elsewhere."""

from odoo import api, models
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.engine.tenders import method_entry
from odoo.addons.fynlo_pos_api.schemas.presets import PresetView
from odoo.fields import Domain
from odoo.tools import SQL

from ..schemas import menu_rows, store_rows
from ..schemas.sync_row import to_text


class FynloPullSettings(models.AbstractModel):
    _name = "fynlo.pull.settings"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of settings"

    @api.model
    def _fynlo_sight(self, store, sights):
        return SQL("SELECT id FROM pos_config WHERE id = %s", store.id)

    @api.model
    def _fynlo_rows(self, store, ids):
        view = self.env["fynlo.settings"]._fynlo_view(store, is_manager=False)
        return [
            store_rows.SettingsRow.model_construct(
                id=view.store.id,
                name=view.store.name,
                currency=view.store.currency,
                version=view.version,
                timezone=view.hours.timezone,
                profile=to_text(view.profile),
                receipt=to_text(view.receipt),
                week=to_text(view.hours.week),
                exceptions=to_text(view.hours.exceptions),
                flags=to_text(view.flags),
                tips=to_text(view.tips),
                hardware=to_text(view.hardware),
            )
        ]


class FynloPullCategories(models.AbstractModel):
    _name = "fynlo.pull.categories"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of categories"

    @api.model
    def _fynlo_sight(self, store, sights):
        return SQL("SELECT id FROM pos_category")

    @api.model
    def _fynlo_rows(self, store, ids):
        return [
            menu_rows.CategoryRow.model_construct(
                id=category.fynlo_uuid,
                parent_id=category.parent_id.fynlo_uuid or None,
                name=category.name,
                color=category.color,
                sequence=category.sequence,
            )
            for category in store.env["pos.category"].browse(ids)
        ]


class FynloPullTaxes(models.AbstractModel):
    _name = "fynlo.pull.taxes"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of taxes"

    @api.model
    def _fynlo_sight(self, store, sights):
        taxes = store.env["account.tax"]
        domain = Domain(taxes._check_company_domain(store.company_id))
        return taxes._search(domain & Domain("type_tax_use", "=", "sale")).select()

    @api.model
    def _fynlo_rows(self, store, ids):
        return [
            menu_rows.TaxRow.model_construct(
                id=tax.fynlo_uuid,
                name=tax.invoice_label or tax.name,
                type=tax.amount_type,
                amount=to_minor(tax.amount, store.currency_id)
                if tax.amount_type == "fixed"
                else tax.amount,
                included=tax.price_include,
            )
            for tax in store.env["account.tax"].browse(ids)
        ]


class FynloPullPaymentMethods(models.AbstractModel):
    _name = "fynlo.pull.payment_methods"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of payment methods"

    @api.model
    def _fynlo_sight(self, store, sights):
        query = """SELECT method.id FROM pos_config_pos_payment_method_rel used
                   JOIN pos_payment_method method ON method.id = used.pos_payment_method_id
                   WHERE used.pos_config_id = %s AND method.active"""
        return SQL(query, store.id)

    @api.model
    def _fynlo_rows(self, store, ids):
        methods = store.env["pos.payment.method"].browse(ids)
        entries = map(method_entry, methods)
        return [
            menu_rows.MethodRow.model_construct(
                id=entry.uuid,
                name=entry.name,
                type=entry.type,
                needs_customer=bool(entry.needs_customer),
            )
            for entry in entries
        ]


class FynloPullPresets(models.AbstractModel):
    _name = "fynlo.pull.presets"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of presets"

    @api.model
    def _fynlo_sight(self, store, sights):
        query = """SELECT preset.id FROM pos_preset preset, pos_config store
                   WHERE store.id = %s AND store.use_presets AND NOT preset.is_return
                     AND preset.fynlo_order_type IS NOT NULL
                     AND (preset.id = store.default_preset_id OR EXISTS (
                          SELECT FROM pos_config_pos_preset_rel
                          WHERE pos_config_id = store.id AND pos_preset_id = preset.id))"""
        return SQL(query, store.id)

    @api.model
    def _fynlo_rows(self, store, ids):
        views = map(PresetView.of, store.env["pos.preset"].browse(ids))
        return [menu_rows.PresetRow.model_construct(**view.model_dump()) for view in views]


class FynloPullFloors(models.AbstractModel):
    _name = "fynlo.pull.floors"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of floors"

    @api.model
    def _fynlo_sight(self, store, sights):
        query = """SELECT floor.id FROM pos_config_restaurant_floor_rel used
                   JOIN restaurant_floor floor ON floor.id = used.restaurant_floor_id
                   WHERE used.pos_config_id = %s AND floor.active"""
        return SQL(query, store.id)

    @api.model
    def _fynlo_rows(self, store, ids):
        return [
            store_rows.FloorRow.model_construct(
                id=floor.fynlo_uuid, name=floor.name, position=floor.sequence
            )
            for floor in store.env["restaurant.floor"].browse(ids)
        ]


class FynloPullTables(models.AbstractModel):
    _name = "fynlo.pull.tables"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of tables"

    @api.model
    def _fynlo_sight(self, store, sights):
        query = "SELECT id FROM restaurant_table WHERE active AND floor_id IN (%s)"
        return SQL(query, sights["floors"])

    @api.model
    def _fynlo_rows(self, store, ids):
        return [
            store_rows.TableRow.model_construct(
                id=table.fynlo_uuid,
                floor_id=table.floor_id.fynlo_uuid,
                number=table.table_number,
                seats=table.seats,
                shape=table.shape,
            )
            for table in store.env["restaurant.table"].browse(ids)
        ]
