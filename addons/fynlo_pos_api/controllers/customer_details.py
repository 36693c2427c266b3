from datetime import datetime, timezone

from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.route import CASHIER, MANAGER, api_route
from odoo.http import Controller, request

from ..exceptions import CustomerProtectedError
from ..schemas.customer_addresses import AddressCreate, AddressList, AddressUpdate, AddressView
from ..schemas.customer_preferences import PreferencesUpdate, PreferencesView
from ..schemas.customer_records import CustomerExport, PurchasePage, PurchaseQuery


def _route(path, **options):
    options = {"roles": CASHIER, "store_scoped": True, **options}
    return api_route(f"/customers/<uuid:customer_id>{path}", **options)


class CustomerDetailsController(Controller):
    """What belongs to one customer."""

    @_route("/addresses", methods=["GET"], reply=AddressList)
    def list_addresses(self, customer_id):
        """List the addresses of a customer; his own comes first and has his id."""
        customer = request.env["res.partner"]._fynlo_find_customer(customer_id)
        return AddressList.of(customer._fynlo_list_addresses(), customer)

    @_route(
        "/addresses",
        methods=["POST"],
        body=AddressCreate,
        reply=AddressView,
        status=201,
        errors=(CustomerProtectedError,),
    )
    def add_address(self, customer_id, command):
        """Add an address; of type ``main`` it becomes the customer's own."""
        partners = request.env["res.partner"]
        return AddressView.of(*partners._fynlo_add_address(customer_id, command))

    @_route(
        "/addresses/<uuid:address_id>",
        methods=["PUT"],
        body=AddressUpdate,
        reply=AddressView,
        errors=(CustomerProtectedError, StaleVersionError),
    )
    def update_address(self, customer_id, address_id, command):
        """Put another address in the place of one."""
        partners = request.env["res.partner"]
        return AddressView.of(*partners._fynlo_update_address(customer_id, address_id, command))

    @_route("/addresses/<uuid:address_id>", methods=["DELETE"], errors=(CustomerProtectedError,))
    def remove_address(self, customer_id, address_id):
        """Take an address away."""
        request.env["res.partner"]._fynlo_remove_address(customer_id, address_id)

    @_route("/preferences", methods=["GET"], reply=PreferencesView)
    def read_preferences(self, customer_id):
        """Read what a customer wants to hear, and by which channel."""
        return PreferencesView.of(request.env["res.partner"]._fynlo_find_customer(customer_id))

    @_route(
        "/preferences",
        methods=["PUT"],
        body=PreferencesUpdate,
        reply=PreferencesView,
        errors=(CustomerProtectedError,),
    )
    def update_preferences(self, customer_id, command):
        """Note what a customer has said; what is left out stays."""
        partners = request.env["res.partner"]
        return PreferencesView.of(partners._fynlo_update_preferences(customer_id, command))

    @_route("/orders", methods=["GET"], query=PurchaseQuery, reply=PurchasePage)
    def list_purchases(self, customer_id, query):
        """List what a customer has bought at your stores and over sales orders."""
        rows, total = request.env["res.partner"]._fynlo_purchases(customer_id, query)
        return PurchasePage.of(rows, total, query)

    @_route("/export", methods=["GET"], reply=CustomerExport, roles=MANAGER, rate="bulk")
    def export_customer(self, customer_id):
        """Read all that is stored about a person, as one document."""
        found = request.env["fynlo.customer.export"]._fynlo_export(customer_id)
        return CustomerExport.of(*found, datetime.now(timezone.utc).replace(microsecond=0))
