from odoo import models


class FynloBoard(models.AbstractModel):
    """The manager's board tells of payments that wait for him."""

    _inherit = "fynlo.board"

    def _fynlo_read_store(self, store):
        told = super()._fynlo_read_store(store)
        in_review = [("config_id", "=", store.id), ("review_state", "=", "open")]
        expiring = [("fynlo_config_id", "=", store.id)]
        expiring += store.env["payment.transaction"]._fynlo_expiring_domain()
        for level, name, model, domain in (
            ("danger", self.env._("Card payments to review"), "fynlo.fraud.check", in_review),
            ("warning", self.env._("Cards that let go soon"), "payment.transaction", expiring),
        ):
            if count := store.env[model].search_count(domain):
                alert = {"level": level, "text": f"{name}: {count}", "model": model}
                told["alerts"].append({**alert, "domain": domain})
        return told
