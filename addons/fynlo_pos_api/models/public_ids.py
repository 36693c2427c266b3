"""Models of Odoo that the API names and that need nothing but a public id."""

from odoo import models


class AccountTax(models.Model):
    _name = "account.tax"
    _inherit = ["account.tax", "fynlo.uuid.mixin"]


class PosCategory(models.Model):
    _name = "pos.category"
    _inherit = ["pos.category", "fynlo.uuid.mixin"]


class PosPaymentMethod(models.Model):
    _name = "pos.payment.method"
    _inherit = ["pos.payment.method", "fynlo.uuid.mixin"]


class ProductCombo(models.Model):
    _name = "product.combo"
    _inherit = ["product.combo", "fynlo.uuid.mixin"]


class ProductComboItem(models.Model):
    _name = "product.combo.item"
    _inherit = ["product.combo.item", "fynlo.uuid.mixin"]


class ProductPricelist(models.Model):
    _name = "product.pricelist"
    _inherit = ["product.pricelist", "fynlo.uuid.mixin"]


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "fynlo.uuid.mixin", "fynlo.batch.mixin"]


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "fynlo.uuid.mixin", "fynlo.batch.mixin"]


class ProductTemplateAttributeLine(models.Model):
    _name = "product.template.attribute.line"
    _inherit = ["product.template.attribute.line", "fynlo.uuid.mixin"]


class ProductTemplateAttributeValue(models.Model):
    _name = "product.template.attribute.value"
    _inherit = ["product.template.attribute.value", "fynlo.uuid.mixin"]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "fynlo.uuid.mixin", "fynlo.batch.mixin"]


class RestaurantFloor(models.Model):
    _name = "restaurant.floor"
    _inherit = ["restaurant.floor", "fynlo.uuid.mixin"]


class RestaurantTable(models.Model):
    _name = "restaurant.table"
    _inherit = ["restaurant.table", "fynlo.uuid.mixin"]
