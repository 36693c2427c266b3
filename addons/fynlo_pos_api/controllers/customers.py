from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.route import CASHIER, MANAGER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.customer_bodies import CustomerCreate, CustomerQuery, CustomerUpdate
from ..schemas.customer_records import CustomerMerge, CustomerRemoval, CustomerStats
from ..schemas.customers import CustomerPage, CustomerView


class CustomersController(Controller):
    """The customers of a company: whoever sells finds and keeps them, managers remove them."""

    @api_route(
        "/customers",
        methods=["GET"],
        query=CustomerQuery,
        reply=CustomerPage,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_customers(self, query):
        """List customers.

        ``query`` looks into name, e-mail, number and phone: every word has to be found, in any
        order; one or two letters where a word begins. A phone number may be written in any way.
        """
        customers, total = request.env["res.partner"]._fynlo_search_customers(query)
        return CustomerPage.of(customers, total, query)

    @api_route(
        "/customers",
        methods=["POST"],
        body=CustomerCreate,
        reply=CustomerView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(exc.DuplicateCustomerError,),
    )
    def create_customer(self, command):
        """Make a customer."""
        return CustomerView.of(request.env["res.partner"]._fynlo_create_customer(command))

    @api_route(
        "/customers/stats",
        methods=["GET"],
        reply=CustomerStats,
        roles=MANAGER,
        store_scoped=True,
    )
    def read_stats(self):
        """Count the customers by status, type, segment and tier."""
        return CustomerStats.of(request.env["res.partner"]._fynlo_customer_stats())

    @api_route(
        "/customers/<uuid:customer_id>",
        methods=["GET"],
        reply=CustomerView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_customer(self, customer_id):
        """Read one customer; one who was merged is found by his former id too."""
        return CustomerView.of(request.env["res.partner"]._fynlo_find_customer(customer_id))

    @api_route(
        "/customers/<uuid:customer_id>",
        methods=["PUT"],
        body=CustomerUpdate,
        reply=CustomerView,
        roles=CASHIER,
        store_scoped=True,
        errors=(exc.CustomerProtectedError, exc.DuplicateCustomerError, StaleVersionError),
    )
    def update_customer(self, customer_id, command):
        """Change a customer; his status is changed by managers."""
        customers = request.env["res.partner"]
        return CustomerView.of(customers._fynlo_update_customer(customer_id, command))

    @api_route(
        "/customers/<uuid:customer_id>",
        methods=["DELETE"],
        query=CustomerRemoval,
        roles=MANAGER,
        store_scoped=True,
        errors=(exc.CustomerNotErasableError, exc.CustomerProtectedError),
    )
    def remove_customer(self, customer_id, query):
        """Archive a customer, or with ``erase=true`` take the person out of everything.

        What was sold, paid and booked stays. An erased person cannot be brought back.
        """
        request.env["fynlo.customer.erasure"]._fynlo_remove(customer_id, query.erase)

    @api_route(
        "/customers/<uuid:customer_id>/merge",
        methods=["POST"],
        body=CustomerMerge,
        reply=CustomerView,
        roles=MANAGER,
        store_scoped=True,
        errors=(exc.CustomerNotMergeableError,),
    )
    def merge_customers(self, customer_id, command):
        """Make one customer of several: orders, invoices and addresses move to this one."""
        merge = request.env["fynlo.customer.merge"]
        return CustomerView.of(merge._fynlo_merge(customer_id, command.source_ids))
