import json

from odoo import api, fields, models


class FynloSyncConflict(models.Model):
    """What has happened and what the buttons do, in words."""

    _inherit = "fynlo.sync.conflict"

    table_name = fields.Char("Kind of Record", compute="_compute_story")
    is_deletion = fields.Boolean(compute="_compute_story", help="The till has deleted it")
    title = fields.Char("What", compute="_compute_story", help="The order, and which line of it")
    story = fields.Text("What Happened", compute="_compute_story")
    hint = fields.Text("What to Do", compute="_compute_story")

    @api.depends_context("lang", "uid")
    @api.depends(
        "kind", "state", "cause", "collection", "device_id", "other_device_id", "column_ids"
    )
    def _compute_story(self):
        words = self.env["fynlo.sync.words"]
        for conflict in self:
            mine = conflict.column_ids[:1].mine if conflict.kind == "deletion" else None
            conflict.is_deletion = mine == "true"
            conflict.table_name = words._fynlo_table(conflict.collection)
            conflict.title = conflict._fynlo_title()
            conflict.story = conflict._fynlo_story()
            conflict.hint = conflict._fynlo_hint() if conflict.state in ("open", "settled") else ""

    def _fynlo_title(self):
        if self.collection != "orderLines":
            return self.subject_name
        line = self.env["pos.order.line"].search([("uuid", "=", self.subject)], limit=1)
        product = line.full_product_name
        for column in self.column_ids:  # it is gone, or was never there: the till says what it was
            told = json.loads(column.mine or "null")
            told = told.get("productId") if isinstance(told, dict) else told
            if not product and isinstance(told, str) and column.name in ("deleted", "productId"):
                product = column._fynlo_product(told)
        return f"{self.subject_name}: {product}" if product else self.subject_name

    def _fynlo_story(self):
        text = self.env._
        facts = {"till": self.device_id.name, "other": self._fynlo_other()}
        if self.kind == "finished" and self.cause == "unknown":
            return text("%(till)s wrote this to an order that was finished already.", **facts)
        if self.kind == "finished":
            return text("%(till)s wrote this to an order that %(other)s had finished.", **facts)
        if self.kind == "columns":
            return text("Changed on %(till)s, and by %(other)s meanwhile.", **facts)
        if not self.is_deletion:
            return text("Changed on %(till)s, but deleted by %(other)s meanwhile.", **facts)
        if self.cause == "forbidden":
            return text("Deleted on %(till)s by somebody who may not do that.", **facts)
        return text("Deleted on %(till)s, but changed by %(other)s meanwhile.", **facts)

    def _fynlo_other(self):
        if self.cause == "unknown":
            return self.env._("somebody else, perhaps")
        return self.other_device_id.name or self.env._("somebody at the office")

    def _fynlo_hint(self):
        text = self.env._
        if self.kind == "finished":
            return text(
                "Nothing of it is booked. If the guest got it, sell it anew; if he paid for it,"
                " give the money back or book it by hand. Then press Done."
            )
        if self.kind == "deletion" and self.is_deletion:
            return text("It is still there. Keep it, or delete it after all.")
        if self.kind == "deletion":
            return text("It is not there any more. Leave it out, or add it again as on the till.")
        if self.state == "settled":
            return text("The later value was taken by itself. You may still choose the other.")
        return text("The server's value holds until you decide.")


class FynloSyncConflictColumn(models.Model):
    _inherit = "fynlo.sync.conflict.column"

    label = fields.Char("Column", compute="_compute_texts")
    base_text = fields.Char("Both Had", compute="_compute_texts")
    theirs_text = fields.Char("On the Server", compute="_compute_texts")
    mine_text = fields.Char("On the Till", compute="_compute_texts")

    @api.depends_context("lang", "tz", "uid")
    @api.depends("name", "base", "theirs", "mine", "conflict_id.collection")
    def _compute_texts(self):
        words = self.env["fynlo.sync.words"]
        for column in self:
            column.label = words._fynlo_column(column.name)
            column.base_text = column._fynlo_words(column.base)
            column.theirs_text = column._fynlo_words(column.theirs)
            column.mine_text = column._fynlo_words(column.mine)

    def _fynlo_product(self, uuid):
        words, currency = self.env["fynlo.sync.words"], self.config_id.currency_id
        return words._fynlo_value("orderLines", "productId", uuid, currency)

    def _fynlo_words(self, text):
        """Return the JSON of one value as people read it."""
        if not text:
            return self.env._("unknown") if self.conflict_id.cause == "unknown" else ""
        words, value = self.env["fynlo.sync.words"], json.loads(text)
        collection, currency = self.conflict_id.collection, self.config_id.currency_id
        if self.name != "deleted":
            return words._fynlo_value(collection, self.name, value, currency)
        if isinstance(value, dict):
            return words._fynlo_row(collection, value, currency)
        return self.env._("Deleted") if value else self.env._("Kept")
