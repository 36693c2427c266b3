from base64 import b64encode

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError

from ..engine.picture import check_picture


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _fynlo_write_image(self, uuid, command):
        """Give a product its image and return it (one record).

        :param command: an ``ImageWrite``
        :raise ForbiddenError: the user is no manager
        :raise InvalidFieldsError: it is no PNG, JPEG or WebP file, or has too many pixels
        :raise NotFoundError: unknown or hidden
        :raise StaleVersionError: somebody has changed the product since ``version``
        """
        self.env["res.users"]._fynlo_require("manager")
        product = self._fynlo_find_product(uuid)._fynlo_lock_product(command.version)
        try:
            check_picture(command.content)
        except ValueError as error:
            problem = {"field": "content", "code": "not_a_picture", "message": str(error)}
            raise InvalidFieldsError(errors=[problem]) from None
        product.image_1920 = b64encode(command.content)
        self.env["fynlo.audit"]._fynlo_log("product.image", product)
        return product

    @api.model
    def _fynlo_remove_image(self, uuid):
        """Take the image of a product away. Once more is the same.

        :raise ForbiddenError: the user is no manager
        :raise NotFoundError: unknown or hidden
        """
        self.env["res.users"]._fynlo_require("manager")
        product = self._fynlo_find_product(uuid)._fynlo_lock_product()
        if product._fynlo_read_facts()[0]["has_image"]:
            product.image_1920 = False
            self.env["fynlo.audit"]._fynlo_log("product.image", product)
