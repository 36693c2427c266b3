from base64 import b64decode

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.http.reply import RawReply, make_etag
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Domain
from odoo.tools.mimetypes import guess_mimetype

from ..engine.search_text import find_patterns, fold, index_text
from ..schemas.product_options import ProductVariant

_SORT_FIELDS = {"name": "fynlo_sort_name", "price": "list_price", "createdAt": "create_date"}
#: What is shown as an image; anything else that somebody has stored is none.
_IMAGE_TYPES = frozenset(("image/gif", "image/jpeg", "image/png", "image/webp"))
_EVERY_LIST = "WHERE available_in_pos IS TRUE"


class ProductTemplate(models.Model):
    """Products of the tills are Odoo's. What they are searched by lies in columns here."""

    _inherit = "product.template"

    fynlo_sort_name = fields.Char(compute="_compute_fynlo_search", store=True)
    fynlo_search = fields.Char(compute="_compute_fynlo_search", store=True)

    _fynlo_name_idx = models.Index(f"(fynlo_sort_name, id) {_EVERY_LIST}")
    _fynlo_price_idx = models.Index(f"(list_price, id) {_EVERY_LIST}")
    _fynlo_created_idx = models.Index(f"(create_date, id) {_EVERY_LIST}")

    def init(self):
        """Index the text that is searched; without trigrams a search reads it all."""
        super().init()
        if self.pool.has_trigram:
            self.env.cr.execute(
                """CREATE INDEX IF NOT EXISTS product_template_fynlo_search_idx
                   ON product_template USING gin (fynlo_search gin_trgm_ops)
                   WHERE available_in_pos IS TRUE"""
            )

    @api.depends("name", "product_variant_ids.default_code", "product_variant_ids.barcode")
    def _compute_fynlo_search(self):
        """Find a product by its name in any language, by SKU and by barcode."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for product in self:
            variants = product.with_context(active_test=False).product_variant_ids
            names = {product.with_context(lang=code).name: None for code in languages}
            codes = (*variants.mapped("default_code"), *variants.mapped("barcode"))
            product.fynlo_sort_name = fold(product.name)
            product.fynlo_search = index_text(*names, *(code for code in codes if code))

    @api.model
    def _fynlo_tills_domain(self):
        """Return the domain of the products that tills know, archived ones too."""
        company_id = principal_of(self.env).company_id
        return Domain("available_in_pos", "=", True) & Domain(
            self._check_company_domain(company_id)
        )

    @api.model
    def _fynlo_find_product(self, uuid):
        """Return the product with that id, archived or not (one record).

        :raise NotFoundError: unknown, not for tills, or hidden: the same answer
        """
        products = self.with_context(active_test=False)
        domain = self._fynlo_tills_domain() & Domain("fynlo_uuid", "=", str(uuid))
        found = products.search(domain, limit=1)
        if not found:
            raise NotFoundError()
        return found

    @api.model
    def _fynlo_search_products(self, query):
        """Return ``(products, total)``: a page of the products that the user may see.

        Equal keys are told apart by the database id, so that pages never overlap.

        :param query: a ``ProductQuery``
        """
        products = self.with_context(active_test=False)
        self.env.company._fynlo_read_main()
        domain = self._fynlo_products_domain(query)
        direction = query.sort_order
        page = products.search(
            domain,
            order=f"{_SORT_FIELDS[query.sort_by]} {direction}, id {direction}",
            limit=query.limit,
            offset=query.offset,
        )
        return page, query.find_total(len(page), lambda: products.search_count(domain))

    def _fynlo_products_domain(self, query):
        domain = self._fynlo_tills_domain() & Domain("active", "=", query.active)
        if query.category:
            category = self.env["pos.category"]._fynlo_resolve(query.category, "category")
            domain &= Domain("pos_categ_ids", "child_of", category.id)
        if query.barcode:
            domain &= Domain("product_variant_ids.barcode", "=", query.barcode)
        if query.low_stock:
            store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
            scarce = self.env["fynlo.stock.threshold"]._fynlo_scarce_products(store_sudo)
            domain &= Domain("product_variant_ids", "in", scarce.ids)
        for pattern in find_patterns(query.query or ""):
            domain &= Domain("fynlo_search", "=like", pattern)
        return domain

    def _fynlo_details(self):
        """Return the ``CatalogProduct`` of one product at the prices of the principal's store.

        Its variants are ``ProductVariant``, archived ones among them.

        ``None`` where Odoo has made no variant yet: it does that when one is sold.
        """
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        books, catalog = self.env["fynlo.price.book"], self.env["fynlo.catalog"]
        book, _warm_cache = books._fynlo_look_up(store_sudo)
        template_sudo = self.sudo().with_context(lang=book.language)
        template_sudo = template_sudo.with_context(active_test=self.active)
        template_sudo.invalidate_recordset(["product_variant_ids"])  # archived a moment ago
        own, sold = template_sudo._fynlo_own_variants(), template_sudo.product_variant_ids
        if not sold:
            return None
        uuids = {*own.mapped("fynlo_uuid"), *sold.mapped("fynlo_uuid")}
        books._fynlo_require_products(store_sudo, book, uuids)
        view = catalog._fynlo_product_view(template_sudo, book)
        view.variants = [
            ProductVariant.of(catalog._fynlo_variant_view(each, book, len(own) > 1), each)
            for each in own
        ]
        return view

    @api.model
    def _fynlo_read_image(self, uuid, size):
        """Return the image of a product as a ``RawReply`` with its ETag.

        :param size: longest side in pixels, as text
        :raise NotFoundError: no such product, or it has no image
        """
        product = self._fynlo_find_product(uuid).with_context(bin_size=False)
        body = b64decode(product[f"image_{size}"] or b"")
        media_type = guess_mimetype(body) if body else None
        if media_type not in _IMAGE_TYPES:
            raise NotFoundError()
        headers = {"X-Content-Type-Options": "nosniff"}
        return RawReply(body, media_type, headers, make_etag(body))
