from odoo import models

from .fynlo_push_device import PARKED


class FynloBoard(models.AbstractModel):
    """The manager's board tells of what tills could not get booked."""

    _inherit = "fynlo.board"

    def _fynlo_read_store(self, store):
        told = super()._fynlo_read_store(store)
        own = ("config_id", "=", store.id)
        text = self.env._
        questions = (
            ("danger", "fynlo.device", ("fynlo_is_silent", "=", True),
             lambda count: text("Tills that are silent with unsent work: %s", count)),
            ("danger", "fynlo.sync.op", ("state", "in", PARKED),
             lambda count: text("Sent by tills and not booked: %s", count)),
            ("warning", "fynlo.sync.conflict", ("state", "=", "open"),
             lambda count: text("Conflicts to decide: %s", count)),
        )  # fmt: skip
        for level, model, condition, tell in questions:
            domain = [own, condition]
            if count := store.env[model].search_count(domain):
                alert = {"level": level, "text": tell(count), "model": model, "domain": domain}
                told["alerts"].append(alert)
        return told
