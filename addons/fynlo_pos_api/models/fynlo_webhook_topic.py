from odoo import fields, models


class FynloWebhookTopic(models.Model):
    """An event that webhooks can be told; the rows are made from ``engine.webhook.EVENTS``."""

    _name = "fynlo.webhook.topic"
    _description = "Webhook event type"
    _order = "id"

    name = fields.Char("Event", required=True, readonly=True)
    description = fields.Char(readonly=True)

    _name_unique = models.UniqueIndex("(name)", "There is an event of this name.")
