"""Apple Pay: merchant session, payment sheet, token."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, MinorAmount, Reply
from pydantic import Field

from .apple_pay_contact import SheetContact, SheetShippingMethod
from .payments import GatewayMethod

_Amount = Annotated[MinorAmount, Field(gt=0)]
_Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=16_384)]
_Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
_Hex32 = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
_Hex = Annotated[str, Field(pattern=r"^([0-9a-fA-F]{2}){8,64}$")]
_Label = Annotated[str, Field(min_length=1, max_length=100)]


class ApplePaySessionCreate(Body):
    """Body of ``POST /payments/apple-pay/session``; ``domain`` is the page's own."""

    validation_url: Annotated[str, Field(min_length=1, max_length=500)]
    domain: Annotated[str, Field(min_length=1, max_length=253)]


class ApplePaySessionView(Reply):
    """What the page hands to ``completeMerchantValidation``, unread; it lives five minutes."""

    merchant_session: dict


class ApplePaySheetCreate(Body):
    """Body of ``POST /payments/apple-pay/request``; ``amount`` left out is all that is owed.

    ``tip`` comes on top of it.
    """

    order_id: UUID
    amount: _Amount | None = None
    tip: MinorAmount = 0


class SheetItem(Reply):
    """A line of the sheet; ``amount`` is decimal text, as Apple's frameworks take it."""

    label: str
    amount: str
    type: Literal["final"]


class SheetRequest(Reply):
    """``ApplePayPaymentRequest`` (web) or the values of a ``PKPaymentRequest`` (iOS).

    ``applicationData`` is base64. It binds the token to the order.
    """

    merchant_identifier: str
    country_code: str
    currency_code: str
    supported_networks: list[str]
    merchant_capabilities: list[str]
    line_items: list[SheetItem]
    total: SheetItem
    application_data: str
    required_billing_contact_fields: list[str]
    required_shipping_contact_fields: list[str]
    shipping_type: Literal["storePickup", "delivery"]
    shipping_methods: list[SheetShippingMethod]


class ApplePaySheetView(Reply):
    """A payment sheet for an order; ``amount`` and ``tip`` as ``/process`` wants them."""

    order_id: str
    amount: int
    tip: int
    currency: str
    payment_request: SheetRequest

    @classmethod
    def of(cls, sheet):
        """Build it from what ``_fynlo_make_sheet`` returns."""
        return cls.model_validate(sheet, by_name=True)


class TokenHeader(Body):
    """``ephemeralPublicKey`` for EC_v1, ``wrappedKey`` for RSA_v1."""

    public_key_hash: _Hash
    transaction_id: _Hex
    ephemeral_public_key: _Base64 | None = None
    wrapped_key: _Base64 | None = None
    application_data: _Hex32 | None = None


class PaymentData(Body):
    """``paymentData`` of a ``PKPaymentToken``, as it came."""

    version: Literal["EC_v1", "RSA_v1"]
    data: _Base64
    signature: _Base64
    header: TokenHeader


class TokenMethod(Body):
    """``paymentMethod`` of a ``PKPaymentToken``, for Stripe."""

    display_name: _Label
    network: _Label
    type: _Label | None = None


class ApplePayToken(Body):
    """A ``PKPaymentToken`` as JSON."""

    payment_data: PaymentData
    payment_method: TokenMethod | None = None
    transaction_identifier: _Hex | None = None


class ApplePayProcess(Body):
    """Body of ``POST /payments/apple-pay/process``.

    ``paymentMethod`` is what Stripe's SDK has made of the same token on the device. Without it
    the server hands the token to Stripe itself, if that is switched on. Contacts are the guest's
    answer to what the sheet asks for.
    """

    id: UUID
    order_id: UUID
    amount: _Amount
    tip: MinorAmount = 0
    token: ApplePayToken
    payment_method: GatewayMethod | None = None
    billing_contact: SheetContact | None = None
    shipping_contact: SheetContact | None = None
    capture_method: Literal["automatic", "manual"] = "automatic"
    share: UUID | None = None  # of a bill that was split
