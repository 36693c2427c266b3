"""What a store sells and on which terms, compiled for pricing. Plain data, built by the ORM."""

from dataclasses import dataclass, field
from datetime import date

from odoo.tools.float_utils import float_is_zero, float_round

from .price_rules import PricedProduct, PriceRules


@dataclass(frozen=True, slots=True)
class Modifier:
    """A value that a guest may choose for a product: "rare", "oat milk", "extra cheese".

    :ivar id: the ``product.template.attribute.value``
    :ivar choice_id: the ``product.template.attribute.line`` (the question) that it answers
    :ivar surcharge: extra price per unit
    """

    id: int
    uuid: str
    name: str
    attribute_name: str
    choice_id: int
    surcharge: float
    is_custom: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that a product asks; a single one must be answered exactly once."""

    id: int
    uuid: str
    name: str
    is_multiple: bool
    is_required: bool


@dataclass(frozen=True, slots=True)
class ComboQuestion:
    """One part of a combo ("a drink") and how many items of it the price includes."""

    id: int
    uuid: str
    name: str
    base_price: float
    free_quantity: int
    max_quantity: int


@dataclass(frozen=True, slots=True)
class ComboOption:
    """A product that answers a combo's question."""

    id: int
    uuid: str
    question_id: int
    product_uuid: str
    extra_price: float


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """One variant as the store sells it.

    :ivar is_sold: in the store's range; a combo's item need not be
    :ivar is_active: not archived
    :ivar variant_values: ``(id, name)`` of the attribute values that make the variant
    :ivar is_cost_deferred: the cost is known only when the stock has moved
    """

    id: int
    uuid: str
    name: str
    priced: PricedProduct
    tax_ids: tuple
    is_sold: bool
    is_active: bool
    unit_cost: float
    is_cost_deferred: bool
    variant_values: tuple = ()
    modifiers: dict = field(default_factory=dict)
    choices: tuple = ()
    questions: dict = field(default_factory=dict)
    options: dict = field(default_factory=dict)

    @property
    def is_combo(self):
        """Whether the product is a combo of other products."""
        return bool(self.questions)


@dataclass(frozen=True, slots=True)
class CashRounding:
    """How a total is rounded to coins: every total, or only what is paid in cash."""

    id: int
    precision: float
    method: str
    is_cash_only: bool

    def round(self, amount):
        """Return ``amount`` (not negative) in coins that exist."""
        return float_round(amount, precision_rounding=self.precision, rounding_method=self.method)


@dataclass(frozen=True, slots=True)
class Currency:
    """The store's currency."""

    id: int
    code: str
    digits: int
    rounding: float

    def round(self, amount):
        """Return ``amount`` rounded to the currency."""
        return float_round(amount, precision_rounding=self.rounding)

    def is_zero(self, amount):
        """Tell whether ``amount`` is nothing in this currency."""
        return float_is_zero(amount, precision_rounding=self.rounding)

    def to_minor(self, amount):
        """Return ``amount`` as an integer of minor units."""
        return round(amount * 10**self.digits)

    def from_minor(self, minor):
        """Return minor units as Odoo's amount."""
        return minor / 10**self.digits


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the type of an order decides; ids are ``None`` where nothing is set.

    :ivar identification: what has to be known of the guest: ``none``, a ``name``, an ``address``
    """

    preset_id: int | None
    pricelist_id: int | None
    fiscal_position_id: int | None
    has_own_pricelist: bool = False
    has_own_fiscal_position: bool = False
    identification: str = "none"


@dataclass(frozen=True, slots=True)
class MethodEntry:
    """A payment method of the store.

    :ivar is_account: the customer pays later
    """

    id: int
    uuid: str
    name: str
    is_cash: bool
    needs_customer: bool
    is_account: bool = False

    @property
    def type(self):
        """What the API calls it."""
        return "cash" if self.is_cash else "account" if self.is_account else "card"


@dataclass(frozen=True, slots=True)
class ServiceCharge:
    """What a store adds for service where guests eat in.

    :ivar min_guests: a smaller party pays none; 0 lets everybody pay
    """

    product_uuid: str
    percent: float
    min_guests: int


@dataclass(slots=True)
class PriceBook:
    """The terms of one store. Products are entered when they are first asked for.

    :ivar generation: changes whenever anything in the book may have changed
    :ivar day: when it was compiled; rates and rules depend on the day
    :ivar terms: :class:`OrderTerms` by order type
    :ivar tax_maps: by fiscal position, the taxes in place of a tax; ``{}`` removes all
    :ivar tax_names: ``(public id, name on receipts)`` by tax
    :ivar products: :class:`ProductEntry` by public id
    :ivar variants: the same by the id of ``product.product``
    :ivar tip_product_uuid: what a tip is booked on; ``None`` if the store takes none
    :ivar service: ``None`` if the store adds nothing for service
    :ivar comp_role: the least role that may give something for free
    :ivar is_strict: the store sells no more than there is of what is counted
    :ivar outages: end of what is sold out (naive UTC, ``None`` if nobody knows), by public id
    :ivar warm_for: the acts that have kept what they read since the book has last grown
    """

    generation: str
    day: date
    store_id: int
    company_id: int
    store_name: str
    language: str
    currency: Currency
    is_foreign_currency: bool
    price_digits: int
    quantity_digits: int
    cash_rounding: CashRounding | None
    discount_limits: dict
    terms: dict
    pricelist_ids: frozenset
    rules: PriceRules
    tax_maps: dict
    tax_names: dict
    methods: dict
    tip_product_uuid: str | None
    service: ServiceCharge | None
    comp_role: str
    is_strict: bool = False
    products: dict = field(default_factory=dict)
    variants: dict = field(default_factory=dict)
    outages: dict = field(default_factory=dict)
    warm_for: set[str] = field(default_factory=set)

    def enter(self, product):
        """Take a :class:`ProductEntry` in."""
        self.products[product.uuid] = self.variants[product.id] = product

    def is_out(self, uuid, now):
        """Tell whether a product is sold out at ``now`` (naive UTC)."""
        return uuid in self.outages and (self.outages[uuid] is None or now < self.outages[uuid])

    def count_out(self, now):
        """Return how many products are sold out at ``now``."""
        return sum(self.is_out(uuid, now) for uuid in self.outages)

    def map_taxes(self, fiscal_position_id, tax_ids):
        """Return the taxes that apply under a fiscal position (``None``: the given ones)."""
        if not fiscal_position_id:
            return tax_ids
        tax_map = self.tax_maps[fiscal_position_id]
        if not tax_map:
            return ()
        mapped = (new for tax_id in tax_ids for new in tax_map.get(tax_id, (tax_id,)))
        return tuple(dict.fromkeys(mapped))
