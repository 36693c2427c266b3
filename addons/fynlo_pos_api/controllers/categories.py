from odoo.addons.fynlo_base.http.route import CASHIER, MANAGER, api_route
from odoo.addons.fynlo_base.schemas.base import PageQuery
from odoo.http import Controller, request

from ..exceptions import CategoryInUseError
from ..schemas.categories import CategoryCreate, CategoryPage, CategoryUpdate, CategoryView

_CASHIER = {"roles": CASHIER, "store_scoped": True}
_MANAGER = {"roles": MANAGER, "store_scoped": True}


class CategoriesController(Controller):
    """Categories of the menu, shared by all stores."""

    @api_route("/categories", methods=["GET"], query=PageQuery, reply=CategoryPage, **_CASHIER)
    def list_categories(self, query):
        """List the categories in the menu's order."""
        return CategoryPage.of(*request.env["pos.category"]._fynlo_page(query), query)

    @api_route(
        "/categories",
        methods=["POST"],
        body=CategoryCreate,
        reply=CategoryView,
        status=201,
        **_MANAGER,
    )
    def create_category(self, command):
        """Make a category."""
        return CategoryView.of(request.env["pos.category"]._fynlo_create_category(command))

    @api_route(
        "/categories/<uuid:category_id>",
        methods=["PUT"],
        body=CategoryUpdate,
        reply=CategoryView,
        **_MANAGER,
    )
    def update_category(self, category_id, command):
        """Change a category."""
        categories = request.env["pos.category"]
        return CategoryView.of(categories._fynlo_update_category(category_id, command))

    @api_route(
        "/categories/<uuid:category_id>",
        methods=["DELETE"],
        errors=(CategoryInUseError,),
        **_MANAGER,
    )
    def remove_category(self, category_id):
        """Remove a category that nothing is in; Odoo wants all sessions closed for it."""
        request.env["pos.category"]._fynlo_remove_category(category_id)
