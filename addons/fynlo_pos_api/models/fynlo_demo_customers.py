from odoo import api, models
from odoo.fields import Command

from ..demo import customers


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make the restaurant's customers too."""
        loaded = super()._fynlo_load()
        self._load_customers()
        return loaded

    def _load_customers(self):
        for first, last, *rest in customers.PEOPLE:
            names = {"fynlo_first_name": first, "fynlo_last_name": last, "is_company": False}
            self._load_customer({**names, "name": f"{first} {last}"}, *rest)
        for name, *rest in customers.BUSINESSES:
            self._load_customer({"name": name, "is_company": True}, *rest)

    def _load_customer(self, names, email, phone, tags, street, city, code, segment, tier):
        tags = self.env["res.partner"]._fynlo_find_tags(list(tags))
        vals = {
            **names,
            "email": email,
            "phone": phone,
            "category_id": [Command.set(tags.ids)],
            "fynlo_segment": segment,
            "fynlo_tier": tier,
            "fynlo_is_customer": True,
            "customer_rank": 1,
            "company_id": self.env.company.id,
            "ref": self.env["ir.sequence"].next_by_code("fynlo.customer"),
            "fynlo_status": "suspended" if email in customers.SUSPENDED else "active",
            **(self._place(street, city, code) if street else {}),
        }
        partner, is_new = self._record("res.partner", names["name"], vals)
        if is_new:
            self._load_addresses(partner)
            self._load_words(partner)

    def _place(self, street, city, code):
        return {
            "street": street,
            "city": city,
            "zip": code,
            "state_id": self.env.ref("base.state_us_27").id,
            "country_id": self.env.ref("base.us").id,
        }

    def _load_addresses(self, partner):
        addresses = customers.ADDRESSES.get(partner.email, ())
        for kind, label, street, city, code, latitude, longitude in addresses:
            vals = {"type": kind, "name": label, "parent_id": partner.id}
            vals |= {"partner_latitude": latitude, "partner_longitude": longitude}
            vals |= {"company_id": partner.company_id.id, **self._place(street, city, code)}
            self.env["res.partner"].create(vals)

    def _load_words(self, partner):
        for said, allowed in ((customers.SAID_YES, True), (customers.SAID_NO, False)):
            if partner.email in said:
                vals = {"partner_id": partner.id, "channel": "email", "source": "paper"}
                self.env["fynlo.customer.preference"].create({**vals, "allowed": allowed})
