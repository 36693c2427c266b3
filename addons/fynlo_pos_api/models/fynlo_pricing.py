from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import AMOUNT_LIMIT, to_odoo_datetime

from ..engine.book import ProductEntry
from ..engine.cart import PricedCart, PricedLine, TaxShare
from ..engine.choices import FieldFaults
from ..engine.pricer import LinePricer
from ..exceptions import DiscountLimitError, ProductUnavailableError, UnknownDiscountCodeError

#: A sale that comes later than this was made while the till was offline.
OFFLINE_AFTER = timedelta(minutes=2)


class FynloPricing(models.AbstractModel):
    """Prices a cart: what the guest would pay at the web POS of the same store, to the cent."""

    _name = "fynlo.pricing"
    _description = "Fynlo pricing"

    @api.model
    def _fynlo_price_cart(self, cart, config, book, occurred_at=None):
        """Return the :class:`~..engine.cart.PricedCart` of a cart. Writes nothing.

        :param cart: a :class:`~..schemas.carts.Cart`
        :param config: the store, already checked (one ``pos.config``)
        :param book: the store's open ``PriceBook``
        :param occurred_at: aware instant of the sale, for rules with a period; ``None`` is now
        :raise InvalidFieldsError: unknown products, modifiers or amounts, all of them at once
        :raise ProductUnavailableError: archived, or not in the store's range
        :raise UnknownDiscountCodeError: no promotion has that code
        :raise DiscountLimitError: more discount than the role may give
        """
        if cart.discount_codes:
            raise UnknownDiscountCodeError(details={"codes": cart.discount_codes})
        self._fynlo_check_discounts(cart.lines, book)
        if book.service and not cart.service_charge:
            self._fynlo_check_comp_right(book)
        now = fields.Datetime.now()
        instant = to_odoo_datetime(occurred_at) if occurred_at else now
        is_late = now - instant > OFFLINE_AFTER
        occasion = self._fynlo_occasion(cart, config, book, is_late)
        lines = self._fynlo_price_lines(cart, config, book, occasion, instant, is_late)
        priced = PricedCart(
            book=book,
            order_type=cart.order_type,
            lines=lines,
            guest_count=cart.guest_count,
            tip=book.currency.from_minor(cart.tip),
            is_service_waived=not cart.service_charge,
            **occasion,
        )
        self._fynlo_complete(priced, config)
        return priced

    @api.model
    def _fynlo_complete(self, cart, config):
        """Fill in taxes and totals of a cart, and what the server adds: service and tip.

        :raise InvalidFieldsError: the total is beyond what the API can tell
        """
        self._fynlo_add_taxes(cart)
        if extras := self._fynlo_extra_lines(cart, config):
            cart.lines += extras
            self._fynlo_add_taxes(cart)
        if cart.book.currency.to_minor(cart.total) > AMOUNT_LIMIT:
            error = {"field": "lines", "code": "too_large", "message": "The total is too large."}
            raise InvalidFieldsError(errors=[error])

    @api.model
    def _fynlo_check_discounts(self, lines, book):
        """Refuse what the role may not give; a line without a discount has ``None`` or 0.

        :raise DiscountLimitError: more discount than the role may give
        """
        if any(line.comp_reason for line in lines):
            self._fynlo_check_comp_right(book)
        allowed = book.discount_limits.get(principal_of(self.env).role, 100)
        faults = FieldFaults()
        for index, line in enumerate(lines):
            if (line.discount_percent or 0) > allowed:
                message = f"At most {allowed:g} % is allowed."
                faults.add(f"lines.{index}.discountPercent", "discount_limit", message)
        if faults.errors:
            raise DiscountLimitError(details={"allowed": allowed}, errors=faults.errors)

    def _fynlo_occasion(self, cart, config, book, is_late=False):
        """Return preset, pricelist, fiscal position and customer, as the web POS picks them.

        :param is_late: the sale was made a while ago; who was archived since was a customer then
        """
        terms = book.terms[cart.order_type]
        occasion = {
            "preset_id": terms.preset_id,
            "pricelist_id": terms.pricelist_id,
            "fiscal_position_id": terms.fiscal_position_id,
            "partner_id": None,
        }
        partners = self.env["res.partner"].with_context(active_test=not is_late)
        partner = partners._fynlo_resolve(cart.customer_id, "customerId")
        if not partner:
            return occasion
        partner_sudo = partner.sudo().with_company(config.company_id)
        occasion["partner_id"] = partner.id
        pricelist_id = partner_sudo.property_product_pricelist.id
        if pricelist_id in book.pricelist_ids and not terms.has_own_pricelist:
            occasion["pricelist_id"] = pricelist_id
        position = partner_sudo.fiscal_position_id
        if position and not terms.has_own_fiscal_position:
            occasion["fiscal_position_id"] = position.id
            self.env["fynlo.price.book"]._fynlo_require_position(book, position.id)
        return occasion

    def _fynlo_price_lines(self, cart, config, book, occasion, instant, is_late):
        uuids = {str(line.product_id) for line in cart.lines}
        self.env["fynlo.price.book"]._fynlo_require_products(config, book, uuids)
        pricelist_id, position_id = occasion["pricelist_id"], occasion["fiscal_position_id"]
        pricer = LinePricer(book, pricelist_id, position_id, instant, sells_withdrawn=is_late)
        for index, line in enumerate(cart.lines):
            pricer.add(line, f"lines.{index}")
        self._fynlo_raise_faults(pricer)
        uuids = self.env["product.product"]._fields["fynlo_uuid"]._get_cache(self.env)
        uuids.update((line.product.id, line.product.uuid) for line in pricer.lines)
        return pricer.lines

    @api.model
    def _fynlo_raise_faults(self, pricer):
        """Raise what a ``LinePricer`` has found wrong with a body, if anything."""
        if pricer.faults.errors:
            raise InvalidFieldsError(errors=pricer.faults.errors)
        if pricer.unavailable:
            raise ProductUnavailableError(details={"productIds": pricer.unavailable})

    @api.model
    def _fynlo_add_taxes(self, cart):
        """Fill in the amounts of a cart and of its lines by Odoo's own tax engine."""
        engine = self.env["account.tax"]
        company = self.env["res.company"].browse(cart.book.company_id)
        base_lines = [self._fynlo_base_line(engine, line, cart.book) for line in cart.lines]
        engine._add_tax_details_in_base_lines(base_lines, company)
        engine._round_base_lines_tax_details(base_lines, company)
        currency = self.env["res.currency"].browse(cart.book.currency.id)
        coins = cart.book.cash_rounding
        rounding = self.env["account.cash.rounding"]
        if coins and not coins.is_cash_only:
            rounding = rounding.browse(coins.id)
        totals = engine._get_tax_totals_summary(base_lines, currency, company, rounding)
        cart.untaxed = totals["base_amount_currency"]
        cart.tax = totals["tax_amount_currency"]
        cart.total = cart.book.currency.round(totals["total_amount_currency"])
        cart.rounding = totals.get("cash_rounding_base_amount_currency", 0.0)
        for line, base_line in zip(cart.lines, base_lines, strict=True):
            line.subtotal = cart.book.currency.round(base_line["tax_details"]["total_excluded"])
            line.total = cart.book.currency.round(base_line["tax_details"]["total_included"])
        cart.taxes = self._fynlo_sum_taxes(base_lines, cart.book)

    def _fynlo_base_line(self, engine, line, book):
        return engine._prepare_base_line_for_taxes_computation(
            {},
            product_id=self.env["product.product"].browse(line.product.id),
            tax_ids=engine.browse(line.applied_tax_ids),
            price_unit=line.unit_price,
            quantity=line.quantity,
            discount=line.discount,
            currency_id=self.env["res.currency"].browse(book.currency.id),
            is_refund=line.quantity * line.unit_price < 0,
        )

    def _fynlo_sum_taxes(self, base_lines, book):
        return [
            TaxShare(
                tax.id,
                *book.tax_names[tax.id],
                base=values["base_amount_currency"],
                amount=values["tax_amount_currency"],
            )
            for tax, values in self._fynlo_sum_by_tax(base_lines).items()
        ]

    @api.model
    def _fynlo_sum_by_tax(self, base_lines):
        """Return ``{tax: amounts}`` of base lines that Odoo's engine has filled in."""

        def by_tax(_base_line, tax_data):
            return tax_data["tax"] if tax_data else None

        engine = self.env["account.tax"]
        per_line = engine._aggregate_base_lines_tax_details(base_lines, by_tax)
        sums = engine._aggregate_base_lines_aggregated_values(per_line)
        return {tax: values for tax, values in sums.items() if tax}

    @api.model
    def _fynlo_add_difference(self, cart, difference):
        """Add the line that makes a cart cost what the guest was shown; it bears no tax."""
        product_sudo = self.env.ref("fynlo_pos_api.product_price_difference").sudo()
        entry = ProductEntry(
            id=product_sudo.id,
            uuid=product_sudo.fynlo_uuid,
            name=product_sudo.with_context(lang=cart.book.language).name,
            priced=None,
            tax_ids=(),
            is_sold=False,
            is_active=True,
            unit_cost=0.0,
            is_cost_deferred=False,
        )
        line = PricedLine(str(uuid4()), entry, 1.0, difference, 0.0, (), (), kind="difference")
        cart.lines.append(line)
        self._fynlo_add_taxes(cart)
