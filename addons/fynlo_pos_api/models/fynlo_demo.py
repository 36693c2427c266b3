import secrets

from odoo import api, models
from odoo.fields import Command

from ..demo import bistro

MODULE = "fynlo_pos_api"


class FynloDemo(models.AbstractModel):
    """Loads the demo restaurant; what is there already stays as it is."""

    _name = "fynlo.demo"
    _description = "Fynlo demo restaurant"

    @api.model
    def _fynlo_load(self):
        """Make the restaurant and return its store (one ``pos.config``) with the secrets.

        :return: ``(store, logins, pins)``; secrets of people who were there already are unknown
        """
        if not self.env.company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", self.env.company)
        self._load_attributes()
        self._load_products()
        self._load_combos()
        store = self._load_store()
        self._load_floors(store)
        self._load_drawers(store)
        self._load_stock(store)
        return store, *self._load_people()

    def _record(self, model, key, vals):
        """Return ``(record, is_new)`` of that key; made from ``vals`` when missing."""
        slug = "".join(char if char.isalnum() else "_" for char in key.lower())
        name = f"demo_{model.replace('.', '_')}_{slug}"
        if found := self.env.ref(f"{MODULE}.{name}", raise_if_not_found=False):
            return found, False
        record = self.env[model].create(vals)
        self.env["ir.model.data"].create(
            {"module": MODULE, "name": name, "model": model, "res_id": record.id, "noupdate": True}
        )
        return record, True

    def _load_attributes(self):
        for name, (mode, display, values) in bistro.ATTRIBUTES.items():
            vals = {"name": name, "create_variant": mode, "display_type": display}
            vals["value_ids"] = [
                Command.create({"name": value, "is_custom": value in bistro.CUSTOM_VALUES})
                for value in values
            ]
            self._record("product.attribute", name, vals)

    def _load_products(self):
        for sequence, name in enumerate(bistro.CATEGORIES):
            self._record(
                "pos.category", name, {"name": name, "sequence": sequence, "color": sequence}
            )
        for name, category, price, cost, attributes in bistro.PRODUCTS:
            self._load_product(name, category, price, cost, attributes)
        for name, price, cost, _bottles in bistro.BOTTLES:
            self._load_product(name, "Cold drinks", price, cost, (), is_storable=True)

    def _load_product(self, name, category, price, cost, attributes, **vals):
        category = self._record("pos.category", category, {})[0]
        vals |= {
            "name": name,
            "list_price": price,
            "standard_price": cost,
            "available_in_pos": True,
            "pos_categ_ids": [Command.set(category.ids)],
            "taxes_id": [Command.set(self.env.company.account_sale_tax_id.ids)],
        }
        template, is_new = self._record("product.template", name, vals)
        for attribute in attributes if is_new else ():
            self._add_attribute(template, attribute)

    def _add_attribute(self, template, name):
        attribute = self._record("product.attribute", name, {})[0]
        line = self.env["product.template.attribute.line"].create(
            {
                "product_tmpl_id": template.id,
                "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }
        )
        surcharges = bistro.ATTRIBUTES[name][2]
        for value in line.product_template_value_ids:
            value.price_extra = surcharges[value.product_attribute_value_id.name]

    def _load_combos(self):
        for name, price, parts in bistro.COMBOS:
            combos = self.env["product.combo"]
            for part, items in parts:
                commands = [
                    Command.create({"product_id": self._variant(item).id, "extra_price": extra})
                    for item, extra in items.items()
                ]
                vals = {"name": part, "combo_item_ids": commands}
                combos |= self._record("product.combo", part, vals)[0]
            vals = {"type": "combo", "combo_ids": [Command.set(combos.ids)]}
            self._load_product(name, "Set menus", price, 0, (), **vals)

    def _variant(self, name):
        return self._record("product.template", name, {})[0].product_variant_ids[:1]

    def _slot_values(self, name, opens=None, closes=None, interval_min=0, capacity=0):
        """Return the values of a preset that is managed by time; without hours it is not."""
        if not interval_min:
            return {}
        days = [
            Command.create(
                {"name": "Day", "dayofweek": str(day), "hour_from": opens, "hour_to": closes}
            )
            for day in range(7)
        ]
        vals = {"name": name, "attendance_ids": [Command.clear(), *days]}
        calendar = self._record("resource.calendar", name, vals)[0]
        slots = {"interval_time": interval_min, "slots_per_interval": capacity}
        return {"use_timing": True, "resource_calendar_id": calendar.id, **slots}

    def _load_store(self):
        presets = self.env["pos.preset"]
        for order_type, name in bistro.PRESETS.items():
            vals = {"name": name, "fynlo_order_type": order_type}
            vals["identification"] = "address" if order_type == "delivery" else "none"
            vals |= self._slot_values(name, *bistro.SLOTS.get(order_type, ()))
            presets |= self._record("pos.preset", name, vals)[0]
        vals = {
            "name": "Fynlo Bistro",
            "module_pos_restaurant": True,
            "module_pos_hr": True,
            "use_presets": True,
            "default_preset_id": presets[0].id,
            "available_preset_ids": [Command.set(presets.ids)],
            "payment_method_ids": [Command.set(self._load_methods().ids)],
            "receipt_footer": "Thank you, come again!",
            "iface_tipproduct": True,
            "set_tip_after_payment": True,
            "set_maximum_difference": True,  # a cashier who counts further off asks a supervisor
            "amount_authorized_diff": 10.0,
        }
        store, is_new = self._record("pos.config", "bistro", vals)
        if is_new:
            store.floor_ids = False  # Odoo gives a restaurant a floor with one table
        return store

    def _load_methods(self):
        methods = self.env["pos.payment.method"]
        for name, kind in (("Cash", "cash"), ("Card", "bank")):
            vals = {"name": f"Bistro {name}", "type": kind, "code": f"FB{name[:3].upper()}"}
            journal = self._record("account.journal", name, vals)[0]
            vals = {"name": name, "journal_id": journal.id}
            methods |= self._record("pos.payment.method", name, vals)[0]
        return methods

    def _load_floors(self, store):
        number = 0
        for floor_name, tables in bistro.FLOORS.items():
            vals = {"name": floor_name, "pos_config_ids": [Command.link(store.id)]}
            floor = self._record("restaurant.floor", floor_name, vals)[0]
            for index, seats in enumerate(tables):
                number += 1
                vals = {"floor_id": floor.id, "table_number": number, "seats": seats}
                vals |= {"position_h": 60 + index % 4 * 180, "position_v": 60 + index // 4 * 180}
                self._record("restaurant.table", f"table {number}", vals)

    def _load_drawers(self, store):
        for sequence, name in enumerate(bistro.DRAWERS):
            vals = {"name": name, "config_id": store.id, "sequence": sequence}
            self._record("fynlo.drawer", name, vals)

    def _load_stock(self, store):
        source = store.picking_type_id.default_location_src_id
        for name, _price, _cost, bottles in bistro.BOTTLES:
            vals = {
                "product_id": self._variant(name).id,
                "location_id": source.id,
                "inventory_quantity": bottles,
            }
            quants = self.env["stock.quant"].with_context(inventory_mode=True)
            quant, is_new = self.with_env(quants.env)._record("stock.quant", name, vals)
            if is_new:
                quant.action_apply_inventory()

    def _load_people(self):
        logins, pins = [], []
        for name, role, login in bistro.PEOPLE:
            vals = {"name": name, **self._load_job(name)}
            if login:
                vals["user_id"] = self._load_user(name, role, login, logins).id
            employee, is_new = self._record("hr.employee", name, {**vals, "fynlo_role": role})
            if is_new:
                pin = f"{secrets.randbelow(10**6):06d}"
                employee._fynlo_set_pin(pin)
                pins.append(
                    {"employee": name, "employee_id": employee.fynlo_uuid, "pin": pin, "role": role}
                )
        return logins, pins

    def _load_job(self, name):
        if name not in bistro.JOBS:
            return {}
        job, pay = bistro.JOBS[name]
        return {"job_id": self._record("hr.job", job, {"name": job})[0].id, "hourly_cost": pay}

    def _load_user(self, name, role, login, logins):
        password = secrets.token_urlsafe(12)
        groups = self.env.ref("base.group_user") | self.env.ref(f"fynlo_base.group_fynlo_{role}")
        vals = {"name": name, "login": login, "password": password}
        vals |= {"group_ids": [Command.set(groups.ids)], "company_id": self.env.company.id}
        vals["company_ids"] = [Command.set(self.env.company.ids)]
        user, is_new = self.with_context(no_reset_password=True)._record("res.users", login, vals)
        if is_new:
            logins.append({"name": name, "login": login, "password": password, "role": role})
        return user
